/** What changes all the time about a connection: sampled once a second, and only while somebody watches. */
import type { Cancel, Clock } from '../world.js';
import type { Flusher } from './flush.js';
import { createCell, type Readable } from './store.js';

/** Figures of the connection, apart from its status so that nothing renders for them. */
export interface ConnectionMetrics {
  /** The round trip, smoothed, in milliseconds; null until it was measured. */
  readonly rttMs: number | null;
  /** Events of channels that came in the last second, of all channels together; 0 while nobody watches. */
  readonly eventsPerSecond: number;
}

export interface Metrics extends Readable<ConnectionMetrics> {
  rtt(rttMs: number): void;
  events(count: number): void;
  /** No timer is left, and none is started any more. */
  dispose(): void;
}

const SAMPLE_MS = 1_000;

export function createConnectionMetrics(flusher: Flusher, clock: Clock): Metrics {
  let rttMs: number | null = null;
  let eventsPerSecond = 0;
  let count = 0;
  let watchers = 0;
  let isDisposed = false;
  let cancel: Cancel = () => {};
  const cell = createCell<ConnectionMetrics>(flusher, (former) =>
    former?.rttMs === rttMs && former.eventsPerSecond === eventsPerSecond ? former : { rttMs, eventsPerSecond },
  );

  const begin = (): void => {
    if (isDisposed) return;
    const startedAt = clock.now();
    count = 0;
    cancel = clock.after(SAMPLE_MS, () => {
      // A timer of a hidden page comes late.
      eventsPerSecond = Math.round((count * 1_000) / (clock.now() - startedAt));
      begin();
      cell.changed();
    });
  };

  return {
    ...cell,
    subscribe(onChange) {
      if (watchers++ === 0) begin();
      const leave = cell.subscribe(onChange);
      let isOver = false;
      return () => {
        leave();
        if (isOver) return;
        isOver = true;
        if (--watchers > 0) return;
        cancel();
        eventsPerSecond = 0;
        cell.changed();
      };
    },
    rtt(ms) {
      rttMs = ms;
      // Who watches is told with the next sample.
      if (watchers === 0) cell.changed();
    },
    events(more) {
      count += more;
    },
    dispose() {
      isDisposed = true;
      cancel();
    },
  };
}
