import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createWeightOrder } from '../../src/server/core/weight-order.js';

it('the heaviest item comes first, of equal ones the longest unchanged, and one that is asked for if none is heavier', () => {
  const order = createWeightOrder<string>();
  expect(order.heaviest()).toBe(undefined);
  order.put('a', 3);
  expect(order.heaviest()).toBe('a');
  order.put('b', 3);
  order.put('c', 2);
  expect([order.heaviest(), order.heaviest('b'), order.heaviest('c')]).toEqual(['a', 'b', 'a']);
  order.put('a', 3);
  expect(order.heaviest()).toBe('b');
  order.reweigh('b', 3);
  expect(order.heaviest()).toBe('b');
  order.put('d', 1_000, true);
  expect(order.heaviest()).toBe('b');
  for (const item of ['a', 'b', 'c', 'x']) order.put(item, 0);
  expect(order.heaviest()).toBe('d');
  order.put('d', 0);
  expect(order.heaviest()).toBe(undefined);
});

it('what it names is never lighter than the heaviest by more than 9 %, and by nothing up to 12', () => {
  const change = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 100_000 })));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const order = createWeightOrder<number>();
      const weights = new Map<number, number>();
      for (const [item, weight] of changes) {
        order.put(item, weight);
        if (weight === 0) weights.delete(item);
        else weights.set(item, weight);
        const most = Math.max(0, ...weights.values());
        const named = order.heaviest();
        if (most === 0) expect(named).toBe(undefined);
        else expect(weights.get(named as number)).toBeGreaterThanOrEqual(most <= 12 ? most : most / 1.0906);
      }
    }),
  );
});
