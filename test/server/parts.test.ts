/** Answers too long for one frame. */
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, defineContract, query } from '../../src/core/define-contract.js';
import { decode } from '../../src/core/protocol/codec.js';
import { SERVER_FRAME_BYTES } from '../../src/core/protocol/limits.js';
import { SERVER_FRAME_SCHEMA_CHECKS } from '../../src/core/protocol/schemas.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createLongShares } from '../../src/server/core/long-shares.js';
import { createParts } from '../../src/server/core/parts.js';
import { createServerCore, type ServerCore } from '../../src/server/core/server.js';
import type { ServerWorld } from '../../src/server/core/server-world.js';
import { createTurns } from '../../src/server/core/turns.js';
import { enterClient, type FakeClient } from './fake-client.js';
import { fakeWorld, settle, type FakeClock, type Frame } from './fake-world.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
  queries: {
    get: query({ input: z.string(), output: z.unknown() }),
    two: query({ input: z.string(), output: z.unknown() }),
    three: query({ input: z.string(), output: z.unknown() }),
    slow: query({ input: z.string(), output: z.unknown() }),
  },
});

let world: ServerWorld & { readonly clock: FakeClock };
let server: ServerCore;
const outputs = new Map<string, unknown>();
/** The memory broker's sweep. */
const BROKER_TIMERS = 1;
let called: string[];
/** How long each call of a handler takes, by the server's clock. */
let workMs: number;

const outputOf = ({ input }: { readonly input: string }): unknown => {
  called.push(input);
  spentMs += workMs;
  return outputs.get(input);
};
let spentMs: number;
let answerSlow: (() => void)[];
/** Turns of the event loop, where a test makes them one by one. */
let deferred: (() => void)[] | null;

beforeEach(() => {
  called = [];
  workMs = spentMs = 0;
  answerSlow = [];
  deferred = null;
  const plain = fakeWorld();
  world = { ...plain, clock: { ...plain.clock, now: () => plain.clock.now() + spentMs, get timers() { return plain.clock.timers; } }, defer: (run) => void (deferred === null ? world.clock.after(0, run) : deferred.push(run)) };
  const slow = async (ask: { readonly input: string }): Promise<unknown> => {
    const output = outputOf(ask);
    await new Promise<void>((resolve) => answerSlow.push(resolve));
    return output;
  };
  server = createServerCore(
    {
      contract: api,
      broker: memoryBroker(),
      authorize: { channels: { room: 'public' }, queries: { get: 'public', two: 'public', three: 'public', slow: 'public' } },
      queries: { get: outputOf, two: outputOf, three: outputOf, slow },
    },
    world,
  );
});

const enter = (features: readonly string[] = ['parts'], client = 'c'): Promise<FakeClient> => enterClient(server, { features, client });
const get = (id: string, output: unknown, over: object = {}): object => {
  outputs.set(id, output);
  return { t: 'query', id, name: 'get', input: id, remainingMs: 10_000, ...over };
};
const partsOf = ({ socket }: FakeClient, id: string): Frame[] => socket.of('response').filter((frame) => frame.id === id);
const joined = (frames: readonly Frame[]): unknown => JSON.parse(frames.map(({ result }) => String(result)).join(''));
const indexes = (frames: readonly Frame[]): unknown[] => frames.map(({ part }) => part);

/** Everything that makes a text longer in UTF-8, in JSON, or in JSON within JSON. */
const awkward = (length: number): string => 'a"\\é€😀\n\u0001'.repeat(length).slice(0, length);

