/**
 * From a run of events to the readers of a channel: each gets what it does not have, in order, and is told of holes.
 * Not here: which runs count (`channel.machine.ts`) and where a reader goes on (`reader.ts`).
 */
import type { ChannelEvent } from '../contract.js';
import { DEV, RealtimeError } from '../errors.js';
import type { UnsubscribeReason } from '../protocol/codes.js';
import type { VolatileFrame, WireEvent } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { Run } from './channel.machine.js';
import { readRun, type Ask, type Gap } from './reader.js';

/** How fresh what one sees of a channel is. */
export type LiveStatus = 'idle' | 'connecting' | 'live' | 'recovering' | 'paused';

export interface ChannelStatus {
  readonly liveStatus: LiveStatus;
  /** The server's refusal, until the next attempt. */
  readonly refusal: UnsubscribeReason | null;
}

/** Receives a channel's events. Callbacks come in the order of the history; a throw is reported and affects no other reader. */
export interface Reader {
  /** Past events wanted at the start, and after a gap. */
  readonly history: number;
  onEvent(event: ChannelEvent): void;
  /** Everything up to `end` was handed over. `isLast`: no further page of the same answer follows. */
  onEnd(end: Position, isLast: boolean): void;
  onGap(gap: Gap): void;
  onStatus(status: ChannelStatus): void;
  /** From another client, while the channel is live; it has no place in the history. */
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

export interface Delivery {
  readonly name: string;
  readonly decode: EventDecoder;
  readonly seats: ReadonlySet<Seat>;
  /** The channel's position: the newest one that readers were given. A listener that is mounted now begins after it (rule R8). */
  top: Position | null;
  /** Inside a callback: the position of the event that is being handed over, after which a listener that is mounted there begins. Else null. */
  handing: Position | null;
}

type OnError = (error: RealtimeError) => void;

/** One event of a run, made once for all readers. */
interface Step {
  readonly position: Position;
  /** An event, the hole that a wrong one leaves, or nothing. */
  readonly item: ChannelEvent | Gap | null;
}

/**
 * Hands a run to every reader, those included that join while it is handed over.
 *
 * @param ask - what the run answers
 * @returns whether a reader needs more than this run: ask again
 */
export function deliver(channel: Delivery, run: Run, ask: Ask, onError: OnError): boolean {
  const steps: Step[] = [];
  const stepAt = (index: number): Step => (steps[index] ??= { position: { epoch: run.epoch, offset: run.first + index }, item: decodeEvent(channel, run, index, onError) });
  let isShort = false;
  for (const seat of channel.seats) {
    // A callback has named another user: the rest of the run is the former one's.
    if (channel.top === null) break;
    const reading = readRun(seat.position, seat.reader.history, run, ask);
    if (reading.kind === 'ask-again') isShort = true;
    else if (reading.kind === 'begin') {
      seat.position = reading.position;
      tell(onError, () => seat.reader.onEnd(reading.position, true));
    } else if (reading.kind === 'take') {
      if (reading.gap !== null && !tellGap(channel, seat, run, reading.skip, reading.gap, onError)) continue;
      if (seat.position === null && ask.history < seat.reader.history) isShort = true;
      else hand(channel, seat, run, reading.skip, stepAt, onError);
    }
  }
  channel.handing = null;
  return isShort;
}

/** A throw of a listener is reported, and affects no other. */
export function tell(onError: OnError, run: () => void): void {
  try {
    run();
  } catch (cause) {
    onError(new RealtimeError('misuse', DEV && 'A listener of a channel threw; the others were still told. See cause.', { cause }));
  }
}

/** Tells the gap before the next event. False: the callback has closed its reader or moved it. */
function tellGap(channel: Delivery, seat: Seat, run: Run, skip: number, gap: Gap, onError: OnError): boolean {
  const before: Position = { epoch: run.epoch, offset: run.first + skip - 1 };
  seat.position = before;
  channel.handing = nowAt(channel, run, before);
  tell(onError, () => seat.reader.onGap(gap));
  if (!isAt(channel, seat, before)) return false;
  // A reader with history starts again from it.
  if (seat.reader.history > 0) seat.position = null;
  return true;
}

/** Hands over what the reader does not have; an event that does not fit the contract is told as the hole that it is. */
function hand(channel: Delivery, seat: Seat, run: Run, skip: number, stepAt: (index: number) => Step, onError: OnError): void {
  const { reader } = seat;
  // Before the first event is decoded: a wrong one is reported, and who is told of it may mount a listener.
  channel.handing = nowAt(channel, run, { epoch: run.epoch, offset: run.first + skip - 1 });
  for (let index = skip; index < run.events.length; index++) {
    const { position, item } = stepAt(index);
    seat.position = position;
    channel.handing = nowAt(channel, run, position);
    if (item !== null) handItem(reader, item, onError);
    if (!isAt(channel, seat, position)) return;
  }
  seat.position = run.end;
  tell(onError, () => reader.onEnd(run.end, run.answer?.more !== true));
}

/** As {@link tell}, without a closure for each event. */
function handItem(reader: Reader, item: ChannelEvent | Gap, onError: OnError): void {
  try {
    if ('reason' in item) reader.onGap(item);
    else reader.onEvent(item);
  } catch (cause) {
    onError(new RealtimeError('misuse', DEV && 'A listener of a channel threw; the others were still told. See cause.', { cause }));
  }
}

/** Where a listener begins that is mounted inside a callback: events below the channel's position are history, which it does not get. */
function nowAt({ top }: Delivery, run: Run, position: Position): Position {
  return top?.epoch === run.epoch && top.offset > run.end.offset ? top : position;
}

/** False: a callback has closed its reader or moved it. */
function isAt(channel: Delivery, seat: Seat, position: Position): boolean {
  return channel.seats.has(seat) && seat.position === position;
}

function decodeEvent(channel: Delivery, run: Run, index: number, onError: OnError): ChannelEvent | Gap | null {
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
      new RealtimeError(result.code ?? 'invalid', DEV && `Event '${event.name}' of '${channel.name}' at offset ${offset} does not fit the contract and was left out: ${result.issues}. Deploy the same contract on both ends.`),
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
