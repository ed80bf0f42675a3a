/** Budgets belong to the user, and before that to the address: they do not end with the socket. */
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, defineContract, query, volatile } from '../../src/core/define-contract.js';
import { createBudgets, createDoubleBucket } from '../../src/server/core/budgets.js';
import { createBucket } from '../../src/server/core/bucket.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore, type ServerCore, type ServerCoreOptions } from '../../src/server/core/server.js';
import type { ServerWorld } from '../../src/server/core/server-world.js';
import { enterClient, hello, openClient, type FakeClient } from './fake-client.js';
import { fakeWorld, type FakeClock } from './fake-world.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() }, clientEvents: { wave: volatile(z.number()) } }) },
  queries: { ask: query({ input: z.number(), output: z.number() }) },
});
type Options = ServerCoreOptions<typeof api>;

let world: ServerWorld & { readonly clock: FakeClock };
let asked: string[];
let tokens: (string | undefined)[];

beforeEach(() => {
  world = fakeWorld();
  asked = [];
  tokens = [];
});

function start(limits: Options['limits'] & object = {}, over: Partial<Options> = {}): ServerCore {
  return createServerCore<typeof api>(
    {
      contract: api,
      broker: memoryBroker(),
      limits,
      authenticate: ({ token }) => (tokens.push(token), token === 'bad' || token === undefined ? null : { id: token }),
      authorize: { channels: { room: 'public' }, clientEvents: { room: 'public' }, queries: { ask: 'public' } },
      queries: { ask: ({ input, user }) => (asked.push(user.id), input) },
      ...over,
    },
    world,
  );
}

const ask = (n: number): object => ({ t: 'query', id: `q${n}`, name: 'ask', input: n, remainingMs: 10_000 });

/** Asks until it is sent away or has asked so often. */
async function flood(client: FakeClient, times: number): Promise<void> {
  for (let n = 1; n <= times && client.socket.closed === null; n++) await client.say(ask(n));
}

async function enterFrom(server: ServerCore, remoteAddress: string | undefined, over: object = {}): Promise<FakeClient> {
  const client = openClient(server, remoteAddress);
  await client.say(hello(over));
  return client;
}

describe('the budget of a connection', () => {
  it('is not new with each look after the connections: it fills as its rate says', async () => {
    const client = await enterClient(start({ framesPerSecond: 10, frameBurst: 100 }), { token: 'eve' });
    await flood(client, 90);
    await world.clock.advance(1_000);
    await flood(client, 1_000);
    expect(client.socket.closed).toMatchObject({ code: 4201 });
    expect(asked.length).toBeGreaterThan(90);
    expect(asked.length).toBeLessThanOrEqual(115);
  });
});

