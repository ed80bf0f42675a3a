// What the pages for users show compiles as it stands, strictly: nothing in it has to be invented by who copies it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { samplesOf } from './page-samples.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The TypeScript of a page's sections by the file's name that its first line gives, or by its place. */
function samples(page: string, headings: readonly string[]): ReadonlyMap<string, string> {
  const found = samplesOf(page, ...headings).filter(({ language }) => language === 'ts' || language === 'tsx');
  return new Map(found.map(({ name, language, text }, index) => [name ?? `sample-${index}.${language}`, text]));
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
  ['README.md', ['Quick start', 'Recipes'], ['contract.ts', 'server.ts', 'app.tsx', 'vite.config.ts', 'optimistic.tsx', 'action.tsx', 'history.tsx', 'banner.tsx']],
  ['README.md', ['With the server you already have'], ['app.tsx', 'vite.config.ts']],
  [
    'docs/api.md',
    [],
    ['contract.ts', 'app.tsx', 'room.tsx', 'sounds.tsx', 'composer.tsx', 'history.tsx', 'post.tsx', 'outbox.tsx', 'connection.tsx', 'banner.tsx', 'metrics.tsx', 'client.ts', 'server.ts', 'room.test.tsx'],
  ],
  ['docs/rendering.md', [], ['contract.ts', 'chart.tsx']],
  ['docs/DIALECTS.md', [], ['sample-0.ts', 'sample-1.ts']],
  ['docs/errors.md', [], ['sample-0.ts']],
  ['docs/TESTING.md', [], ['room.test.tsx', 'contract.ts', 'room.tsx', 'script.ts', 'time.test.tsx', 'world.ts']],
])('the samples of %s, %j, compile', (page, headings, names) => {
  const files = samples(page, headings);
  expect([...files.keys()]).toEqual(names);
  expect(complaints(files)).toEqual([]);
}, 60_000);

test('a sample that leaves something to be invented is found', () => {
  const files = new Map([['sample.ts', "import { channel } from 'holdfast/contract';\nexport const prices = readPrices(channel('prices'));\n"]]);
  expect(complaints(files)).toEqual([expect.stringContaining("Cannot find name 'readPrices'")]);
}, 60_000);
