// Heartbeat: what the usual sketch of it gets wrong. Deeper: test/rooms/heartbeat/, test/e2e/pool.e2e.test.ts.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Signal, World } from '../../src/core/world.js';
import type { ConnectionFault } from '../../src/testing/connection-faults.js';
import { api, createStage, numbers, ROOM, soFar, type Actor, type Stage } from './stage.js';

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

it('any other traffic does not count as life: a link whose pongs and probes are lost lives on what else goes up', async () => {
  const isBeat = (text: string): boolean => /^\{"t":"p[io]ng"/.test(text);
  const withoutBeats = (world: World): World => ({
    ...world,
    open(url, protocols, events) {
      const socket = world.open(url, protocols, events);
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
  // Nothing else goes up: now it is silence.
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

/** A browser whose TCP connection does not end: it never reports that the server has closed. */
const withoutClose = (world: World): World => ({ ...world, open: (url, protocols, events) => world.open(url, protocols, { ...events, onClosed: () => {} }) });

const DEAF: readonly [string, ConnectionFault][] = [
  ['up', { type: 'blackhole', direction: 'up' }],
  ['down', { type: 'blackhole', direction: 'down' }],
  ['both', { type: 'blackhole' }],
];

describe('a link on which only one direction works is dead', () => {
  describe.each(DEAF)('%s is lost', (_, fault) => {
    it.each([
      ['and the close frame of the server is reported', (world: World) => world],
      ['and the close frame of the server is not reported', withoutClose],
    ])('%s: twelve clients, a command a second, an event a second: each notices within 10 s', async (_what, through) => {
      const crowd: Actor[] = [];
      for (const n of numbers(1, 12)) {
        crowd.push(stage.act(`person ${n}`, { pool: { size: 1 } }, through));
        await stage.pass(530);
      }
      let n = 0;
      const second = async (ms: number): Promise<void> => {
        stage.publish(1, ++n);
        for (const { client } of crowd) client.send(api.commands.add, { room: 2, n });
        await stage.pass(ms);
      };
      for (const { listen } of crowd) listen(ROOM.id);
      for (let i = 0; i < 15; i++) await second(1_000);
      const before = crowd.map(({ opened }) => opened.length);
      expect(before).toEqual(crowd.map(() => 1));
      const lostAt = stage.world.clock.now();
      for (const { sockets } of crowd) for (const one of sockets()) one.inflict(fault);
      const noticedAt = new Map<Actor, number>();
      while (noticedAt.size < crowd.length && stage.world.clock.now() < lostAt + 30_000) {
        stage.publish(1, ++n);
        for (const { client } of crowd) client.send(api.commands.add, { room: 2, n });
        for (let tick = 0; tick < 20; tick++) {
          await stage.pass(50);
          for (const actor of crowd) {
            if (!noticedAt.has(actor) && actor.client.connection.get().status !== 'connected') noticedAt.set(actor, stage.world.clock.now());
          }
        }
      }
      expect(crowd.map((actor) => (noticedAt.get(actor) ?? Infinity) - lostAt).filter((ms) => ms >= 10_000)).toEqual([]);
    });
  });
});

describe('within 3 s of a trigger a dead link is noticed', () => {
  /** Three seconds later the link is not ready any more, though events that come every 300 ms would say that it lives. */
  async function expectNoticed({ client }: Actor): Promise<void> {
    let isNoticed = false;
    for (let tick = 0; tick < 60; tick++) {
      if (tick % 6 === 0) stage.publish(1, 1);
      await stage.pass(50);
      isNoticed ||= client.connection.get().status !== 'connected';
    }
    expect(isNoticed).toBe(true);
  }

  const arrive = async (settings = {}): Promise<Actor> => {
    const actor = stage.act('ada', settings);
    actor.listen(ROOM.id);
    await stage.until(() => actor.client.connection.get().status === 'connected');
    // The round trip is known by now.
    await stage.pass(13_000);
    return actor;
  };

  describe.each(DEAF)('%s is lost', (_, fault) => {
    it.each<Signal>(['online', 'visible', 'resume', 'focus'])('%s', async (signal) => {
      const actor = await arrive({ pool: { size: 1 } });
      for (const one of actor.sockets()) one.inflict(fault);
      await stage.pass(200);
      actor.outside.signal(signal);
      await expectNoticed(actor);
    });

    it('a timer that is late, because the machine has slept', async () => {
      const actor = await arrive({ pool: { size: 1 } });
      for (const one of actor.sockets()) one.inflict(fault);
      actor.outside.sleep();
      await stage.pass(60_000);
      actor.outside.wake();
      await expectNoticed(actor);
    });

    it('a sibling link that was lost', async () => {
      const actor = await arrive({ pool: { size: 2, channelsPerLink: 1 } });
      for (const room of [2, 3]) actor.listen(room);
      const states = (): string[] => actor.client.connection.get().links.map(({ state }) => state);
      await stage.until(() => states().filter((state) => state === 'ready').length === 2);
      await stage.pass(13_000);
      const [first, second] = actor.sockets();
      second?.inflict(fault);
      await stage.pass(200);
      const { length } = actor.opened;
      first?.inflict({ type: 'reset' });
      await stage.pass(3_000);
      // The lost one is opened anew, and so is the one that was found dead.
      expect(actor.opened.length).toBeGreaterThan(length);
      expect(actor.sockets().some(({ id }) => id === second?.id)).toBe(false);
    });
  });
});
