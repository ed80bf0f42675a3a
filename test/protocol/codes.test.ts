/** Every close code has the policy of its range; delays are read strictly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CloseCode, closePolicy, retryAfterMs } from '../../src/core/protocol/codes.js';

describe('closePolicy', () => {
  it.each([
    [4000, 4199, 'reconnect'],
    [4200, 4299, 'wait'],
    [4300, 4399, 'authenticate'],
    [4400, 4499, 'stop'],
    [4500, 4999, 'reconnect'],
    [0, 3999, 'reconnect'],
  ])('%i–%i: %s', (from, to, policy) => {
    const wrong = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((code) => closePolicy(code) !== policy);
    expect(wrong).toEqual([]);
  });

  it('has no code twice', () => {
    expect(new Set(Object.values(CloseCode)).size).toBe(Object.keys(CloseCode).length);
  });
});

describe('retryAfterMs', () => {
  it('reads every delay of up to nine digits', () => {
    fc.assert(fc.property(fc.nat(999_999_999), (ms) => void expect(retryAfterMs(`retry-after=${ms}`)).toBe(ms)));
  });

  it.each(['', 'retry-after=', 'retry-after=-1', 'retry-after=1.5', 'retry-after=1e3', 'retry-after=1000000000', ' retry-after=1', 'retry-after=1 ', 'retry-after=1\n', 'x retry-after=1', 'Retry-After=1'])(
    'reads nothing in %j',
    (reason) => expect(retryAfterMs(reason)).toBeNull(),
  );

  it('never throws, and never gives what a timer cannot hold', () => {
    fc.assert(
      fc.property(fc.string(), (reason) => {
        const ms = retryAfterMs(reason);
        expect(ms === null || (Number.isSafeInteger(ms) && ms >= 0 && ms < 2 ** 31)).toBe(true);
      }),
    );
  });
});
