/** Whose history goes when there is too much of it: bytes and channels are charged to the user that published them. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract } from '../../src/core/define-contract.js';
import type { Position } from '../../src/core/protocol/position.js';
import { createLog, type Log, type LogLimits } from '../../src/server/core/log.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore } from '../../src/server/core/server.js';
import { enterClient } from './fake-client.js';
import { countingDice, fakeWorld } from './fake-world.js';

interface Bench {
  readonly log: Log;
  /** Appends one event of so many bytes, as a command of the user does; without a user, as the application does. */
  post(user: string | null, name: string, bytes?: number): Position;
  /** The bytes of the events that each channel keeps, oldest first. */
  kept(...names: string[]): string[];
}

function build(limits: Partial<LogLimits>): Bench {
  const log = createLog({ dice: countingDice(), limits });
  const last = new Map<string, number>();
  let now = 0;
  return {
    log,
    post(user, name, bytes = 10) {
      now++;
      const events = [{ text: `${bytes}`, bytes }];
      if (user === null) return log.append(name, events, now);
      const key = { principal: user, client: 'c', lane: 'l' };
      const n = (last.get(user) ?? 0) + 1;
      last.set(user, n);
      log.openLane(key, 0, now);
      log.begin(key, n, `${n}`, now);
      log.commit(key, n, `${n}`, { kind: 'done' }, [{ channel: name, events }], now);
      return log.head(name, now);
    },
    kept: (...names) => names.map((name) => log.read(name, { history: 1_000, maxBytes: 1_000_000 }, now).events.map(({ text }) => text).join(' ')),
  };
}

describe('bytes of all channels', () => {
  it('of which one user has the most: this user loses, however quiet the channels of the others are', () => {
    const { post, kept } = build({ bytesInAll: 100 });
    post('ann', 'quiet', 20);
    for (let i = 0; i < 50; i++) post('eve', `eve:${i}`, 10);
    expect(kept('quiet', 'eve:41', 'eve:42', 'eve:49')).toEqual(['20', '', '10', '10']);
  });

  it('are counted to the byte: at the limit nothing goes, one past it exactly what is needed, the oldest first', () => {
    const { post, kept } = build({ bytesInAll: 100 });
    post('eve', 'a', 30);
    post('eve', 'a', 30);
    post('ann', 'b', 40);
    expect(kept('a', 'b')).toEqual(['30 30', '40']);
    post('ann', 'b', 1);
    expect(kept('a', 'b')).toEqual(['30', '40 1']);
    post('bob', 'c', 29);
    expect(kept('a', 'b', 'c')).toEqual(['30', '40 1', '29']);
    post('bob', 'c', 1);
    expect(kept('a', 'b', 'c')).toEqual(['30', '1', '29 1']);
  });

  it('are given back by what a channel trims, ages and forgets', () => {
    const { log, post, kept } = build({ bytesInAll: 100, eventsPerChannel: 2, keepEventsMs: 1_000, keepChannelMs: 5_000 });
    for (let i = 0; i < 20; i++) post('eve', 'trimmed', 20);
    post('ann', 'b', 60);
    expect(kept('trimmed', 'b')).toEqual(['20 20', '60']);
    log.sweep(2_000, []);
    for (const name of ['c', 'd']) log.append(name, [{ text: '50', bytes: 50 }], 2_000);
    expect(log.read('c', { history: 9, maxBytes: 1_000 }, 2_000).events).toHaveLength(1);
    log.sweep(8_000, []);
    post('ann', 'e', 60);
    post('ann', 'e', 40);
    expect(kept('e')).toEqual(['60 40']);
  });

  it('go from the channel where the user has the most, so that one event in a shared room does not cost the room its history', () => {
    const { post, kept } = build({ bytesInAll: 100 });
    post('ann', 'room', 20);
    post('bob', 'room', 20);
    post('eve', 'room', 5);
    for (let i = 0; i < 20; i++) post('eve', 'own', 10);
    expect(kept('room', 'own')).toEqual(['20 20 5', '10 10 10 10 10']);
  });

  it('go from one channel until the user has none left in it, and then from another one: what others posted later stays', () => {
    const { post, kept } = build({ bytesInAll: 100 });
    post('eve', 'room', 30);
    post('ann', 'room', 20);
    post('eve', 'own', 25);
    post('eve', 'more', 25);
    post('bob', 'bob', 40);
    expect(kept('room', 'own', 'more', 'bob')).toEqual(['20', '', '25', '40']);
  });

  it('of one user go last from the channels that have subscribers; a subscription does not protect them from being the most', () => {
    const { log, post, kept } = build({ bytesInAll: 100 });
    log.watch('eve:0', true);
    log.watch('eve:1', true);
    for (let i = 0; i < 3; i++) post('eve', `eve:${i}`, 25);
    post('ann', 'b', 35);
    expect(kept('eve:0', 'eve:1', 'eve:2', 'b')).toEqual(['25', '25', '', '35']);
    log.watch('eve:1', false);
    post('bob', 'c', 20);
    expect(kept('eve:0', 'eve:1', 'b', 'c')).toEqual(['25', '', '35', '20']);
    log.watch('b', true);
    post('dan', 'd', 21);
    expect(kept('eve:0', 'b', 'c', 'd')).toEqual(['25', '', '20', '21']);
  });

  it('of the application are a share of its own: neither pushes the other below half, each may use what the other does not', () => {
    const { post, kept } = build({ bytesInAll: 100 });
    for (let i = 0; i < 9; i++) post(null, `app:${i}`, 10);
    for (let i = 0; i < 9; i++) post(`user ${i}`, `user:${i}`, 10);
    const all = (kind: string): string => kept(...Array.from({ length: 9 }, (_, i) => `${kind}:${i}`)).join('.');
    // Of the application's, the longest quiet ones have gone; of users with as much as the one who asks, that one's.
    expect(all('app')).toBe('....10.10.10.10.10');
    expect(all('user')).toBe('10.10.10.10.10....');
    post(null, 'app:4', 10);
    expect(all('app')).toBe('....10 10..10.10.10');
    // Where both have as much, it is the side that asks.
    const even = build({ bytesInAll: 100 });
    even.post(null, 'app', 55);
    even.post('ann', 'a', 40);
    even.post('ann', 'b', 15);
    expect(even.kept('app', 'a', 'b')).toEqual(['55', '', '15']);
    const odd = build({ bytesInAll: 100 });
    odd.post('ann', 'a', 55);
    odd.post(null, 'app', 40);
    odd.post(null, 'more', 15);
    expect(odd.kept('a', 'app', 'more')).toEqual(['55', '', '15']);
  });

  it('end with the event that is too much by itself; the channel keeps its place', () => {
    const { post, kept } = build({ bytesInAll: 100 });
    post('ann', 'a', 10);
    expect(post('eve', 'b', 101).offset).toBe(1);
    expect(kept('a', 'b')).toEqual(['10', '']);
    expect(post('eve', 'b', 20).offset).toBe(2);
    expect(kept('a', 'b')).toEqual(['10', '20']);
  });
});

