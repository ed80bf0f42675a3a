// Kept while somebody holds it, and for a while after.
import { beforeEach, describe, expect, it } from 'vitest';
import { createLease, type Lease } from '../../src/core/lease.js';
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.js';

let clock: SimulatedClock;
let log: string[];
let lease: Lease;

beforeEach(() => {
  clock = createSimulatedClock();
  log = [];
  lease = createLease({ clock, lingerMs: 5_000, onStart: () => log.push('start'), onEnd: () => log.push('end') });
});

describe('a lease', () => {
  it('starts with the first holder and ends 5 s after the last one', () => {
    const [first, second] = [lease.hold(), lease.hold()];
    first();
    clock.advance(60_000);
    expect([log, clock.pending]).toEqual([['start'], 0]);
    second();
    clock.advance(4_999);
    expect(log).toEqual(['start']);
    clock.advance(1);
    expect([log, clock.pending]).toEqual([['start', 'end'], 0]);
  });

  it('goes on without an end where somebody comes while it lingers, and lingers as long again', () => {
    lease.hold()();
    clock.advance(4_000);
    const release = lease.hold();
    expect(clock.pending).toBe(0);
    clock.advance(60_000);
    release();
    clock.advance(4_999);
    expect(log).toEqual(['start']);
    clock.advance(1);
    expect(log).toEqual(['start', 'end']);
  });

  it('starts anew after its end', () => {
    lease.hold()(0);
    lease.hold()(0);
    expect(log).toEqual(['start', 'end', 'start', 'end']);
  });

  it('counts a release once, however often it is called', () => {
    const first = lease.hold();
    lease.hold();
    first();
    first();
    clock.advance(60_000);
    expect(log).toEqual(['start']);
  });

  it.each([
    [0, 0],
    [-1, 0],
    [1, 1],
  ])('that is released with a linger of %i ms ends after %i', (linger, ends) => {
    lease.hold()(linger);
    if (ends > 0) expect(log).toEqual(['start']);
    clock.advance(ends);
    expect([log, clock.pending]).toEqual([['start', 'end'], 0]);
  });

  it('ends at once where that is said, held or lingering, once', () => {
    const release = lease.hold();
    lease.end();
    lease.end();
    expect(log).toEqual(['start', 'end']);
    release();
    expect(clock.pending).toBe(0);
    lease.hold()();
    lease.end();
    expect([log, clock.pending]).toEqual([['start', 'end', 'start', 'end'], 0]);
  });

  it('that never began has nothing to end', () => {
    lease.end();
    expect(log).toEqual([]);
  });
});