describe('the budget of a user', () => {
  it('is not new with each socket: one that reconnects asks no more often than its budget allows', async () => {
    const server = start({ framesPerSecond: 10, frameBurst: 100 });
    for (let socket = 0; socket < 50; socket++) {
      const client = await enterClient(server, { token: 'eve', client: `c${socket}` });
      await flood(client, 1_000);
      expect(client.socket.closed).toMatchObject({ code: 4201, reason: expect.stringMatching(/^retry-after=\d{4,}$/) });
      client.handler.onClosed();
    }
    // Five times the burst of one connection, and nothing for the other 45 sockets.
    expect(asked.length).toBeLessThanOrEqual(500);
    expect(asked.length).toBeGreaterThan(450);
    const ann = await enterClient(server, { token: 'ann' });
    await flood(ann, 50);
    expect(ann.answers()).toHaveLength(50);
  });

  it('comes back with time, and is forgotten when it is full again', async () => {
    const server = start({ framesPerSecond: 10, frameBurst: 100, budgetsPerUser: 2 });
    const before = world.clock.timers;
    for (let i = 0; i < 3; i++) {
      const client = await enterClient(server, { token: 'eve', client: `c${i}` });
      await flood(client, 1_000);
      client.handler.onClosed();
    }
    expect(asked.length).toBeLessThanOrEqual(200);
    await world.clock.advance(5_000);
    asked = [];
    const back = await enterClient(server, { token: 'eve' });
    await flood(back, 1_000);
    expect(asked.length).toBeGreaterThanOrEqual(98);
    expect(asked.length).toBeLessThanOrEqual(101);
    back.handler.onClosed();
    // One timer looks after everything that is not full, and ends with the last of it.
    expect(world.clock.timers).toBe(before + 1);
    await world.clock.advance(20_500);
    expect(world.clock.timers).toBe(before);
  });

  it('is enough for several tabs that come back at once with all their channels', async () => {
    const server = start();
    const channels = Array.from({ length: 200 }, (_, i) => ({ name: `room:${i}`, generation: 1 }));
    for (let tab = 0; tab < 20; tab++) {
      const client = await enterClient(server, { client: `tab-${tab}` });
      await client.say({ t: 'subscribe', channels }, ...Array.from({ length: 40 }, (_, n) => ask(n)));
      expect(client.socket.closed).toBe(null);
      expect(client.socket.of('subscribed')).toHaveLength(200);
    }
  });

  it('is not taken by one connection alone, which has its own', async () => {
    const server = start({ framesPerSecond: 10, frameBurst: 100 });
    const [wild, calm] = [await enterClient(server, { client: 'wild' }), await enterClient(server, { client: 'calm' })];
    await flood(wild, 1_000);
    expect(wild.socket.closed).toMatchObject({ code: 4201 });
    await flood(calm, 50);
    expect(calm.answers()).toHaveLength(50);
  });

  it('is one of bytes, of pages and of fan-out as well', async () => {
    const server = start({ bytesPerSecond: 1_000, burstBytes: 10_000, budgetsPerUser: 2, framesPerSecond: 1_000, fanOutPerSecond: 10 });
    const padded = { t: 'ping', n: 1, visible: true, x: 'x'.repeat(2_900) };
    let pongs = 0;
    for (let i = 0; i < 10; i++) {
      const client = await enterClient(server, { client: `c${i}` });
      for (let n = 0; n < 10 && client.socket.closed === null; n++) await client.say(padded);
      pongs += client.socket.of('pong').length;
      client.handler.onClosed();
    }
    expect(pongs).toBe(7);
    const [ear, ...mouths] = await Promise.all(['ear', 'm1', 'm2', 'm3', 'm4'].map((client) => enterClient(server, { client, token: client === 'ear' ? 'cat' : 'bob', features: ['volatile'] })));
    await ear?.say({ t: 'subscribe', channels: [{ name: 'room:1', generation: 1 }] });
    for (const mouth of mouths) for (let n = 0; n < 20; n++) await mouth.say({ t: 'publish', channel: 'room:1', name: 'wave', data: n });
    // Each costs one and its listener one, of two budgets of twice ten.
    expect(ear?.socket.of('volatile')).toHaveLength(20);
  });

  it('makes pages wait on all connections of the user', async () => {
    const server = start({ framesPerSecond: 1, frameBurst: 4, budgetsPerUser: 1.5 });
    const { epoch } = await server.publish(api.channels.room, { id: '1' }, 'said', 'x'.repeat(9_000));
    for (let i = 0; i < 20; i++) await server.publish(api.channels.room, { id: '1' }, 'said', 'x'.repeat(9_000));
    let pages = 0;
    for (let i = 0; i < 3; i++) {
      const client = await enterClient(server, { client: `c${i}` });
      await client.say({ t: 'subscribe', channels: [{ name: 'room:1', generation: 1, position: { epoch, offset: 0 } }] });
      for (let page = client.socket.of('subscribed').at(-1), n = 2; page !== undefined && n < 12; page = client.socket.of('subscribed')[n - 1], n++) {
        await client.say({ t: 'subscribe', channels: [{ name: 'room:1', generation: n, position: page.position }] });
      }
      pages += client.socket.of('subscribed').length - 1;
    }
    // Of six: four of the first connection, and one that it waits for.
    expect(pages).toBe(5);
  });
});

