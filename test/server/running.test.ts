import { expect, it } from 'vitest';
import { createRunning } from '../../src/server/core/running.js';
import { settle } from './fake-world.js';

it('counts the handlers of each user until they have ended, and lets a user go who has none', async () => {
  const running = createRunning(2);
  const ends: (() => void)[] = [];
  const run = (user: string): void => running.add(user, new Promise<void>((resolve) => ends.push(resolve)));
  for (const user of ['ann', 'ann', 'bob']) run(user);
  expect([running.isFull('ann'), running.isFull('bob'), running.users]).toEqual([true, false, 2]);
  ends[0]?.();
  await settle();
  expect([running.isFull('ann'), running.users]).toEqual([false, 2]);
  ends[1]?.();
  await settle();
  expect(running.users).toBe(1);
  ends[2]?.();
  await settle();
  expect(running.users).toBe(0);
});
