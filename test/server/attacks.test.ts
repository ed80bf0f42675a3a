/** What an attacker, or a client gone wild, may cost; and that nobody else pays for it. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Schema } from '../../src/core/contract.js';
import { channel, command, defineContract, query } from '../../src/core/define-contract.js';
import type { Broker } from '../../src/server/core/broker.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore, type ServerCore, type ServerCoreOptions } from '../../src/server/core/server.js';
import { enterClient, hello, openClient, type FakeClient } from './fake-client.js';
import { fakeWorld, settle, type FakeClock, type Frame } from './fake-world.js';
import type { ServerWorld } from '../../src/server/core/server-world.js';

/** A schema whose validator throws what it was given. */
const throwing: Schema<string> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      throw new Error(`the secret of ${String(value)}`);
    },
  },
};

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
  queries: { ask: query({ input: z.string(), output: z.string() }), thrown: query({ input: throwing, output: z.string() }) },
  commands: { say: command({ input: z.string(), output: z.string() }), thrown: command({ input: throwing }) },
});
type Options = ServerCoreOptions<typeof api>;

interface Call {
  readonly input: string;
  answer(output: string): void;
}

const never = (): Promise<never> => new Promise(() => undefined);

let world: ServerWorld & { readonly clock: FakeClock };
let calls: Call[];
let said: string[];

function start(over: Partial<Options> = {}): ServerCore {
  const hand = (input: string): Promise<string> => new Promise((answer) => calls.push({ input, answer }));
  return createServerCore<typeof api>(
    {
      contract: api,
      broker: memoryBroker(),
      logger: { warn: (message) => said.push(message), error: (message) => said.push(message) },
      authenticate: ({ token }) => ({ id: token ?? 'guest' }),
      authorize: { channels: { room: 'public' }, queries: { ask: 'public', thrown: 'public' }, commands: { say: 'public', thrown: 'public' } },
      queries: { ask: ({ input }) => hand(input), thrown: () => '' },
      commands: { say: ({ input }) => hand(input), thrown: () => undefined },
      ...over,
    },
    world,
  );
}

const lane = (name = 'default'): object => ({ t: 'lane', lane: name, last: 0, create: true });
const say = (n: number, over: object = {}): object => ({ t: 'command', lane: 'default', n, id: `c${n}`, name: 'say', input: `${n}`, remainingMs: 100_000, ...over });
const ask = (id: string, over: object = {}): object => ({ t: 'query', id, name: 'ask', input: id, remainingMs: 100_000, ...over });
const want = (generation: number, name = 'room:1'): object => ({ t: 'subscribe', channels: [{ name, generation }] });

beforeEach(() => {
  world = fakeWorld();
  calls = [];
  said = [];
});

describe('authenticate that never answers', () => {
  it('does not keep the place of who has left, or was sent away', async () => {
    const server = start({ limits: { authentications: 2 }, authenticate: ({ token }) => (token === 'hangs' ? never() : { id: 'ann' }) });
    const [left, late] = [openClient(server), openClient(server)];
    await left.say(hello({ token: 'hangs' }));
    await late.say(hello({ token: 'hangs', link: 1 }));
    expect((await enterClient(server)).socket.closed).toMatchObject({ code: 4200 });
    left.handler.onClosed();
    expect((await enterClient(server)).socket.of('welcome')).toHaveLength(1);
    await openClient(server).say(hello({ token: 'hangs', link: 2 }));
    await world.clock.advance(5_000);
    expect(late.socket.closed).toMatchObject({ code: 4003 });
    expect((await enterClient(server, { link: 3 })).socket.of('welcome')).toHaveLength(1);
  });

  it('gives a place back once, however the connection ends', async () => {
    let answer: (identity: { id: string }) => void = () => undefined;
    const server = start({ limits: { authentications: 1 }, authenticate: ({ token }) => (token === 'slow' ? new Promise((resolve) => (answer = resolve)) : never()) });
    const slow = openClient(server);
    await slow.say(hello({ token: 'slow' }));
    slow.handler.onClosed();
    answer({ id: 'ann' });
    await settle();
    await openClient(server).say(hello({ token: 'hangs' }));
    expect((await enterClient(server, { link: 1 })).socket.closed).toMatchObject({ code: 4200 });
  });
});

