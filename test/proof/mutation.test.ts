/** The mutation run: `npm run proof`, or by itself `npm run mutation`. At least 95 of 100 changes of the two cores are noticed by a test. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/mutate.mjs', import.meta.url));

interface Figures {
  readonly mutants: number;
  readonly share: number;
  readonly stale: number;
}

it('the tests notice at least 95 % of 500 changes of src/core and src/server/core', async () => {
  const run = spawn(process.execPath, [script, '--sample', '500'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    run.kill();
  });
  let out = '';
  run.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    process.stdout.write(text);
  });
  const code = await new Promise((resolve) => {
    run.once('close', resolve);
  });
  const figures = JSON.parse(out.trim().split('\n').at(-1) ?? '') as Figures;
  expect(figures.mutants).toBeGreaterThanOrEqual(400);
  expect(figures.stale).toBe(0);
  expect(figures.share).toBeGreaterThanOrEqual(95);
  expect(code).toBe(0);
});
