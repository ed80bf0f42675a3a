// Reconnection: what the usual sketch of it gets wrong. Deeper: test/rooms/reconnect/, test/torture/, test/rooms/browser/.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Signal } from '../../src/core/world.js';
import type { SimulatedConnection } from '../../src/testing/simulated-connection.js';
import { createStage, numbers, ROOM, type Actor, type Stage } from './stage.js';

let stage: Stage;
beforeEach(() => {
  stage = createStage();
});

it('no jitter: a crowd that falls together does not return together', async () => {
  const crowd = numbers(1, 50).map((n) => stage.act(`person ${n}`));
  await stage.until(() => crowd.every(({ client }) => client.connection.get().status === 'connected'));
  stage.server.kill();
  stage.server.start();
  await stage.pass(2_000);
  const returns = crowd.map(({ opened }) => opened[1] ?? Infinity).toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [returns[0], returns.at(-1)];
  expect(last - first).toBeGreaterThan(700);
  const most = Math.max(...returns.map((from) => returns.filter((at) => at >= from && at < from + 100).length));
  expect(most).toBeLessThan(20);
});

it.each([1000, 1001, 1005, 1012])('a clean close never reconnects: after %i somebody comes back, and goes on where it was', async (code) => {
  const { client, listen } = stage.act();
  const heard = listen(ROOM.id);
  await stage.until(() => client.connection.get().status === 'connected');
  await stage.pass(500);
  stage.publish(1, 1);
  await stage.pass(1_000);
  if (code === 1005) stage.server.close(1000);
  else stage.server.close(code, 'goodbye');
  stage.publish(1, 2);
  await stage.pass(3_000);
  expect([client.connection.get().status, heard]).toEqual(['connected', [1, 2]]);
});

it.each<Signal>(['online', 'visible', 'resume', 'focus'])('no reaction to online or wake-up: %s cuts a long wait short', async (signal) => {
  const { client, outside, opened } = stage.act();
  await stage.until(() => client.connection.get().status === 'connected');
  stage.server.kill();
  // Deep in the backoff, right after an attempt that failed, with at least 5 s to wait.
  await stage.pass(60_000);
  await stage.until(() => (client.connection.get().nextRetryAt ?? 0) - outside.clock.wall() > 5_000, 300_000);
  stage.server.start();
  const before = opened.length;
  await stage.pass(500);
  expect([client.connection.get().status, opened.length]).toEqual(['reconnecting', before]);
  outside.signal(signal);
  await stage.pass(500);
  expect(client.connection.get().status).toBe('connected');
});

it.each([
  ['as soon as it is open', 0],
  ['after a moment, welcome or not', 400],
])('a counter reset on open lets an accept-and-drop server be hammered: a server that drops %s is asked less and less often', async (_, afterMs) => {
  const { opened, sockets } = stage.act();
  const seen = new Map<number, number>();
  const end = stage.world.clock.now() + 120_000;
  while (stage.world.clock.now() < end) {
    for (const one of sockets()) {
      const since = seen.get(one.id) ?? stage.world.clock.now();
      seen.set(one.id, since);
      if (stage.world.clock.now() - since >= afterMs) one.inflict({ type: 'reset' });
    }
    await stage.pass(10);
  }
  expect(seen.size).toBeGreaterThan(3);
  // Once a second would be 120.
  expect(opened.length).toBeLessThan(25);
});

/** `hello` takes about three seconds on the way to the server, and the close frame comes after it. */
const slowUp = { type: 'slow', bytesPerSecond: 50, direction: 'up' } as const;

describe("a client's own late socket never replaces its newer one", () => {
  /** A minute later the client is connected over its newest socket, and an event arrives. */
  async function expectConnected({ client, opened, errors, listen }: Actor, sockets: number): Promise<void> {
    const heard = listen(ROOM.id);
    await stage.pass(60_000);
    stage.publish(1, 1);
    await stage.pass(1_000);
    expect([client.connection.get(), errors, heard]).toMatchObject([{ status: 'connected', reason: null }, [], [1]]);
    expect(opened).toHaveLength(sockets);
  }

  const stateOf = ({ client }: Actor): string | undefined => client.connection.get().links[0]?.state;
  const newest = (): SimulatedConnection | undefined => stage.world.network.connections({ client: 'ada' }).at(-1);

  it('greeted late because `authenticate` is slow, so that the older one ends authentication after the newer one', async () => {
    const slow: (() => void)[] = [];
    stage = createStage(async (token) => {
      if (slow.length === 0) await new Promise<void>((done) => void slow.push(done));
      return { id: token };
    });
    const actor = stage.act('ada', { pool: { size: 1 } });
    await stage.until(() => slow.length === 1);
    // The server never reads the close frame of the older socket.
    newest()?.inflict({ type: 'blackhole', direction: 'up' });
    actor.client.reconnect();
    await stage.until(() => actor.client.connection.get().status === 'connected');
    slow[0]?.();
    await expectConnected(actor, 2);
  });

  it.each([
    ['connecting', 1],
    ['greeting', 1],
    ['authorizing', 2],
    ['ready', 1],
  ])('greeted late because of a slow road, with reconnect() called while %s', async (state, times) => {
    const actor = stage.act('ada', { pool: { size: 1 }, auth: () => new Promise((done) => void stage.world.clock.after(100, () => done('ada'))) });
    await stage.until(() => stateOf(actor) === (state === 'ready' ? 'ready' : 'connecting'));
    newest()?.inflict(slowUp);
    if (state !== 'connecting') await stage.until(() => stateOf(actor) === (state === 'ready' ? 'ready' : 'greeting'));
    for (let time = 1; time <= times; time++) {
      actor.client.reconnect();
      await stage.pass(50);
    }
    await expectConnected(actor, 2);
  });

  it('on either of two links', async () => {
    const actor = stage.act('ada', { pool: { size: 2, channelsPerLink: 1 } });
    for (const room of [11, 12]) actor.listen(room);
    await stage.until(() => actor.client.connection.get().links.filter(({ state }) => state === 'ready').length === 2);
    for (const one of actor.sockets()) one.inflict({ type: 'reset' });
    await stage.until(() => actor.opened.length === 3);
    newest()?.inflict(slowUp);
    await stage.until(() => actor.client.connection.get().links.some(({ state }) => state === 'greeting'));
    actor.client.reconnect();
    await stage.pass(60_000);
    expect([actor.client.connection.get().links.map(({ state }) => state), actor.errors]).toEqual([['ready', 'ready'], []]);
  });
});