describe('a user that is closed while it authenticates', () => {
  it.each(['ann', 'Ann'])('does not come in (closed by %s)', async (name) => {
    const answers: ((identity: { id: string; tag: string }) => void)[] = [];
    const server = start({ authenticate: () => new Promise((resolve) => answers.push(resolve)) });
    const [before, after] = [openClient(server), openClient(server)];
    await before.say(hello());
    server.closeUser(name);
    await after.say(hello({ link: 1 }));
    for (const answer of answers) answer({ id: 'ann', tag: 'Ann' });
    await settle();
    expect(before.socket.closed).toMatchObject({ code: 4300 });
    expect(after.socket.of('welcome')).toHaveLength(1);
  });

  it('does not come in, at whichever moment between the answer and the welcome it is closed', async () => {
    for (let turns = 0; turns < 20; turns++) {
      const closeLater = async (): Promise<void> => {
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        server.closeUser('ann');
      };
      const server: ServerCore = start({
        authenticate() {
          void closeLater();
          return { id: 'ann' };
        },
      });
      const client = await enterClient(server);
      expect(client.socket.closed, `after ${turns} turns`).toMatchObject({ code: 4300 });
    }
  });
});

describe('a user that is closed while its commands wait', () => {
  it.each(['ann', 'Ann'])('has none of them run that has not begun (closed by %s)', async (name) => {
    const server = start({ authenticate: ({ token }) => ({ id: token ?? '', tag: token === 'ann' ? 'Ann' : 'Bob' }) });
    const [client, bob] = [await enterClient(server), await enterClient(server, { token: 'bob' })];
    for (const it of [client, bob]) await it.say(lane(), say(1), say(2), say(3));
    server.closeUser(name);
    for (const call of calls) call.answer('one');
    await settle();
    // The one that ran, and bob's two.
    expect(calls.map(({ input }) => input)).toEqual(['1', '1', '2']);
    const back = await enterClient(server, { client: 'c' });
    await back.say(lane(), say(2));
    expect(back.socket.of('lane')).toMatchObject([{ last: 1 }]);
    expect(calls).toHaveLength(4);
  });

  it('has none of them run in any lane, however many wait', async () => {
    const server = start();
    const client = await enterClient(server);
    const lanes = ['a', 'b', 'c'];
    await client.say(...lanes.flatMap((name) => [lane(name), say(1, { lane: name, id: `${name}1` }), say(2, { lane: name, id: `${name}2`, input: 'waits' })]));
    expect(calls.map(({ input }) => input)).toEqual(['1', '1', '1']);
    server.closeUser('ann');
    for (const call of [...calls]) call.answer('one');
    await settle();
    expect(calls).toHaveLength(3);
  });

  it('has begun none of them that waits: closed three times, it is not poisoned', async () => {
    const server = start();
    await (await enterClient(server)).say(lane(), say(1));
    for (let i = 0; i < 3; i++) {
      const client = await enterClient(server);
      await client.say(say(2));
      server.closeUser('ann');
    }
    calls[0]?.answer('one');
    await settle();
    await (await enterClient(server)).say(say(2));
    expect(calls.map(({ input }) => input)).toEqual(['1', '2']);
  });

  it('has begun none of them whose rule is still being asked: closed three times, it is not poisoned', async () => {
    const answers: ((isAllowed: boolean) => void)[] = [];
    const server = start({ authorize: { commands: { say: () => new Promise((resolve) => answers.push(resolve)) } } });
    for (let i = 0; i < 3; i++) {
      const client = await enterClient(server);
      await client.say(lane(), say(1));
      server.closeUser('ann');
      answers[i]?.(true);
      await settle();
    }
    expect(calls).toEqual([]);
    const back = await enterClient(server);
    await back.say(lane(), say(1));
    answers[3]?.(true);
    await settle();
    calls[0]?.answer('one');
    await settle();
    expect([calls.map(({ input }) => input), back.answers()]).toEqual([['1'], ['c1 one']]);
  });

  it('has none of them run whose connection was lost before, nor whose rule is still being asked', async () => {
    const answers: ((isAllowed: boolean) => void)[] = [];
    const server = start({ authorize: { commands: { say: () => new Promise((resolve) => answers.push(resolve)) } } });
    const client = await enterClient(server);
    await client.say(lane(), say(1));
    client.handler.onClosed();
    server.closeUser('ann');
    answers[0]?.(true);
    await settle();
    expect(calls).toEqual([]);
    const back = await enterClient(server);
    await back.say(lane(), say(1));
    answers[1]?.(true);
    await settle();
    calls[0]?.answer('one');
    await settle();
    expect(back.answers()).toEqual(['c1 one']);
  });
});

