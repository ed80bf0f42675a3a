/**
 * The real client and the real server in worlds that go wrong. A failing seed prints how to see it again:
 * `npm run sim -- --seed N --worlds 1`. Many worlds at once: `npm run sim -- --worlds 300 --seed N`.
 */
import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.js';
import { SOMETIMES } from './sometimes.js';

const asked = process.env['HOLDFAST_SEED'];
/** Chosen so that together they reach nearly everything that the registry names. */
const SEEDS = asked === undefined ? [391, 300, 385, 81, 2, 12, 39, 1] : [Number(asked)];
const reached = new Set<string>();

describe('the simulated world', () => {
  it.each(SEEDS)('keeps its promises with seed %i', async (seed) => {
    const world = await simulate({ seed });
    for (const name of world.reached) reached.add(name);
    const replay = `npm run sim -- --seed ${seed} --worlds 1`;
    if (world.complaints.length > 0) expect.fail(`${world.complaints.length} violations\n${replay}\n${world.report}`);
    expect(world.counts.events).toBeGreaterThan(300);
    expect(world.counts.commands).toBeGreaterThan(50);
  });

  it('has the same history for the same seed, and another one for another', async () => {
    const [first, again, other] = [await simulate({ seed: 3, chaosMs: 8_000 }), await simulate({ seed: 3, chaosMs: 8_000 }), await simulate({ seed: 4, chaosMs: 8_000 })];
    expect(again.hash).toBe(first.hash);
    expect(again.counts).toEqual(first.counts);
    expect(other.hash).not.toBe(first.hash);
  });

  it('reaches what eight worlds can reach', () => {
    if (asked !== undefined) return;
    const missing = Object.keys(SOMETIMES).filter((name) => DEMANDED.has(name) && !reached.has(name));
    expect(missing, 'the default worlds reach too little: choose other seeds').toEqual([]);
  });
});

/** What eight worlds must reach; `npm run sim -- --worlds 300` demands all of the registry. */
const DEMANDED: ReadonlySet<string> = new Set([
  'subscribed: live', 'subscribed: recovered', 'subscribed: recovered with 0 events', 'subscribed: more pages', 'subscribed: page 3 or later', 'events: a tick split over frames', 'response: more than one part',
  'gap: trimmed', 'gap: epoch', 'close 1006', 'close 4001', 'close 4002', 'outcome: done', 'outcome: rejected', 'outcome: internal', 'outcome: timeout', 'outcome: cancelled', 'outcome: expired', 'outcome: outcome-unknown',
  'listener mounted while away', 'listener mounted while joining', 'listener mounted inside onEvent', 'listener removed inside onEvent', 'command sent inside onEvent',
  'view hidden past its retention comes back', 'refused: forbidden', 'let in again by resync', 'optimistic update shown', 'a second link became ready', 'a command offered again after its handler ended',
] satisfies (keyof typeof SOMETIMES)[]);