describe('a frame without content', () => {
  it.each([
    ['subscribe', { t: 'subscribe', channels: [] }],
    ['unsubscribe', { t: 'unsubscribe', channels: [] }],
    ['query with an empty stamp', { ...ask(1), stamp: [] }],
    ['publish of nothing', { t: 'publish', channel: 'none', name: 'none' }],
    ['cancel of nothing', { t: 'cancel', id: 'none' }],
    ['frame of an unknown type', { t: 'news' }],
  ])('(%s) is paid for as a frame', async (_, frame) => {
    const client = await enterClient(start({ framesPerSecond: 0, frameBurst: 10 }));
    for (let n = 0; n < 9; n++) await client.say(frame);
    expect(client.socket.closed).toBe(null);
    await client.say(frame);
    expect(client.socket.closed).toMatchObject({ code: 4201 });
  });
});

describe('connections of one user', () => {
  it('are so many at most; more are sent away for a while, and its own former ones are replaced all the same', async () => {
    const server = start({ connectionsPerUser: 3 });
    const clients: FakeClient[] = [];
    for (let i = 0; i < 3; i++) clients.push(await enterClient(server, { client: `c${i}` }));
    const fourth = await enterClient(server, { client: 'c3' });
    expect(fourth.socket.closed).toEqual({ code: 4200, reason: 'retry-after=10000' });
    expect(fourth.socket.of('welcome')).toEqual([]);
    expect((await enterClient(server, { token: 'bob', client: 'c3' })).socket.of('welcome')).toHaveLength(1);
    const again = await enterClient(server, { client: 'c0' });
    expect(again.socket.of('welcome')).toHaveLength(1);
    expect(clients[0]?.socket.closed).toMatchObject({ code: 4404 });
    // The former one is gone already; that its socket closes now frees no place a second time.
    clients[0]?.handler.onClosed();
    expect((await enterClient(server, { client: 'c4' })).socket.closed).toMatchObject({ code: 4200 });
    clients[1]?.handler.onClosed();
    clients[1]?.handler.onClosed();
    expect((await enterClient(server, { client: 'c5' })).socket.closed).toBe(null);
    expect((await enterClient(server, { client: 'c6' })).socket.closed).toMatchObject({ code: 4200 });
  });

  it('are counted until they are gone, the last one too', async () => {
    const server = start({ connectionsPerUser: 1 });
    for (let i = 0; i < 5; i++) {
      const client = await enterClient(server, { client: `c${i}` });
      expect(client.socket.closed).toBe(null);
      client.handler.onClosed();
    }
  });

  it('are a hundred, unless it is said otherwise', async () => {
    const server = start();
    for (let i = 0; i < 100; i++) expect((await enterClient(server, { client: `c${i}` })).socket.closed).toBe(null);
    expect((await enterClient(server, { client: 'more' })).socket.closed).toMatchObject({ code: 4200 });
  });
});