describe('what authenticate answers', () => {
  it.each([[{ id: 'ann', tag: 7 }], [{ id: 'ann', tag: null }], [{ id: 7 }], [{ id: '' }], [{ id: 'ann', tag: 'x'.repeat(129) }], [undefined], ['ann'], [true]])('%j is refused, and the log says why', async (identity) => {
    const client = await enterClient(start({ authenticate: () => identity as never }));
    expect(client.socket.closed).toMatchObject({ code: 4300 });
    expect(said).toEqual([expect.stringContaining('authenticate must answer')]);
  });
});

describe('queries', () => {
  it('keep their place until the handler has ended, cancelled or late', async () => {
    const client = await enterClient(start({ limits: { queries: 2 } }));
    await client.say(ask('cancelled'), ask('late', { remainingMs: 1_000 }));
    await client.say({ t: 'cancel', id: 'cancelled' });
    await world.clock.advance(1_000);
    await client.say(ask('third'));
    expect(client.answers()).toEqual(['cancelled cancelled', 'late timeout', 'third unavailable']);
    expect(calls).toHaveLength(2);
    calls[0]?.answer('at last');
    await settle();
    await client.say(ask('fourth'));
    expect(calls.map(({ input }) => input)).toEqual(['cancelled', 'late', 'fourth']);
  });
});

describe('commands', () => {
  it('of one connection are counted until their handlers have ended', async () => {
    const server = start({ limits: { commands: 2 } });
    const client = await enterClient(server);
    await client.say(lane('a'), lane('b'), lane('c'));
    await client.say(say(1, { lane: 'a', remainingMs: 1_000 }), say(1, { lane: 'b', id: 'b1' }), say(1, { lane: 'c', id: 'c1' }));
    expect(client.socket.of('error')).toMatchObject([{ id: 'c1', code: 'unavailable', final: false, retryAfterMs: 1_000 }]);
    await world.clock.advance(1_000);
    await client.say(say(1, { lane: 'c', id: 'again' }));
    expect(client.answers().slice(1)).toEqual(['c1 timeout', 'again unavailable']);
    calls[0]?.answer('late');
    await settle();
    await client.say(say(1, { lane: 'c', id: 'last' }));
    expect(calls).toHaveLength(3);
    const other = await enterClient(server, { client: 'other' });
    await other.say(lane('a'), say(1, { lane: 'a' }));
    expect(calls).toHaveLength(4);
  });

  it('of one lane never overlap: the next waits for a late handler', async () => {
    const client = await enterClient(start());
    await client.say(lane(), say(1, { remainingMs: 1_000 }), say(2));
    await world.clock.advance(1_000);
    expect(client.answers()).toEqual(['c1 timeout']);
    expect(calls.map(({ input }) => input)).toEqual(['1']);
    calls[0]?.answer('late');
    await settle();
    expect(calls.map(({ input }) => input)).toEqual(['1', '2']);
  });

  it('wait for a late handler as long as a handler may take, and not longer', async () => {
    const client = await enterClient(start({ limits: { handlerMs: 2_000 } }));
    await client.say(lane(), say(1), say(2));
    await world.clock.advance(2_000);
    expect(client.answers()).toEqual(['c1 timeout']);
    await world.clock.advance(1_999);
    expect(calls).toHaveLength(1);
    await world.clock.advance(1);
    expect(calls.map(({ input }) => input)).toEqual(['1', '2']);
    expect(said).toContain("The handler of command 'say' still runs long after its time; its lane goes on without it.");
  });
});

