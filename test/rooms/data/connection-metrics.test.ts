// Figures of the connection: sampled once a second, and only while somebody watches.
import { beforeEach, describe, expect, it } from 'vitest';
import { createConnectionMetrics, type ConnectionMetrics } from '../../../src/core/data/connection-metrics.js';
import { createFlusher, type Flusher } from '../../../src/core/data/flush.js';
import type { Readable } from '../../../src/core/data/store.js';
import type { FeatureLife } from '../../../src/core/feature.js';
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulated-clock.js';
import { lifeOf } from '../life.js';

let clock: SimulatedClock;
let flusher: Flusher;
let core: { clock: SimulatedClock; flusher: Flusher; rttMs: number | null; isDisposed: boolean };
let metrics: Readable<ConnectionMetrics>;
let life: Required<FeatureLife>;
let seen: (readonly [at: number, rttMs: number | null, eventsPerSecond: number])[];
const watch = (): (() => void) =>
  metrics.subscribe(() => {
    const { rttMs, eventsPerSecond } = metrics.get();
    seen.push([clock.now(), rttMs, eventsPerSecond]);
  });
const heard = (events: number): void => life.onFrame({ t: 'events', channel: 'room:1', epoch: 'e', offset: 1, events: Array.from({ length: events }, () => ({ name: 'message', time: 0 })) }, 0);
/** A second in which so many events come, four times. */
const second = (events: number): void => {
  for (let quarter = 0; quarter < 4; quarter++) {
    heard(events / 4);
    clock.advance(250);
    flusher.now();
  }
};

beforeEach(() => {
  clock = createSimulatedClock();
  flusher = createFlusher({ clock: { after: () => () => {} }, paint: () => () => {}, onError: () => {} });
  core = { clock, flusher, rttMs: null, isDisposed: false };
  const built = createConnectionMetrics(core);
  metrics = built.api;
  life = lifeOf(built);
  seen = [];
});

describe('the figures of a connection', () => {
  it('are told at each full second in which they changed', () => {
    watch();
    second(40);
    second(40);
    second(8);
    second(0);
    second(0);
    expect(seen).toEqual([[1_000, null, 40], [3_000, null, 8], [4_000, null, 0]]);
  });

  it('count from the moment of watching, and for as long as the sample was, though its timer was late', () => {
    heard(1_000);
    clock.advance(500);
    watch();
    heard(10);
    clock.advance(1_000);
    expect(metrics.get().eventsPerSecond).toBe(0);
    flusher.now();
    expect(metrics.get().eventsPerSecond).toBe(10);
  });

  it('show a round trip with the next sample, or at once where nobody watches', () => {
    core.rttMs = 20;
    expect(metrics.get()).toEqual({ rttMs: 20, eventsPerSecond: 0 });
    watch();
    core.rttMs = 30;
    flusher.now();
    expect(seen).toEqual([]);
    second(0);
    expect(seen).toEqual([[1_000, 30, 0]]);
  });

  it('show the newest round trip to the first who watches, without a look before', () => {
    core.rttMs = 20;
    watch();
    expect(metrics.get().rttMs).toBe(20);
  });

  it('are told to nobody who has left, and sampled while one is left', () => {
    const [first, last] = [watch(), watch()];
    second(4);
    expect(seen).toHaveLength(2);
    first();
    first();
    second(8);
    expect(seen).toHaveLength(3);
    last();
    expect([metrics.get().eventsPerSecond, clock.pending]).toEqual([0, 0]);
    watch();
    second(12);
    expect(seen.slice(3)).toEqual([[3_000, null, 12]]);
  });

  it('have no timer after the end, whoever comes', () => {
    watch();
    core.isDisposed = true;
    life.dispose();
    watch();
    clock.advance(5_000);
    flusher.now();
    expect([clock.pending, seen]).toEqual([0, []]);
  });
});
