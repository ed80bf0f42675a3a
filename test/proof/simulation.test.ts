/** The long simulation, as `npm run proof` has it: 3,000 worlds whose seeds come from the commit's hash. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const worlds = process.env['HOLDFAST_WORLDS'] ?? '3000';

it(`keeps every promise in ${worlds} worlds, which reach everything that they must`, () => {
  const run = spawnSync(process.execPath, [join(root, 'scripts', 'sim.mjs'), '--worlds', worlds], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  console.log(run.stdout);
  expect(run.status, run.stderr).toBe(0);
});
