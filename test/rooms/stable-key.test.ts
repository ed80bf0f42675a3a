// One text for equal inputs: two questions with the same input are one.
import { describe, expect, it } from 'vitest';
import { stableKey } from '../../src/core/data/stable-key.js';

describe('the key of an input', () => {
  it('is the same whatever the order of the keys, at any depth', () => {
    const sorted = '{"a":1,"b":{"c":2,"d":[{"e":3,"f":4}]},"g":null}';
    expect(stableKey({ a: 1, b: { c: 2, d: [{ e: 3, f: 4 }] }, g: null })).toBe(sorted);
    expect(stableKey({ g: null, b: { d: [{ f: 4, e: 3 }], c: 2 }, a: 1 })).toBe(sorted);
    expect(stableKey({ b: { d: [{ f: 4, e: 3 }], c: 2 }, g: null, a: 1 })).toBe(sorted);
  });

  it('is another one for another input', () => {
    const inputs = [undefined, null, 0, '', '0', false, [], {}, [1, 2], [2, 1], { a: 1 }, { a: '1' }, { b: 1 }, [{ a: 1 }], { a: [1] }];
    expect(new Set(inputs.map(stableKey)).size).toBe(inputs.length);
  });

  it('exists for what cannot be sent, too', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    for (const input of [loop, 1n]) expect(stableKey(input)).toMatch(/\w/);
  });
});