describe('a long answer', () => {
  it.each([
    ['plain', 'x'.repeat(50_000)],
    ['quotes', '"'.repeat(30_000)],
    ['everything', Array.from({ length: 300 }, (_, i) => awkward(100 + i))],
    ['astral', '😀'.repeat(20_000)],
    ['half of a pair', '\ud83d'.repeat(9_000)],
    ['just over', 'x'.repeat(10_240)],
  ])('of %s comes in parts that join, each within a frame', async (id, output) => {
    const client = await enter();
    await client.say(get('q', output));
    await world.clock.advance(1_000);
    const frames = partsOf(client, 'q');
    expect(frames.length, id).toBeGreaterThan(0);
    if (frames.length > 1) expect(indexes(frames)).toEqual(frames.map((_, index) => ({ index, last: index === frames.length - 1 })));
    else expect(frames[0]).toMatchObject({ part: { index: 0, last: true } });
    expect(joined(frames)).toEqual(output);
    for (const text of client.socket.texts) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SERVER_FRAME_BYTES);
      expect(decode(text, SERVER_FRAME_BYTES, SERVER_FRAME_SCHEMA_CHECKS)).toMatchObject({ ok: true });
    }
    // No half of a pair stands at a seam, for readers that would mend it.
    for (const { result } of frames.slice(1)) expect(String(result)).not.toMatch(/^[\udc00-\udfff]/);
  });

  it('is one frame as before if it fits one', async () => {
    const client = await enter();
    await client.say(get('q', 'x'.repeat(10_000)));
    expect(partsOf(client, 'q')).toMatchObject([{ result: 'x'.repeat(10_000) }]);
    expect(partsOf(client, 'q')[0]).not.toHaveProperty('part');
  });

  it('names the stamped positions in its last part, however many they are', async () => {
    const stamp = Array.from({ length: 60 }, (_, i) => `room:${'x'.repeat(40)}${i}`);
    const client = await enter();
    await client.say(get('q', 'x'.repeat(21_000), { stamp }), get('short', 'x'.repeat(9_000), { stamp }));
    await world.clock.advance(1_000);
    for (const id of ['q', 'short']) {
      const frames = partsOf(client, id);
      expect(frames.slice(0, -1).some(({ positions }) => positions !== undefined)).toBe(false);
      expect(frames.at(-1)?.positions).toHaveLength(60);
      expect(joined(frames)).toBe(outputs.get(id));
    }
    for (const text of client.socket.texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SERVER_FRAME_BYTES);
    await client.say(get('many', 'x', { stamp: Array.from({ length: 200 }, (_, i) => `room:${'x'.repeat(200)}${i}`) }));
    expect(client.socket.of('error')).toMatchObject([{ id: 'many', code: 'too-large' }]);
  });

  it('is too large without the feature, and past 1 MB', async () => {
    const old = await enter([]);
    await old.say(get('q', 'x'.repeat(11_000)));
    expect(old.answers()).toEqual(['q too-large']);
    expect(old.socket.of('welcome')).toMatchObject([{ features: [] }]);
    const client = await enter(['parts', 'parts', 'later']);
    expect(client.socket.of('welcome')).toMatchObject([{ features: ['parts'] }]);
    await client.say(get('q', 'x'.repeat(1024 * 1024 - 2)), get('r', 'x'.repeat(1024 * 1024 - 1)));
    expect(client.socket.of('error')).toMatchObject([{ id: 'r', code: 'too-large' }]);
    await world.clock.advance(3_000);
    expect(String(joined(partsOf(client, 'q')))).toHaveLength(1024 * 1024 - 2);
  });
});