describe('commands of one user that wait', () => {
  it('are counted over all its connections, also those that it has left', async () => {
    const server = start({ limits: { waitingCommands: 2 } });
    const clients = [await enterClient(server, { client: 'c0' }), await enterClient(server, { client: 'c1' })];
    for (const client of clients) {
      await client.say(lane(), say(1));
      await client.say(say(2));
      client.handler.onClosed();
    }
    const [back, bob] = [await enterClient(server, { client: 'c2' }), await enterClient(server, { token: 'bob' })];
    await back.say(lane(), say(1));
    expect(back.socket.of('error')).toMatchObject([{ id: 'c1', code: 'unavailable', final: false, retryAfterMs: 1_000 }]);
    await bob.say(lane(), say(1));
    expect(calls).toHaveLength(3);
    for (const call of calls.slice(0, 2)) call.answer('one');
    await settle();
    expect(calls).toHaveLength(5);
    await back.say(say(1));
    expect(calls).toHaveLength(6);
    for (let n = 2; n <= 6; n++) await bob.say(lane('void'), say(n - 1, { lane: 'void', id: `v${n}`, void: true }));
    expect(bob.answers()).toEqual([2, 3, 4, 5, 6].map((n) => `v${n} void`));
  });
});

describe('handlers of one user', () => {
  it('are counted over all its connections, also those that it has left', async () => {
    const server = start({ limits: { handlers: 3 } });
    for (let i = 0; i < 2; i++) {
      const client = await enterClient(server, { client: `c${i}` });
      await client.say(lane(), say(1), ask('q'));
      expect(client.answers()).toEqual(i === 0 ? [] : ['c1 unavailable']);
      client.handler.onClosed();
    }
    const back = await enterClient(server, { client: 'c2' });
    await back.say(lane(), say(1), ask('q'));
    expect(back.socket.of('error')).toMatchObject([{ id: 'q', code: 'unavailable', final: false }, { id: 'c1', code: 'unavailable', final: false }]);
    const bob = await enterClient(server, { token: 'bob' });
    await bob.say(ask('q'));
    expect(calls).toHaveLength(4);
    calls[0]?.answer('over');
    await settle();
    await back.say(say(1));
    expect(calls).toHaveLength(5);
  });
});

describe('a lane', () => {
  it('begins where the client says, if it is new: then it runs from there, or nothing at all', async () => {
    const client = await enterClient(start());
    await client.say({ t: 'lane', lane: 'default', last: 7, create: true }, say(8), { t: 'lane', lane: 'default', last: 0, create: true });
    expect(client.socket.of('lane')).toMatchObject([{ last: 7 }, { last: 7 }]);
    expect(calls).toHaveLength(1);
    await client.say({ t: 'lane', lane: 'end', last: Number.MAX_SAFE_INTEGER, create: true }, say(1, { lane: 'end', id: 'x' }));
    expect(client.answers()).toEqual(['x outcome-unknown']);
    expect(calls).toHaveLength(1);
  });
});

describe('a channel name', () => {
  it('costs no pattern that is compiled again', async () => {
    const server = start();
    const client = await enterClient(server);
    let compiled = 0;
    vi.stubGlobal(
      'RegExp',
      class extends RegExp {
        constructor(source: string) {
          super(source);
          compiled++;
        }
      },
    );
    await client.say(want(1), want(1, 'nothing:1'), want(1, 'room:2'));
    vi.unstubAllGlobals();
    expect(client.socket.frames.slice(1).map(({ t, channel: name }) => `${t} ${String(name)}`).toSorted()).toEqual(['subscribed room:1', 'subscribed room:2', 'unsubscribed nothing:1']);
    expect(compiled).toBe(0);
  });
});

