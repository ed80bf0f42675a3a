/**
 * Who listens: the hands of every wanted channel, its readers, its lease, its place in the next `subscribe` frame.
 * Not here: state folded from events (`data/view.ts`).
 */
import { DEV, RealtimeError } from '../errors.js';
import { createLease, type Lease } from '../lease.js';
import type { BuiltFeature, Core, Feature } from '../feature.js';
import type { Timings } from '../options.js';
import type { Pool } from '../pool/pool.js';
import type { PublishFrame, ServerFrame, VolatileFrame } from '../protocol/frames.js';
import type { Session } from '../session.js';
import { unsubscribeReason } from '../protocol/codes.js';
import { CHANNEL_NAME } from '../protocol/limits.js';
import { isSamePosition, type Position } from '../protocol/position.js';
import type { Cancel, Dice } from '../world.js';
import { NEW_CHANNEL, stepChannel, type ChannelEffect, type ChannelEvent, type ChannelState, type Run } from './channel.machine.js';
import { deliver, tell, type ChannelStatus, type Delivery, type EventDecoder, type Reader, type Seat } from './delivery.js';
import { createSubscribeBatch } from './subscribe-batch.js';
import { lowestPosition, readRun, topAfter, type Ask } from './reader.js';

/** A reader's place in a channel. */
export interface Reading {
  readonly position: Position | null;
  readonly status: ChannelStatus;
  /** Goes on from another position; null: starts again, with the reader's history or, without a history, from now on. */
  rewind(to: Position | null): void;
  /** After a refusal: subscribes again, from the reader's position. */
  rejoin(): void;
  leave(lingerMs?: number): void;
}

export type ChannelsPort = Pick<Core, 'clock' | 'onError' | 'isPaused'> & {
  readonly dice: Pick<Dice, 'roll'>;
  readonly timings: Pick<Timings, 'channelLeaseMs'>;
  readonly session: Pick<Session, 'fence'>;
  readonly pool: Pick<Pool, 'home' | 'any' | 'leave' | 'send' | 'hold'>;
};

export interface Channels {
  /** Counts the changes of user: a position of a former user is not used again. */
  readonly userEra: number;
  /** `from`: the position of a reader that comes back; null: the reader is new. */
  join(name: string, decode: EventDecoder, reader: Reader, from?: Position | null): Reading;
  /** Sends now the subscriptions that wait for the end of this tick. */
  say(): void;
  /** Sends an event that nobody keeps; false: there is no link to send it over. */
  publish(frame: PublishFrame): boolean;
}

interface Channel extends Delivery {
  readonly seats: Set<Seat>;
  readonly lease: Lease;
  state: ChannelState;
  /** What the newest subscription asks for. */
  ask: Ask;
  /** Subscriptions in a row that the server's frames brought about and that brought nothing new. */
  prompted: number;
  cancelAsk: Cancel | null;
  status: ChannelStatus;
}

/** Who listens to what. */
export const CHANNELS: Feature<Channels> = { rank: 1, create: createChannels };

const NO_ASK: Ask = { position: null, history: 0 };
/** So many are free: a page, a fork, a resync. Then each waits longer, so that no server makes us run in circles. */
const FREE_PROMPTS = 3;
const PROMPT_BASE_MS = 250;
const PROMPT_CAP_MS = 30_000;

