/** A subscription that was left or replaced does nothing more, whatever it waits for at that moment. */
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, defineContract } from '../../src/core/define-contract.js';
import type { Broker } from '../../src/server/core/broker.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore, type ServerCore } from '../../src/server/core/server.js';
import type { ServerWorld } from '../../src/server/core/server-world.js';
import { createWaiting } from '../../src/server/core/waiting.js';
import { enterClient, hello, openClient, type FakeClient } from './fake-client.js';
import { fakeWorld, settle, type FakeClock } from './fake-world.js';

const api = defineContract({ channels: { room: channel('room:{id}', { events: { said: z.string() } }) } });

/** What the storage or the rule was asked and has not answered; oldest first. */
interface Held {
  readonly what: 'rule' | 'watch' | 'read';
  answer(): Promise<void>;
  fail(): Promise<void>;
}

let world: ServerWorld & { readonly clock: FakeClock };
let held: Held[];
let watched: Set<string>;
let server: ServerCore;
let isHolding: boolean;

function hold<T>(what: Held['what'], work: () => Promise<T>): Promise<T> {
  if (!isHolding) return work();
  return new Promise((resolve, reject) => {
    held.push({
      what,
      answer: async () => (resolve(await work()), settle()),
      fail: async () => (reject(new Error('storage down')), settle()),
    });
  });
}

beforeEach(() => {
  world = fakeWorld();
  held = [];
  watched = new Set();
  isHolding = true;
  const memory = memoryBroker();
  const broker: Broker = {
    ...memory,
    watch: (name) => (watched.add(name), hold('watch', () => memory.watch(name))),
    unwatch: (name) => (watched.delete(name), memory.unwatch(name)),
    read: (name, ask) => hold('read', () => memory.read(name, ask)),
  };
  server = createServerCore({ contract: api, broker, limits: { framesPerSecond: 1, frameBurst: 6 }, authorize: { channels: { room: () => hold('rule', async () => true) } } }, world);
});

const want = (generation: number, over: object = {}): object => ({ t: 'subscribe', channels: [{ name: 'room:1', generation, ...over }] });
const leave = (generation: number): object => ({ t: 'unsubscribe', channels: [{ name: 'room:1', generation }] });
const heldNow = (): string[] => held.map(({ what }) => what);
const heard = ({ socket }: FakeClient): string[] => socket.frames.slice(1).map(({ t, generation }) => `${t} ${String(generation)}`);

/** Subscribes, and answers until it waits for the one that is named. */
async function subscribeUntil(what: Held['what']): Promise<FakeClient> {
  const client = await enterClient(server);
  await client.say(want(1));
  while (held[0]?.what !== what) await held.shift()?.answer();
  return client;
}

const publish = async (): Promise<void> => {
  await server.publish(api.channels.room, { id: '1' }, 'said', 'x');
  await world.clock.advance(0);
};

describe.each(['rule', 'watch', 'read'] as const)('while the %s is not answered, a subscription', (what) => {
  it.each<[string, (client: FakeClient) => Promise<void> | void]>([
    ['left', (client) => client.say(leave(1))],
    ['kicked', () => server.kick('c', 'room:1')],
    ['dropped with its connection', (client) => client.handler.onClosed()],
  ])('that is %s asks nothing more, says nothing more, and leaves nothing watched', async (_, end) => {
    const client = await subscribeUntil(what);
    await end(client);
    const before = client.socket.frames.length;
    await held.shift()?.answer();
    await publish();
    expect(heldNow()).toEqual([]);
    expect(client.socket.frames).toHaveLength(before);
    expect([...watched]).toEqual([]);
  });

  it('that fails ends the connection, if it is still wanted', async () => {
    const client = await subscribeUntil(what);
    await held.shift()?.fail();
    if (what === 'rule') expect(heard(client)).toEqual(['unsubscribed 1']);
    else expect(client.socket.closed).toMatchObject({ code: 4200 });
    expect([...watched]).toEqual([]);
  });
});

describe.each(['rule', 'read'] as const)('while the %s is not answered, a subscription', (what) => {
  it('that is replaced leaves everything to the new one, and its failure harms nobody', async () => {
    const client = await subscribeUntil(what);
    await client.say(want(2));
    await held.shift()?.fail();
    expect(client.socket.closed).toBe(null);
    while (held.length > 0) await held.shift()?.answer();
    await publish();
    expect(heard(client)).toEqual(['subscribed 2', 'events undefined']);
    await client.say(leave(2));
    expect([...watched]).toEqual([]);
  });

  it('that is replaced and answered late says nothing', async () => {
    const client = await subscribeUntil(what);
    await client.say(want(2));
    const [late] = held.splice(0, 1);
    while (held.length > 0) await held.shift()?.answer();
    await late?.answer();
    await publish();
    expect(heldNow()).toEqual([]);
    expect(heard(client)).toEqual(['subscribed 2', 'events undefined']);
  });
});

it('a subscription that is replaced while its channel is not watched yet waits with the new one, and says nothing', async () => {
  const client = await subscribeUntil('watch');
  await client.say(want(2));
  for (let i = 0; i < 2; i++) await held.pop()?.answer();
  await held.pop()?.answer();
  await publish();
  expect(heldNow()).toEqual([]);
  expect(heard(client)).toEqual(['subscribed 2', 'events undefined']);
});

it('a page that waits for its turn and is left meanwhile asks neither the rule nor the storage', async () => {
  isHolding = false;
  const { epoch } = await server.publish(api.channels.room, { id: '1' }, 'said', 'x'.repeat(9_000));
  for (let i = 0; i < 9; i++) await server.publish(api.channels.room, { id: '1' }, 'said', 'x'.repeat(9_000));
  const client = await enterClient(server);
  await client.say(want(1, { position: { epoch, offset: 0 } }));
  for (let generation = 2; generation <= 8; generation++) {
    const { position } = client.socket.of('subscribed').at(-1) as unknown as { readonly position: object };
    await client.say(want(generation, { position }));
  }
  expect(heard(client).at(-1)).toBe('subscribed 7');
  isHolding = true;
  await client.say(leave(8));
  await world.clock.advance(5_000);
  expect(heldNow()).toEqual([]);
  expect(heard(client).at(-1)).not.toBe('subscribed 8');
});

it('a connection that is taken while the server stops is closed at once, and never greeted', async () => {
  const before = await enterClient(server);
  const stopped = server.stop(4000);
  const late = openClient(server);
  expect(late.socket.closed).toEqual({ code: 4000, reason: 'stopping' });
  await late.say(hello({ client: 'late' }));
  expect(late.socket.frames).toEqual([]);
  await stopped;
  expect(before.socket.closed).toEqual({ code: 4000, reason: 'stopping' });
});

it('a command that stops waiting twice frees one place, not that of the next', () => {
  const waiting = createWaiting(1);
  const ann = { id: 'ann', tag: 'Ann' };
  const first = waiting.enter(ann, 'id');
  first?.leave();
  const second = waiting.enter(ann, 'id');
  first?.leave();
  expect(waiting.enter(ann, 'id')).toBe(null);
  second?.leave();
  second?.leave();
  expect(waiting.enter(ann, 'id')).not.toBe(null);
});
