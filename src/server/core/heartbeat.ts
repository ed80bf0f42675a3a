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
  /** A message came from the client; `receivedBytes` counts all of its bytes. */
  heard(now: number, receivedBytes: number): void;
  /** True: a ping should follow. */
  wrote(bytes: number): boolean;
  pong(n: number, now: number): void;
  /** True: the interval is another one from now on, and the client must be told with a ping. */
  setVisible(isVisible: boolean): boolean;
  check(now: number, receivedBytes: number): Pulse;
  next(now: number, receivedBytes: number): Pick<ServerPingFrame, 'n' | 'everyMs' | 'heardMs' | 'rttMs'>;
}

export function createHeartbeat(intervals: PingIntervals, isVisibleAtFirst: boolean, now: number): Heartbeat {
  return new LeanHeartbeat(intervals, isVisibleAtFirst, now);
}

/** A class, because every connection has one: functions of its own would weigh five times as much. */
class LeanHeartbeat implements Heartbeat {
  readonly #intervals: PingIntervals;
  #heardAt: number;
  #bytesThen = 0;
  #pingedAt: number;
  #n = 0;
  #written = 0;
  #rttMs: number | undefined = undefined;
  #everyMs: number;

  constructor(intervals: PingIntervals, isVisible: boolean, now: number) {
    this.#intervals = intervals;
    this.#heardAt = this.#pingedAt = now;
    this.#everyMs = isVisible ? intervals.visibleMs : intervals.hiddenMs;
  }
  heard(now: number, receivedBytes: number): void {
    this.#heardAt = now;
    this.#bytesThen = receivedBytes;
  }
  wrote(bytes: number): boolean {
    this.#written += bytes;
    return this.#written >= PING_EACH_BYTES;
  }
  pong(n: number, now: number): void {
    if (n === this.#n && n > 0) this.#rttMs = now - this.#pingedAt;
  }
  setVisible(isVisible: boolean): boolean {
    const before = this.#everyMs;
    this.#everyMs = isVisible ? this.#intervals.visibleMs : this.#intervals.hiddenMs;
    return this.#everyMs !== before;
  }
  check(now: number, receivedBytes: number): Pulse {
    if (receivedBytes !== this.#bytesThen) this.heard(now, receivedBytes);
    if (now - this.#heardAt > this.#everyMs + DEAD_AFTER_MS) return 'dead';
    return now - this.#pingedAt >= this.#everyMs ? 'ping' : 'well';
  }
  next(now: number, receivedBytes: number): Pick<ServerPingFrame, 'n' | 'everyMs' | 'heardMs' | 'rttMs'> {
    if (receivedBytes !== this.#bytesThen) this.heard(now, receivedBytes);
    this.#pingedAt = now;
    this.#written = 0;
    this.#n += 1;
    // Whole milliseconds, rounded down: what was read is never said to be older than it is.
    return { n: this.#n, everyMs: this.#everyMs, heardMs: Math.floor(now - this.#heardAt), ...(this.#rttMs !== undefined && { rttMs: this.#rttMs }) };
  }
}
