/** Acceptance of the types: 300 channels with three uses of hooks each are checked in 5 s of one processor. */
import { expect, it } from 'vitest';
import { checkLargeContract } from '../types/large-contract.js';

it('300 channels with 900 uses of hooks type-check in 5 s, reading and parsing included', () => {
  const runs = [0, 1, 2].map(() => checkLargeContract(300));
  console.log('300 channels', runs);
  for (const { complaints } of runs) expect(complaints).toEqual([]);
  expect(Math.min(...runs.map(({ cpuMs }) => cpuMs))).toBeLessThanOrEqual(5_000);
});
