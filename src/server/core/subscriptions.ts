/**
 * The channels of one connection: who may join is asked each time, history is read while live events wait, then they flow.
 * Watch first, read second; a page with `more` leaves the channel held until the client asks on.
 * Not here: fan-out (hub), what is kept (broker).
 * `createSubscriptions` is long because join and leave share one table.
 */
import type { SubscribeFrame, UnsubscribeFrame, WantedChannel } from '../../core/protocol/frames.js';
import type { UnsubscribeReason } from '../../core/protocol/codes.js';
import { isSamePosition, type Position } from '../../core/protocol/position.js';
import type { Cancel, Clock } from '../../core/world.js';
import type { Broker } from './broker.js';
import type { Bucket } from './bucket.js';
import type { Catalog } from './catalog.js';
import { EVENT_RUN_BYTES, frameText, subscribedText } from './frame-text.js';
import type { User } from './handlers.js';
import { sendFrom, type Hub, type Member, type Run, type VolatileSink } from './hub.js';

/** Events that wait for a joiner; past it the joiner asks again. */
const HELD_EVENTS = 1_000;

export interface Subscriptions {
  /** How many of its channels are new askings; the others go on from where the client was told to. */
  due(frame: SubscribeFrame): number;
  subscribe(frame: SubscribeFrame): void;
  unsubscribe(frame: UnsubscribeFrame): void;
  kick(channel: string): void;
  /** Leaves everything. */
  release(): void;
}

/** One asking of one channel; a later one of the same channel takes its place. */
interface Subscription extends Member {
  readonly generation: number;
  mode: 'held' | 'live';
  after: Position | null;
  /** Null: too many waited. */
  waiting: Run[] | null;
  /** From where the client was told to ask on, and has not yet. */
  next: Position | null;
}

