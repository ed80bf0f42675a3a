/** The long torture: `npm run proof`. `HOLDFAST_RUNS` ordeals from `HOLDFAST_SEED` on; one is replayed with `npm run sim -- --seed N test/torture/`. */
import { expect, it } from 'vitest';
import { torturePlain } from '../torture/plain.js';
import { createShippedSubject } from '../torture/shipped-subject.js';
import { torture } from '../torture/torture.js';

const first = Number(process.env['HOLDFAST_SEED'] ?? 1);
const runs = Number(process.env['HOLDFAST_RUNS'] ?? 1_000);
const PLAIN_RUNS = 250;

it(`lives through ${runs} ordeals and leaves nothing behind`, async () => {
  const { ordeals, ...report } = await torture({
    seeds: Array.from({ length: runs }, (_, index) => first + index),
    createSubject: createShippedSubject,
    patienceMs: 60_000,
    onOrdeal: (ordeal, done) => {
      if (ordeal.complaints.length > 0) console.log(`npm run sim -- --seed ${ordeal.seed} test/torture/`, ordeal);
      if (done % 100 === 0) console.log(`${done} of ${runs} ordeals`);
    },
  });
  console.log('shipped', report);
  expect(ordeals.filter(({ complaints }) => complaints.length > 0)).toEqual([]);
  expect(report).toMatchObject({ runs, dead: 0, leftTimers: 0, unhandled: 0, uncaught: 0 });
});

it(`kills the package alone in nine of ten of ${PLAIN_RUNS} ordeals`, async () => {
  const report = await torturePlain(first, PLAIN_RUNS);
  console.log('plain', report);
  expect(report.runs).toBe(PLAIN_RUNS);
  expect(report.dead).toBeGreaterThanOrEqual(0.9 * PLAIN_RUNS);
});
