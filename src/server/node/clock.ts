/** Node's clock, dice and the rest of the outside, for the server core. Not here: sockets. */
import { createHash, getRandomValues, randomUUID } from 'node:crypto';
import type { ServerWorld } from '../core/server-world.js';

/** Timers do not keep the process alive: what serves sockets lives by them. */
export function createNodeWorld(): ServerWorld {
  return {
    clock: {
      now: () => performance.now(),
      wall: () => Date.now(),
      after(ms, run) {
        // Longer than this, a timer of Node would fire at once.
        const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1)).unref();
        return () => clearTimeout(timer);
      },
    },
    dice: {
      roll: () => (getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
      id: () => randomUUID(),
    },
    // 16 bytes: to cut the text of all 32 would keep the whole of it.
    digest: (text) => createHash('sha256').update(text).digest().toString('base64url', 0, 16),
    defer: (run) => void setImmediate(run),
    createAbort() {
      const controller = new AbortController();
      return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
    },
  };
}
