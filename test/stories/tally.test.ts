// The books of a feed find what they are kept for: a claim of a story is worth what they are.
import { expect, test } from 'vitest';
import { NOTHING_YET, withEvent, withGap, type Tally } from '../../stories/stage/tally.js';

/** Numbers that came 200 ms apart; text is a gap with that reason. */
function told(...come: readonly (number | string)[]): Tally {
  return come.reduce<Tally>((tally, one, index) => (typeof one === 'string' ? withGap(tally, one) : withEvent(tally, { run: 'first', n: one, cents: 1 }, index * 200)), NOTHING_YET);
}
const figures = ({ arrived, holes, doubled, outOfOrder, gaps }: Tally): unknown => [arrived, holes.length, doubled, outOfOrder, gaps];

test.each([
  ['all of them', [7, 8, 9], [3, 0, 0, 0, 0]],
  ['one missing without a word', [7, 9], [2, 1, 0, 0, 0]],
  ['two that change places', [7, 9, 8], [3, 0, 0, 1, 0]],
  ['one twice', [7, 8, 8], [3, 0, 1, 0, 0]],
  ['an old one twice', [7, 8, 9, 7], [4, 0, 1, 0, 0]],
  ['a hole that was told', [7, 'trimmed', 20, 21], [3, 0, 0, 0, 1]],
  ['a hole after one that was told', [7, 'trimmed', 20, 22], [3, 1, 0, 0, 1]],
])('%s', (_, come, expected) => {
  expect(figures(told(...come))).toEqual(expected);
});

test('another life of the server without a gap is a hole, with one it is none', () => {
  const next = { run: 'second', n: 1, cents: 1 };
  expect(figures(withEvent(told(7, 8), next, 1_000))).toEqual([3, 1, 0, 0, 0]);
  expect(figures(withEvent(told(7, 8, 'epoch'), next, 1_000))).toEqual([3, 0, 0, 0, 1]);
});

test('the marks show the fate of each number, and how late it came', () => {
  expect(withEvent(withEvent(told(1, 2), { run: 'first', n: 4, cents: 1 }, 5_000), { run: 'first', n: 5, cents: 1 }, 5_001).marks).toEqual(['live', 'live', 'missing', 'late', 'late']);
  expect(told(1, 'epoch', 1).marks).toEqual(['live', 'gap', 'live']);
});
