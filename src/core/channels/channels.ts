/**
 * Who listens: the hands of every wanted channel, its readers, its lease, its place in the next `subscribe` frame.
 * Not here: state folded from events (`data/view.ts`).
 */
import { RealtimeError } from '../errors.js';
import { createLease, type Lease } from '../lease.js';
import type { ClientFrame, EventsFrame, PublishFrame, ResyncFrame, SubscribedFrame, UnsubscribedFrame, VolatileFrame, WantedChannel } from '../protocol/frames.js';
import { unsubscribeReason } from '../protocol/codes.js';
import { CHANNEL_NAME } from '../protocol/limits.js';
import type { Position } from '../protocol/position.js';
import type { Cancel, Clock, Dice } from '../world.js';
import { NEW_CHANNEL, stepChannel, type ChannelEffect, type ChannelEvent, type ChannelState } from './channel.machine.js';
import { deliver, tell, type ChannelStatus, type EventDecoder, type Reader, type Seat } from './delivery.js';
import { lowestPosition } from './reader.js';

/** A reader's place in a channel. */
export interface Reading {
  readonly position: Position | null;
  readonly status: ChannelStatus;
  /** Go on from another position; null: from the reader's history, as at the start. */
  rewind(to: Position | null): void;
  leave(lingerMs?: number): void;
}

export interface ChannelsPort {
  readonly clock: Clock;
  readonly dice: Pick<Dice, 'roll'>;
  readonly leaseMs: number;
  /** The link of the channel, the same one until it is lost; null: none yet. */
  home(channel: string): number | null;
  /** Any ready link. */
  anyLink(): number | null;
  /** The channel needs no link any more. */
  leave(channel: string): void;
  send(frame: ClientFrame, link: number): boolean;
  hold(): () => void;
  fence(): string | null;
  onError(error: RealtimeError): void;
}

export interface Channels {
  join(name: string, decode: EventDecoder, reader: Reader): Reading;
  /** Says every wanted channel again that has its home on this link now. */
  resume(link: number): void;
  /** Says now what waits for the end of this tick. */
  say(): void;
  linkLost(link: number): void;
  subscribed(frame: SubscribedFrame, link: number): void;
  unsubscribed(frame: UnsubscribedFrame, link: number): void;
  events(frame: EventsFrame, link: number): void;
  resync(frame: ResyncFrame, link: number): void;
  volatile(frame: VolatileFrame, link: number): void;
  /** Says something that nobody keeps; false: there is nobody to say it to now. */
  publish(frame: PublishFrame): boolean;
  /** No link will come until the application or the server changes its mind. */
  setPaused(isPaused: boolean): void;
  /** Another user: forget positions and data. */
  forget(): void;
  dispose(): void;
}

interface Channel {
  readonly name: string;
  readonly decode: EventDecoder;
  readonly seats: Set<Seat>;
  readonly lease: Lease;
  state: ChannelState;
  /** What the newest subscription asked to go on from. */
  asked: Position | null;
  /** Subscriptions in a row that the server's frames brought about and that brought no event. */
  prompted: number;
  cancelAsk: Cancel | null;
  status: ChannelStatus;
}

const CHANNELS_PER_FRAME = 100;
/** So many are free: a page, a fork, a resync. Then each waits longer, so that no server makes us run in circles. */
const FREE_PROMPTS = 3;
const PROMPT_BASE_MS = 250;
const PROMPT_CAP_MS = 30_000;