export function createSubscriptions(parts: {
  readonly user: User;
  readonly catalog: Pick<Catalog, 'maySubscribe'>;
  readonly hub: Pick<Hub, 'join' | 'leave'>;
  readonly broker: Pick<Broker, 'read' | 'fence'>;
  readonly maxChannels: number;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** How fast a client is sent what it was told to ask for: nothing else bounds that. */
  readonly pages: Bucket;
  readonly send: (text: string) => void;
  readonly volatile?: VolatileSink | undefined;
  readonly onFailed: (error: unknown) => void;
  /** The client asks faster than it can be answered. */
  readonly onFlood: () => void;
}): Subscriptions {
  const { user, catalog, hub, broker, maxChannels, clock, pages, send } = parts;
  const subscriptions = new Map<string, Subscription>();
  /** Askings that wait for a rule or for storage, those that were replaced meanwhile included. */
  let asking = 0;
  let isReleased = false;
  /** Pages that wait for their turn; each can be called early. */
  const pausing = new Set<() => void>();

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      let cancel: Cancel = () => undefined;
      const wake = (): void => {
        cancel();
        pausing.delete(wake);
        resolve();
      };
      cancel = clock.after(ms, wake);
      pausing.add(wake);
    });

  const isNextPage = ({ name, generation, position }: WantedChannel): boolean => {
    const present = subscriptions.get(name);
    return present !== undefined && generation > present.generation && present.next !== null && isSamePosition(present.next, position ?? null);
  };

  const tellEnd = (channel: string, generation: number, reason: UnsubscribeReason): void =>
    send(frameText({ t: 'unsubscribed', channel, generation, reason }));

  const leave = (channel: string, subscription: Subscription): void => {
    subscriptions.delete(channel);
    hub.leave(channel, subscription);
  };

  const join = async (wanted: WantedChannel, subscription: Subscription): Promise<void> => {
    const { name, generation, position, history } = wanted;
    const isCurrent = (): boolean => subscriptions.get(name) === subscription;
    if (!isCurrent()) return;
    const isAllowed = await catalog.maySubscribe(user, name);
    if (!isCurrent()) return;
    if (!isAllowed) {
      leave(name, subscription);
      tellEnd(name, generation, 'forbidden');
      return;
    }
    await hub.join(name, subscription);
    if (!isCurrent()) return;
    const result = await broker.read(name, { ...(position && { position }), ...(history !== undefined && { history }), maxBytes: EVENT_RUN_BYTES });
    if (!isCurrent()) return;
    send(subscribedText(name, generation, result, broker.fence()));
    if (!result.more) return goLive(name, subscription, result.position, send);
    subscription.waiting = null;
    subscription.next = result.position;
  };

  const answer = async (wanted: WantedChannel, subscription: Subscription): Promise<void> => {
    asking++;
    await join(wanted, subscription).finally(() => asking--);
  };

  const start = (wanted: WantedChannel): void => {
    const present = subscriptions.get(wanted.name);
    if (present !== undefined && wanted.generation <= present.generation) return;
    if (present === undefined && subscriptions.size >= maxChannels) return tellEnd(wanted.name, wanted.generation, 'limit');
    // Each channel once, and once more for who changes everything before the first answers came.
    if (asking >= 2 * maxChannels) return parts.onFlood();
    const waitMs = isNextPage(wanted) ? pages.reserve(clock.now()) : 0;
    const subscription = createSubscription(wanted.generation, send, parts.volatile);
    subscriptions.set(wanted.name, subscription);
    (waitMs > 0 ? pause(waitMs).then(() => answer(wanted, subscription)) : answer(wanted, subscription))
      .catch((error: unknown) => {
        if (subscriptions.get(wanted.name) === subscription) parts.onFailed(error);
      })
      // The old one goes only now, so that the channel stays watched in between.
      .finally(() => {
        if (present !== undefined) hub.leave(wanted.name, present);
      })
      .catch(parts.onFailed);
    if (present === undefined) return;
    present.mode = 'held';
    present.waiting = null;
  };

  return {
    due(frame) {
      const names = new Set<string>();
      for (const wanted of frame.channels) if (isNextPage(wanted)) names.add(wanted.name);
      return frame.channels.length - names.size;
    },
    subscribe(frame) {
      for (const wanted of frame.channels) {
        // What is answered to one may be the end of the connection.
        if (!isReleased) start(wanted);
      }
    },
    unsubscribe(frame) {
      for (const { name, generation } of frame.channels) {
        const subscription = subscriptions.get(name);
        if (subscription !== undefined && subscription.generation <= generation) leave(name, subscription);
      }
    },
    kick(channel) {
      const subscription = subscriptions.get(channel);
      if (subscription === undefined) return;
      leave(channel, subscription);
      tellEnd(channel, subscription.generation, 'kicked');
    },
    release() {
      isReleased = true;
      for (const [channel, subscription] of subscriptions) leave(channel, subscription);
      for (const wake of pausing) wake();
    },
  };
}

function createSubscription(generation: number, send: (text: string) => void, volatile: VolatileSink | undefined): Subscription {
  let held = 0;
  const subscription: Subscription = {
    generation,
    mode: 'held',
    after: null,
    waiting: [],
    next: null,
    send,
    ...(volatile && { volatile }),
    hold(run) {
      held += run.events.length;
      if (held > HELD_EVENTS) subscription.waiting = null;
      else subscription.waiting?.push(run);
    },
    inStep() {
      subscription.after = null;
    },
  };
  return subscription;
}

/** Sends what waited, from where the last page ended, and lets the rest flow. */
function goLive(channel: string, subscription: Subscription, position: Position, send: (text: string) => void): void {
  const { waiting } = subscription;
  subscription.waiting = null;
  subscription.after = position;
  subscription.mode = 'live';
  if (waiting === null) {
    subscription.next = position;
    return send(frameText({ t: 'resync', channel }));
  }
  for (const run of waiting) {
    if (subscription.after === null) sendFrom(channel, run, subscription, { epoch: run.epoch, offset: run.first - 1 });
    else sendFrom(channel, run, subscription, subscription.after);
  }
}
