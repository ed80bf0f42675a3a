/**
 * The real client and the real server in worlds that go wrong. A failing seed prints how to see it again:
 * `npm run sim -- --seed N`.
 */
import { describe, expect, it } from 'vitest';
import { live } from './live.js';

const asked = process.env['HOLDFAST_SEED'];
const seeds = asked === undefined ? Array.from({ length: 8 }, (_, index) => index + 1) : [Number(asked)];

describe('the town', () => {
  it.each(seeds)('keeps its promises in world %i', { timeout: 60_000 }, async (seed) => {
    const life = await live({ seed });
    if (asked !== undefined) console.log(life, life.report());
    expect(life.complaints, life.complaints.length > 0 ? life.report() : '').toEqual([]);
    expect(life.events).toBeGreaterThan(1_000);
    expect(life.commands).toBeGreaterThan(200);
    expect(life.faults).toBeGreaterThan(5);
    expect(life.shared).toBeGreaterThan(5);
  });

  it('has the same history for the same seed, and another one for another', { timeout: 60_000 }, async () => {
    const short = { chaosMs: 30_000, healMs: 20_000 };
    const [first, again, other] = [await live({ seed: 3, ...short }), await live({ seed: 3, ...short }), await live({ seed: 4, ...short })];
    expect(again.hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
  });
});
