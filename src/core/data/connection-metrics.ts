/** What changes all the time about a connection: sampled once a second, and only while somebody watches. */
import type { BuiltFeature, Core, Feature } from '../feature.js';
import type { Cancel } from '../world.js';
import { createCell, type Readable } from './store.js';

/** Figures of the connection, apart from its status so that nothing renders for them. */
export interface ConnectionMetrics {
  /** The round trip, smoothed, in milliseconds; null until it was measured. */
  readonly rttMs: number | null;
  /** Events of channels that came in the last second, of all channels together; 0 while nobody watches. */
  readonly eventsPerSecond: number;
}

export const METRICS: Feature<Readable<ConnectionMetrics>> = { rank: 1, create: createConnectionMetrics };

const SAMPLE_MS = 1_000;

export function createConnectionMetrics(core: Pick<Core, 'flusher' | 'clock' | 'rttMs' | 'isDisposed'>): BuiltFeature<Readable<ConnectionMetrics>> {
  const { clock } = core;
  let eventsPerSecond = 0;
  let count = 0;
  let watchers = 0;
  let cancel: Cancel = () => {};
  const cell = createCell<ConnectionMetrics>(core.flusher, (former) => {
    // The first snapshot is what a server has rendered, however late this is built.
    const rttMs = former ? core.rttMs : null;
    return former?.rttMs === rttMs && former.eventsPerSecond === eventsPerSecond ? former : { rttMs, eventsPerSecond };
  });

  const begin = (): void => {
    if (core.isDisposed) return;
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
    api: {
      ...cell,
      get() {
        // Subscribers see the round trip of the last sample; without any, it is the newest one.
        if (watchers === 0) cell.changed();
        return cell.get();
      },
      subscribe(onChange) {
        if (watchers++ === 0) {
          begin();
          cell.changed();
        }
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
    },
    onFrame(frame) {
      if (frame.t === 'events') count += frame.events.length;
    },
    dispose: () => cancel(),
  };
}
