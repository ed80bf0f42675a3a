// Reconnection: what the usual sketch of it gets wrong. Deeper: test/rooms/reconnect/, test/torture/, test/rooms/browser/.
import { beforeEach, expect, it } from 'vitest';
import type { Signal } from '../../src/core/world.js';
import { createStage, numbers, ROOM, type Stage } from './stage.js';

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
