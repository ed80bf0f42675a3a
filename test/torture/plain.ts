/** Runs the torture of the plain package in a child process. Not a test. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TortureReport } from './torture.js';

export async function torturePlain(first: number, runs: number, actions?: number): Promise<Omit<TortureReport, 'ordeals'>> {
  const { VITEST: _, NODE_ENV: _mode, ...env } = process.env;
  const script = fileURLToPath(new URL('./plain-process.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...[first, runs, actions].flatMap((value) => value ?? []).map(String)], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Omit<TortureReport, 'ordeals'>;
}
