/** The long simulation: `npm run proof`. `HOLDFAST_RUNS` worlds from `HOLDFAST_SEED` on. */
import { expect, it } from 'vitest';
import { live } from '../simulation/live.js';

const first = Number(process.env['HOLDFAST_SEED'] ?? 1);
const runs = Number(process.env['HOLDFAST_RUNS'] ?? 500);
const COUNTS = ['events', 'commands', 'queries', 'faults', 'gaps', 'shared'] as const;
type Counts = Record<(typeof COUNTS)[number], number>;

it(`keeps every promise in ${runs} worlds`, async () => {
  const worlds: Counts[] = [];
  const broken: string[] = [];
  let haste = 0;
  const endings = new Map<string, number>();
  for (let seed = first; seed < first + runs; seed++) {
    const life = await live({ seed });
    worlds.push(life);
    if (life.complaints.length > 0) {
      broken.push(`seed ${seed}: ${life.complaints.length} complaints, first ${life.complaints[0]}`);
      console.log(`npm run sim -- --seed ${seed}`, life.complaints.slice(0, 10));
    }
    haste = Math.max(haste, life.haste);
    for (const [ending, count] of Object.entries(life.endings)) endings.set(ending, (endings.get(ending) ?? 0) + count);
    if ((seed - first + 1) % 50 === 0) console.log(`${seed - first + 1} of ${runs} worlds`);
  }
  const sum = overall(worlds, (all) => all.reduce((total, one) => total + one, 0));
  const median = overall(worlds, (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0);
  console.log(`${runs} worlds of three virtual minutes, ${broken.length} with a broken promise; median of a world`, median, 'in all', sum, Object.fromEntries(endings), `at most ${haste} sockets of one client in half a minute`);
  expect(broken).toEqual([]);
  expect(median.events).toBeGreaterThanOrEqual(1_000);
  expect(median.commands).toBeGreaterThanOrEqual(200);
  expect(median.faults).toBeGreaterThanOrEqual(10);
  // What must be reached at least once, or the worlds are too kind to prove anything.
  expect(sum.gaps).toBeGreaterThan(0);
  for (const ending of ['outcome-unknown', 'cancelled', 'expired']) expect(endings.get(ending), ending).toBeGreaterThan(0);
});

function overall(worlds: readonly Counts[], measure: (all: readonly number[]) => number): Counts {
  return Object.fromEntries(COUNTS.map((key) => [key, measure(worlds.map((world) => world[key]))])) as Counts;
}
