import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract, query } from '../../src/core/define-contract.js';
import { createServerCore, type ServerCore } from '../../src/server/core/server.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createLog, type Log } from '../../src/server/core/log.js';
import type { Broker } from '../../src/server/core/broker.js';
import type { ServerWorld } from '../../src/server/core/server-world.js';
import { enterClient, hello, openClient, type FakeClient } from './fake-client.js';
import { countingDice, fakeWorld, settle, type FakeClock, type Frame } from './fake-world.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
  queries: { ask: query({ input: z.string(), output: z.string() }) },
  commands: { say: command({ input: z.string(), output: z.string() }) },
});

/** Calls to handlers that are answered by hand. */
interface Call {
  readonly input: string;
  readonly signal: { readonly aborted: boolean };
  publish(text: string): void;
  answer(output: string): void;
  fail(error: unknown): void;
}

let world: ServerWorld & { readonly clock: FakeClock };
let log: Log;
let server: ServerCore;
let calls: Call[];
let said: string[];

function start(broker: Broker = memoryBroker({ log }), maySubscribe: () => boolean | Promise<boolean> = () => true, maySay: (ask: { readonly input: string }) => boolean | Promise<boolean> = ({ input }) => input !== 'no'): void {
  const hand = (input: string, signal: Call['signal'], publish: (text: string) => void): Promise<string> =>
    new Promise((answer, fail) => calls.push({ input, signal, publish, answer, fail }));
  server = createServerCore(
    {
      contract: api,
      broker,
      logger: { warn: (message) => said.push(message), error: (message) => said.push(message) },
      limits: { channels: 3 },
      authenticate: ({ token }) => (token === undefined ? new Promise(() => undefined) : { id: token }),
      authorize: { channels: { room: maySubscribe }, queries: { ask: 'public' }, commands: { say: maySay } },
      queries: { ask: ({ input, signal }) => hand(input, signal, () => undefined) },
      commands: { say: ({ input, signal, publish }) => hand(input, signal, (text) => publish(api.channels.room, { id: '1' }, 'said', text)) },
    },
    world,
  );
}

beforeEach(() => {
  world = fakeWorld();
  log = createLog({ dice: countingDice() });
  calls = [];
  said = [];
  start();
});

const open = (): FakeClient => openClient(server);

async function enter(over: object = {}): Promise<FakeClient> {
  const client = await enterClient(server, over);
  expect(client.socket.of('welcome')).toHaveLength(1);
  return client;
}

const want = (over: object = {}): object => ({ t: 'subscribe', channels: [{ name: 'room:1', generation: 1, ...over }] });
const say = (n: number, input = `${n}`, over: object = {}): object => ({ t: 'command', lane: 'default', n, id: `c${n}`, name: 'say', input, remainingMs: 10_000, ...over });
const lane = { t: 'lane', lane: 'default', last: 0, create: true };
const publish = (text: string) => server.publish(api.channels.room, { id: '1' }, 'said', text);
const data = (frames: readonly Frame[]): string =>
  frames.flatMap(({ events }) => (events as readonly { data: string }[]).map((event) => event.data)).join(' ');

describe('time limits of the greeting', () => {
  it('ends without hello, and without an answer of authenticate', async () => {
    const mute = open();
    await world.clock.advance(4_999);
    expect(mute.socket.closed).toBe(null);
    await world.clock.advance(1);
    expect(mute.socket.closed).toMatchObject({ code: 4003 });
    const waiting = open();
    await waiting.say(hello({ token: undefined }));
    await world.clock.advance(5_000);
    expect(waiting.socket.closed).toMatchObject({ code: 4003 });
  });

  it('sends away who comes when too many wait', async () => {
    server = createServerCore({ contract: api, broker: memoryBroker(), limits: { authentications: 1 }, authenticate: () => new Promise(() => undefined), queries: { ask: () => '' }, commands: { say: () => '' } }, world);
    await open().say(hello());
    const late = open();
    await late.say(hello());
    expect(late.socket.closed).toEqual({ code: 4200, reason: 'retry-after=1000' });
  });

  it('leaves no timer but the broker’s when everybody is gone', async () => {
    const client = await enter();
    client.handler.onClosed();
    await world.clock.advance(500);
    expect(world.clock.timers).toBe(1);
    await server.stop(4000);
    expect(world.clock.timers).toBe(0);
  });
});