describe('many long answers', () => {
  const ask = (client: FakeClient, count: number): void => {
    for (let i = 0; i < count; i++) client.handler.onMessage(JSON.stringify(get(`q${i}`, 'x'.repeat(30_000))));
  };

  it('are computed a few milliseconds a turn, the clients taking turns, and other frames are answered in between', async () => {
    workMs = 3;
    deferred = [];
    const [ann, bob, pinger] = [await enter(['parts'], 'ann'), await enter(['parts'], 'bob'), await enter(['parts'], 'pinger')];
    ask(ann, 20);
    ask(bob, 20);
    await settle();
    // One turn of the event loop has room for two calls of 3 ms.
    expect(called).toHaveLength(2);
    // What was computed is sent before more is computed.
    for (let turn = 0; turn < 10; turn++) {
      for (const run of deferred?.splice(0) ?? []) run();
      await settle();
      const sent = [ann, bob].flatMap(({ socket }) => socket.of('response').filter(({ part }) => (part as { last: boolean }).last)).length;
      expect(called.length - sent).toBeLessThanOrEqual(3);
    }
    expect(called.length).toBeGreaterThan(10);
    expect(called.length).toBeLessThan(30);
    await pinger.say({ t: 'ping', n: 1, visible: true });
    expect(pinger.socket.of('pong')).toHaveLength(1);
    const rest = deferred;
    deferred = null;
    for (const run of rest) run();
    await world.clock.advance(2_000);
    expect([...new Set(called)]).toHaveLength(20);
    expect(called).toHaveLength(40);
    for (const client of [ann, bob]) for (let i = 0; i < 20; i++) expect(joined(partsOf(client, `q${i}`))).toHaveLength(30_000);
  });

  it('are computed for one user after the other, however many connections one of them has', async () => {
    const tabs = await Promise.all(Array.from({ length: 10 }, (_, link) => enterClient(server, { features: ['parts'], client: 'eve', link })));
    const bob = await enter(['parts'], 'bob');
    // More than one turn of the event loop has time for.
    workMs = 6;
    deferred = [];
    for (const [i, tab] of tabs.entries()) await tab.say(get(`eve${i}`, 1));
    await bob.say(get('bob', 1));
    for (let turn = 0; turn < 2; turn++) {
      for (const run of deferred.splice(0)) run();
      await settle();
    }
    expect(called).toContain('bob');
    expect(called.length).toBeLessThanOrEqual(3);
  });
});

it('there is room for the next long answer when a quarter of what may wait is left', () => {
  const parts = createParts({
    clock: world.clock,
    turns: createTurns({ clock: world.clock, defer: (run) => run() }),
    user: 'ann',
    shares: createLongShares({ handlers: 8, chars: 1_000_000 }),
    maxWaiting: 400_000,
    send: () => {},
    bufferedBytes: () => 64 * 1024,
  });
  parts.send('a', 'x'.repeat(100_000), []);
  expect(parts.hasRoom()).toBe(true);
  parts.send('b', 'x', []);
  expect(parts.hasRoom()).toBe(false);
});

