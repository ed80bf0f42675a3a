// When a query that follows nothing is asked again, seen from outside: the real client and the real server in a simulated world.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { channel, createClient, defineContract, query } from '../../../src/index.js';
import { createSimulatedServer } from '../../../src/testing/simulated-server.js';
import { createSimulatedWorld } from '../../../src/testing/simulated-world.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
  queries: { count: query({ input: z.object({ from: z.number() }), output: z.number() }) },
});

function setUp() {
  const world = createSimulatedWorld({ seed: 3, network: { tailChance: 0 } });
  let answer = 0;
  const server = createSimulatedServer(world, 'a.test', {
    contract: api,
    authorize: { channels: { room: 'public' }, queries: { count: 'public' } },
    queries: { count: () => ++answer },
  });
  const page = world.client('page');
  let storage = 0;
  const client = createClient({
    url: 'ws://a.test/',
    contract: api,
    pool: { size: 2, channelsPerLink: 1 },
    world: {
      ...page,
      // What the server names as its storage is another one from a moment on, as after a failover behind a live connection.
      open: (url, protocols, events) =>
        page.open(url, protocols, { ...events, onMessage: (text) => events.onMessage(text.replace(/"fence":"([^"]*)"/, `"fence":"$1.${storage}"`)) }),
    },
  });
  return {
    changeStorage: () => void storage++, world, server, client, kept: client.liveQuery(api.queries.count, { from: 0 }), pass: (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms) };
}

it('a query is asked again when the connection is back, and not when one more link is there', async () => {
  const { world, client, kept, pass } = setUp();
  kept.subscribe(() => {});
  await pass(1_000);
  expect(kept.get().data).toBe(1);
  for (const id of ['1', '2', '3']) client.channel(api.channels.room, { id }).subscribe({});
  await pass(2_000);
  expect(client.connection.get().links.map(({ state }) => state)).toEqual(['ready', 'ready']);
  expect(kept.get().data).toBe(1);
  for (const connection of world.network.connections({ client: 'page' })) connection.inflict({ type: 'reset' });
  await pass(20_000);
  expect(client.connection.get().links.map(({ state }) => state)).toContain('ready');
  expect(kept.get().data).toBe(2);
  client.dispose();
});

it('a query is asked again within a second when the storage behind the server is another one, though the connection lives on', async () => {
  const { world, client, kept, pass, changeStorage } = setUp();
  const followed = client.liveQuery(api.queries.count, { from: 1 }, { channel: api.channels.room, params: { id: '1' } });
  followed.setApply((count) => count);
  kept.subscribe(() => {});
  await pass(1_000);
  followed.subscribe(() => {});
  await pass(20_000);
  expect([kept.get().data, followed.get().data]).toEqual([1, 2]);
  changeStorage();
  // The next ping of the server says so.
  await pass(7_500);
  expect([kept.get().data, followed.get().data].toSorted()).toEqual([3, 4]);
  await pass(30_000);
  expect([kept.get().data, followed.get().data].toSorted()).toEqual([3, 4]);
  expect(world.network.counts('page').opened).toBe(1);
  client.dispose();
});

it('a query with an input that does not fit is an error from its first look on, and asks nothing', async () => {
  const { server, client, pass } = setUp();
  client.hold();
  const wrong = client.liveQuery(api.queries.count, { from: 'the start' } as never);
  wrong.setApply(() => 0);
  wrong.subscribe(() => {})();
  wrong.refetch();
  await pass(2_000);
  expect(wrong.get()).toMatchObject({ data: undefined, status: 'error', error: { code: 'invalid' }, fetchStatus: 'idle', isPending: false, isSuccess: false, isError: true, isFetching: false, isStale: false, dataUpdatedAt: 0 });
  expect(server.heard.filter(({ t }) => t === 'query')).toEqual([]);
  client.dispose();
});

it.each([
  ['30 s', undefined, 30_000],
  ['its own gcTimeMs', 2_000, 2_000],
])('a query keeps its answer for %s after the last look', async (_, gcTimeMs, keptMs) => {
  const { client, pass } = setUp();
  client.hold();
  const kept = client.liveQuery(api.queries.count, { from: 0 }, undefined, gcTimeMs);
  const stop = kept.subscribe(() => {});
  await pass(1_000);
  stop();
  await pass(keptMs - 1);
  expect(kept.get().data).toBe(1);
  await pass(1);
  expect(kept.get()).toMatchObject({ data: undefined, status: 'pending' });
  client.dispose();
});

it('a retention that is no time is refused', () => {
  const { client } = setUp();
  for (const gcTimeMs of [-1, NaN]) expect(() => client.liveQuery(api.queries.count, { from: 0 }, undefined, gcTimeMs)).toThrow(/gcTimeMs is/);
  client.dispose();
});
