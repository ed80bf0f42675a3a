/**
 * A tap on a channel: every event from now on, in order, to a callback; nothing is folded and nothing renders for it.
 * What shows is the channel's status alone.
 */
import { CHANNELS, type Reading } from '../channels/channels.js';
import { channelName } from '../channel-name.js';
import type { ChannelStatus, Reader } from '../channels/delivery.js';
import type { Gap } from '../channels/reader.js';
import type { ChannelEvent, ChannelRef, EventOf, ParamsArgs, VolatileEvent, VolatileEventOf } from '../contract.js';
import { DEV, RealtimeError } from '../errors.js';
import type { Core } from '../feature.js';
import { eventDecoder, readVolatile } from '../payloads.js';
import type { VolatileFrame } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { Flusher } from './flush.js';
import { createCell, type Readable } from './store.js';
import { initialView, refusalError, type ViewSnapshot } from './view.js';

/** Whoever listens to a channel. */
export interface ChannelListener {
  onEvent?(event: ChannelEvent): void;
  onGap?(gap: Gap): void;
  /** A client event that nobody keeps, of somebody else. */
  onVolatile?(event: VolatileEvent): void;
}

/** Subscribing opens it; it is meant for one subscriber. */
export interface Tap extends Readable<ViewSnapshot<undefined>> {
  /** Clears the gap, and asks again to be let in where the server has refused. */
  resync(): void;
  /** From now on this one is told, and the former one no more. */
  setListener(listener: ChannelListener): void;
}

/** Whoever listens to a channel of a contract. */
export interface TypedListener<Ref extends ChannelRef> {
  /**
   * Every event from now on, in order. Called for each in the moment in which it comes, and nothing is buffered for it: a slow
   * one holds the page up, and loses none.
   */
  readonly onEvent?: (event: EventOf<Ref>) => void;
  /** A hole that cannot be filled; it comes before the next event. */
  readonly onGap?: (gap: Gap) => void;
  /** A client event that nobody keeps (who is typing), of somebody else; missed while the channel is not live. */
  readonly onVolatile?: (event: VolatileEventOf<Ref>) => void;
}

/** A tap on a channel of the client. It opens when it is subscribed to. */
export function openTap<Ref extends ChannelRef>(core: Core, ref: Ref, listener: TypedListener<Ref>, ...params: ParamsArgs<Ref>): Tap;
export function openTap(core: Core, ref: ChannelRef, listener: ChannelListener, ...params: ParamsArgs<ChannelRef>): Tap {
  const name = channelName(ref, ...params);
  const channels = core.use(CHANNELS);
  return createTap(
    name,
    {
      flusher: core.flusher,
      join: (reader, from) => channels.join(name, eventDecoder(ref), reader, from),
      userEra: () => channels.userEra,
      readVolatile: (frame) => readVolatile(ref, frame),
      isDisposed: () => core.isDisposed,
      onError: core.onError,
    },
    listener,
  );
}

export interface TapPort {
  readonly flusher: Flusher;
  join(reader: Reader, from: Position | null): Reading;
  /** Counts the changes of user: a position of the former user is not used again. */
  userEra(): number;
  /** The client was disposed: nobody is told of anything any more. */
  isDisposed(): boolean;
  /** Null: not of this contract. */
  readVolatile(frame: VolatileFrame): VolatileEvent | null;
  onError(error: RealtimeError): void;
}

export function createTap(name: string, port: TapPort, listener: ChannelListener): Tap {
  let status: ChannelStatus = { liveStatus: 'idle', refusal: null };
  let wasLive = false;
  let gap: Gap | null = null;
  /** A gap was told, and no event since. */
  let isInGap = false;
  let reading: Reading | null = null;
  /** The position at which the listener left, to go on from: hidden components miss nothing, or are told a gap (rule R9). */
  let left: { readonly at: Position; readonly era: number } | null = null;

  const cell = createCell<ViewSnapshot<undefined>>(port.flusher, () => ({
    ...initialView(undefined),
    status: status.refusal !== null ? 'error' : wasLive ? 'success' : 'pending',
    liveStatus: status.liveStatus,
    isStale: wasLive && status.liveStatus !== 'live',
    gap,
    error: status.refusal === null ? null : refusalError(name, status.refusal),
  }));

  const show = (next: ChannelStatus): void => {
    status = next;
    wasLive ||= next.liveStatus === 'live';
    cell.changed();
  };

  const isOpen = (): boolean => reading !== null && !port.isDisposed();

  /** One throw must not cost the listener the rest. */
  const hear = (event: ChannelEvent): void => {
    try {
      listener.onEvent?.(event);
    } catch (cause) {
      port.onError(new RealtimeError('misuse', DEV && `The onEvent of '${name}' threw at offset ${event.offset}; the next events still come. See cause.`, { cause }));
    }
  };

  const reader: Reader = {
    history: 0,
    onEvent(event) {
      isInGap = false;
      if (isOpen()) hear(event);
    },
    onEnd() {},
    onGap(found) {
      gap = found;
      cell.changed();
      // Two losses with no event between them are one hole to the listener. An event that was left out is a hole of its own.
      const isToldAlready = isInGap && found.reason !== 'invalid';
      isInGap = found.reason !== 'invalid';
      if (!isToldAlready && isOpen()) listener.onGap?.(found);
    },
    onStatus: show,
    onVolatile(frame) {
      const event = isOpen() && listener.onVolatile && port.readVolatile(frame);
      if (event) listener.onVolatile?.(event);
    },
    onReset() {
      gap = null;
      isInGap = false;
      cell.changed();
    },
  };

  return {
    get: cell.get,
    getInitial: cell.getInitial,
    subscribe(onChange, flush) {
      const joined = port.join(reader, left?.era === port.userEra() ? left.at : null);
      reading = joined;
      const stop = cell.subscribe(onChange, flush);
      show(joined.status);
      return () => {
        stop();
        const at = joined.position;
        left = at && { at, era: port.userEra() };
        joined.leave();
        if (reading === joined) reading = null;
      };
    },
    setListener(next) {
      listener = next;
    },
    resync() {
      gap = null;
      reading?.rejoin();
      cell.changed();
    },
  };
}
