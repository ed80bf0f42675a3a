/** What waits for an outcome, in a component. */
import { cleanup } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { useCommand, useOutbox, type CommandResult, type OutboxStatus } from '../../src/index.js';
import { api, createHarness, createRenderLog } from './harness.js';

afterEach(cleanup);

function setUp() {
  const log = createRenderLog<OutboxStatus>();
  const counts = createRenderLog<boolean>();
  const posts = createRenderLog<CommandResult<typeof api.commands.post>>();
  const Waiting = () => log.note(useOutbox());
  const IsEmpty = () => counts.note(useOutbox(({ pending }) => pending === 0));
  const Posting = () => posts.note(useCommand(api.commands.post));
  return { ...createHarness(), log, counts, posts, page: <><Waiting /><IsEmpty /><Posting /></> };
}

it('shows what waits, where it is, and lets it be cancelled', async () => {
  const { show, pass, server, world, log, posts, page } = setUp();
  show(page);
  await pass(200);
  expect(log.last()).toEqual({ pending: 0, queued: 0, sent: 0, bytes: 0, oldestAt: null, isDurable: false, commands: [] });
  server.kill();
  await pass(100);
  const at = world.clock.wall();
  posts.last().send({ room: '1', text: 'a' });
  const second = posts.last().send({ room: '1', text: 'b' });
  await pass(100);
  expect(log.last()).toMatchObject({ pending: 2, queued: 2, sent: 0, oldestAt: at });
  expect(log.last().commands).toMatchObject([{ name: 'post', input: { room: '1', text: 'a' }, status: 'queued', at, attempt: 0 }, { id: second.id }]);
  const kept = log.last().commands[0];
  log.last().commands[1]?.cancel();
  await pass(100);
  expect(log.last().commands).toEqual([kept]);
  expect(log.last().commands[0]).toBe(kept);
  await expect(second.result).rejects.toMatchObject({ code: 'cancelled' });
  server.start();
  await pass(60_000);
  expect(log.last()).toMatchObject({ pending: 0, oldestAt: null, commands: [] });
  posts.last().send({ room: '1', text: 'c' });
  // Its lane is open: it goes at once, and the answer takes 20 ms.
  await pass(15);
  expect(log.last()).toMatchObject({ pending: 1, queued: 0, sent: 1, commands: [{ status: 'sent', attempt: 1 }] });
});

it('renders once a flush, and only for what is selected', async () => {
  const { show, pass, log, counts, posts, page } = setUp();
  show(page);
  await pass(200);
  const [before, countsBefore] = [log.all.length, counts.all.length];
  for (let i = 0; i < 50; i++) posts.last().send({ room: '1', text: `${i}` });
  await pass(500);
  expect(log.last().pending).toBe(0);
  // In StrictMode a render is two. Fifty commands were queued, sent and answered within a few frames.
  expect((log.all.length - before) / 2).toBeLessThanOrEqual(6);
  expect((counts.all.length - countsBefore) / 2).toBe(2);
});
