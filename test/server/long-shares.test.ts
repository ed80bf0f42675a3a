import { beforeEach, describe, expect, it } from 'vitest';
import { createLongShares, type LongShares } from '../../src/server/core/long-shares.js';

let shares: LongShares;
let woken: string[];

beforeEach(() => {
  shares = createLongShares({ handlers: 2, chars: 100 });
  woken = [];
});

describe('the share of a user', () => {
  it('is full with so many handlers, and with more than so many characters', () => {
    expect(shares.isFull('ann')).toBe(false);
    shares.count('ann', { handlers: 1, chars: 100 });
    expect(shares.isFull('ann')).toBe(false);
    shares.count('ann', { chars: 1 });
    expect(shares.isFull('ann')).toBe(true);
    shares.count('ann', { chars: -1 });
    shares.count('ann', { handlers: 1 });
    expect(shares.isFull('ann')).toBe(true);
    expect(shares.isFull('bob')).toBe(false);
  });

  it('wakes all that watch it each time that it stops being full, and nobody else', () => {
    const stop = shares.watch('ann', () => woken.push('ann 1'));
    shares.watch('ann', () => woken.push('ann 2'));
    shares.watch('bob', () => woken.push('bob'));
    shares.count('ann', { chars: 150 });
    shares.count('ann', { chars: -20 });
    expect(woken).toEqual([]);
    shares.count('ann', { chars: -50 });
    expect(woken.splice(0)).toEqual(['ann 1', 'ann 2']);
    shares.count('ann', { chars: -10 });
    stop();
    shares.count('ann', { handlers: 2 });
    shares.count('ann', { handlers: -1 });
    expect(woken).toEqual(['ann 2']);
  });

  it('is forgotten when nothing is left of it', () => {
    const stop = shares.watch('ann', () => undefined);
    shares.count('ann', { handlers: 1, chars: 5 });
    shares.count('ann', { handlers: -1 });
    shares.count('ann', { chars: -5 });
    expect(shares.users).toBe(1);
    stop();
    expect(shares.users).toBe(0);
    shares.count('bob', { chars: 5 });
    shares.count('bob', { chars: -5 });
    expect(shares.users).toBe(0);
  });
});
