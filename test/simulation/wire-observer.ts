/**
 * Watches a client's sockets from the outside, and complains of what no client may do: connect twice at once, keep a silent link, use
 * one lane or one channel over two links, leave a channel without a link while there is one, send before it is welcome, hammer the server.
 * Also notes what was reached: pages, parts, close codes, gaps. Not here: what the application sees.
 * Long because all of it is told by the same five callbacks.
 */
import { DEAD_AFTER_MS } from '../../src/core/protocol/limits.js';
import type { SubscribedFrame, UnsubscribedFrame } from '../../src/core/protocol/frames.js';
import type { World } from '../../src/core/world.js';
import type { SimulatedClient } from '../../src/testing/simulated-client.js';
import type { Complaints } from './complaints.js';
import type { Places } from './places.js';
import type { Reached } from './sometimes.js';

export interface WireObserver {
  readonly world: World;
  /** The ids of the commands that a socket has taken. */
  wasSent(id: string): boolean;
  /** The last error that a server has answered a command with. */
  errorCode(id: string): string | undefined;
  /** The sockets that are open for the client now. */
  readonly open: number;
  /** Sockets that were ever opened. */
  readonly opened: number;
  /** Every close that the client was told. */
  readonly closes: readonly { readonly at: number; readonly code: number }[];
  /** Whether a socket is on its way to its welcome. */
  readonly isConnecting: boolean;
  readonly isReady: boolean;
  /** The channel's newest subscription is not answered to the end. */
  isJoining(channel: string): boolean;
  /** From now on: when the client first sends over the connection with this id; null: it has not. */
  watchSends(connection: number): () => number | null;
  /** How often the storage had been lost when the server greeted the oldest of the ready sockets: a lane may still go over it. */
  readonly knownLosses: number;
}

/** Timers may be this late, and the greeting takes its time. */
const GRACE_MS = 6_000;
/** What the server says of its last read is no finer than the way there and back. */
const GRAIN_MS = 300;
const HASTE_MS = 10_000;
/** A lost link's channels are asked for over another one within this. */
const MOVE_MS = 1_000;
/**
 * Ten seconds of full jitter from one second on, up to five, are about six attempts; signs of life from the page add some, and a
 * person's button one each. Chance alone makes 13 of them once in some 10,000 losses, and 16 once in a million.
 */
const MOST_IN_HASTE = 16;

interface Watched {
  state: 'connecting' | 'open' | 'ready' | 'over';
  /** Of the simulated connection. */
  connection: number;
  watchedAt: number;
  firstSentAt: number | null;
  losses: number;
  heardAt: number;
  everyMs: number;
  readonly lanes: Set<string>;
  readonly channels: Set<string>;
}

interface Sent {
  readonly t: string;
  readonly id?: string;
  readonly lane?: string;
  readonly void?: boolean;
  readonly stamp?: readonly string[];
  readonly channels?: readonly { readonly name: string; readonly generation: number }[];
}

interface Newest {
  readonly generation: number;
  readonly socket: Watched;
  pages: number;
  isPaging: boolean;
}

