// The desk's timeline keeps what its picture needs, and no more.
import { expect, test } from 'vitest';
import { timeline } from '../../examples/desk/page/timeline.js';

test('knows the state of the line after any number of marks, and does not grow with them', () => {
  timeline.state('connected', 'Connected.');
  for (let i = 0; i < 2_000; i += 1) timeline.mark('done', `Order ${i}: done.`);
  const entries = timeline.get();
  expect(entries.filter(({ kind }) => kind === 'state')).toMatchObject([{ state: 'connected' }]);
  expect(entries.length).toBeLessThanOrEqual(401);
});
