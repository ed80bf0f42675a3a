// `npm run check`: what every change must satisfy besides its tests. One line a check with its figure; everything runs, and the exit code is that of the worst.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const script = (name, ...args) => [process.execPath, join(root, 'scripts', `${name}.mjs`), ...args];
const tsc = (config) => [bin('tsc'), '-p', config, '--extendedDiagnostics'];
const lastLine = (out) => out.trim().split('\n').at(-1) ?? '';
const files = (out) => `${/^Files:\s+(\d+)/m.exec(out)?.[1] ?? '?'} files`;

/** Name, command, and how to read the figure from what it printed. */
const checks = [
  ['lint', [bin('oxlint'), '--type-aware', '--deny-warnings'], (out) => /Finished in .*/.exec(out)?.[0] ?? lastLine(out)],
  ['types: core (no DOM, no Node)', tsc('tsconfig.core.json'), files],
  ['types: browser (no Node)', tsc('tsconfig.browser.json'), files],
  ['types: server (no DOM)', tsc('tsconfig.server.json'), files],
  ['types: tests, stories, examples', tsc('tsconfig.json'), files],
  ['walls', [bin('oxlint'), '--config=oxlint.walls.mjs', '--deny-warnings', 'src', 'examples'], (out) => /Finished in .*/.exec(out)?.[0] ?? lastLine(out)],
  ['dead', [bin('knip'), '--treat-config-hints-as-errors'], () => 'no dead file, export or dependency'],
  ['compiler', script('check-compiler'), lastLine],
  ['build', [bin('vite'), 'build', '--logLevel', 'warn'], () => 'dist'],
  ['declarations', tsc('tsconfig.build.json'), files],
  ['production', [bin('vite'), 'build', '--config', 'vite.production.config.ts', '--logLevel', 'warn'], () => 'dist/production'],
  ['typescript', script('check-declarations'), lastLine],
  ['package', script('check-package'), lastLine],
  ['size', script('check-size'), lastLine],
  ['api', script('check-api'), lastLine],
  ['storybook', [bin('storybook'), 'build', '--quiet', '--output-dir', 'storybook-static'], () => 'storybook-static'],
];

const only = process.argv.slice(2);
const failed = [];
for (const [name, [command, ...args], figure] of checks) {
  if (only.length > 0 && !only.some((word) => name.startsWith(word))) continue;
  const start = performance.now();
  const run = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, STORYBOOK_DISABLE_TELEMETRY: '1', CI: '1', NO_COLOR: '1' } });
  const out = `${run.stdout ?? ''}${run.stderr ?? ''}${run.error ? String(run.error) : ''}`;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const isGood = run.status === 0;
  if (!isGood) {
    failed.push(name);
    console.log(out.replace(/^(?=.)/gm, '    '));
  }
  console.log(`${isGood ? 'ok    ' : 'FAILED'} ${name.padEnd(34)} ${seconds.padStart(5)} s  ${isGood ? figure(out) : ''}`);
}
console.log(failed.length === 0 ? 'check: all good' : `check: ${failed.length} failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