describe('a rule that never answers', () => {
  const hanging = { channels: { room: never }, queries: { ask: never }, commands: { say: never } };

  it('is a refusal when the time of a handler is over: a subscription, a command, a query', async () => {
    const client = await enterClient(start({ limits: { handlerMs: 3_000 }, authorize: hanging }));
    await client.say(want(1), lane(), say(1), ask('q'));
    await world.clock.advance(2_999);
    expect(client.socket.of('unsubscribed')).toEqual([]);
    await world.clock.advance(1);
    expect(client.socket.of('unsubscribed')).toMatchObject([{ channel: 'room:1', generation: 1, reason: 'forbidden' }]);
    // Rule and handler share the time of a request.
    expect(client.socket.of('error')).toMatchObject([{ code: 'timeout', final: true }, { code: 'timeout', final: true }]);
    expect(said).toContain('A rule of authorize did not answer in time; the request was refused.');
  });

  it('does not have the handler called when it answers after the end: of a command out of time, of a cancelled query', async () => {
    const answers: ((isAllowed: boolean) => void)[] = [];
    const slow = (): Promise<boolean> => new Promise((resolve) => answers.push(resolve));
    const client = await enterClient(start({ authorize: { queries: { ask: slow }, commands: { say: slow } } }));
    await client.say(lane(), say(1, { remainingMs: 1_000 }), ask('q'), { t: 'cancel', id: 'q' });
    await world.clock.advance(1_000);
    expect(client.answers()).toEqual(['q cancelled', 'c1 timeout']);
    for (const answer of answers) answer(true);
    await settle();
    expect(answers).toHaveLength(2);
    expect(calls).toEqual([]);
  });

  it('of a stamp ends the query', async () => {
    const client = await enterClient(start({ limits: { handlerMs: 3_000 }, authorize: { ...hanging, queries: { ask: 'public' } } }));
    await client.say(ask('q', { stamp: ['room:1'] }));
    await world.clock.advance(3_000);
    expect(client.answers()).toEqual(['q timeout']);
  });

  it('leaves no timer behind when it answers', async () => {
    const server = start({ authorize: { channels: { room: async () => true } } });
    const before = world.clock.timers;
    const client = await enterClient(server);
    await client.say(want(1));
    expect(client.socket.of('subscribed')).toHaveLength(1);
    client.handler.onClosed();
    await world.clock.advance(500);
    expect(world.clock.timers).toBe(before);
  });
});

describe('subscriptions', () => {
  it('asked again and again while the rule is slow end the connection', async () => {
    const answers: ((isAllowed: boolean) => void)[] = [];
    const server = start({ limits: { channels: 3 }, authorize: { channels: { room: () => new Promise((resolve) => answers.push(resolve)) } } });
    const client = await enterClient(server);
    for (let generation = 1; generation <= 6; generation++) await client.say(want(generation));
    expect(client.socket.closed).toBe(null);
    answers[0]?.(true);
    await settle();
    await client.say(want(7));
    expect(client.socket.closed).toBe(null);
    await client.say(want(8), want(9));
    expect(client.socket.closed).toMatchObject({ code: 4201, reason: expect.stringMatching(/^retry-after=\d{3,}$/) });
    expect(answers).toHaveLength(7);
  });

  it('and stamps in one frame are paid for one by one: a rule is not asked for more of them than a client may send frames', async () => {
    let asked = 0;
    const server = start({ limits: { frameBurst: 100, framesPerSecond: 10 }, authorize: { channels: { room: () => ++asked > 0 }, queries: { ask: 'public' } } });
    const channels = (generation: number): object => ({ t: 'subscribe', channels: Array.from({ length: 50 }, (_, i) => ({ name: `room:${i}`, generation })) });
    const client = await enterClient(server);
    for (let generation = 1; generation <= 20; generation++) await client.say(channels(generation));
    expect(client.socket.closed).toMatchObject({ code: 4201 });
    expect(asked).toBeLessThanOrEqual(150);
    asked = 0;
    const other = await enterClient(server, { link: 1 });
    for (let n = 1; n <= 20; n++) await other.say(ask(`q${n}`, { stamp: Array.from({ length: 50 }, (_, i) => `room:${i}`) }));
    expect(other.socket.closed).toMatchObject({ code: 4201 });
    expect(asked).toBeLessThanOrEqual(150);
  });

  it('that were forbidden count no more: the connection has its places back', async () => {
    const client = await enterClient(start({ limits: { channels: 2 }, authorize: { channels: { room: ({ params }) => params.id.startsWith('open') } } }));
    const wants = (...ids: readonly string[]): object => ({ t: 'subscribe', channels: ids.map((id) => ({ name: `room:${id}`, generation: 1 })) });
    await client.say(wants('a', 'b'));
    await client.say(wants('open1', 'open2'));
    expect(client.socket.closed).toBe(null);
    expect(client.socket.frames.slice(1).map(({ t }) => t)).toEqual(['unsubscribed', 'unsubscribed', 'subscribed', 'subscribed']);
  });

  it('of a generation that is there already change nothing', async () => {
    let asked = 0;
    const server = start({ authorize: { channels: { room: () => ++asked > 0 } } });
    const client = await enterClient(server);
    await client.say(want(1), want(1));
    await client.say(want(1));
    await server.publish(api.channels.room, { id: '1' }, 'said', 'x');
    await world.clock.advance(0);
    expect(asked).toBe(1);
    expect(client.socket.frames.slice(1).map(({ t }) => t)).toEqual(['subscribed', 'events']);
  });
});

