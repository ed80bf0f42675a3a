// `npm test [-- FILTERS]`: every Vitest project but `proof`, and as the last line the count: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const report = join(root, 'node_modules', '.cache', 'holdfast', 'vitest.json');
mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];
const run = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

let result;
try {
  result = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  result = { numPassedTests: 0, numFailedTests: 1 };
}
// A file that does not load has no tests to fail: count it as one. The same for an error outside every test.
const broken = (result.testResults ?? []).filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')).length;
const failed = result.numFailedTests + broken;
console.log(`${result.numPassedTests} passed, ${failed === 0 && run.status !== 0 ? 1 : failed} failed`);
process.exit(run.status ?? 1);