describe('a reader that is slow', () => {
  it('is waited for, and gets the rest when it has taken what was sent', async () => {
    const client = await enter();
    client.socket.buffered = 64 * 1024;
    await client.say(get('q', 'x'.repeat(30_000)), get('small', 1));
    await world.clock.advance(500);
    expect(client.answers()).toEqual(['small 1']);
    client.socket.buffered = 0;
    await world.clock.advance(100);
    expect(joined(partsOf(client, 'q'))).toHaveLength(30_000);
  });

  it('is given one long answer after the other, and none that was computed is thrown away', async () => {
    const client = await enter();
    client.socket.buffered = 64 * 1024;
    await client.say(get('a', 'x'.repeat(600_000)), get('b', 'x'.repeat(600_000)), get('c', 'x'.repeat(400_000)));
    await world.clock.advance(1_000);
    expect(client.socket.of('error')).toEqual([]);
    client.socket.buffered = 0;
    await world.clock.advance(3_000);
    for (const [id, length] of [['a', 600_000], ['b', 600_000], ['c', 400_000]] as const) expect(joined(partsOf(client, id)), id).toHaveLength(length);
    expect([...new Set(client.socket.of('response').map(({ id }) => id))]).toEqual(['a', 'b', 'c']);
    expect(called).toEqual(['a', 'b', 'c']);
  });

  it('has no more handlers of long answers running than a few, and none started while answers wait; short ones pass', async () => {
    const client = await enter();
    await client.say(get('warm', 'x'.repeat(20_000)));
    await world.clock.advance(1_000);
    called = [];
    client.socket.buffered = 64 * 1024;
    const ids = Array.from({ length: 30 }, (_, i) => `q${i}`);
    await client.say(...ids.map((id) => get(id, 'x'.repeat(600_000), { remainingMs: 100_000 })));
    await client.say(get('short', 7, { name: 'two' }));
    await world.clock.advance(5_000);
    expect(called).toEqual([...ids.slice(0, 8), 'short']);
    expect(client.answers().at(-1)).toBe('short 7');
    client.socket.buffered = 0;
    await world.clock.advance(5_000);
    expect(called).toHaveLength(31);
    expect(client.socket.of('error')).toEqual([]);
    for (const id of ids) expect(joined(partsOf(client, id)), id).toHaveLength(600_000);
  });

  it('and whose handlers are slow has a few of them running at a time, each of which frees its place when its answer is on its way', async () => {
    const client = await enter();
    const ask = (id: string): object => get(id, 'x'.repeat(20_000), { name: 'slow', remainingMs: 100_000 });
    await client.say(ask('warm'));
    answerSlow.shift()?.();
    await world.clock.advance(1_000);
    await client.say(...Array.from({ length: 20 }, (_, i) => ask(`s${i}`)));
    expect(answerSlow).toHaveLength(8);
    for (const answer of answerSlow.splice(0, 3)) answer();
    await world.clock.advance(100);
    expect(answerSlow).toHaveLength(8);
    // Cancelled: the handler still runs, and keeps its place.
    await client.say({ t: 'cancel', id: 's4' });
    expect(answerSlow).toHaveLength(8);
    // Cancelled while it waits for a place: it is never called.
    await client.say({ t: 'cancel', id: 's19' });
    for (let i = 0; i < 5; i++) {
      for (const answer of answerSlow.splice(0)) answer();
      await world.clock.advance(100);
    }
    expect(called).toHaveLength(20);
    expect(called).not.toContain('s19');
    expect(client.socket.of('error').map(({ id, code }) => `${String(id)} ${String(code)}`)).toEqual(['s4 cancelled', 's19 cancelled']);
  });

  it('waits no longer than its query has, and leaves nothing behind when it goes', async () => {
    const client = await enter();
    await client.say(get('warm', 'x'.repeat(20_000)));
    await world.clock.advance(1_000);
    client.socket.buffered = 64 * 1024;
    await client.say(get('a', 'x'.repeat(600_000)), get('b', 'x'.repeat(600_000), { remainingMs: 2_000 }));
    await client.say(...Array.from({ length: 10 }, (_, i) => get(`late${i}`, 1, { remainingMs: 2_000 })));
    await world.clock.advance(2_000);
    expect(client.answers()).toContain('b timeout');
    expect(client.answers().filter((text) => text.endsWith('timeout'))).toHaveLength(11);
    const count = called.length;
    client.socket.buffered = 0;
    await world.clock.advance(1_000);
    expect(joined(partsOf(client, 'a'))).toHaveLength(600_000);
    expect(called).toHaveLength(count);
    await client.say(get('after', 'x'.repeat(20_000)));
    await world.clock.advance(1_000);
    expect(joined(partsOf(client, 'after'))).toHaveLength(20_000);
    client.socket.buffered = 64 * 1024;
    await client.say(...Array.from({ length: 10 }, (_, i) => get(`gone${i}`, 'x'.repeat(600_000))));
    client.handler.onClosed();
    await world.clock.advance(500);
    expect(world.clock.timers).toBe(BROKER_TIMERS);
  });

  it('that cancels makes room: for the next answer, and for as many queries as it may have', async () => {
    const client = await enter();
    await client.say(get('warm', 'x'.repeat(20_000)));
    await world.clock.advance(1_000);
    client.socket.buffered = 64 * 1024;
    await client.say(get('a', 'x'.repeat(600_000)));
    await client.say(...Array.from({ length: 99 }, (_, i) => get(`w${i}`, 'x'.repeat(600_000), { remainingMs: 100_000 })));
    expect(called).toEqual(['warm', 'a']);
    await client.say(...Array.from({ length: 50 }, (_, i) => ({ t: 'cancel', id: `w${i}` })));
    await client.say(...Array.from({ length: 50 }, (_, i) => get(`short${i}`, 1, { name: 'slow', remainingMs: 100_000 })));
    expect(answerSlow).toHaveLength(50);
    called = [];
    await client.say({ t: 'cancel', id: 'a' });
    expect(called[0]).toBe('w50');
    expect(called.length).toBeLessThanOrEqual(8);
    expect(client.socket.of('error').filter(({ code }) => code !== 'cancelled')).toEqual([]);
  });

  it('has a share of what all connections of its user may have in memory, and gets the rest when one of them has gone', async () => {
    const tabs = await Promise.all(Array.from({ length: 20 }, (_, link) => enterClient(server, { features: ['parts'], client: 'eve', link })));
    const [first, ...others] = tabs;
    await first?.say(get('warm', 'x'.repeat(20_000)));
    await world.clock.advance(1_000);
    for (const { socket } of tabs) socket.buffered = 64 * 1024;
    called = [];
    for (const [i, tab] of others.entries()) for (const n of [0, 1]) await tab.say(get(`${i}.${n}`, 'x'.repeat(600_000), { remainingMs: 100_000 }));
    // Five times a quarter of a megabyte; the last one may exceed it.
    expect(called).toEqual(['0.0', '1.0', '2.0']);
    const bob = await enter(['parts'], 'bob');
    await bob.say(get('bob', 'x'.repeat(20_000)));
    expect(called.at(-1)).toBe('bob');
    others[0]?.handler.onClosed();
    await settle();
    expect(called).toContain('3.0');
    expect(called).not.toContain('1.1');
    for (const { socket } of others) socket.buffered = 0;
    await world.clock.advance(3_000);
    for (const [i, tab] of others.entries()) if (i > 0) for (const n of [0, 1]) expect(joined(partsOf(tab, `${i}.${n}`))).toHaveLength(600_000);
  });

  it('whose handler is slow has a share of the handlers of its user', async () => {
    const tabs = await Promise.all(Array.from({ length: 20 }, (_, link) => enterClient(server, { features: ['parts'], client: 'eve', link })));
    await tabs[0]?.say(get('warm', 'x'.repeat(20_000), { name: 'slow' }));
    answerSlow.splice(0).forEach((answer) => answer());
    await world.clock.advance(1_000);
    for (const [i, tab] of tabs.entries()) await tab.say(...Array.from({ length: 8 }, (_, n) => get(`${i}.${n}`, 'x'.repeat(20_000), { name: 'slow', remainingMs: 100_000 })));
    // As many as one connection may ask.
    expect(answerSlow).toHaveLength(100);
    let answered = 0;
    while (answerSlow.length > 0) {
      answered++;
      answerSlow.shift()?.();
      await settle();
      expect(answerSlow.length).toBeLessThanOrEqual(100);
    }
    expect(answered).toBe(160);
  });

  it('that was not expected to be long is asked for again where all connections of its user have too many in memory', async () => {
    const tabs = await Promise.all(Array.from({ length: 4 }, (_, link) => enterClient(server, { features: ['parts'], client: 'eve', link })));
    for (const { socket } of tabs) socket.buffered = 64 * 1024;
    for (const [i, tab] of tabs.entries()) await tab.say(...Array.from({ length: 50 }, (_, n) => get(`${i}.${n}`, 'x'.repeat(300_000), { name: 'slow', remainingMs: 100_000 })));
    expect(answerSlow).toHaveLength(200);
    for (const answer of answerSlow.splice(0)) answer();
    await settle();
    const refused = tabs.flatMap(({ socket }) => socket.of('error'));
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['unavailable']));
    for (const { socket } of tabs) socket.buffered = 0;
    await world.clock.advance(5_000);
    const whole = tabs.map(({ socket }) => socket.of('response').filter(({ part }) => (part as { last: boolean }).last).length).reduce((a, b) => a + b);
    expect([refused.length, whole]).toEqual([96, 104]);
  });

  it('that waits for room gives its place back, at whichever moment its client goes', async () => {
    server = createServerCore(
      { contract: api, broker: memoryBroker(), limits: { handlers: 1 }, authorize: { queries: { get: 'public', two: 'public', three: 'public', slow: 'public' } }, queries: { get: outputOf, two: outputOf, three: outputOf, slow: outputOf } },
      world,
    );
    for (let turns = 0; turns < 30; turns++) {
      const client = await enter();
      client.socket.buffered = 64 * 1024;
      await client.say(get('warm', 'x'.repeat(600_000)));
      client.handler.onMessage(JSON.stringify(get('waits', 1)));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      client.handler.onClosed();
      await settle();
      const back = await enter();
      await back.say(get('after', 1, { name: 'three' }));
      expect(back.answers(), `after ${turns} turns`).toEqual(['after 1']);
      back.handler.onClosed();
    }
  });

  it('is asked to ask again only where long answers come that were not expected to be long', async () => {
    const client = await enter();
    client.socket.buffered = 64 * 1024;
    await client.say(...['get', 'two', 'three'].map((name) => get(name, 'x'.repeat(600_000), { name })));
    expect(client.socket.of('error')).toMatchObject([{ id: 'three', code: 'unavailable', final: false }]);
    client.socket.buffered = 0;
    await world.clock.advance(3_000);
    await client.say(get('three', 'x'.repeat(600_000), { name: 'three' }));
    await world.clock.advance(3_000);
    for (const id of ['get', 'two', 'three']) expect(joined(partsOf(client, id))).toHaveLength(600_000);
  });

  it('does not pay for the pongs that the server asks for behind each 64 kB', async () => {
    const client = await enter();
    for (let i = 0; i < 120; i++) {
      await client.say(get(`q${i}`, 'x'.repeat(1_000_000)));
      await world.clock.advance(20);
      for (const { n } of client.socket.of('ping')) if (client.socket.closed === null) await client.say({ t: 'pong', n, visible: true });
      client.socket.frames.length = client.socket.texts.length = 0;
    }
    expect(client.socket.closed).toBe(null);
    for (let n = 0; n < 1_100 && client.socket.closed === null; n++) await client.say({ t: 'pong', n, visible: true });
    expect(client.socket.closed).toMatchObject({ code: 4201 });
  });

  it('stops an answer that is under way by cancel; the next one goes on', async () => {
    const client = await enter();
    client.socket.bufferedBytes = () => (partsOf(client, 'a').length < 3 ? 0 : 64 * 1024);
    await client.say(get('a', 'x'.repeat(300_000)), get('b', 'x'.repeat(20_000)));
    // The id is taken until its last part has gone.
    await client.say(get('a', 'again'), { t: 'cancel', id: 'a' });
    expect(client.answers().at(-1)).toBe('a cancelled');
    client.socket.bufferedBytes = () => 0;
    await world.clock.advance(1_000);
    expect(partsOf(client, 'a')).toHaveLength(3);
    expect(joined(partsOf(client, 'b'))).toHaveLength(20_000);
  });

  it('and takes nothing for a minute is looked at ever less often: a crowd of them must not keep the process busy', async () => {
    const client = await enter();
    let looks = 0;
    let buffered = 64 * 1024;
    client.socket.bufferedBytes = () => (looks++, buffered);
    await client.say(get('a', 'x'.repeat(30_000)));
    for (let second = 0; second < 60; second++) {
      await world.clock.advance(1_000);
      await client.say({ t: 'ping', n: second, visible: true });
    }
    // Pings and pongs of the heartbeat are looked at as well.
    expect(looks).toBeLessThan(400);
    buffered = 0;
    await world.clock.advance(300);
    expect(joined(partsOf(client, 'a'))).toHaveLength(30_000);
  });

  it('costs nothing more when it is gone', async () => {
    const client = await enter();
    const before = world.clock.timers;
    client.socket.buffered = 64 * 1024;
    await client.say(get('a', 'x'.repeat(300_000)), get('b', 'x'.repeat(300_000), { name: 'two' }));
    expect(world.clock.timers).toBe(before + 1);
    await world.clock.advance(100);
    expect(world.clock.timers).toBe(before + 1);
    client.handler.onClosed();
    expect(world.clock.timers).toBe(before);
    const slow = await enter();
    slow.socket.bufferedBytes = () => (partsOf(slow, 'b').length < 3 ? 0 : 2 * 1024 * 1024);
    await slow.say(get('b', 'x'.repeat(300_000)));
    expect(slow.socket.closed).toMatchObject({ code: 4004 });
    expect(partsOf(slow, 'b')).toHaveLength(3);
    expect(world.clock.timers).toBe(before);
  });
});