describe('an address', () => {
  it('asks to be let in no faster than it may, whoever it says it is; authenticate is not called for the rest', async () => {
    const server = start({ hellosPerSecond: 10, helloBurst: 20 });
    for (let i = 0; i < 50; i++) (await enterFrom(server, '203.0.113.7', { token: `user ${i}` })).handler.onClosed();
    expect(tokens).toHaveLength(20);
    const refused = await enterFrom(server, '203.0.113.7', { token: 'ann' });
    expect(refused.socket.closed).toEqual({ code: 4200, reason: expect.stringMatching(/^retry-after=\d{3,4}$/) });
    expect((await enterFrom(server, '203.0.113.8', { token: 'ann' })).socket.of('welcome')).toHaveLength(1);
    await world.clock.advance(1_000);
    for (let i = 0; i < 50; i++) (await enterFrom(server, '203.0.113.7', { token: `user ${i}` })).handler.onClosed();
    expect(tokens).toHaveLength(31);
  });

  it('pays ten times for a token that is refused', async () => {
    const server = start({ hellosPerSecond: 10, helloBurst: 100 });
    for (let i = 0; i < 50; i++) (await enterFrom(server, '203.0.113.7', { token: 'bad' })).handler.onClosed();
    expect(tokens).toHaveLength(10);
  });

  it.each<[string, () => never]>([
    ['throws', () => { throw new Error('bad signature'); }],
    ['answers what is no identity', () => ({ id: '' }) as never],
  ])('pays ten times for a token at which authenticate %s', async (_, authenticate) => {
    const server = start({ hellosPerSecond: 10, helloBurst: 100 }, { authenticate: ({ token }) => (tokens.push(token), authenticate()) });
    for (let i = 0; i < 50; i++) (await enterFrom(server, '203.0.113.7')).handler.onClosed();
    expect(tokens).toHaveLength(10);
  });

  it.each([
    ['2001:db8:1:2::7', '2001:db8:1:2:aaaa:bbbb:cccc:dddd', true],
    ['2001:db8:1:2::7', '2001:db8:1:2:3:4:5:6', true],
    ['2001:db8::7', '2001:db8:0:0:9::', true],
    ['fe80::1%eth0', 'fe80::2%eth0', true],
    ['2001:db8:1:2::7', '2001:db8:1:3::7', false],
    ['2001:db8:1::7', '2001:db8:1:1::7', false],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.8', false],
    ['203.0.113.7', '203.0.113.8', false],
  ])('of IPv6 is one network of 64 bits, for one client has all of its addresses: %s and %s', async (first, second, isOne) => {
    const server = start({ hellosPerSecond: 0.001, helloBurst: 1 });
    await enterFrom(server, first, { token: 'ann' });
    expect((await enterFrom(server, second, { token: 'bob' })).socket.of('welcome')).toHaveLength(isOne ? 0 : 1);
  });

  it('has room for thousands behind it, and no end with Infinity, or if it is not known', async () => {
    const server = start();
    for (let i = 0; i < 5_000; i++) await enterFrom(server, '203.0.113.7', { token: `user ${i}` });
    expect(tokens).toHaveLength(5_000);
    const open = start({ hellosPerSecond: Infinity });
    const known = start({ hellosPerSecond: 0, helloBurst: 3 });
    tokens = [];
    for (let i = 0; i < 500; i++) {
      await enterFrom(open, '203.0.113.7', { token: 'bad' });
      await enterFrom(known, undefined, { token: 'bad' });
    }
    expect(tokens).toHaveLength(1_000);
  });
});

describe('budgets by a key', () => {
  it('are shared by all with the same key, apart by kind, and forgotten when everything of the key is full', () => {
    const budgets = createBudgets({ a: { perSecond: 10, size: 2 }, b: { perSecond: 1, size: 2 } });
    expect([1, 2, 3].map(() => budgets.bucket('x', 'a').take(0))).toEqual([true, true, false]);
    expect(budgets.bucket('x', 'b').take(0)).toBe(true);
    expect(budgets.bucket('y', 'a').take(0)).toBe(true);
    expect(budgets.size).toBe(2);
    budgets.sweep(100);
    expect(budgets.size).toBe(1);
    budgets.sweep(999);
    expect(budgets.size).toBe(1);
    budgets.sweep(1_000);
    expect(budgets.size).toBe(0);
  });

  it('double a bucket: what is taken is taken from both, and the emptier one decides', () => {
    const budgets = createBudgets({ a: { perSecond: 10, size: 3 } });
    const [one, two] = [1, 2].map(() => createDoubleBucket(createBucket(10, 2), budgets, 'x', 'a'));
    expect([one, one, one, two, two].map((bucket) => bucket?.take(0))).toEqual([true, true, false, true, false]);
    one?.give(1);
    expect([two?.take(0), one?.take(0), one?.take(0)]).toEqual([false, true, false]);
    expect(one?.fullInMs(0)).toBeCloseTo(300);
    expect([one?.reserve(0), one?.reserve(0)]).toEqual([100, 200]);
  });

  it('of Infinity are never empty', () => {
    const bucket = createBucket(Infinity, Infinity);
    for (let i = 0; i < 100; i++) expect(bucket.take(0, 1_000_000)).toBe(true);
    expect(bucket.reserve(0)).toBe(0);
    expect(bucket.fullInMs(0)).toBeLessThan(1);
  });
});
