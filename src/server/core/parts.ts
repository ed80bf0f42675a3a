/**
 * Answers that are too long for one frame, on their way in parts: one after the other, and only as fast as the client takes
 * them, or the answer itself would look like a slow reader. Not here: what is in them, and when they are computed.
 */
import type { Cancel, Clock } from '../../core/world.js';
import type { ChannelPosition } from '../../core/protocol/frames.js';
import type { AbortLike } from './abort.js';
import { partTexts } from './frame-text.js';
import type { LongShares } from './long-shares.js';
import type { Turns } from './turns.js';

/** Of what may wait, as much as may be there when the next answer is made: the client must not be idle meanwhile. */
export const ROOM_SHARE = 1 / 4;
/** What may lie untaken in the socket when the next part follows. */
const AHEAD_BYTES = 64 * 1024;
/** When to look again whether the client has taken any: at first soon, then ever later, as one may take nothing for ever. */
const LOOK_AGAIN_MS = 2;
const LOOK_LAST_MS = 250;

interface Travelling {
  readonly texts: Iterator<string, undefined>;
  /** Characters that were not sent yet. */
  chars: number;
}

export interface Parts {
  /** False: too much waits already. */
  send(id: string, result: string, positions: readonly ChannelPosition[]): boolean;
  has(id: string): boolean;
  /** Whether so little waits on this connection that the next long answer may be made. */
  hasRoom(): boolean;
  /** Resolves when {@link Parts.hasRoom} or the share of the user may have changed, or the signal is or was aborted. */
  change(signal: AbortLike): Promise<void>;
  /** Wakes all calls of {@link Parts.change}. */
  notify(): void;
  /** The rest is not sent; false: there is no rest. */
  drop(id: string): boolean;
  release(): void;
}

export function createParts(parts: {
  readonly clock: Pick<Clock, 'after'>;
  readonly turns: Turns;
  /** Whose turns it takes, and to whose share it counts. */
  readonly user: string;
  readonly shares: LongShares;
  /** Characters of results that may wait; the last result accepted may exceed it. */
  readonly maxWaiting: number;
  readonly send: (text: string) => void;
  readonly bufferedBytes: () => number;
}): Parts {
  const { clock, turns, user, shares, maxWaiting, send, bufferedBytes } = parts;
  const waiting = new Map<string, Travelling>();
  const waiters = new Set<() => void>();
  let cancelTimer: Cancel | null = null;
  let lookMs = LOOK_AGAIN_MS;

  const waitingChars = (): number => {
    let sum = 0;
    for (const { chars } of waiting.values()) sum += chars;
    return sum;
  };

  const hasRoom = (): boolean => waitingChars() <= ROOM_SHARE * maxWaiting;

  const notify = (): void => {
    for (const wake of [...waiters]) wake();
  };

  const setChars = (travelling: Travelling, chars: number): void => {
    const before = travelling.chars;
    travelling.chars = chars;
    shares.count(user, { chars: chars - before });
  };

  const remove = (id: string, travelling: Travelling): void => {
    waiting.delete(id);
    setChars(travelling, 0);
  };

  const lookAgain = (): void => {
    cancelTimer = clock.after(lookMs, () => void turns.runFirst(user, go));
    lookMs = Math.min(LOOK_LAST_MS, 2 * lookMs);
  };

  const go = (): void => {
    cancelTimer = null;
    for (const [id, travelling] of waiting) {
      while (waiting.has(id)) {
        if (bufferedBytes() >= AHEAD_BYTES) {
          lookAgain();
          break;
        }
        lookMs = LOOK_AGAIN_MS;
        const { value } = travelling.texts.next();
        if (value === undefined) remove(id, travelling);
        else {
          setChars(travelling, Math.max(0, travelling.chars - value.length));
          send(value);
        }
      }
      if (cancelTimer !== null) break;
    }
    if (waiters.size > 0 && hasRoom()) notify();
  };

  return {
    send(id, result, positions) {
      if (waitingChars() > maxWaiting) return false;
      const travelling = { chars: 0, texts: partTexts(id, result, positions) };
      waiting.set(id, travelling);
      setChars(travelling, result.length);
      if (cancelTimer === null) go();
      return true;
    },
    has: (id) => waiting.has(id),
    hasRoom,
    notify,
    change: (signal) =>
      new Promise((resolve) => {
        // A signal tells of its abort once.
        if (signal.aborted) return resolve();
        const wake = (): void => {
          waiters.delete(wake);
          unwatch();
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const unwatch = shares.watch(user, wake);
        waiters.add(wake);
        signal.addEventListener('abort', wake);
      }),
    drop(id) {
      const travelling = waiting.get(id);
      if (travelling === undefined) return false;
      remove(id, travelling);
      notify();
      return true;
    },
    release() {
      for (const [id, travelling] of waiting) remove(id, travelling);
      cancelTimer?.();
      notify();
    },
  };
}
