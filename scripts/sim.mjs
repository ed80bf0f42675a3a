// `npm run sim [-- --seed 7] [--runs 200] [FILTERS]`: the simulation alone. One seed is replayed as it was; the tests read HOLDFAST_SEED and HOLDFAST_RUNS.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values, positionals } = parseArgs({ options: { seed: { type: 'string' }, runs: { type: 'string' } }, allowPositionals: true });
const env = { ...process.env };
const seed = values.seed ?? process.env.SEED;
if (seed !== undefined) env.HOLDFAST_SEED = seed;
if (values.runs !== undefined) env.HOLDFAST_RUNS = values.runs;

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const run = spawnSync(process.execPath, [vitest, 'run', '--project', 'unit', '--no-file-parallelism', ...(positionals.length > 0 ? positionals : ['test/simulation/'])], {
  cwd: root,
  stdio: 'inherit',
  env,
});
process.exit(run.status ?? 1);
