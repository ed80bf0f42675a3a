/** `judge` against a model that looks at every event of the run. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSamePosition, judge, type Position, type Verdict } from '../../src/core/protocol/position.js';

/** Takes events one by one, as rule R5 says. */
function naive(at: Position, epoch: string, offset: number, count: number): Verdict {
  if (epoch !== at.epoch) return { kind: 'apart' };
  let here = at.offset;
  let known = 0;
  for (let next = offset; next < offset + count; next++) {
    if (next > here + 1) return { kind: 'apart' };
    if (next <= here) known++;
    else here = next;
  }
  return known === count ? { kind: 'known' } : { kind: 'next', skip: known };
}

const epoch = (): fc.Arbitrary<string> => fc.constantFrom('a', 'a', 'a', 'b');

describe('judge', () => {
  it('equals the model for every run that has events', () => {
    fc.assert(
      fc.property(epoch(), fc.nat(12), epoch(), fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 8 }), (mine, at, theirs, offset, count) => {
        expect(judge({ epoch: mine, offset: at }, theirs, offset, count)).toEqual(naive({ epoch: mine, offset: at }, theirs, offset, count));
      }),
      { numRuns: 2_000 },
    );
  });

  it('any overlapping deliveries of one history are applied once and in order, or are apart', () => {
    const runs = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6 })), { maxLength: 30 });
    fc.assert(
      fc.property(runs, (deliveries) => {
        let at: Position = { epoch: 'a', offset: 0 };
        const applied: number[] = [];
        for (const [offset, count] of deliveries) {
          const verdict = judge(at, 'a', offset, count);
          if (verdict.kind !== 'next') continue;
          for (let i = verdict.skip; i < count; i++) applied.push(offset + i);
          at = { epoch: 'a', offset: offset + count - 1 };
        }
        expect(applied).toEqual(applied.map((_, i) => i + 1));
        expect(at.offset).toBe(applied.length);
      }),
    );
  });

  it('an empty run changes nothing', () => {
    expect(judge({ epoch: 'a', offset: 3 }, 'a', 2, 0)).toEqual({ kind: 'known' });
  });
});

it('isSamePosition compares both parts', () => {
  expect(isSamePosition(null, null)).toBe(true);
  expect(isSamePosition(null, { epoch: 'a', offset: 1 })).toBe(false);
  expect(isSamePosition({ epoch: 'a', offset: 1 }, null)).toBe(false);
  expect(isSamePosition({ epoch: 'a', offset: 1 }, { epoch: 'a', offset: 1 })).toBe(true);
  expect(isSamePosition({ epoch: 'a', offset: 1 }, { epoch: 'b', offset: 1 })).toBe(false);
  expect(isSamePosition({ epoch: 'a', offset: 1 }, { epoch: 'a', offset: 2 })).toBe(false);
});