describe('heartbeat', () => {
  it('pings every 6 s while visible, 25 s while hidden, and names the interval', async () => {
    const client = await enter();
    await world.clock.advance(6_000);
    expect(client.socket.of('ping')).toMatchObject([{ n: 1, everyMs: 6_000, confirmedMs: 0 }]);
    await client.say({ t: 'pong', n: 1, visible: false });
    expect(client.socket.of('ping').at(-1)).toMatchObject({ n: 2, everyMs: 25_000 });
    await client.say({ t: 'pong', n: 2, visible: false });
    await world.clock.advance(24_500);
    expect(client.socket.of('ping')).toHaveLength(2);
    await world.clock.advance(500);
    expect(client.socket.of('ping')).toHaveLength(3);
  });

  it('says in each ping how long ago it last read anything, parts of messages included', async () => {
    const client = await enter();
    const heardMs = (): unknown => client.socket.of('ping').at(-1)?.['heardMs'];
    await world.clock.advance(6_000);
    expect(heardMs()).toBe(6_000);
    await world.clock.advance(1_234);
    await client.say({ t: 'pong', n: 1, visible: true });
    await world.clock.advance(4_766);
    expect(heardMs()).toBe(4_766);
    client.socket.received = 7;
    await world.clock.advance(6_000);
    expect(heardMs()).toBe(5_500);
    // A ping out of turn looks at the bytes, too.
    client.socket.received = 8;
    await client.say({ t: 'ping', n: 1, visible: false });
    expect(heardMs()).toBe(0);
  });

  it('reads what has arrived before it declares anybody dead, though its timer comes first after it stood still', async () => {
    const deferred: (() => void)[] = [];
    world = { ...world, defer: (run) => void deferred.push(run) };
    start();
    const client = await enter();
    await world.clock.advance(12_000);
    // The message arrived long ago, and the timer ran first.
    await client.say({ t: 'pong', n: 1, visible: true });
    for (const run of deferred.splice(0)) run();
    expect(client.socket.closed).toBe(null);
    expect(client.socket.of('ping')).toMatchObject([{ n: 1, heardMs: 0 }]);
    await world.clock.advance(9_000);
    for (const run of deferred.splice(0)) run();
    expect(client.socket.closed).toMatchObject({ code: 4002 });
  });

  it('does not measure by the answer to a former ping', async () => {
    const client = await enter();
    await world.clock.advance(6_000);
    await client.say({ t: 'news' });
    await world.clock.advance(6_000);
    await client.say({ t: 'pong', n: 1, visible: true });
    await world.clock.advance(6_000);
    expect(client.socket.of('ping').at(-1)).toMatchObject({ n: 3 });
    expect(client.socket.of('ping').at(-1)).not.toHaveProperty('rttMs');
    await world.clock.advance(70);
    await client.say({ t: 'pong', n: 3, visible: true }, { t: 'pong', n: 2, visible: true }, { t: 'pong', n: 0, visible: true });
    await world.clock.advance(6_000);
    expect(client.socket.of('ping').at(-1)).toMatchObject({ n: 4, rttMs: 70 });
  });

  it('measures the round trip', async () => {
    const client = await enter();
    await world.clock.advance(6_000);
    await world.clock.advance(120);
    await client.say({ t: 'pong', n: 1, visible: true });
    await world.clock.advance(6_000);
    expect(client.socket.of('ping').at(-1)).toMatchObject({ n: 2, rttMs: 120 });
  });

  it('gives up who is silent for the interval and 2.5 s', async () => {
    const client = await enter();
    await world.clock.advance(8_500);
    expect(client.socket.closed).toBe(null);
    await world.clock.advance(500);
    expect(client.socket.closed).toMatchObject({ code: 4002 });
  });

  it('takes any frame, and any byte, as life', async () => {
    const client = await enter();
    await world.clock.advance(8_000);
    await client.say({ t: 'news' });
    await world.clock.advance(8_000);
    client.socket.received = 3;
    await world.clock.advance(8_000);
    expect(client.socket.closed).toBe(null);
    await world.clock.advance(1_500);
    expect(client.socket.closed).toMatchObject({ code: 4002 });
  });

  it('answers a probe, and pings once more behind each 64 kB', async () => {
    const client = await enter();
    await client.say({ t: 'ping', n: 7, visible: true }, want());
    expect(client.socket.of('pong')).toEqual([{ t: 'pong', n: 7 }]);
    for (let i = 0; i < 7; i++) await publish('x'.repeat(10_000));
    await world.clock.advance(1);
    expect(client.socket.of('ping')).toHaveLength(1);
  });

  it('closes who does not read', async () => {
    const client = await enter();
    await client.say(want());
    client.socket.buffered = 1024 * 1024;
    await publish('x');
    await world.clock.advance(1);
    expect(client.socket.closed).toBe(null);
    client.socket.buffered = 1024 * 1024 + 1;
    await publish('x');
    await world.clock.advance(1);
    expect(client.socket.closed).toMatchObject({ code: 4004 });
  });
});

