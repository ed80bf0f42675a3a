// The compile walls, tried: a timer, a socket or a `process` in the wrong part is a type error, and what belongs there is none.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The names that the compiler does not know when `lines` stand behind the wall. */
function unknownNames(wall: string, lines: readonly string[]): string[] {
  const cache = join(root, 'node_modules', '.cache', 'holdfast');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'wall-'));
  try {
    writeFileSync(join(folder, 'planted.ts'), `${lines.map((line, i) => `export const a${i} = ${line};`).join('\n')}\n`);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, `tsconfig.${wall}.json`), include: [], exclude: [], files: ['planted.ts'] }));
    const run = spawnSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
    const codes = [...run.stdout.matchAll(/planted\.ts\(\d+,\d+\): error (TS\d+): [^\n]*?'([^']+)'/g)];
    expect(run.status === 0).toBe(codes.length === 0);
    return codes.map((match) => match[2] ?? '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const PAGE = ['document.title', 'new WebSocket("")', 'indexedDB'];
const NODE = ['process.pid', 'Buffer.alloc(1)'];
const BOTH = ['setTimeout(() => {}, 1)', 'console', 'performance.now()'];
const NAMES: Record<string, string> = Object.fromEntries([...PAGE, ...NODE, ...BOTH].map((line) => [line, /(?:new )?(\w+)/.exec(line)?.[1] ?? '']));
const namesOf = (lines: readonly string[]): (string | undefined)[] => lines.map((line) => NAMES[line]);

test('core knows neither the page, nor Node, nor time', () => {
  expect(unknownNames('core', [...PAGE, ...NODE, ...BOTH, 'new Map<string, 1>()'])).toEqual(namesOf([...PAGE, ...NODE, ...BOTH]));
}, 60_000);

test('browser knows the page and not Node', () => {
  expect(unknownNames('browser', [...PAGE, ...NODE, ...BOTH])).toEqual(namesOf(NODE));
}, 60_000);

test('the server knows Node and not the page', () => {
  // Node's types name a WebSocket of their own in later lines: not asked here.
  expect(unknownNames('server', ['document.title', 'indexedDB', ...NODE, ...BOTH])).toEqual(namesOf(['document.title', 'indexedDB']));
}, 60_000);

test('a file that is not there is no module', () => {
  expect(unknownNames('core', ["import('./gone.js')"])).toEqual(['./gone.js']);
}, 60_000);
