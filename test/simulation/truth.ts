/**
 * The truth of the simulated world: everything that any storage ever took, written down when it took it.
 * Not here: who is told of it. The record does not depend on how long a storage keeps its events.
 */
import type { WireEvent } from '../../src/core/protocol/frames.js';
import type { Position } from '../../src/core/protocol/position.js';
import type { Clock } from '../../src/core/world.js';
import type { Append, Log } from '../../src/server/core/log.js';
import type { Item, Note } from './contract.js';

/** One event as a storage took it. */
export interface Fact {
  readonly key: string;
  readonly command: string | undefined;
  readonly at: number;
  /** Its place among all facts of all channels. */
  readonly sequence: number;
}

/** What a commit stored for a command. */
export interface Commit {
  readonly kind: string;
  readonly code: string | undefined;
  readonly at: number;
}

export interface Truth {
  /** The same log, which writes down what it takes. */
  record(log: Log): Log;
  at(channel: string, epoch: string, offset: number): Fact | undefined;
  /** Whether some channel has this at that position: a reducer is not told of which channel its event is. */
  isSomewhere(epoch: string, offset: number, key: string): boolean;
  /** Where the channel stands in the present storage. */
  head(channel: string): Position;
  /** The offset of the oldest event that the present storage keeps; one past the head if it keeps none. */
  oldest(channel: string): number;
  /** Whether everything after the position can still be had. */
  isKept(channel: string, after: Position): boolean;
  /** Every commit of a command, in order. */
  commits(id: string): readonly Commit[];
  /** How many events the command has in the storages. */
  effects(id: string): number;
  /** In which order effects were stored: a number that grows. */
  firstEffect(id: string): number | undefined;
  /** The application's own database, which outlives every storage: items by list. */
  items(list: string): readonly Item[];
  readonly count: number;
}

const NO_COMMITS: readonly Commit[] = [];

export function createTruth(clock: Clock): Truth {
  const facts = new Map<string, Map<string, Fact[]>>();
  const commits = new Map<string, Commit[]>();
  const effects = new Map<string, Fact[]>();
  const lists = new Map<string, Map<string, Item>>();
  let present: Log | null = null;
  let count = 0;

  const add = (channel: string, epoch: string, offset: number, text: string): void => {
    const event = JSON.parse(text) as WireEvent;
    const data = event.data as Note | Item;
    const fact: Fact = { key: 'key' in data ? data.key : `${data.id}/${data.version}`, command: event.command, at: clock.now(), sequence: count++ };
    const epochs = facts.get(channel) ?? new Map<string, Fact[]>();
    facts.set(channel, epochs);
    const run = epochs.get(epoch) ?? [];
    epochs.set(epoch, run);
    run[offset - 1] = fact;
    if (event.command !== undefined) effects.set(event.command, [...(effects.get(event.command) ?? []), fact]);
    if ('key' in data) return;
    const items = lists.get(channel) ?? new Map<string, Item>();
    lists.set(channel, items.set(data.id, data));
  };
  const addAll = (channel: string, end: Position, texts: readonly string[]): void => {
    for (const [index, text] of texts.entries()) add(channel, end.epoch, end.offset - texts.length + 1 + index, text);
  };
  const log = (): Log => present as Log;

  return {
    record(own) {
      present = own;
      return {
        ...own,
        append(channel, events, now) {
          const end = own.append(channel, events, now);
          addAll(channel, end, events.map(({ text }) => text));
          return end;
        },
        commit(...args: Parameters<Log['commit']>) {
          const result = own.commit(...args);
          if (result.kind !== 'committed') return result;
          const [, , id, outcome] = args;
          const appends = args.find((part): part is readonly Append[] => Array.isArray(part)) ?? [];
          commits.set(id, [...(commits.get(id) ?? []), { kind: outcome.kind, code: outcome.kind === 'failed' ? outcome.code : undefined, at: clock.now() }]);
          for (const end of result.positions) {
            addAll(end.channel, end, appends.filter(({ channel }) => channel === end.channel).flatMap(({ events }) => events.map(({ text }) => text)));
          }
          return result;
        },
      };
    },
    isSomewhere: (epoch, offset, key) => [...facts.values()].some((epochs) => epochs.get(epoch)?.[offset - 1]?.key === key),
    at: (channel, epoch, offset) => facts.get(channel)?.get(epoch)?.[offset - 1],
    head: (channel) => log().head(channel, clock.now()),
    oldest: (channel) => log().read(channel, { history: 1_000_000, maxBytes: 1 }, clock.now()).from,
    isKept: (channel, after) => log().read(channel, { position: after, maxBytes: 1 }, clock.now()).state !== 'gap',
    commits: (id) => commits.get(id) ?? NO_COMMITS,
    effects: (id) => effects.get(id)?.length ?? 0,
    firstEffect: (id) => effects.get(id)?.[0]?.sequence,
    items: (list) => [...(lists.get(list)?.values() ?? [])],
    get count() {
      return count;
    },
  };
}
