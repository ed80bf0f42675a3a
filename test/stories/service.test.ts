// The stage's server keeps true books, however long somebody plays with it.
import { expect, test } from 'vitest';
import { api } from '../../stories/stage/contract.js';
import { createService } from '../../stories/stage/service.js';

test('the total counts every order of a book', async () => {
  const { queries, commands } = createService(api).rules;
  const publish = () => Promise.resolve();
  for (let n = 0; n < 50; n += 1) await commands.order({ input: { book: 'stage', item: 'two', quantity: 2 }, publish } as never);
  expect(await queries.total({ input: { book: 'stage' } } as never)).toBe(100);
});