describe('channels', () => {
  it('sends one frame a turn, the same text to all, split by size', async () => {
    const [ann, bob] = [await enter(), await enter({ client: 'd' })];
    await ann.say(want());
    await bob.say(want({ generation: 9 }));
    void publish('a');
    void publish('b');
    await world.clock.advance(0);
    expect(ann.socket.of('events')).toMatchObject([{ offset: 1, events: [{ data: 'a' }, { data: 'b' }] }]);
    expect(ann.socket.texts.at(-1)).toBe(bob.socket.texts.at(-1));
    for (let i = 0; i < 3; i++) void publish('é'.repeat(2_500));
    await world.clock.advance(0);
    expect(ann.socket.of('events').map(({ offset }) => offset)).toEqual([1, 3, 5]);
    for (const text of ann.socket.texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(12 * 1024);
  });

  it('pages a recovery, and holds live events until its last page', async () => {
    for (let i = 1; i <= 4; i++) await publish(`${i}`.repeat(5_000));
    const { epoch } = log.head('room:1', 0);
    const client = await enter();
    await client.say(want({ position: { epoch, offset: 0 } }));
    await publish('5');
    await world.clock.advance(0);
    expect(client.socket.of('events')).toEqual([]);
    expect(client.socket.of('subscribed')).toMatchObject([{ more: true, position: { offset: 2 } }]);
    await client.say(want({ generation: 2, position: { epoch, offset: 2 } }));
    expect(client.socket.of('subscribed')[1]).toMatchObject({ generation: 2, state: 'recovered', more: false, position: { offset: 5 } });
    expect(data(client.socket.of('subscribed')).replaceAll(/(.)\1+/g, '$1')).toBe('1 2 3 4 5');
    await publish('6');
    await world.clock.advance(0);
    expect(data(client.socket.of('events'))).toBe('6');
  });

  it('cuts what a joiner knows off the frame of the turn in which it joined', async () => {
    const old = await enter();
    await old.say(want());
    const joiner = await enter({ client: 'd' });
    await publish('1');
    await publish('2');
    await joiner.say(want({ history: 10 }));
    await publish('3');
    await world.clock.advance(0);
    expect(data(joiner.socket.of('subscribed'))).toBe('1 2');
    expect(joiner.socket.of('events')).toMatchObject([{ offset: 3, events: [{ data: '3' }] }]);
    expect(data(old.socket.of('events'))).toBe('1 2 3');
  });

  it('hands over what came while a slow storage read, from where the read ended', async () => {
    let release: () => void = () => undefined;
    const slow = memoryBroker({ log });
    start({
      ...slow,
      async read(name, ask) {
        const result = await slow.read(name, ask);
        await new Promise<void>((resolve) => (release = resolve));
        return result;
      },
    });
    const client = await enter();
    await publish('1');
    await client.say(want({ history: 10 }));
    for (const text of ['2', '3']) {
      await publish(text);
      await world.clock.advance(0);
    }
    release();
    await settle();
    expect(client.socket.frames.slice(1).map(({ t }) => t)).toEqual(['subscribed', 'events', 'events']);
    expect(client.socket.of('events').map(({ offset }) => offset)).toEqual([2, 3]);
    await publish('4');
    await world.clock.advance(0);
    expect(data(client.socket.of('events'))).toBe('2 3 4');
    expect(client.socket.of('subscribed')).toMatchObject([{ position: { offset: 1 } }]);
  });

  it('asks a joiner to begin again when too much came meanwhile', async () => {
    let release: () => void = () => undefined;
    const slow = memoryBroker({ log });
    start({ ...slow, read: async (name, ask) => ((await new Promise<void>((resolve) => (release = resolve))), slow.read(name, ask)) });
    const client = await enter();
    await client.say(want());
    for (let i = 0; i <= 1_000; i++) void publish('x');
    await world.clock.advance(0);
    release();
    await settle();
    expect(client.socket.frames.slice(1).map(({ t }) => t)).toEqual(['subscribed', 'resync']);
  });

  it('listens to the newest generation alone', async () => {
    const answer: ((isAllowed: boolean) => void)[] = [];
    start(memoryBroker({ log }), () => new Promise((resolve) => answer.push(resolve)));
    const client = await enter();
    await client.say(want(), want({ generation: 2 }));
    answer[1]?.(true);
    await settle();
    answer[0]?.(false);
    await settle();
    expect(client.socket.frames.slice(1)).toMatchObject([{ t: 'subscribed', generation: 2 }]);
    await client.say({ t: 'unsubscribe', channels: [{ name: 'room:1', generation: 1 }] });
    await publish('still here');
    await world.clock.advance(0);
    expect(client.socket.of('events')).toHaveLength(1);
    await client.say({ t: 'unsubscribe', channels: [{ name: 'room:1', generation: 2 }] });
    await publish('gone');
    await world.clock.advance(0);
    expect(client.socket.of('events')).toHaveLength(1);
  });

  it('authorises again each time, and stops at once when it is refused', async () => {
    let isAllowed = true;
    start(memoryBroker({ log }), () => isAllowed);
    const client = await enter();
    await client.say(want());
    isAllowed = false;
    await client.say(want({ generation: 2 }));
    await publish('secret');
    await world.clock.advance(0);
    expect(client.socket.frames.slice(1)).toMatchObject([{ t: 'subscribed' }, { t: 'unsubscribed', generation: 2, reason: 'forbidden' }]);
  });

  it('hears nothing while it is authorised again, and does not go back to an older generation', async () => {
    const answer: ((isAllowed: boolean) => void)[] = [];
    start(memoryBroker({ log }), () => new Promise((resolve) => answer.push(resolve)));
    const client = await enter();
    await client.say(want({ generation: 2 }));
    answer[0]?.(true);
    await settle();
    await client.say(want({ generation: 3 }), want({ generation: 1 }));
    await publish('meanwhile');
    await world.clock.advance(0);
    expect(client.socket.of('events')).toEqual([]);
    expect(answer).toHaveLength(2);
    answer[1]?.(true);
    await settle();
    expect(client.socket.of('subscribed').map(({ generation }) => generation)).toEqual([2, 3]);
  });

  it('holds a connection to its number of channels', async () => {
    const client = await enter();
    await client.say({ t: 'subscribe', channels: [1, 2, 3, 4].map((id) => ({ name: `room:${id}`, generation: id })) });
    expect(client.socket.of('unsubscribed')).toMatchObject([{ channel: 'room:4', reason: 'limit' }]);
    await client.say({ t: 'unsubscribe', channels: [{ name: 'room:1', generation: 1 }] }, { t: 'subscribe', channels: [{ name: 'room:4', generation: 5 }] });
    expect(client.socket.of('subscribed')).toHaveLength(4);
  });

  it('watches a channel while somebody listens', async () => {
    const watched: string[] = [];
    const broker = memoryBroker({ log });
    start({ ...broker, watch: (name) => (watched.push(`+${name}`), broker.watch(name)), unwatch: (name) => (watched.push(`-${name}`), broker.unwatch(name)) });
    const [ann, bob] = [await enter(), await enter({ client: 'd' })];
    await ann.say(want());
    await bob.say(want());
    await ann.say(want({ generation: 2 }));
    ann.handler.onClosed();
    expect(watched).toEqual(['+room:1']);
    bob.handler.onClosed();
    expect(watched).toEqual(['+room:1', '-room:1']);
  });
});

describe('commands', () => {
  it('run one after the other in a lane, and are answered in order', async () => {
    const client = await enter();
    await client.say(lane, say(1), say(2), { ...say(1), lane: 'other', id: 'o1' });
    expect(client.socket.of('lane')).toMatchObject([{ lane: 'default', last: 0, fence: log.fence }]);
    expect(calls.map(({ input }) => input)).toEqual(['1']);
    expect(client.answers()).toEqual(['o1 lane-unknown']);
    calls[0]?.answer('one');
    await settle();
    expect(calls.map(({ input }) => input)).toEqual(['1', '2']);
    calls[1]?.answer('two');
    await settle();
    expect(client.answers()).toEqual(['o1 lane-unknown', 'c1 one', 'c2 two']);
  });

  it('run once, however often they are offered and over however many links', async () => {
    const client = await enter();
    await client.say(lane, say(1));
    client.handler.onClosed();
    const back = await enter({ link: 1 });
    await back.say(say(1), say(1));
    expect(calls).toHaveLength(1);
    calls[0]?.publish('once');
    calls[0]?.answer('one');
    await settle();
    await back.say(say(1));
    expect(back.answers()).toEqual(['c1 one', 'c1 one', 'c1 one']);
    expect(back.socket.of('response').map(({ positions }) => positions)).toEqual(Array(3).fill([{ channel: 'room:1', ...log.head('room:1', 0) }]));
    expect(log.head('room:1', 0).offset).toBe(1);
  });

  it('keep their number to themselves', async () => {
    const client = await enter();
    await client.say(lane, say(1), { ...say(1), id: 'other' }, say(3));
    calls[0]?.answer('one');
    await settle();
    expect(client.answers()).toEqual(['c1 one', 'other lane-conflict', 'c3 out-of-order']);
    expect(client.socket.of('error').at(-1)).toMatchObject({ final: false, retryAfterMs: 1_000 });
    const stranger = await enter({ token: 'bob' });
    await stranger.say(say(1));
    expect(stranger.answers()).toEqual(['c1 lane-unknown']);
  });

  it('append nothing when they fail, and the lane goes on', async () => {
    const client = await enter();
    await client.say(lane, say(1), say(2, 'no'), say(3));
    calls[0]?.publish('dropped');
    calls[0]?.fail(new Error('inside'));
    await settle();
    calls[1]?.publish('kept');
    calls[1]?.answer('three');
    await settle();
    expect(client.answers()).toEqual(['c1 internal', 'c2 forbidden', 'c3 three']);
    expect(log.head('room:1', 0).offset).toBe(1);
  });

  it('append nothing when their answer is too large', async () => {
    const client = await enter();
    await client.say(lane, say(1));
    calls[0]?.publish('dropped');
    calls[0]?.answer('x'.repeat(11_000));
    await settle();
    expect(client.answers()).toEqual(['c1 too-large']);
    expect(log.head('room:1', 0).offset).toBe(0);
  });

  it('end with their time: aborted, recorded, and deaf to what the handler does later', async () => {
    const client = await enter();
    await client.say(lane, say(1, '1', { remainingMs: 2_000 }), say(2, '2', { remainingMs: 2_000 }), say(3));
    calls[0]?.publish('early');
    await world.clock.advance(2_000);
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(() => calls[0]?.publish('late')).toThrow('has ended');
    calls[0]?.answer('late');
    await settle();
    // The second one's time went by while it waited: its handler is not even asked.
    expect(calls.map(({ input }) => input)).toEqual(['1', '3']);
    calls[1]?.answer('three');
    await settle();
    await client.say(say(1));
    expect(client.answers()).toEqual(['c1 timeout', 'c2 timeout', 'c3 three', 'c1 timeout']);
    expect(log.head('room:1', 0).offset).toBe(0);
  });

  it('are held to the server’s own limit, however long the client would wait', async () => {
    const client = await enter();
    await client.say(lane, say(1, '1', { remainingMs: 86_400_000 }));
    for (let i = 0; i < 5; i++) {
      await world.clock.advance(6_000);
      await client.say({ t: 'pong', n: i, visible: true });
    }
    expect(client.answers()).toEqual(['c1 timeout']);
  });

  it('are withdrawn by void, unless they ran', async () => {
    const client = await enter();
    await client.say(lane, say(1, '1', { void: true }), say(2));
    calls[0]?.answer('two');
    await settle();
    await client.say(say(1), say(2, '2', { void: true }));
    expect(calls).toHaveLength(1);
    expect(client.answers()).toEqual(['c1 void', 'c2 two', 'c1 void', 'c2 two']);
  });

  it('are withdrawn by void while they wait for their turn, also past their time', async () => {
    const client = await enter();
    await client.say(lane, say(1), say(2, '2', { remainingMs: 500 }), { ...say(3), name: 'nothing' });
    await world.clock.advance(1_000);
    await client.say(say(2, '2', { void: true }), { ...say(3), name: 'nothing', void: true });
    calls[0]?.answer('one');
    await settle();
    expect(client.answers()).toEqual(['c1 one', 'c2 void', 'c3 void', 'c2 void', 'c3 void']);
    expect(calls.map(({ input }) => input)).toEqual(['1']);
  });

  it('are withdrawn by void while their rule is asked; the lane goes on behind them', async () => {
    const rules: ((isAllowed: boolean) => void)[] = [];
    start(undefined, undefined, () => new Promise((resolve) => rules.push(resolve)));
    const client = await enter();
    await client.say(lane, say(1), say(2));
    await client.say(say(1, '1', { void: true }));
    rules[0]?.(true);
    await settle();
    rules[1]?.(true);
    await settle();
    calls[0]?.answer('two');
    await settle();
    expect(client.answers()).toEqual(['c1 void', 'c2 two', 'c1 void']);
    expect(calls.map(({ input }) => input)).toEqual(['2']);
  });

  it('survive the node: what was begun is begun again, what was committed is answered', async () => {
    const client = await enter();
    await client.say(lane, say(1), say(2));
    calls[0]?.answer('one');
    await settle();
    // A new node on the same storage; the old one is never heard of again.
    calls = [];
    start();
    const back = await enter();
    await back.say({ ...lane, last: 0 }, say(1), say(2));
    expect(back.socket.of('lane')).toMatchObject([{ last: 1 }]);
    expect(calls.map(({ input }) => input)).toEqual(['2']);
    calls[0]?.answer('two');
    await settle();
    expect(back.answers()).toEqual(['c1 one', 'c2 two']);
  });

  it('answer with what another node recorded meanwhile', async () => {
    const client = await enter();
    await client.say(lane, say(1));
    log.void({ principal: 'ann', client: 'c', lane: 'default' }, 1, 'c1', world.clock.now());
    calls[0]?.publish('dropped');
    calls[0]?.answer('one');
    await settle();
    expect(client.answers()).toEqual(['c1 void']);
    expect(log.head('room:1', 0).offset).toBe(0);
  });

  it('end outcome-unknown, and are not run again, where the lane was forgotten while the handler ran', async () => {
    log = createLog({ dice: countingDice(), limits: { lanesPerPrincipal: 1 } });
    start();
    const client = await enter();
    await client.say(lane, say(1));
    await client.say({ t: 'lane', lane: 'other', last: 0, create: true });
    expect(calls).toHaveLength(1);
    calls[0]?.publish('dropped');
    calls[0]?.answer('one');
    await settle();
    // Not `lane-unknown`: at that a client sends the command again, in a fresh lane.
    expect(client.socket.of('error')).toMatchObject([{ id: 'c1', code: 'outcome-unknown', final: true }]);
    expect(log.head('room:1', 0).offset).toBe(0);
  });

  it('answered once more without what is not stored any more: done, rejected and of an unknown end are told apart', async () => {
    log = createLog({ dice: countingDice(), limits: { resultBytesPerPrincipal: 120, outcomesPerLane: 2 } });
    start();
    const client = await enter();
    const key = { principal: 'ann', client: 'c', lane: 'default' };
    await client.say(lane);
    const now = world.clock.now();
    const ends = [{ kind: 'done' }, { kind: 'done', result: '"x"' }, { kind: 'failed', code: 'rejected', name: 'banned', message: 'No.', data: '7' }] as const;
    for (const [i, outcome] of ends.entries()) {
      log.begin(key, i + 1, `c${i + 1}`, now);
      log.commit(key, i + 1, `c${i + 1}`, outcome, i === 1 ? [{ channel: 'r', events: [{ text: '{}', bytes: 2 }] }] : [], now);
    }
    await client.say(say(1), say(2), say(3));
    expect(client.socket.of('response')).toEqual([]);
    expect(client.socket.of('error')).toEqual([
      { t: 'error', id: 'c1', code: 'outcome-unknown', message: expect.any(String), final: true },
      { t: 'error', id: 'c2', code: 'result-expired', message: expect.any(String), final: true, positions: [{ channel: 'r', ...log.head('r', now) }] },
      { t: 'error', id: 'c3', code: 'rejected', name: 'banned', dataExpired: true, message: expect.any(String), final: true },
    ]);
    expect(calls).toEqual([]);
  });

  it('are put off, not lost, while the storage fails', async () => {
    const broker = memoryBroker({ log });
    start({ ...broker, commit: () => Promise.reject(new Error('down')) });
    const client = await enter();
    await client.say(lane, say(1));
    calls[0]?.answer('one');
    await settle();
    expect(client.socket.of('error')).toMatchObject([{ id: 'c1', code: 'unavailable', final: false, retryAfterMs: 1_000 }]);
    expect(said).toHaveLength(1);
  });

  it('wait in bounded numbers', async () => {
    const client = await enter();
    await client.say(lane, ...Array.from({ length: 70 }, (_, i) => say(i + 1)));
    expect(client.answers()).toHaveLength(6);
    expect(client.socket.of('error')[0]).toMatchObject({ id: 'c65', code: 'unavailable', final: false });
    const later = await enter({ client: 'later' });
    await later.say(lane);
    for (let n = 1; n <= 70; n++) await later.say(say(n, '', { void: true }));
    expect(later.answers()).toEqual(Array.from({ length: 70 }, (_, i) => `c${i + 1} void`));
  });
});

describe('queries', () => {
  const ask = (id: string, over: object = {}): object => ({ t: 'query', id, name: 'ask', input: id, remainingMs: 1_000, ...over });

  it('stamp before the handler reads', async () => {
    const client = await enter();
    await publish('1');
    const stamped = log.head('room:1', 0);
    await client.say(ask('q', { stamp: ['room:1', 'nothing'] }));
    await publish('2');
    calls[0]?.answer('read');
    await settle();
    expect(client.socket.of('response')).toMatchObject([{ id: 'q', result: 'read', positions: [{ channel: 'room:1', ...stamped }] }]);
  });

  it('get one answer: late, cancelled, or the first of a doubled id', async () => {
    const client = await enter();
    await client.say(ask('late'), ask('cancelled'), ask('twice'), ask('twice'));
    await client.say({ t: 'cancel', id: 'cancelled' }, { t: 'cancel', id: 'nothing' });
    calls[2]?.answer('first');
    await world.clock.advance(1_000);
    for (const call of calls) call.answer('again');
    await settle();
    expect(calls).toHaveLength(3);
    expect(client.answers()).toEqual(['cancelled cancelled', 'twice first', 'late timeout']);
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  });

  it('end with the connection', async () => {
    const client = await enter();
    await client.say(ask('q'));
    client.handler.onClosed();
    expect(calls[0]?.signal.aborted).toBe(true);
    calls[0]?.answer('nobody');
    await settle();
    expect(client.answers()).toEqual([]);
  });

  it('are refused alike: unknown, and a name of every object', async () => {
    const client = await enter();
    await client.say(ask('a', { name: 'nothing' }), ask('b', { name: '__proto__' }), ask('c', { name: 'toString' }));
    expect(client.answers()).toEqual(['a forbidden', 'b forbidden', 'c forbidden']);
  });
});

describe('stop', () => {
  const never = (): Promise<never> => new Promise(() => undefined);

  it.each<[string, (broker: Broker) => Partial<Broker>]>([
    ['starts', () => ({ start: never })],
    ['stops', () => ({ stop: never })],
  ])('sends everybody away, and waits its time and no longer for a broker that never %s', async (_, over) => {
    const memory = memoryBroker({ log });
    start({ ...memory, ...over(memory) });
    const client = open();
    await client.say(hello());
    let isOver = false;
    void server.stop(4000, never()).then(() => (isOver = true));
    await settle();
    expect(client.socket.closed).toMatchObject({ code: 4000 });
    await world.clock.advance(4_999);
    expect(isOver).toBe(false);
    await world.clock.advance(1);
    expect(isOver).toBe(true);
    expect(said).toEqual(['The broker did not start and stop in time; the server has stopped without it.']);
  });

  it('lets a broker go that starts only afterwards', async () => {
    let startNow: () => void = () => undefined;
    const calls: string[] = [];
    const memory = memoryBroker({ log });
    start({ ...memory, start: () => new Promise((resolve) => (startNow = resolve)), stop: async () => void calls.push('stop') });
    void server.stop(4000);
    await world.clock.advance(10_000);
    expect(calls).toEqual([]);
    startNow();
    await settle();
    expect(calls).toEqual(['stop']);
  });

  it('is not kept from its end by a broker that fails to stop', async () => {
    start({ ...memoryBroker({ log }), stop: () => Promise.reject(new Error('down')) });
    await server.stop(4000);
    expect(said).toEqual(['The broker did not stop.']);
  });
});

describe('a connection that is taken while the server stops', () => {
  it('is closed with 4000 at once, and is not asked who it is; one that was being authenticated never becomes ready', async () => {
    let release: (identity: { id: string }) => void = () => undefined;
    let asked = 0;
    world = fakeWorld();
    server = createServerCore(
      {
        contract: api,
        broker: memoryBroker({ log }),
        authenticate: ({ token }) => (asked++, token === 'slow' ? new Promise((resolve) => (release = resolve)) : { id: 'ann' }),
        authorize: { queries: { ask: 'public' }, commands: { say: 'public' } },
        queries: { ask: () => '' },
        commands: { say: ({ input, signal }) => new Promise((answer, fail) => calls.push({ input, signal, publish: () => undefined, answer, fail })) },
      },
      world,
    );
    const working = await enter();
    await working.say(lane, say(1));
    const entering = open();
    await entering.say(hello({ client: 'd', token: 'slow' }));
    const stopped = server.stop(4000);
    const late = open();
    await late.say(hello({ client: 'e' }));
    expect([late.socket.closed, late.socket.frames, asked]).toEqual([{ code: 4000, reason: 'stopping' }, [], 2]);
    // Who has a command under way is let finish.
    expect(working.socket.closed).toBe(null);
    calls[0]?.answer('done');
    await stopped;
    expect([working.answers(), working.socket.closed?.code, entering.socket.closed?.code]).toEqual([['c1 done'], 4000, 4000]);
    release({ id: 'bob' });
    await settle();
    expect(entering.socket.frames).toEqual([]);
    await world.clock.advance(1_000);
    expect(world.clock.timers).toBe(0);
  });
});

describe('publishing from the server', () => {
  it('checks the event at once', async () => {
    await expect(publish(7 as unknown as string)).rejects.toMatchObject({ code: 'invalid' });
    await expect(publish('x'.repeat(10_300))).rejects.toMatchObject({ code: 'too-large' });
    await expect(server.publish(api.channels.room, { id: '1' }, 'sung' as 'said', 'x')).rejects.toMatchObject({ code: 'misuse' });
    const other = defineContract({ channels: { room: channel('room:{id}', { events: { said: z.string() } }) } });
    await expect(server.publish(other.channels.room, { id: '1' }, 'said', 'x')).rejects.toMatchObject({ code: 'misuse' });
    expect(await publish('fine')).toEqual(log.head('room:1', 0));
  });

  it('refuses a channel that subscribers would be authorised for by another pattern', async () => {
    const events = { said: z.string() };
    const twice = defineContract({ channels: { any: channel('room:{id}', { events }), lobby: channel('room:lobby', { events }) } });
    const it = createServerCore({ contract: twice, broker: memoryBroker() }, world);
    await expect(it.publish(twice.channels.lobby, {}, 'said', 'x')).rejects.toMatchObject({ code: 'misuse' });
    await it.publish(twice.channels.any, { id: 'lobby' }, 'said', 'x');
    await it.stop(4000);
  });
});
