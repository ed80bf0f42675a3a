// The desk says that somebody types often enough to be believed, and not with each letter.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTypist } from '../../examples/desk/page/typist.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

test('says so at once, and again after two seconds of typing', () => {
  const tell = vi.fn();
  const typist = createTypist();
  for (let letter = 0; letter < 45; letter += 1) {
    typist.type(tell);
    vi.advanceTimersByTime(100);
  }
  expect(tell.mock.calls).toEqual([[true], [true], [true]]);
});

test('says that it ended, once, and only if it was said that it began', () => {
  const tell = vi.fn();
  const typist = createTypist();
  typist.stop(tell);
  typist.type(tell);
  typist.stop(tell);
  typist.stop(tell);
  typist.type(tell);
  expect(tell.mock.calls).toEqual([[true], [false], [true]]);
});
