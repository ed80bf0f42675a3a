/**
 * The shipped client on real sockets, through everything that a network and a server can do; 1,000 runs of it are in
 * test/proof. A failing seed prints how to see it again: `npm run sim -- --seed N test/torture/`. The seed fixes what is
 * done and in which order; what the kernel makes of it may differ.
 */
import { expect, it } from 'vitest';
import { torturePlain } from './plain.js';
import { createShippedSubject } from './shipped-subject.js';
import { torture } from './torture.js';

const asked = process.env['HOLDFAST_SEED'];
const seeds = asked === undefined ? Array.from({ length: 100 }, (_, index) => index + 1) : [Number(asked)];

it(`lives through ${seeds.length} ordeals and leaves nothing behind`, { timeout: 300_000 }, async () => {
  const { ordeals, ...report } = await torture({ seeds, createSubject: createShippedSubject, patienceMs: 30_000 });
  if (asked !== undefined) console.log(report, ordeals);
  const broken = ordeals.filter(({ complaints }) => complaints.length > 0);
  expect(broken, broken.map(({ seed }) => `npm run sim -- --seed ${seed} test/torture/`).join('\n')).toEqual([]);
  expect(report).toMatchObject({ runs: seeds.length, dead: 0, leftTimers: 0, unhandled: 0, uncaught: 0 });
});

it('is no bed of roses: the package alone does not live through it, but does without misfortune', { timeout: 300_000 }, async () => {
  expect(await torturePlain(1, 16, 0)).toMatchObject({ runs: 16, dead: 0 });
  const tortured = await torturePlain(1, 32);
  // How many of so few die depends on the kernel's timing; test/proof has the figure.
  expect(tortured.dead).toBeGreaterThanOrEqual(0.5 * tortured.runs);
});