export function createChannels(port: ChannelsPort): BuiltFeature<Channels> {
  const { pool } = port;
  const channels = new Map<string, Channel>();
  /** No generation below it is used again: a channel that is left and wanted anew must not take its former life's answers. */
  let lastGeneration = 0;
  const batch = createSubscribeBatch({ send: pool.send, fence: () => port.session.fence });
  let { isPaused } = port;
  let userEra = 0;
  let release: (() => void) | null = null;

  /** `isPrompted`: a frame of the server is the cause. */
  function send(channel: Channel, event: ChannelEvent, isPrompted = false): void {
    const [next, effects] = stepChannel(channel.state, event);
    channel.state = next;
    for (const effect of effects) perform(channel, effect, isPrompted);
    showStatus(channel);
  }

  const want = (channel: Channel, isPrompted = false): void => send(channel, { type: 'wanted', link: pool.home(channel.name) }, isPrompted);

  function perform(channel: Channel, effect: ChannelEffect, isPrompted: boolean): void {
    switch (effect.type) {
      case 'subscribe':
        // A listener that was told a moment ago may have asked anew, or left: only the newest asking is ever answered.
        if (effect.generation !== channel.state.generation || channel.state.wire.tag !== 'joining') return;
        return ask(channel, effect.link, effect.generation, isPrompted);
      case 'unsubscribe':
        batch.drop(effect.link, channel.name);
        pool.send({ t: 'unsubscribe', channels: [{ name: channel.name, generation: effect.generation }] }, effect.link);
        return;
      case 'deliver':
        return take(channel, effect.run);
    }
  }

  function take(channel: Channel, run: Run): void {
    if (run.events.length > 0 && !isSamePosition(run.end, channel.ask.position)) channel.prompted = 0;
    if (!isWaiting(channel, run)) channel.top = topAfter(channel.top, run, channel.ask);
    const isShort = deliver(channel, run, channel.ask, port.onError);
    // While pages follow, the next subscription is sent anyway, and asks from the lowest position of all readers.
    if (isShort && channel.state.wire.tag === 'live') want(channel, true);
  }

  function ask(channel: Channel, link: number, generation: number, isPrompted: boolean): void {
    const seats = [...channel.seats];
    const position = lowestPosition(seats.map((seat) => seat.position), channel.state.head);
    // Only readers that start need history; all others go on from their positions.
    const history = Math.max(0, ...seats.map((seat) => (seat.position === null ? seat.reader.history : 0)));
    channel.ask = { position, history };
    const wanted = { name: channel.name, generation, ...(position !== null && { position: { epoch: position.epoch, offset: position.offset } }), ...(history > 0 && { history }) };
    channel.cancelAsk?.();
    const excess = isPrompted ? channel.prompted++ - FREE_PROMPTS : -1;
    if (excess < 0) return batch.add(link, wanted);
    const waitMs = port.dice.roll() * Math.min(PROMPT_CAP_MS, PROMPT_BASE_MS * 2 ** excess);
    channel.cancelAsk = port.clock.after(waitMs, () => batch.add(link, wanted));
  }

  function showStatus(channel: Channel): void {
    const { wire, wasLive } = channel.state;
    const liveStatus =
      wire.tag === 'idle' || wire.tag === 'refused' ? 'idle'
      : wire.tag === 'live' ? 'live'
      : isPaused ? 'paused'
      : wasLive ? 'recovering'
      : 'connecting';
    const refusal = wire.tag === 'refused' ? wire.reason : null;
    if (channel.status.liveStatus === liveStatus && channel.status.refusal === refusal) return;
    channel.status = { liveStatus, refusal };
    for (const seat of [...channel.seats]) tell(port.onError, () => seat.reader.onStatus(channel.status));
  }

  function open(name: string, decode: EventDecoder): Channel {
    if (!CHANNEL_NAME.test(name)) {
      throw new RealtimeError('misuse', DEV && `'${name}' cannot name a channel: 1 to 256 of A-Z a-z 0-9 _ : . % -.`);
    }
    const lease = createLease({
      clock: port.clock,
      lingerMs: port.timings.channelLeaseMs,
      onStart: () => (release ??= pool.hold()),
      onEnd() {
        channels.delete(name);
        channel.cancelAsk?.();
        send(channel, { type: 'unwanted' });
        pool.leave(name);
        lastGeneration = Math.max(lastGeneration, channel.state.generation);
        if (channels.size > 0) return;
        release?.();
        release = null;
      },
    });
    const channel: Channel = { name, decode, seats: new Set(), lease, state: { ...NEW_CHANNEL, generation: lastGeneration }, top: null, handing: null, ask: NO_ASK, prompted: 0, cancelAsk: null, status: { liveStatus: 'idle', refusal: null } };
    channels.set(name, channel);
    return channel;
  }

  function each(event: ChannelEvent): void {
    for (const channel of [...channels.values()]) send(channel, event);
  }

  function to(name: string, event: ChannelEvent): void {
    const channel = channels.get(name);
    if (channel === undefined) return;
    send(channel, event, true);
  }

  function onFrame(frame: ServerFrame, link: number): void {
    switch (frame.t) {
      case 'events':
        return to(frame.channel, { type: 'events', link, frame });
      case 'subscribed':
        return to(frame.channel, { type: 'subscribed', link, frame });
      case 'unsubscribed':
        return to(frame.channel, { type: 'unsubscribed', link, generation: frame.generation, reason: unsubscribeReason(frame.reason) });
      case 'resync':
        return to(frame.channel, { type: 'resync', link });
      case 'volatile':
        return heardVolatile(frame, link);
      default:
        return;
    }
  }

  function heardVolatile(frame: VolatileFrame, link: number): void {
    const channel = channels.get(frame.channel);
    if (channel?.state.wire.tag !== 'live' || channel.state.wire.link !== link) return;
    for (const { reader } of [...channel.seats]) tell(port.onError, () => reader.onVolatile?.(frame));
  }

  return {
    api: {
      get userEra() {
        return userEra;
      },
      join(name, decode, reader, from = null) {
        const channel = channels.get(name) ?? open(name, decode);
        const isNew = from === null && reader.history === 0;
        const seat: Seat = { reader, position: isNew ? (channel.handing ?? channel.top) : from };
        // Joined inside a callback: `deliver` hands the rest of its run to the new reader as well.
        const isHanded = isNew && channel.handing !== null;
        channel.seats.add(seat);
        const releaseSeat = channel.lease.hold();
        if (!isHanded && needsAsk(channel, seat)) want(channel);
        return {
          get position() {
            return seat.position;
          },
          get status() {
            return channel.status;
          },
          rewind(position) {
            seat.position = position ?? (reader.history > 0 ? null : (channel.handing ?? channel.top));
            if (seat.position !== null && seat.position === channel.handing) return;
            if (needsAsk(channel, seat)) want(channel);
          },
          rejoin() {
            if (channel.state.wire.tag === 'refused') want(channel);
          },
          leave(lingerMs) {
            channel.seats.delete(seat);
            releaseSeat(lingerMs);
          },
        };
      },
      say: batch.send,
      publish(frame) {
        const wire = channels.get(frame.channel)?.state.wire;
        const link = wire?.tag === 'live' ? wire.link : pool.any();
        return link !== null && pool.send(frame, link);
      },
    },
    onFrame,
    onReady(link) {
      for (const channel of [...channels.values()]) {
        if (pool.home(channel.name) === link) send(channel, { type: 'link-ready', link });
      }
      batch.send();
    },
    onLinkLost: (link) => each({ type: 'link-lost', link }),
    onPaused(paused) {
      isPaused = paused;
      for (const channel of channels.values()) showStatus(channel);
    },
    onUserChanged() {
      userEra++;
      for (const channel of channels.values()) {
        channel.top = channel.handing = null;
        for (const seat of channel.seats) {
          seat.position = null;
          tell(port.onError, () => seat.reader.onReset());
        }
      }
      each({ type: 'forgotten' });
    },
    dispose() {
      for (const channel of [...channels.values()]) channel.lease.end();
    },
  };
}

/** Whether a reader needs a subscription of its own: neither the live channel nor the subscription under way serves it. */
function needsAsk({ state: { wire, head }, ask }: Channel, { position, reader }: Seat): boolean {
  switch (wire.tag) {
    case 'live':
      return position === null ? reader.history > 0 : isBehind(position, head);
    case 'joining':
      return position === null ? reader.history > 0 : ask.position === null || isBehind(position, ask.position);
    default:
      return true;
  }
}

/** Whether this answer skips a reader that stands at the channel's position. The channel's position then waits for the next answer, too. */
function isWaiting({ top, seats, ask }: Channel, run: Run): boolean {
  if (run.answer === null || top === null) return false;
  return [...seats].some(({ position, reader }) => isSamePosition(position, top) && readRun(position, reader.history, run, ask).kind === 'ask-again');
}

/** Whether `position` is before `head`. A position of another epoch counts as before it: the server's answer decides. */
function isBehind(position: Position, head: Position | null): boolean {
  return head === null || position.epoch !== head.epoch || position.offset < head.offset;
}
