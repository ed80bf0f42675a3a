// The numbers that the client goes by: those that its documents name, and no nonsense.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BOUNDS, DEFAULT_POOL, DEFAULT_TIMINGS, withDefaults } from '../../src/core/options.js';

const source = readFileSync(new URL('../../src/core/options.ts', import.meta.url), 'utf8');

describe('a default', () => {
  it('is what its documentation says', () => {
    // The last sentence of a comment, and the property below it.
    const said = [...source.matchAll(/@default '?([\w-]+)[^\n]*?(?: \*\/)?\n(?:\s*\*\/\n)?\s*readonly (\w+)\??:/g)].map(([, value, name]) => [name, value]);
    const actual: Readonly<Record<string, unknown>> = { ...DEFAULT_TIMINGS, ...DEFAULT_TIMINGS.backoff, ...DEFAULT_POOL, ...DEFAULT_BOUNDS };
    expect(said.length).toBe(18);
    expect(said.filter(([name]) => name !== 'maxAttempts').map(([name, value]) => `${name} ${value}`)).toEqual(
      said.filter(([name]) => name !== 'maxAttempts').map(([name]) => `${name} ${String(actual[name ?? ''])}`),
    );
    expect(DEFAULT_TIMINGS.backoff.maxAttempts).toBeUndefined();
  });
});

describe('options', () => {
  const defaults = { ms: 5, size: 1, word: 'a' as string };

  it('that are left out, or undefined, keep their default', () => {
    expect(withDefaults(defaults)).toEqual(defaults);
    expect(withDefaults(defaults, { ms: undefined as never, size: 2 })).toEqual({ ...defaults, size: 2 });
    expect(defaults).toEqual({ ms: 5, size: 1, word: 'a' });
  });

  it.each([0, 0.5, Infinity])('may be %d', (ms) => {
    expect(withDefaults(defaults, { ms }).ms).toBe(ms);
  });

  it.each([-1, NaN, -Infinity, '5', null, {}])('may not be %o where a number is expected', (ms) => {
    expect(() => withDefaults(defaults, { ms: ms as never })).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringContaining('The option ms is') as string }));
  });

  it('that are no numbers are taken as they are, one after the other', () => {
    expect(withDefaults(defaults, { word: 'b', ms: 7 })).toEqual({ ms: 7, size: 1, word: 'b' });
  });
});
