// What a query that follows a channel asks of the server, seen from outside: the real client and the real server in a simulated world.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, createClient, defineContract, query, upsert, type LiveQuery } from '../../../src/index.js';
import { createSimulatedServer } from '../../../src/testing/simulated-server.js';
import { createSimulatedWorld } from '../../../src/testing/simulated-world.js';

const Item = z.object({ id: z.number() });
type Item = z.infer<typeof Item>;
const api = defineContract({
  channels: { list: channel('list', { events: { put: Item } }) },
  queries: { all: query({ output: z.array(Item) }) },
  commands: { put: command({ input: Item }) },
});

function setUp() {
  const world = createSimulatedWorld({ seed: 3, network: { tailChance: 0 } });
  let readMs = 0;
  const stored: Item[] = [];
  const server = createSimulatedServer(world, 'a.test', {
    contract: api,
    keeps: { eventsPerChannel: 5_000 },
    authorize: { channels: { list: 'public' }, queries: { all: 'public' }, commands: { put: 'public' } },
    queries: {
      // Reads at once and answers late: what comes meanwhile is not in the answer.
      async all() {
        const read = [...stored];
        await new Promise<void>((resolve) => void world.clock.after(readMs, resolve));
        return read;
      },
    },
    commands: {
      put({ input, publish }) {
        stored.push(input);
        publish(api.channels.list, {}, 'put', input);
      },
    },
  });
  const client = createClient({ url: 'ws://a.test/', contract: api, world: world.client('page') });
  const kept: LiveQuery<Item[]> = client.liveQuery(api.queries.all, undefined, { channel: api.channels.list, params: {} });
  kept.setApply(upsert('id') as never);
  const asked = (t: string): number => server.heard.filter((frame) => frame.t === t).length;
  return {
    world,
    client,
    kept,
    stored,
    pass: (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms),
    put(id: number) {
      stored.push({ id });
      void server.core().publish(api.channels.list, {}, 'put', { id });
    },
    readsFor: (ms: number) => (readMs = ms),
    counts: () => ({ queries: asked('query'), subscriptions: asked('subscribe') }),
  };
}

describe('a query that follows a channel', () => {
  it.each([
    [1_000, false],
    [1_001, true],
  ])('has all of the %i events that came while its answer was on its way; the channel is asked for them again: %s', async (events, isAskedAgain) => {
    const page = setUp();
    page.kept.subscribe(() => {});
    await page.pass(1_000);
    page.readsFor(8_000);
    page.kept.refetch();
    await page.pass(1_000);
    const before = page.counts().subscriptions;
    for (let id = 0; id < events; id++) {
      page.put(id);
      if (id % 100 === 0) await page.pass(10);
    }
    await page.pass(3_000);
    expect(page.kept.get().isFetching).toBe(true);
    await page.pass(10_000);
    expect(page.kept.get().status).toBe('success');
    expect(page.kept.get().data).toEqual(page.stored);
    expect(page.stored).toHaveLength(events);
    expect(page.counts().subscriptions > before).toBe(isAskedAgain);
    page.client.dispose();
  });

  it('misses nothing though more came than is held, and then no answer did', async () => {
    const page = setUp();
    page.kept.subscribe(() => {});
    await page.pass(1_000);
    page.readsFor(60_000);
    page.kept.refetch();
    await page.pass(1_000);
    for (let id = 0; id < 1_200; id++) page.put(id);
    await page.pass(15_000);
    expect(page.kept.get().error?.code).toBe('timeout');
    page.put(1_200);
    await page.pass(5_000);
    expect(page.kept.get().data).toEqual(page.stored);
    page.client.dispose();
  });

  it('is not asked again by an event, an outcome or a reconnect: it holds everything', async () => {
    const page = setUp();
    page.kept.subscribe(() => {});
    await page.pass(1_000);
    expect(page.counts().queries).toBe(1);
    page.put(1);
    page.client.send(api.commands.put, { id: 2 }, {
      optimistic: (local) => local.query(api.queries.all, undefined, (list) => upsert('id')(list, { data: { id: 2 } })),
    });
    await page.pass(1_000);
    expect(page.kept.get().data).toEqual([{ id: 1 }, { id: 2 }]);
    for (const connection of page.world.network.connections({ client: 'page' })) connection.inflict({ type: 'reset' });
    page.put(3);
    await page.pass(10_000);
    expect(page.client.connection.get().status).toBe('connected');
    expect(page.kept.get()).toMatchObject({ data: page.stored, isStale: false, fetchStatus: 'idle' });
    expect(page.counts().queries).toBe(1);
    page.client.dispose();
  });
});
