/**
 * Figures that change all the time, apart from the status so that nothing renders for them: told once a second while somebody
 * watches, and measured only then.
 */
import type { Cancel, Clock } from '../world.js';
import type { Flusher } from './flush.js';
import { createCell, type Readable } from './store.js';

export interface ConnectionMetrics {
  /** The round trip, smoothed, in milliseconds; null until it was measured. */
  readonly rttMs: number | null;
  /** Events of all channels that came in the last second; 0 while nobody watches. */
  readonly eventsPerSecond: number;
}

export interface Metrics extends Readable<ConnectionMetrics> {
  /** The round trip is this by now. */
  measured(rttMs: number): void;
  /** So many events have come. */
  came(events: number): void;
}

const PERIOD_MS = 1_000;

export function createMetrics(clock: Clock, flusher: Flusher): Metrics {
  let rttMs: number | null = null;
  let events = 0;
  let eventsPerSecond = 0;
  let watchers = 0;
  let cancel: Cancel = () => {};
  const cell = createCell<ConnectionMetrics>(flusher, (former) =>
    former?.rttMs === rttMs && former.eventsPerSecond === eventsPerSecond ? former : { rttMs, eventsPerSecond },
  );

  const measure = (): void => {
    const before = events;
    const startedAt = clock.now();
    cancel = clock.after(PERIOD_MS, () => {
      eventsPerSecond = ((events - before) * 1_000) / Math.max(1, clock.now() - startedAt);
      cell.changed();
      measure();
    });
  };

  return {
    get: cell.get,
    getInitial: cell.getInitial,
    subscribe(onChange) {
      const stop = cell.subscribe(onChange);
      watchers += 1;
      if (watchers === 1) measure();
      return () => {
        stop();
        watchers -= 1;
        if (watchers > 0) return;
        cancel();
        eventsPerSecond = 0;
        cell.changed();
      };
    },
    measured(now) {
      rttMs = now;
      if (watchers === 0) cell.changed();
    },
    came(count) {
      events += count;
    },
  };
}