describe('a connection that ends within a frame', () => {
  it('joins none of the channels that the frame still names', async () => {
    const watched = new Set<string>();
    const memory = memoryBroker();
    const broker: Broker = { ...memory, watch: (name) => (watched.add(name), memory.watch(name)), unwatch: (name) => (watched.delete(name), memory.unwatch(name)) };
    const client = await enterClient(start({ broker, limits: { channels: 1 } }));
    await client.say(want(1));
    // The refusal of the second one is what is too much for a slow reader.
    client.socket.buffered = 1024 * 1024 + 1;
    await client.say({ t: 'subscribe', channels: [2, 3, 4].map((id) => ({ name: `room:${id}`, generation: 1 })) });
    expect(client.socket.closed).toMatchObject({ code: 4004 });
    client.handler.onClosed();
    await settle();
    expect([...watched]).toEqual([]);
  });
});

describe('frames', () => {
  const padded = (n: number, x: string): object => ({ t: 'ping', n, visible: true, x });

  it('are paid for by their bytes as well, as they travel', async () => {
    const server = start({ limits: { bytesPerSecond: 1_000, burstBytes: 10_000 } });
    for (const x of ['x'.repeat(3_000), 'é'.repeat(1_500)]) {
      const client = await enterClient(server);
      for (let n = 1; n <= 5; n++) await client.say(padded(n, x));
      expect(client.socket.of('pong')).toHaveLength(4);
      expect(client.socket.closed).toEqual({ code: 4201, reason: expect.stringMatching(/^retry-after=12\d{3}$/) });
      const other = await enterClient(server, { link: 1 });
      for (let n = 1; n <= 10; n++) {
        await other.say(padded(n, x));
        await world.clock.advance(3_100);
      }
      expect(other.socket.closed).toBe(null);
    }
  });

  it('of a client that comes back with a full window of the largest commands are not too many', async () => {
    const client = await enterClient(start());
    await client.say(lane());
    for (let n = 1; n <= 32; n++) await client.say(say(n, { input: 'x'.repeat(64_000) }));
    expect(client.socket.closed).toBe(null);
    expect(calls).toHaveLength(1);
  });
});