describe('channels with an identity', () => {
  it('are lost by the user that made the most, the longest unused first', () => {
    const { log, post } = build({ channels: 5 });
    const quiet = post('ann', 'quiet');
    const app = post(null, 'app');
    const [first, second] = [post('eve', 'eve:0'), post('eve', 'eve:1')];
    log.head('eve:0', 100);
    for (let i = 2; i < 20; i++) post('eve', `eve:${i}`);
    expect(log.head('quiet', 200)).toEqual(quiet);
    expect(log.head('app', 200)).toEqual(app);
    expect(log.head('eve:0', 200)).not.toEqual(first);
    expect(log.head('eve:1', 200)).not.toEqual(second);
    expect([17, 18, 19].map((i) => log.head(`eve:${i}`, 200).offset)).toEqual([1, 1, 1]);
    expect(log.head('eve:16', 200).offset).toBe(0);
  });

  it('are counted by their maker, not by who posts into them, and those with subscribers go last', () => {
    const { log, post } = build({ channels: 3 });
    log.watch('eve:0', true);
    post('eve', 'eve:0');
    const watched = post('ann', 'eve:0');
    post('eve', 'eve:1');
    post('ann', 'a');
    post('ann', 'b');
    expect(log.head('eve:0', 9)).toEqual(watched);
    expect(log.head('eve:1', 9).offset).toBe(0);
    expect(['a', 'b'].map((name) => log.head(name, 9).offset)).toEqual([1, 1]);
    log.head('b', 10);
    log.watch('a', true);
    post('ann', 'c');
    expect(['a', 'b', 'c'].map((name) => log.head(name, 11).offset)).toEqual([1, 0, 1]);
  });

  it('are lost again after their last subscriber has left', () => {
    const { log, post } = build({ channels: 2 });
    post('ann', 'a');
    log.watch('a', true);
    log.watch('a', false);
    post('ann', 'b');
    post('ann', 'c');
    expect(['a', 'b', 'c'].map((name) => log.head(name, 9).offset)).toEqual([0, 1, 1]);
    // Neither sooner nor later than the others: the longest unused goes first.
    log.watch('c', true);
    log.watch('c', false);
    post('ann', 'd');
    expect(['b', 'c', 'd'].map((name) => log.head(name, 10).offset)).toEqual([0, 1, 1]);
  });

  it('that are forgotten are counted no more', () => {
    const { log, post } = build({ channels: 3, keepChannelMs: 1_000 });
    for (let i = 0; i < 3; i++) post('eve', `eve:${i}`);
    log.sweep(2_000, []);
    for (const name of ['a', 'b']) post('ann', name);
    for (const name of ['c', 'd']) post('bob', name);
    expect(['a', 'b', 'c', 'd'].map((name) => log.head(name, 20).offset)).toEqual([0, 1, 1, 1]);
  });
});

