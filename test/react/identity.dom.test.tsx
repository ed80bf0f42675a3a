/** Another user signs in on the same page: nothing of the former one is seen any more. */
import { cleanup } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { createClient, defineView, useChannel, useCommand, useQuery, type CommandResult } from '../../src/index.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';
import { api, createHarness, createRenderLog, type Message } from './harness.js';

afterEach(cleanup);

const said = defineView(api.channels.room, { initialState: [] as string[], reduce: (all, { data }) => [...all, data.text] });

it('keeps no answer, no channel and no command of the former user', async () => {
  const { world, page, pass, show } = createHarness();
  const server = createSimulatedServer(world, 'bank.test', {
    contract: api,
    authenticate: ({ token }) => ({ id: token ?? 'nobody' }),
    authorize: {
      channels: { room: ({ user }) => user.id === 'ann' },
      queries: { history: ({ user }) => user.id === 'ann' },
      commands: { post: 'public' },
    },
    queries: { history: ({ user }) => [{ id: '1', text: `secret of ${user.id}` }] },
    commands: { post: ({ input }) => ({ id: 'p', text: input.text }) },
  });
  let token = 'ann';
  const client = createClient({ url: 'ws://bank.test/realtime', contract: api, world: page, auth: () => token });
  const log = createRenderLog<string>();
  const posts = createRenderLog<CommandResult<typeof api.commands.post>>();
  function Account() {
    const answer = useQuery(api.queries.history, { input: { room: '1' } });
    const followed = useQuery(api.queries.history, { input: { room: '1' }, follow: { channel: api.channels.room, params: { id: '1' }, apply: (all: Message[]) => all } });
    const view = useChannel(said, { params: { id: '1' } });
    posts.note(useCommand(api.commands.post));
    return log.note(JSON.stringify([answer.data, answer.error?.code, followed.data, followed.error?.code, view.data, view.error?.code]));
  }
  show(<Account />, { client } as never);
  await pass(200);
  await server.core().publish(api.channels.room, { id: '1' }, 'message', { id: '2', text: 'private' });
  await pass(200);
  expect(log.last()).toMatch(/secret of ann.*secret of ann.*private/);
  token = 'bob';
  server.kill();
  const mine = posts.last().send({ room: '1', text: 'as ann' });
  server.start();
  await pass(60_000);
  expect(JSON.parse(log.last())).toEqual([null, 'forbidden', null, 'forbidden', [], 'forbidden']);
  await expect(mine.result).rejects.toMatchObject({ code: 'cancelled' });
  client.dispose();
});
