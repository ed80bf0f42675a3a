/**
 * Looks over a client's sockets from the outside, and complains of what no client may do: connect twice at once, keep a
 * silent link, speak for one lane or one channel over two links, leave a channel without a link while there is one,
 * say anything but who it is before it is welcome, hammer a server that drops it.
 */
import { PASSED_BOARDS } from './town-contract.js';
import { DEAD_AFTER_MS } from '../../src/core/protocol/limits.js';
import type { World } from '../../src/core/world.js';
import type { SimulatedClient } from '../../src/testing/simulated-client.js';

export interface LinkWatch {
  readonly world: World;
  /** How often a second link became ready while one was. */
  readonly shared: number;
  /** The most sockets that were opened within half a minute. */
  readonly haste: number;
  /** The ids of the commands that a socket has taken. */
  readonly sent: ReadonlySet<string>;
}

/** Timers may be this late, and the greeting takes its time. */
const GRACE_MS = 6_000;
const HASTE_MS = 30_000;
/** A lost link's channels are asked for over another one within this. */
const MOVE_MS = 1_000;
/** Half a minute of full jitter from one second on is about seven attempts; signs of life from the page add some. */
const MOST_IN_HASTE = 16;

interface Watched {
  state: 'connecting' | 'open' | 'ready' | 'over';
  heardAt: number;
  everyMs: number;
  readonly lanes: Set<string>;
  readonly channels: Set<string>;
}

const PASSED: ReadonlySet<string> = new Set(PASSED_BOARDS.map((id) => `board:${id}`));

interface Said {
  readonly t: string;
  readonly id?: string;
  readonly lane?: string;
  readonly channels?: readonly { readonly name: string }[];
}

export function watchLinks(outside: SimulatedClient, size: number, complain: (what: string) => void): LinkWatch {
  const { clock } = outside;
  const sockets = new Set<Watched>();
  const sent = new Set<string>();
  let openedAt: number[] = [];
  let lookedAt = 0;
  let shared = 0;
  let haste = 0;
  const others = (own: Watched): Watched[] => [...sockets].filter((one) => one !== own);

  function look(): void {
    const now = clock.now();
    // Slept: nothing could be heard, and nothing done about it.
    const hasSlept = now - lookedAt > 1_500;
    lookedAt = now;
    for (const one of sockets) {
      if (hasSlept) one.heardAt = now;
      if (now - one.heardAt <= one.everyMs + DEAD_AFTER_MS + GRACE_MS) continue;
      complain(`connected to nobody: silence for ${now - one.heardAt} ms`);
      one.heardAt = now;
    }
  }

  function opens(): Watched {
    const now = clock.now();
    const own: Watched = { state: 'connecting', heardAt: now, everyMs: 6_000, lanes: new Set(), channels: new Set() };
    if (others(own).some(({ state }) => state === 'connecting' || state === 'open')) complain('two sockets are connecting at once');
    if (sockets.size >= size) complain(`${sockets.size + 1} sockets at once`);
    sockets.add(own);
    openedAt = [...openedAt.filter((at) => now - at < HASTE_MS), now];
    haste = Math.max(haste, openedAt.length);
    if (openedAt.length === MOST_IN_HASTE) complain(`hammers the server: ${MOST_IN_HASTE} sockets within ${HASTE_MS} ms`);
    return own;
  }

  /** Boards that are only passed by may be left by the time that a link is. */
  function leaves(own: Watched): void {
    const heirs = others(own).filter(({ state }) => state === 'ready');
    const orphans = own.state === 'ready' ? [...own.channels].filter((name) => !PASSED.has(name)) : [];
    own.state = 'over';
    sockets.delete(own);
    if (orphans.length === 0 || heirs.length === 0) return;
    clock.after(MOVE_MS, () => {
      if (!heirs.some(({ state }) => state === 'ready')) return;
      for (const name of orphans) if (![...sockets].some(({ channels }) => channels.has(name))) complain(`${name} has no link while one is ready`);
    });
  }

  function says(own: Watched, frame: Said): void {
    if ((frame.t === 'hello') !== (own.state === 'open')) complain(`says ${frame.t} on a socket that is ${own.state === 'open' ? 'not welcome yet' : own.state}`);
    if (frame.lane !== undefined) {
      if (others(own).some(({ lanes }) => lanes.has(frame.lane as string))) complain(`lane ${frame.lane} is open on two links`);
      own.lanes.add(frame.lane);
    }
    for (const { name } of frame.t === 'subscribe' ? (frame.channels ?? []) : []) {
      if (others(own).some(({ channels }) => channels.has(name))) complain(`${name} is subscribed on two links`);
      own.channels.add(name);
    }
    for (const { name } of frame.t === 'unsubscribe' ? (frame.channels ?? []) : []) own.channels.delete(name);
  }

  return {
    sent,
    get shared() {
      return shared;
    },
    get haste() {
      return haste;
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
            events.onOpened();
          },
          onMessage(text) {
            own.heardAt = clock.now();
            own.everyMs = Number(/"everyMs":(\d+)/.exec(text)?.[1] ?? own.everyMs);
            if (text.startsWith('{"t":"welcome"')) {
              own.state = 'ready';
              own.everyMs = outside.isVisible() ? 6_000 : 25_000;
              if (others(own).some(({ state }) => state === 'ready')) shared++;
            }
            events.onMessage(text);
          },
          onClosed(code, reason) {
            leaves(own);
            events.onClosed(code, reason);
          },
        });
        return {
          send(text) {
            const frame = JSON.parse(text) as Said;
            says(own, frame);
            const isTaken = socket.send(text);
            if (isTaken && frame.t === 'command' && frame.id !== undefined) sent.add(frame.id);
            return isTaken;
          },
          close(code, reason) {
            leaves(own);
            socket.close(code, reason);
          },
        };
      },
    },
  };
}