it('one user who posts into rooms of their own naming tells no gap to those who wait in an empty room, and takes no event from them', async () => {
  const api = defineContract({
    channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
    commands: { say: command({ input: z.string() }) },
  });
  const world = fakeWorld();
  const server = createServerCore(
    {
      contract: api,
      broker: memoryBroker({ limits: { channels: 10 } }),
      limits: { frameBurst: 20_000 },
      authenticate: ({ token }) => ({ id: token ?? '' }),
      authorize: { channels: { room: 'public' }, commands: { say: 'public' } },
      commands: { say: ({ input, publish }) => publish(api.channels.room, { id: input }, 'said', '') },
    },
    world,
  );
  const [ann, eve] = [await enterClient(server, { token: 'ann' }), await enterClient(server, { token: 'eve' })];
  await ann.say({ t: 'subscribe', channels: [{ name: 'room:ours', generation: 1 }] });
  const [{ position }] = ann.socket.of('subscribed') as unknown as readonly [{ readonly position: { readonly epoch: string } }];
  await eve.say({ t: 'lane', lane: 'l', last: 0, create: true });
  for (let n = 1; n <= 8_000; n++) await eve.say({ t: 'command', lane: 'l', n, id: `c${n}`, name: 'say', input: `eve-${n}`, remainingMs: 10_000 });
  expect(eve.answers()).toHaveLength(8_000);
  await server.publish(api.channels.room, { id: 'ours' }, 'said', 'first');
  await world.clock.advance(0);
  expect(ann.socket.of('events')).toMatchObject([{ epoch: position.epoch, offset: 1, events: [{ data: 'first' }] }]);
});

it('one user who posts into rooms of their own naming does not push the history of a live subscriber out of the broker', async () => {
  const api = defineContract({
    channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
    commands: { say: command({ input: z.object({ room: z.string(), text: z.string() }) }) },
  });
  const server = createServerCore(
    {
      contract: api,
      broker: memoryBroker({ limits: { bytesInAll: 20_000 } }),
      authenticate: ({ token }) => ({ id: token ?? '' }),
      authorize: { channels: { room: 'public' }, commands: { say: 'public' } },
      commands: { say: ({ input, publish }) => publish(api.channels.room, { id: input.room }, 'said', input.text) },
    },
    fakeWorld(),
  );
  const say = (n: number, room: string, text: string): object => ({ t: 'command', lane: 'l', n, id: `c${n}`, name: 'say', input: { room, text }, remainingMs: 10_000 });
  const lane = { t: 'lane', lane: 'l', last: 0, create: true };
  const subscribe = (generation: number, over: object = {}): object => ({ t: 'subscribe', channels: [{ name: 'room:ours', generation, ...over }] });
  const [ann, eve] = [await enterClient(server, { token: 'ann' }), await enterClient(server, { token: 'eve' })];
  await ann.say(subscribe(1), lane, say(1, 'ours', 'one'), say(2, 'ours', 'two'));
  const { position } = ann.socket.of('subscribed')[0] as unknown as { readonly position: object };
  await eve.say(lane);
  for (let n = 1; n <= 60; n++) await eve.say(say(n, `eve-${n}`, 'x'.repeat(1_000)));
  expect(eve.answers()).toHaveLength(60);
  await ann.say(subscribe(2, { position }));
  expect(ann.socket.of('subscribed').at(-1)).toMatchObject({ state: 'recovered', events: [{ data: 'one' }, { data: 'two' }] });
});

it('the memory broker says which channels have subscribers, until the last one has gone or the broker stops', async () => {
  const { log, post, kept } = build({ bytesInAll: 100 });
  const world = fakeWorld();
  const broker = memoryBroker({ log });
  const listener = { onEvents: () => undefined, onFence: () => undefined };
  await broker.start({ ...world, listener });
  await broker.watch('eve:0');
  for (let i = 0; i < 4; i++) post('eve', `eve:${i}`, 25);
  post('ann', 'b', 5);
  expect(kept('eve:0', 'eve:1', 'eve:2', 'eve:3')).toEqual(['25', '', '25', '25']);
  broker.unwatch('eve:0');
  post('eve', 'eve:4', 25);
  expect(kept('eve:0', 'eve:2', 'eve:3', 'eve:4')).toEqual(['25', '', '25', '25']);
  post('eve', 'eve:5', 25);
  expect(kept('eve:0', 'eve:3', 'eve:4', 'eve:5')).toEqual(['25', '', '25', '25']);
  await broker.watch('eve:4');
  await broker.stop();
  for (const i of [6, 7, 8]) post('eve', `eve:${i}`, 25);
  expect(kept('eve:4', 'eve:5', 'eve:6', 'eve:7', 'eve:8')).toEqual(['', '', '25', '25', '25']);
});
