// The desk's scoreboard: what it must call lost, doubled and reordered, and what it must not.
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { createSequence, createTally, type SequenceFigures } from '../../examples/desk/page/score.js';

const NONE: SequenceFigures = { sent: 0, received: 0, lost: 0, doubled: 0, reordered: 0, gaps: 0 };

/** Numbers as they came; `gap` where one was told. */
function after(...arrivals: readonly (number | 'gap' | readonly [n: number, run: string])[]): SequenceFigures {
  const score = createSequence();
  for (const one of arrivals) {
    if (one === 'gap') score.gap();
    else if (typeof one === 'number') score.take(one);
    else score.take(...one);
  }
  return score.get();
}

describe('a sequence', () => {
  test('begins where it is first heard: what was before is none of its business', () => {
    expect(after(7, 8, 9)).toEqual({ ...NONE, sent: 3, received: 3 });
  });
  test('calls a hole that no gap told lost, each number once', () => {
    expect(after(1, 2, 5)).toEqual({ ...NONE, sent: 5, received: 3, lost: 2 });
    expect(after(1, 3, 5)).toEqual({ ...NONE, sent: 5, received: 3, lost: 2 });
  });
  test('begins again after a gap that was told', () => {
    expect(after(1, 2, 'gap', 90, 91)).toEqual({ ...NONE, sent: 4, received: 4, gaps: 1 });
    expect(after(1, 2, 'gap', 'gap', 90)).toEqual({ ...NONE, sent: 3, received: 3, gaps: 2 });
  });
  test('forgives a gap only what is before the next event', () => {
    expect(after(1, 'gap', 90, 92)).toEqual({ ...NONE, sent: 4, received: 3, lost: 1, gaps: 1 });
  });
  test('calls what comes again after a gap doubled: a gap excuses what is missing and nothing else', () => {
    expect(after(1, 2, 3, 'gap', 3, 4)).toEqual({ ...NONE, sent: 4, received: 5, doubled: 1, gaps: 1 });
    // A restart that lost a line of the order file gives its number away again.
    expect(after(1, 2, 3, 'gap', 'gap', 2, 3, 4)).toEqual({ ...NONE, sent: 4, received: 6, doubled: 2, gaps: 2 });
  });
  test('calls the same number twice doubled, the last and an earlier one', () => {
    expect(after(1, 2, 2)).toEqual({ ...NONE, sent: 2, received: 3, doubled: 1 });
    expect(after(1, 2, 3, 1)).toEqual({ ...NONE, sent: 3, received: 4, doubled: 1 });
  });
  test('calls one that came late reordered, and not lost any more', () => {
    expect(after(1, 3, 2)).toEqual({ ...NONE, sent: 3, received: 3, reordered: 1 });
    expect(after(1, 6, 3)).toEqual({ ...NONE, sent: 6, received: 3, lost: 3, reordered: 1 });
  });
  test('calls a late one that comes again doubled', () => {
    expect(after(1, 4, 3, 3)).toEqual({ ...NONE, sent: 4, received: 4, lost: 1, reordered: 1, doubled: 1 });
  });
  test('calls one from before it began reordered', () => {
    expect(after(5, 4)).toEqual({ ...NONE, sent: 2, received: 2, reordered: 1 });
  });
  test('takes another run of the server after a gap as a new beginning', () => {
    expect(after([8, 'a'], 'gap', [1, 'b'], [2, 'b'])).toEqual({ ...NONE, sent: 3, received: 3, gaps: 1 });
  });
  test('calls another run without a gap a loss: how the last one ended nobody knows', () => {
    expect(after([8, 'a'], [1, 'b'])).toMatchObject({ received: 2, lost: 1 });
    expect(after([8, 'a'], [5, 'b'], [6, 'b'])).toMatchObject({ received: 3, lost: 4 });
  });
  property.prop([fc.shuffledSubarray(Array.from({ length: 40 }, (_, i) => i + 1), { minLength: 2 })])('whatever is missing or late: what was sent has come or is lost', (numbers) => {
    const { sent, received, lost, doubled } = after(0, ...numbers);
    expect(sent).toBe(received - doubled + lost);
    expect(doubled).toBe(0);
    // From 0 to the highest, each was taken or is missing.
    expect(lost).toBe(Math.max(...numbers) - numbers.length);
  });
});

describe('a tally of commands', () => {
  test('has every command either with an outcome or pending', () => {
    const tally = createTally();
    for (let i = 0; i < 6; i += 1) tally.sent();
    for (const outcome of ['done', 'done', 'refused', 'withdrawn', 'unknown'] as const) tally.ended(outcome);
    expect(tally.get()).toEqual({ sent: 6, done: 2, refused: 1, withdrawn: 1, unknown: 1, pending: 1 });
  });
});
