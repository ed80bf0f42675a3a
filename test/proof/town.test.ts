/** The long simulation: `npm run proof`. `HOLDFAST_RUNS` worlds from `HOLDFAST_SEED` on. */
import { expect, it } from 'vitest';
import { live } from '../simulation/live.js';

const first = Number(process.env['HOLDFAST_SEED'] ?? 1);
const runs = Number(process.env['HOLDFAST_RUNS'] ?? 500);

it(`keeps every promise in ${runs} worlds`, async () => {
  const sum = { events: 0, commands: 0, faults: 0, gaps: 0, shared: 0 };
  let haste = 0;
  const endings = new Map<string, number>();
  for (let seed = first; seed < first + runs; seed++) {
    const life = await live({ seed });
    expect(life.complaints, life.complaints.length > 0 ? life.report() : '').toEqual([]);
    for (const key of ['events', 'commands', 'faults', 'gaps', 'shared'] as const) sum[key] += life[key];
    haste = Math.max(haste, life.haste);
    for (const [ending, count] of Object.entries(life.endings)) endings.set(ending, (endings.get(ending) ?? 0) + count);
    if ((seed - first + 1) % 50 === 0) console.log(`${seed - first + 1} of ${runs} worlds`, sum);
  }
  console.log(`${runs} worlds of three virtual minutes: 0 broken promises`, sum, Object.fromEntries(endings), `at most ${haste} sockets of one client in half a minute`);
  // What must be reached at least once, or the worlds are too kind to prove anything.
  expect(sum.gaps).toBeGreaterThan(0);
  expect(endings.get('outcome-unknown')).toBeGreaterThan(0);
});
