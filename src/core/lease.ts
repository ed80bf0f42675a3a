/**
 * Something that is kept while somebody holds it, and for a while after.
 * A remount, a route change or a hot reload within that while costs nothing.
 */
import type { Cancel, Clock } from './world.js';

export interface Lease {
  /** Starts it if it is not there. The release may be called twice; `lingerMs` overrides how long it stays after the last one. */
  hold(): (lingerMs?: number) => void;
  /** Ends it at once, whoever holds it. */
  end(): void;
}

export function createLease(parts: {
  readonly clock: Clock;
  readonly lingerMs: number;
  readonly onStart: () => void;
  readonly onEnd: () => void;
}): Lease {
  const { clock, onStart, onEnd } = parts;
  let holders = 0;
  let isStarted = false;
  let cancelEnd: Cancel | null = null;

  const keep = (): void => {
    cancelEnd?.();
    cancelEnd = null;
  };
  const end = (): void => {
    keep();
    if (!isStarted) return;
    isStarted = false;
    onEnd();
  };
  const linger = (ms: number): void => {
    if (!isStarted) return;
    if (ms <= 0) end();
    else cancelEnd = clock.after(ms, end);
  };

  return {
    hold() {
      holders++;
      keep();
      if (!isStarted) {
        isStarted = true;
        onStart();
      }
      let isReleased = false;
      return (lingerMs = parts.lingerMs) => {
        if (isReleased) return;
        isReleased = true;
        if (--holders === 0) linger(lingerMs);
      };
    },
    end,
  };
}
