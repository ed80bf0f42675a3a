import { expect, it } from 'vitest';
import { createCalmLogger } from '../../src/server/core/calm-logger.js';
import type { Logger } from '../../src/server/core/logger.js';

it('a calm logger says a thing ten times in ten seconds, then how often it did not', () => {
  let now = 0;
  const lines: unknown[][] = [];
  const logger = createCalmLogger({ warn: (...line) => lines.push(['warn', ...line]), error: (...line) => lines.push(['error', ...line]) }, { now: () => now });
  for (let i = 0; i < 13; i++) logger.warn('flood');
  for (let i = 0; i < 10; i++) logger.warn('as many as may be');
  for (let i = 0; i < 11; i++) logger.warn('one more');
  lines.splice(10, 20);
  logger.error('other', 7);
  expect(lines).toEqual([...Array(10).fill(['warn', 'flood']), ['error', 'other', 7]]);
  now = 10_000;
  logger.warn('flood');
  logger.error('other');
  expect(lines.slice(11)).toEqual([['warn', '3 lines like the next one were left out.'], ['warn', 'flood'], ['error', 'other']]);
  logger.warn('as many as may be');
  logger.warn('one more');
  expect(lines.slice(14)).toEqual([['warn', 'as many as may be'], ['warn', '1 lines like the next one were left out.'], ['warn', 'one more']]);
});

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('disk full');
    },
  ],
  ['rejects', () => Promise.reject(new Error('disk full'))],
])('what the application’s logger %s is not passed on: whoever logs has something else to finish', async (_, fail) => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  const its: Logger & { calls: unknown[] } = {
    calls: [],
    warn(message) {
      this.calls.push(message);
      return fail() as undefined;
    },
    error(message, details) {
      this.calls.push(message, details);
      return fail() as undefined;
    },
  };
  const logger = createCalmLogger(its, { now: () => 0 });
  logger.warn('one');
  logger.error('two', 2);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(its.calls).toEqual(['one', 'two', 2]);
  expect(unhandled).toEqual([]);
});
