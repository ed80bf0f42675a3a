// What the stories say about the repository is so: each pattern names tests that exist, and the first page links to every page that there is.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
const stories = (folder: string): string[] => readdirSync(new URL(`stories/${folder}`, root)).toSorted().map((name) => `stories/${folder}/${name}`);
const titleOf = (file: string): string => /title: '(.+)'/.exec(read(file))?.[1] ?? '';

test.each(stories('patterns'))('%s: the tests that it names are there', (file) => {
  const named = read(file).match(/'test\/[^']+'/g)?.map((path) => path.slice(1, -1)) ?? [];
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test('there is a story for each of the six patterns, in order', () => {
  const titles = ['1 Connection pooling', '2 Heartbeat', '3 Reconnection', '4 Message queuing', '5 Protocol definition', '6 Channel subscriptions'];
  expect(stories('patterns').map(titleOf)).toEqual(titles.map((title) => `Patterns/${title}`));
  expect(stories('patterns').map((file) => basename(file)[0])).toEqual(['1', '2', '3', '4', '5', '6']);
});

test('the first page links to every pattern and every hook, and to nothing else', () => {
  const links = [...read('stories/welcome.mdx').matchAll(/\?path=\/docs\/([a-z0-9-]+)--docs/g)].map(([, id]) => id);
  const idOf = (title: string): string => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  expect(links.toSorted()).toEqual([...stories('patterns'), ...stories('hooks')].map(titleOf).map(idOf).toSorted());
});
