/** What really happened, by the records of the server's storage and handlers. */
import type { HandlerRecord, Published, ServerRecord } from '../record.js';

/** The history of one channel in the order of its storages: each epoch is one contiguous list of events from offset 1 on. */
export interface ChannelTruth {
  readonly epochs: readonly EpochTruth[];
  find(epoch: string, offset: number): Published | undefined;
  epoch(epoch: string): EpochTruth | undefined;
  /** The position of an event, by its id. */
  positionOf(id: string): Published | undefined;
  readonly top: Published | undefined;
}

export interface EpochTruth {
  readonly name: string;
  /** Place among the channel's epochs. */
  readonly index: number;
  readonly events: readonly Published[];
}

export interface HandlerTruth {
  readonly begins: readonly Extract<HandlerRecord, { k: 'begin' }>[];
  readonly ends: readonly Extract<HandlerRecord, { k: 'end' }>[];
}

export interface Truth {
  channel(name: string): ChannelTruth;
  handler(command: string): HandlerTruth | undefined;
  readonly handlers: ReadonlyMap<string, HandlerTruth>;
  /** How many events were published under an id. */
  published(id: string): number;
  /** A server with another storage was started in this time. */
  isRestarted(from: number, to: number): boolean;
  readonly restarts: number;
  readonly events: number;
}

interface GrowingChannel {
  readonly epochs: (EpochTruth & { readonly events: Published[] })[];
  readonly byName: Map<string, EpochTruth & { readonly events: Published[] }>;
  readonly byId: Map<string, Published>;
}

/** @param records - in the order in which each server wrote them, one server after the other */
export function readTruth(records: Iterable<ServerRecord>, complain: (words: string) => void): Truth {
  const channels = new Map<string, GrowingChannel>();
  const handlers = new Map<string, { begins: HandlerTruth['begins'][number][]; ends: HandlerTruth['ends'][number][] }>();
  const ids = new Map<string, number>();
  const starts: number[] = [];
  let events = 0;

  const growing = (name: string): GrowingChannel => {
    const found = channels.get(name) ?? { epochs: [], byName: new Map(), byId: new Map() };
    channels.set(name, found);
    return found;
  };
  function take(record: Published): void {
    const { epochs, byName, byId } = growing(record.channel);
    let epoch = byName.get(record.epoch);
    if (epoch === undefined) {
      epoch = { name: record.epoch, index: epochs.length, events: [] };
      epochs.push(epoch);
      byName.set(record.epoch, epoch);
    }
    if (record.offset !== epoch.events.length + 1) complain(`${record.channel}: the storage wrote offset ${record.offset} after ${epoch.events.length} in epoch ${record.epoch}`);
    epoch.events.push(record);
    byId.set(record.id, record);
    ids.set(record.id, (ids.get(record.id) ?? 0) + 1);
    events += 1;
  }

  for (const record of records) {
    if (record.k === 'start') starts.push(record.t);
    else if (record.k === 'published') take(record);
    else {
      const handler = handlers.get(record.id) ?? { begins: [], ends: [] };
      handlers.set(record.id, handler);
      if (record.k === 'begin') handler.begins.push(record);
      else handler.ends.push(record);
    }
  }

  return {
    channel(name) {
      const { epochs, byName, byId } = growing(name);
      return {
        epochs,
        find: (epoch, offset) => byName.get(epoch)?.events[offset - 1],
        epoch: (epoch) => byName.get(epoch),
        positionOf: (id) => byId.get(id),
        top: epochs.at(-1)?.events.at(-1),
      };
    },
    handler: (command) => handlers.get(command),
    handlers,
    published: (id) => ids.get(id) ?? 0,
    isRestarted: (from, to) => starts.slice(1).some((at) => at >= from && at <= to),
    restarts: Math.max(0, starts.length - 1),
    events,
  };
}
