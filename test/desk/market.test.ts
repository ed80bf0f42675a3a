import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { INSTRUMENTS, type Tick } from '../../examples/desk/contract.js';
import { openMarket, type Market } from '../../examples/desk/server/market.js';

let market: Market;
let ticks: Tick[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  ticks = [];
  market = openMarket({ onTick: (tick) => ticks.push(tick), onStep: () => {} });
});
afterEach(() => {
  market.close();
  vi.useRealTimers();
});

/** How many ticks a stretch of time brings. */
function countIn(ms: number): number {
  const before = ticks.length;
  vi.advanceTimersByTime(ms);
  return ticks.length - before;
}

describe('the market', () => {
  it('is calm, floods as much as it is asked to, and calms down by itself', () => {
    expect(countIn(1_000)).toBe(40);
    market.flood(5_000, 30_000);
    expect(countIn(30_000)).toBeGreaterThanOrEqual(149_800);
    expect(countIn(1_000)).toBeLessThanOrEqual(141);
    market.flood(5_000, 30_000);
    market.flood(0, 0);
    expect(countIn(1_000)).toBe(40);
  });

  it('counts every tick of its life from one, without a hole', () => {
    vi.advanceTimersByTime(2_000);
    expect(ticks.map(({ n }) => n)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
    expect(new Set(ticks.map(({ run }) => run)).size).toBe(1);
  });

  it('keeps each price near where it began', () => {
    market.flood(5_000, 60_000);
    vi.advanceTimersByTime(60_000);
    for (const { symbol, startCents } of INSTRUMENTS) {
      const strays = ticks.filter((tick) => tick.symbol === symbol).map(({ cents }) => Math.abs(cents / startCents - 1));
      expect(Math.max(...strays)).toBeLessThan(0.026);
      expect(Math.max(...strays)).toBeGreaterThan(0.001);
    }
  });
});
