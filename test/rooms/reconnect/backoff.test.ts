// The bounds of the waits: full jitter, the first one soon, none longer than the cap.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TIMINGS } from '../../../src/core/options.js';
import { backoffMs } from '../../../src/core/reconnect/backoff.js';

const { backoff } = DEFAULT_TIMINGS;
const ALMOST_ONE = 1 - Number.EPSILON;

describe('backoff', () => {
  it('comes back within firstMs at first, then within base × factor^attempt, never over the cap', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 50, 2_000].map((attempt) => backoffMs(attempt, ALMOST_ONE, backoff))).toEqual([999, 1_999, 3_999, 7_999, 15_999, 29_999, 29_999, 29_999, 29_999]);
  });

  it('may be anything from zero on: full jitter', () => {
    for (const attempt of [0, 1, 7]) expect(backoffMs(attempt, 0, backoff)).toBe(0);
    expect(backoffMs(3, 0.25, backoff)).toBe(2_000);
  });

  it('is a whole number of milliseconds within its bounds for every roll', () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }), (attempt, roll) => {
        const ms = backoffMs(attempt, roll, backoff);
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(attempt === 0 ? backoff.firstMs : Math.min(backoff.capMs, backoff.baseMs * backoff.factor ** attempt));
      }),
    );
  });
});
