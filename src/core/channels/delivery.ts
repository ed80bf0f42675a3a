/**
 * From a run of events to the readers of a channel: each gets what it does not have, in order, and is told of holes.
 * Not here: which runs count (`channel.machine.ts`) and where a reader goes on (`reader.ts`).
 */
import type { ChannelEvent } from '../contract.js';
import { RealtimeError } from '../errors.js';
import type { UnsubscribeReason } from '../protocol/codes.js';
import type { VolatileFrame, WireEvent } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { Run } from './channel.machine.js';
import { readRun, type Gap } from './reader.js';

/** How fresh what one sees of a channel is. */
export type LiveStatus = 'idle' | 'connecting' | 'live' | 'recovering' | 'paused';

export interface ChannelStatus {
  readonly liveStatus: LiveStatus;
  /** The server's refusal, until the next attempt. */
  readonly refusal: UnsubscribeReason | null;
}

/** Whoever reads a channel. Callbacks come in the order of the history; a throw is reported and hurts nobody else. */
export interface Reader {
  /** Past events wanted at the start, and after a gap. */
  readonly history: number;
  onEvents(events: readonly ChannelEvent[], end: Position): void;
  onGap(gap: Gap): void;
  onStatus(status: ChannelStatus): void;
  /** Of somebody else, while the channel is live; it has no place in the history. */
  onVolatile?(frame: VolatileFrame): void;
  /** Another user has signed in: what was read belongs to the former one. */
  onReset(): void;
}

/** A reader and its place. */
export interface Seat {
  readonly reader: Reader;
  position: Position | null;
}

/** Turns an event's data into what the application sees; null: not of this contract, to be passed over. */
export type EventDecoder = (event: WireEvent) => { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly issues: string; readonly code?: 'invalid' | 'misuse' } | null;

interface Delivery {
  readonly name: string;
  readonly decode: EventDecoder;
  readonly seats: ReadonlySet<Seat>;
}

type OnError = (error: RealtimeError) => void;
/** An event, the hole that a wrong one leaves, or nothing. */
type Item = ChannelEvent | Gap | null;

/** @param asked - the position that the newest subscription went on from */
export function deliver(channel: Delivery, run: Run, asked: Position | null, onError: OnError): void {
  const decoded: Item[] = [];
  const decodeAt = (index: number): Item => {
    if (decoded[index] === undefined) decoded[index] = decodeEvent(channel, run, index, onError);
    return decoded[index] ?? null;
  };
  for (const seat of [...channel.seats]) {
    // Whoever was told before may have closed it.
    if (!channel.seats.has(seat)) continue;
    const reading = readRun(seat.position, seat.reader.history, run, asked);
    if (reading.kind === 'nothing') continue;
    const { skip, gap } = reading;
    seat.position = run.end;
    if (gap !== null) tell(onError, () => seat.reader.onGap(gap));
    hand(seat.reader, run, skip, decodeAt, onError);
  }
}

/** A throw of a listener is reported, and hurts nobody else. */
export function tell(onError: OnError, run: () => void): void {
  try {
    run();
  } catch (cause) {
    onError(new RealtimeError('misuse', 'A listener of a channel threw; the others were still told. See cause.', { cause }));
  }
}

/** Hands over what the reader does not have; an event that does not fit the contract is told as the hole that it is. */
function hand(reader: Reader, run: Run, skip: number, decodeAt: (index: number) => Item, onError: OnError): void {
  let events: ChannelEvent[] = [];
  const flush = (offset: number): void => {
    const batch = events;
    events = [];
    tell(onError, () => reader.onEvents(batch, { epoch: run.epoch, offset }));
  };
  for (let index = skip; index < run.events.length; index++) {
    const item = decodeAt(index);
    if (item === null) continue;
    if ('reason' in item) {
      flush(run.first + index - 1);
      tell(onError, () => reader.onGap(item));
    } else events.push(item);
  }
  flush(run.end.offset);
}

function decodeEvent(channel: Delivery, run: Run, index: number, onError: OnError): Item {
  const event = run.events[index];
  if (event === undefined) return null;
  const offset = run.first + index;
  let result: ReturnType<EventDecoder>;
  try {
    result = channel.decode(event);
  } catch (cause) {
    // A schema that throws must not stop the channel, nor leave its other readers without the run.
    result = { ok: false, issues: String(cause) };
  }
  if (result === null) return null;
  if (!result.ok) {
    onError(
      new RealtimeError(result.code ?? 'invalid', `Event '${event.name}' of '${channel.name}' at offset ${offset} does not fit the contract and was left out: ${result.issues}. Deploy the same contract on both ends.`),
    );
    return { reason: 'invalid', missed: { from: offset, to: offset } };
  }
  return {
    name: event.name,
    data: result.data,
    offset,
    epoch: run.epoch,
    time: event.time,
    ...(event.by !== undefined && { by: event.by }),
    ...(event.command !== undefined && { command: event.command }),
  };
}
