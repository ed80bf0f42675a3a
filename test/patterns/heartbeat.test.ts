// Heartbeat: what the usual sketch of it gets wrong. Deeper: test/rooms/heartbeat/, test/e2e/pool.e2e.test.ts.
import { beforeEach, expect, it } from 'vitest';
import type { World } from '../../src/core/world.js';
import { api, createStage, numbers, ROOM, soFar, type Stage } from './stage.js';

let stage: Stage;
beforeEach(() => {
  stage = createStage();
});

it('a dead verdict only logs: a silent link is let go, and what was missed comes over the next one', async () => {
  const { client, opened, sockets, listen } = stage.act();
  const heard = listen(ROOM.id);
  await stage.until(() => client.connection.get().status === 'connected');
  await stage.pass(1_000);
  sockets()[0]?.inflict({ type: 'blackhole' });
  stage.publish(1, 1, 2, 3);
  const { result } = client.send(api.commands.add, { room: 1, n: 4 });
  // Promise 4: noticed within 10 s, and the first attempt comes within one more.
  await stage.pass(12_000);
  expect(opened).toHaveLength(2);
  expect(client.connection.get().status).toBe('connected');
  expect([heard, await soFar(result)]).toEqual([[1, 2, 3, 4], 4]);
});

it('any other traffic does not count as life: a link whose pings and pongs are lost lives on what else comes', async () => {
  const isBeat = (text: string): boolean => /^\{"t":"p[io]ng"/.test(text);
  const withoutBeats = (world: World): World => ({
    ...world,
    open(url, protocols, events) {
      const socket = world.open(url, protocols, { ...events, onMessage: (text) => isBeat(text) || events.onMessage(text) });
      return { ...socket, send: (text) => isBeat(text) || socket.send(text) };
    },
  });
  const { client, opened, listen } = stage.act('ada', {}, withoutBeats);
  const heard = listen(ROOM.id);
  for (const n of numbers(1, 30)) {
    client.send(api.commands.add, { room: 1, n });
    await stage.pass(2_000);
  }
  expect(heard).toEqual(numbers(1, 30));
  expect(opened).toHaveLength(1);
  // Nothing else comes: now it is silence.
  await stage.pass(20_000);
  expect(opened.length).toBeGreaterThan(1);
});

it('throttled timers of hidden tabs give false verdicts: timers once a minute, and the link stays', async () => {
  const throttled = (world: World): World => ({
    ...world,
    clock: { ...world.clock, after: (ms, run) => world.clock.after(Math.ceil((world.clock.now() + ms) / 60_000) * 60_000 - world.clock.now(), run) },
  });
  const { client, opened, outside, listen } = stage.act('ada', {}, throttled);
  const heard = listen(ROOM.id);
  outside.signal('hidden');
  for (const n of numbers(1, 10)) {
    await stage.pass(60_000);
    stage.publish(1, n);
  }
  await stage.pass(1_000);
  expect([opened.length, client.connection.get().status, heard]).toEqual([1, 'connected', numbers(1, 10)]);
});

it('throttled timers of hidden tabs give false verdicts: a verdict that comes late is asked about first', async () => {
  // One link, so that no other takes over while this one is in doubt.
  const { client, opened, frames, outside, sockets } = stage.act('ada', { pool: { size: 1 } });
  await stage.until(() => frames.some(({ t }) => t === 'ping'));
  // What the server says is late, so that the link is in doubt; then the machine sleeps over the time of the verdict.
  await stage.pass(5_000);
  sockets()[0]?.inflict({ type: 'stall', ms: 3_900, direction: 'down' });
  await stage.pass(2_500);
  expect(client.connection.get().isSuspect).toBe(true);
  outside.sleep();
  await stage.pass(4_500);
  outside.wake();
  await stage.pass(20_000);
  expect([opened.length, client.connection.get()]).toMatchObject([1, { status: 'connected', isSuspect: false }]);
});
