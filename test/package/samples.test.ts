// What the pages for users show compiles as it stands, strictly: nothing in it has to be invented by who copies it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The samples of a page by the file's name that their first line gives, or by their place. */
function samples(page: string): ReadonlyMap<string, string> {
  const found = [...readFileSync(join(root, page), 'utf8').matchAll(/```(tsx?)\n([\s\S]*?)```/g)];
  return new Map(found.map(([, kind, text = ''], index) => [/^\/\/ (\S+)/.exec(text)?.[1] ?? `sample-${index}.${kind}`, text]));
}

/** What the compiler says of these files side by side. */
function complaints(files: ReadonlyMap<string, string>): string[] {
  const cache = join(root, 'node_modules', '.cache', 'holdfast');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'samples-'));
  try {
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [], exclude: [], files: [...files.keys()] }));
    const run = spawnSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
    const lines = run.stdout.split('\n').filter((line) => line.includes('error TS'));
    expect(run.status === 0, run.stdout + run.stderr).toBe(lines.length === 0);
    return lines;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ['README.md', ['contract.ts', 'server.ts', 'vite.config.ts', 'app.tsx', 'sample-4.tsx']],
  [join('docs', 'DIALECTS.md'), ['sample-0.ts', 'sample-1.ts']],
  [join('docs', 'TESTING.md'), ['room.test.tsx', 'contract.ts', 'room.tsx', 'script.ts', 'time.test.tsx', 'world.ts']],
])('the samples of %s compile', (page, names) => {
  const files = samples(page);
  expect([...files.keys()]).toEqual(names);
  expect(complaints(files)).toEqual([]);
}, 60_000);

test('a sample that leaves something to be invented is found', () => {
  const files = new Map([['sample.ts', "import { channel } from 'holdfast/contract';\nexport const prices = readPrices(channel('prices'));\n"]]);
  expect(complaints(files)).toEqual([expect.stringContaining("Cannot find name 'readPrices'")]);
}, 60_000);