export function createChannels(port: ChannelsPort): Channels {
  const channels = new Map<string, Channel>();
  /** No generation below it is used again: a channel that is left and wanted anew must not take its former life's answers. */
  let lastGeneration = 0;
  const unsaid = new Map<number, Map<string, WantedChannel>>();
  let isSaying = false;
  /** A frame of the server is being looked at. */
  let isPrompted = false;
  let isPaused = false;
  let release: (() => void) | null = null;

  function send(channel: Channel, event: ChannelEvent): void {
    const [next, effects] = stepChannel(channel.state, event);
    channel.state = next;
    for (const effect of effects) perform(channel, effect);
    showStatus(channel);
  }

  function perform(channel: Channel, effect: ChannelEffect): void {
    switch (effect.type) {
      case 'subscribe':
        // A listener that was told a moment ago may have asked anew, or left: only the newest asking is ever answered.
        if (effect.generation !== channel.state.generation || channel.state.wire.tag !== 'joining') return;
        return ask(channel, effect.link, effect.generation, effect.isNextPage);
      case 'unsubscribe':
        unsaid.get(effect.link)?.delete(channel.name);
        port.send({ t: 'unsubscribe', channels: [{ name: channel.name, generation: effect.generation }] }, effect.link);
        return;
      case 'deliver':
        if (effect.run.events.length > 0) channel.prompted = 0;
        return deliver(channel, effect.run, channel.asked, port.onError);
      default:
        return effect satisfies never;
    }
  }

  function ask(channel: Channel, link: number, generation: number, isNextPage: boolean): void {
    const seats = [...channel.seats];
    channel.asked = lowestPosition(seats.map((seat) => seat.position), channel.state.head);
    // Asked for with every page, a history of more than one page would begin anew with each of them.
    const history = isNextPage ? 0 : Math.max(0, ...seats.map((seat) => seat.reader.history));
    const wanted = { name: channel.name, generation, ...(channel.asked !== null && { position: channel.asked }), ...(history > 0 && { history }) };
    channel.cancelAsk?.();
    const excess = isPrompted ? channel.prompted++ - FREE_PROMPTS : -1;
    if (excess < 0) return sayLater(link, wanted);
    const waitMs = port.dice.roll() * Math.min(PROMPT_CAP_MS, PROMPT_BASE_MS * 2 ** excess);
    channel.cancelAsk = port.clock.after(waitMs, () => sayLater(link, wanted));
  }

  function sayLater(link: number, wanted: WantedChannel): void {
    const batch = unsaid.get(link) ?? new Map<string, WantedChannel>();
    unsaid.set(link, batch.set(wanted.name, wanted));
    if (isSaying) return;
    isSaying = true;
    // Everything that one tick wants goes in one frame.
    void Promise.resolve().then(say);
  }

  function say(): void {
    isSaying = false;
    const fence = port.fence();
    for (const [link, batch] of unsaid) {
      const wanted = [...batch.values()];
      for (let i = 0; i < wanted.length; i += CHANNELS_PER_FRAME) {
        port.send({ t: 'subscribe', channels: wanted.slice(i, i + CHANNELS_PER_FRAME), ...(fence !== null && { fence }) }, link);
      }
    }
    unsaid.clear();
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
      throw new RealtimeError('misuse', `'${name}' cannot name a channel: 1 to 256 of A-Z a-z 0-9 _ : . % -.`);
    }
    const lease = createLease({
      clock: port.clock,
      lingerMs: port.leaseMs,
      onStart: () => (release ??= port.hold()),
      onEnd() {
        channels.delete(name);
        channel.cancelAsk?.();
        send(channel, { type: 'unwanted' });
        port.leave(name);
        lastGeneration = Math.max(lastGeneration, channel.state.generation);
        if (channels.size > 0) return;
        release?.();
        release = null;
      },
    });
    const channel: Channel = { name, decode, seats: new Set(), lease, state: { ...NEW_CHANNEL, generation: lastGeneration }, asked: null, prompted: 0, cancelAsk: null, status: { liveStatus: 'idle', refusal: null } };
    channels.set(name, channel);
    return channel;
  }

  function each(event: ChannelEvent): void {
    for (const channel of [...channels.values()]) send(channel, event);
  }

  function to(name: string, event: ChannelEvent): void {
    const channel = channels.get(name);
    if (channel === undefined) return;
    isPrompted = true;
    send(channel, event);
    isPrompted = false;
  }

  return {
    join(name, decode, reader) {
      const channel = channels.get(name) ?? open(name, decode);
      const { head, wire } = channel.state;
      const seat: Seat = { reader, position: reader.history === 0 && wire.tag === 'live' ? head : null };
      channel.seats.add(seat);
      const releaseSeat = channel.lease.hold();
      const isPlain = seat.position === null && reader.history === 0;
      const isServed = wire.tag === 'live' ? seat.position !== null && !isBehind(seat.position, head) : wire.tag === 'joining' && isPlain;
      if (!isServed) send(channel, { type: 'wanted', link: port.home(name) });
      return {
        get position() {
          return seat.position;
        },
        get status() {
          return channel.status;
        },
        rewind(position) {
          seat.position = position;
          if (position === null || isBehind(position, channel.state.head)) send(channel, { type: 'wanted', link: port.home(name) });
        },
        leave(lingerMs) {
          channel.seats.delete(seat);
          releaseSeat(lingerMs);
        },
      };
    },
    resume(link) {
      for (const channel of [...channels.values()]) {
        if (port.home(channel.name) === link) send(channel, { type: 'link-ready', link });
      }
      say();
    },
    say,
    linkLost: (link) => each({ type: 'link-lost', link }),
    subscribed: (frame, link) => to(frame.channel, { type: 'subscribed', link, frame }),
    unsubscribed: (frame, link) => to(frame.channel, { type: 'unsubscribed', link, generation: frame.generation, reason: unsubscribeReason(frame.reason) }),
    events: (frame, link) => to(frame.channel, { type: 'events', link, frame }),
    resync: (frame, link) => to(frame.channel, { type: 'resync', link }),
    volatile(frame, link) {
      const channel = channels.get(frame.channel);
      if (channel?.state.wire.tag !== 'live' || channel.state.wire.link !== link) return;
      for (const { reader } of [...channel.seats]) tell(port.onError, () => reader.onVolatile?.(frame));
    },
    publish(frame) {
      const wire = channels.get(frame.channel)?.state.wire;
      const link = wire?.tag === 'live' ? wire.link : port.anyLink();
      return link !== null && port.send(frame, link);
    },
    setPaused(paused) {
      if (isPaused === paused) return;
      isPaused = paused;
      for (const channel of channels.values()) showStatus(channel);
    },
    forget() {
      for (const channel of channels.values()) {
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

/** Whether a reader at `position` needs events that came before `head`. Another epoch is judged when the answer comes. */
function isBehind(position: Position, head: Position | null): boolean {
  return head === null || position.epoch !== head.epoch || position.offset < head.offset;
}