export function watchWire(parts: {
  readonly outside: SimulatedClient;
  readonly size: number;
  readonly places: Places;
  readonly complaints: Complaints;
  readonly reached: Reached;
  /** How often the storage has been lost. */
  losses(): number;
  /** The id of the connection that was opened last. */
  newestConnection(): number;
  /** By the world's clock: a timer of the client would be its own. */
  after(ms: number, run: () => void): void;
  /** A socket was opened: the one thing that may be done to it before anything else happens. */
  onOpened(): void;
  onWelcome(tag: string): void;
  /** Whether somebody wants the channel all the time. */
  isWanted(channel: string): boolean;
  /** Commands whose handler has ended. */
  hasRun(id: string): boolean;
  /** Attempts that a person asked for in this time. */
  pressedSince(at: number): number;
}): WireObserver {
  const { outside, size, places, reached } = parts;
  const { clock, name } = outside;
  const complain = (kind: Parameters<Complaints['add']>[0], what: string): void => parts.complaints.add(kind, name, what);
  const sockets = new Set<Watched>();
  const sent = new Map<string, number>();
  const errors = new Map<string, string>();
  const newest = new Map<string, Newest>();
  const closes: { at: number; code: number }[] = [];
  const eventFrames = new Map<string, number>();
  /** Channels that had a gap since a query was asked that follows them. */
  const gapOn = new Set<string>();
  let openedAt: number[] = [];
  let opened = 0;
  let lookedAt = 0;
  let lastLosses = 0;
  const others = (own: Watched): Watched[] => [...sockets].filter((one) => one !== own);

  function look(): void {
    const now = clock.now();
    // Slept: nothing could be heard, and nothing done about it.
    const hasSlept = now - lookedAt > 1_500;
    lookedAt = now;
    for (const one of sockets) {
      if (hasSlept) one.heardAt = now;
      if (now - one.heardAt <= one.everyMs + DEAD_AFTER_MS + GRACE_MS) continue;
      complain('link-silent', `connected to nobody: silence for ${now - one.heardAt} ms`);
      one.heardAt = now;
    }
  }

  function opens(): Watched {
    const now = clock.now();
    const own: Watched = { state: 'connecting', connection: 0, watchedAt: 0, firstSentAt: null, losses: 0, heardAt: now, everyMs: 6_000, lanes: new Set(), channels: new Set() };
    if (others(own).some(({ state }) => state === 'connecting' || state === 'open')) complain('links-too-many', 'two sockets are connecting at once');
    if (sockets.size >= size) complain('links-too-many', `${sockets.size + 1} sockets at once`);
    sockets.add(own);
    opened++;
    openedAt = [...openedAt.filter((at) => now - at < HASTE_MS), now];
    if (openedAt.length === MOST_IN_HASTE + parts.pressedSince(now - HASTE_MS)) complain('links-hammer', `${openedAt.length} sockets within ${HASTE_MS} ms`);
    return own;
  }

  function leaves(own: Watched): void {
    const heirs = others(own).filter(({ state }) => state === 'ready');
    const orphans = own.state === 'ready' ? [...own.channels].filter(parts.isWanted) : [];
    own.state = 'over';
    sockets.delete(own);
    if (orphans.length === 0 || heirs.length === 0) return;
    reached.add('a link took over the channels of another');
    parts.after(MOVE_MS, () => {
      if (!heirs.some(({ state }) => state === 'ready')) return;
      for (const channel of orphans) {
        if (parts.isWanted(channel) && ![...sockets].some(({ channels }) => channels.has(channel))) complain('link-orphan', `${channel} has no link while one is ready`);
      }
    });
  }

  function sends(own: Watched, frame: Sent): void {
    if ((frame.t === 'hello') !== (own.state === 'open')) complain('link-order', `sends ${frame.t} on a socket that is ${own.state === 'open' ? 'not welcome yet' : own.state}`);
    if (frame.lane !== undefined) {
      if (others(own).some(({ lanes }) => lanes.has(frame.lane as string))) complain('link-order', `lane ${frame.lane} is open on two links`);
      own.lanes.add(frame.lane);
    }
    for (const { name: channel, generation } of frame.t === 'subscribe' ? (frame.channels ?? []) : []) {
      if (others(own).some(({ channels }) => channels.has(channel))) complain('link-order', `${channel} is subscribed on two links`);
      own.channels.add(channel);
      const before = newest.get(channel);
      newest.set(channel, { generation, socket: own, pages: before?.isPaging === true ? before.pages : 0, isPaging: true });
    }
    for (const { name: channel } of frame.t === 'unsubscribe' ? (frame.channels ?? []) : []) {
      own.channels.delete(channel);
      newest.delete(channel);
    }
  }

  function took({ t, id, stamp = [], void: isVoid }: Sent): void {
    for (const channel of stamp) if (gapOn.delete(channel)) reached.add('followed query asked again after a gap');
    if (t !== 'command' || id === undefined) return;
    if (parts.hasRun(id)) reached.add(isVoid === true ? 'a void for a command that had run' : 'a command offered again after its handler ended');
    sent.set(id, (sent.get(id) ?? 0) + 1);
  }

  function subscribed(own: Watched, { channel, generation, state, events, more, position }: SubscribedFrame): void {
    const asked = newest.get(channel);
    if (asked === undefined || asked.socket !== own || asked.generation !== generation) return reached.add('subscribed: an answer of an old generation arrives');
    reached.addSeen(`subscribed: ${state}`);
    if (state === 'gap') gapOn.add(channel);
    if (state === 'recovered' && events.length === 0) reached.add('subscribed: recovered with 0 events');
    asked.pages++;
    asked.isPaging = more;
    if (more) reached.add('subscribed: more pages');
    if (asked.pages >= 3) reached.add('subscribed: page 3 or later');
    if (!more) places.answered(channel, position);
  }

  function hears(own: Watched, text: string): void {
    own.heardAt = clock.now();
    own.everyMs = Number(/"everyMs":(\d+)/.exec(text)?.[1] ?? own.everyMs);
    const kind = /^\{"t":"(\w+)"/.exec(text)?.[1];
    switch (kind) {
      case 'welcome':
        own.state = 'ready';
        own.losses = lastLosses = parts.losses();
        own.everyMs = outside.isVisible() ? 6_000 : 25_000;
        if (others(own).some(({ state }) => state === 'ready')) reached.add('a second link became ready');
        return parts.onWelcome((JSON.parse(text) as { tag: string }).tag);
      case 'subscribed':
        return subscribed(own, JSON.parse(text) as SubscribedFrame);
      case 'unsubscribed': {
        const { channel, reason, generation } = JSON.parse(text) as UnsubscribedFrame;
        // Said about an older subscription than the one that is on its way.
        if (newest.get(channel)?.generation !== generation) return;
        own.channels.delete(channel);
        newest.delete(channel);
        reached.addSeen(`refused: ${reason}`);
        return places.refused(channel, clock.now());
      }
      case 'events': {
        const channel = /"channel":"([^"]+)"/.exec(text)?.[1] ?? '';
        if (eventFrames.get(channel) === clock.now() && text.length > 5_000) reached.add('events: a tick split over frames');
        eventFrames.set(channel, clock.now());
        return;
      }
      case 'response':
        if (/"part":\{"index":[1-9]/.test(text)) reached.add('response: more than one part');
        return;
      case 'error': {
        const [, id = '', code = ''] = /"id":"([^"]+)","code":"([^"]+)"/.exec(text) ?? [];
        errors.set(id, code);
        return;
      }
      case 'volatile':
        return reached.add('volatile event received');
      default:
        return;
    }
  }

  return {
    wasSent: (id) => sent.has(id),
    errorCode: (id) => errors.get(id),
    get open() {
      return sockets.size;
    },
    get opened() {
      return opened;
    },
    closes,
    get isConnecting() {
      return [...sockets].some(({ state }) => state === 'connecting' || state === 'open');
    },
    get isReady() {
      return [...sockets].some(({ state }) => state === 'ready');
    },
    isJoining(channel) {
      const asked = newest.get(channel);
      return asked !== undefined && (asked.isPaging || !sockets.has(asked.socket));
    },
    watchSends(connection) {
      const own = [...sockets].find((one) => one.connection === connection);
      if (own !== undefined) {
        own.firstSentAt = null;
        own.watchedAt = clock.now();
      }
      return () => own?.firstSentAt ?? null;
    },
    get knownLosses() {
      return Math.min(lastLosses, ...[...sockets].filter(({ state }) => state === 'ready').map(({ losses }) => losses));
    },
    world: {
      clock,
      dice: outside.dice,
      paint: outside.paint,
      isVisible: outside.isVisible,
      watch(onSignal) {
        let cancelLook = clock.after(0, function again() {
          look();
          cancelLook = clock.after(1_000, again);
        });
        const stop = outside.watch(onSignal);
        return () => {
          cancelLook();
          stop();
        };
      },
      open(url, protocols, events) {
        const own = opens();
        const socket = outside.open(url, protocols, {
          onOpened() {
            own.state = 'open';
            parts.onOpened();
            events.onOpened();
          },
          onMessage(text) {
            hears(own, text);
            events.onMessage(text);
          },
          onClosed(code, reason) {
            leaves(own);
            closes.push({ at: clock.now(), code });
            reached.addSeen(`close ${code}`);
            events.onClosed(code, reason);
          },
        });
        own.connection = parts.newestConnection();
        return {
          send(text) {
            if (clock.now() - own.watchedAt > GRAIN_MS) own.firstSentAt ??= clock.now();
            const frame = JSON.parse(text) as Sent;
            sends(own, frame);
            const isTaken = socket.send(text);
            if (isTaken) took(frame);
            return isTaken;
          },
          close(code, reason) {
            reached.addSeen(`close ${code}`);
            leaves(own);
            socket.close(code, reason);
          },
        };
      },
    },
  };
}
