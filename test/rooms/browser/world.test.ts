/** The real outside: what the platform does differently from what it is asked. */
import { afterEach, expect, it, vi } from 'vitest';
import { createBrowserWorld } from '../../../src/browser/world.js';

afterEach(() => vi.restoreAllMocks());

it('a time longer than a timer can hold does not fire at once', () => {
  const set = vi.spyOn(globalThis, 'setTimeout');
  const { clock } = createBrowserWorld(class {} as never, () => {});
  for (const ms of [5, 2 ** 31, 1e12]) clock.after(ms, () => {})();
  expect(set.mock.calls.map(([, ms]) => ms)).toEqual([5, 2 ** 31 - 1, 2 ** 31 - 1]);
});
