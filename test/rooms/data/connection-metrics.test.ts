// Figures of the connection: sampled once a second, and only while somebody watches.
import { beforeEach, describe, expect, it } from 'vitest';
import { createConnectionMetrics, type Metrics } from '../../../src/core/data/connection-metrics.js';
import { createFlusher, type Flusher } from '../../../src/core/data/flush.js';
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulated-clock.js';

let clock: SimulatedClock;
let flusher: Flusher;
let metrics: Metrics;
let seen: (readonly [at: number, rttMs: number | null, eventsPerSecond: number])[];
const watch = (): (() => void) =>
  metrics.subscribe(() => {
    const { rttMs, eventsPerSecond } = metrics.get();
    seen.push([clock.now(), rttMs, eventsPerSecond]);
  });
/** A second in which so many events come, four times. */
const second = (events: number): void => {
  for (let quarter = 0; quarter < 4; quarter++) {
    metrics.events(events / 4);
    clock.advance(250);
    flusher.now();
  }
};

beforeEach(() => {
  clock = createSimulatedClock();
  flusher = createFlusher({ clock: { after: () => () => {} }, paint: () => () => {}, onError: () => {} });
  metrics = createConnectionMetrics(flusher, clock);
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
    metrics.events(1_000);
    clock.advance(500);
    watch();
    metrics.events(10);
    clock.advance(1_000);
    expect(metrics.get().eventsPerSecond).toBe(0);
    flusher.now();
    expect(metrics.get().eventsPerSecond).toBe(10);
  });

  it('show a round trip with the next sample, or at once where nobody watches', () => {
    metrics.rtt(20);
    expect(metrics.get()).toEqual({ rttMs: 20, eventsPerSecond: 0 });
    watch();
    metrics.rtt(30);
    flusher.now();
    expect(seen).toEqual([]);
    second(0);
    expect(seen).toEqual([[1_000, 30, 0]]);
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
    metrics.dispose();
    watch();
    clock.advance(5_000);
    flusher.now();
    expect([clock.pending, seen]).toEqual([0, []]);
  });
});
