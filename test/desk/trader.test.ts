// Names that somebody may trade under at the desk.
import { expect, test } from 'vitest';
import { Trader } from '../../examples/desk/contract.js';

test.each([['Amber Otter 42', true], ["Zoë O'Neil", true], ['Market maker', false], ['', false], ['\u202Eevil', false], ['a'.repeat(33), false]])('%s: %s', (name, isOne) => {
  expect(Trader.safeParse(name).success).toBe(isOne);
});
