/** What a contract of many channels costs the compiler, in counts that are the same on every machine; test/proof has the time. */
import { expect, it } from 'vitest';
import { checkLargeContract } from './large-contract.js';

it('100 channels with three uses of hooks each cost the compiler so many types; the one wrong line among them is found', () => {
  const { complaints, types, instantiations } = checkLargeContract(100, 'void api.channels.channel7.events.massage;');
  expect(complaints).toEqual([expect.stringMatching(/page-90\.tsx.*Property 'massage' does not exist/)]);
  // Of these, 20,000 and 18,000 are what the compiler reads of React, zod and us before the first channel.
  expect(types).toBeLessThan(56_000);
  expect(instantiations).toBeLessThan(175_000);
}, 120_000);
