/** docs/errors.md and the closed set of codes: each has its section, complete, and every error leads to its own. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RealtimeError, type RealtimeErrorCode } from '../../src/core/errors.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const source = read('src/core/errors.ts');
const page = read('docs/errors.md');

/** The union as the compiler reads it, and the list above it as a person does. */
const union = [...(/export type RealtimeErrorCode =([^;]*);/.exec(source)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(([, code]) => code as RealtimeErrorCode);
const listed = [...source.matchAll(/^ \* - `([^`]+)` – /gm)].map(([, code]) => code);
const sections = new Map(page.split(/^## /m).slice(1).map((section) => [section.slice(0, section.indexOf('\n')), section] as const));

it('every code has a section, and every section a code, in one order', () => {
  expect(union.length).toBeGreaterThan(15);
  expect([...sections.keys()]).toEqual(union);
  expect(listed).toEqual(union.toSorted((a, b) => listed.indexOf(a) - listed.indexOf(b)));
  expect(new Set(listed)).toEqual(new Set(union));
});

it.each(union)('%s says what it means, when it comes, what to show and what to do', (code) => {
  const lines = (sections.get(code) ?? '').split('\n').filter((line) => line.startsWith('**'));
  expect(lines.map((line) => /^\*\*(\w+):\*\* \S/.exec(line)?.[1])).toEqual(['Means', 'Comes', 'Show', 'Do']);
});

it.each(union)('an error with the code %s ends with the place of its section, in a file that is shipped', (code) => {
  const { message } = new RealtimeError(code, 'Do this.');
  expect(message).toBe(`Do this. (holdfast/docs/errors.md#${code})`);
  // Where a page has no sentences there is nothing to follow, and no path to pay for.
  expect(new RealtimeError(code, '').message).toBe(`holdfast: ${code}`);
  expect(page).toContain(`\n## ${code}\n`);
  expect((JSON.parse(read('package.json')) as { files: string[] }).files).toContain('docs/errors.md');
});
