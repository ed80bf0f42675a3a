/**
 * Is the client still there? Says when to ping it and when to give it up.
 * A private container without a timer: one sweep asks all of them. Not here: sending, closing.
 */
import { DEAD_AFTER_MS } from '../../core/protocol/limits.js';
import type { PingIntervals, ServerPingFrame } from '../../core/protocol/frames.js';

/** A large write in flight hides the next ping from the client, so it gets one behind it. */
const PING_EACH_BYTES = 64 * 1024;

export type Pulse = 'well' | 'ping' | 'dead';

export interface Heartbeat {
  /** Anything came from the client; `receivedBytes` counts all of its bytes. */
  heard(now: number): void;
  /** True: a ping should follow. */
  wrote(bytes: number): boolean;
  pong(n: number, now: number): void;
  /** True: the interval is another one from now on, and the client must be told with a ping. */
  setVisible(isVisible: boolean): boolean;
  check(now: number, receivedBytes: number): Pulse;
  next(now: number): Pick<ServerPingFrame, 'n' | 'everyMs' | 'rttMs'>;
}

export function createHeartbeat(intervals: PingIntervals, isVisibleAtFirst: boolean, now: number): Heartbeat {
  let heardAt = now;
  let bytesThen = 0;
  let pingedAt = now;
  let n = 0;
  let written = 0;
  let rttMs: number | undefined;
  let everyMs = isVisibleAtFirst ? intervals.visibleMs : intervals.hiddenMs;

  return {
    heard(at) {
      heardAt = at;
    },
    wrote(bytes) {
      written += bytes;
      return written >= PING_EACH_BYTES;
    },
    pong(answered, at) {
      if (answered === n && n > 0) rttMs = at - pingedAt;
    },
    setVisible(isVisible) {
      const before = everyMs;
      everyMs = isVisible ? intervals.visibleMs : intervals.hiddenMs;
      return everyMs !== before;
    },
    check(at, receivedBytes) {
      if (receivedBytes !== bytesThen) {
        bytesThen = receivedBytes;
        heardAt = at;
      }
      if (at - heardAt > everyMs + DEAD_AFTER_MS) return 'dead';
      return at - pingedAt >= everyMs ? 'ping' : 'well';
    },
    next(at) {
      pingedAt = at;
      written = 0;
      n += 1;
      return { n, everyMs, ...(rttMs !== undefined && { rttMs }) };
    },
  };
}