describe('a client that recovers', () => {
  /** Many channels with a history of many pages each. */
  async function written(channels: number, pages: number): Promise<{ readonly server: ServerCore; readonly wanted: readonly object[] }> {
    const server = start({ authorize: { channels: { room: () => ++asked > 0 } } });
    const wanted: object[] = [];
    for (let id = 0; id < channels; id++) {
      const { epoch } = await server.publish(api.channels.room, { id: `${id}` }, 'said', 'x'.repeat(6_000));
      for (let page = 1; page < pages; page++) await server.publish(api.channels.room, { id: `${id}` }, 'said', 'x'.repeat(6_000));
      wanted.push({ name: `room:${id}`, generation: 1, position: { epoch, offset: 0 } });
    }
    return { server, wanted };
  }

  /** Answers each page that says that there is more, at once and with a frame of its own, for so long. */
  async function recover(client: FakeClient, ms: number, next: (page: Frame) => readonly object[]): Promise<void> {
    const end = world.clock.now() + ms;
    for (; world.clock.now() <= end && client.socket.closed === null; await world.clock.advance(20)) {
      for (let frame = client.socket.frames[seen++]; frame !== undefined; frame = client.socket.frames[seen++]) {
        if (frame.t === 'subscribed' && frame.more === true && client.socket.closed === null) await client.say({ t: 'subscribe', channels: next(frame) });
      }
      seen--;
    }
  }

  const on = ({ channel: name, generation, position }: Frame): object => ({ name, generation: Number(generation) + 1, position });
  let asked = 0;
  let seen = 0;
  beforeEach(() => {
    asked = seen = 0;
  });

  it('is not sent away for asking on as it was told to, however many pages there are; they come no faster than frames may', async () => {
    const { server, wanted } = await written(200, 10);
    const client = await enterClient(server);
    await client.say({ t: 'subscribe', channels: wanted });
    await recover(client, 2_000, (page) => [on(page)]);
    expect(client.socket.closed).toBe(null);
    expect(asked).toBeGreaterThan(1_500);
    expect(asked).toBeLessThan(1_650);
    await recover(client, 2_500, (page) => [on(page)]);
    expect(client.socket.of('subscribed').filter(({ more }) => more === false)).toHaveLength(200);
    expect(client.socket.of('subscribed')).toHaveLength(2_000);
    expect(client.socket.closed).toBe(null);
  });

  it.each<[string, (page: Frame) => readonly object[]]>([
    ['begins anew with each page', ({ channel: name, generation, position }) => [{ name, generation: Number(generation) + 1, position: { ...(position as object), offset: 0 } }]],
    ['asks on many times in one frame', (page) => Array.from({ length: 50 }, (_, i) => ({ ...on(page), generation: Number(page.generation) + 1 + i }))],
  ])('pays for it where it %s', async (_, next) => {
    const { server, wanted } = await written(50, 10);
    const client = await enterClient(server);
    await client.say({ t: 'subscribe', channels: wanted });
    await recover(client, 10_000, next);
    expect(client.socket.closed).toMatchObject({ code: 4201 });
    expect(asked).toBeLessThan(1_200);
  });

  it('does not pay for a resync either', async () => {
    let release: () => void = () => undefined;
    const memory = memoryBroker();
    const server = start({ limits: { framesPerSecond: 0, frameBurst: 3 }, broker: { ...memory, read: async (name, ask) => ((await new Promise<void>((resolve) => (release = resolve))), memory.read(name, ask)) } });
    const client = await enterClient(server);
    await client.say(want(1));
    for (let i = 0; i <= 1_000; i++) void server.publish(api.channels.room, { id: '1' }, 'said', '');
    await world.clock.advance(0);
    release();
    await settle();
    expect(client.socket.of('resync')).toHaveLength(1);
    await client.say({ t: 'subscribe', channels: client.socket.of('subscribed').map(on) }, { t: 'ping', n: 1, visible: true });
    expect(client.socket.closed).toBe(null);
    await client.say({ t: 'ping', n: 2, visible: true });
    expect(client.socket.closed).toMatchObject({ code: 4201 });
  });

  it('leaves no timer behind when it goes while pages wait', async () => {
    const { server, wanted } = await written(200, 10);
    const before = world.clock.timers;
    const client = await enterClient(server);
    await client.say({ t: 'subscribe', channels: wanted });
    await recover(client, 100, (page) => [on(page)]);
    expect(world.clock.timers).toBeGreaterThan(before + 100);
    client.handler.onClosed();
    // The sweep of the connections is the last.
    expect(world.clock.timers).toBe(before + 1);
  });
});

describe('an input schema that throws', () => {
  it('tells the peer nothing of it, and the log all', async () => {
    const client = await enterClient(start());
    await client.say(lane(), say(1, { name: 'thrown', input: 'x' }), ask('q', { name: 'thrown', input: 'y' }));
    expect(client.socket.of('error')).toMatchObject([{ id: 'q', code: 'invalid', final: true }, { id: 'c1', code: 'invalid', final: true }]);
    expect(client.socket.texts.join()).not.toContain('secret');
    expect(said).toEqual(["The input schema of query 'thrown' threw.", "The input schema of command 'thrown' threw."]);
  });
});

describe('a limit that is no number', () => {
  it.each([NaN, undefined, -1, '200'])('(%s) is refused where the server is made: nothing would ever be over it', (value) => {
    for (const name of ['channels', 'framesPerSecond', 'connections', 'handlers']) {
      expect(() => start({ limits: { [name]: value } as Options['limits'] & object })).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringContaining(name) }));
    }
  });
});
