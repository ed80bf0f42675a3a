/**
 * docs/PROTOCOL.md is enough to write either end: a client and a server that were written from the page alone (`page/`) talk to
 * ours over real sockets. If one of these tests fails, then the page or the code is wrong, and both are to be looked at.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { createClient, type RealtimeClient, type WebSocketClass } from '../../src/browser/index.js';
import { channel, command, defineContract, query } from '../../src/core/define-contract.js';
import { createRealtimeServer, memoryBroker, type RealtimeServer } from '../../src/server/node/index.js';
import { createPageClient, type Listener } from './page/client.js';
import { openPageServer } from './page/server.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() } }), secret: channel('secret', { events: { said: z.string() } }) },
  queries: { echo: query({ input: z.string(), output: z.string() }), big: query({ input: z.number(), output: z.string() }) },
  commands: {
    say: command({ input: z.string(), output: z.string(), errors: { rude: z.object({ until: z.number() }) } }),
    wait: command({ input: z.string(), output: z.string() }),
  },
});

/** So long that a dozen fill a frame, and some of it is escaped in JSON. */
const long = (n: number): string => `${n} "é😀\n`.padEnd(900, 'x');
/** What JSON escapes, and pairs of surrogates, at every place where a part may end. */
const bigResult = (length: number): string => '"\\\u0001é€😀'.repeat(length);

/** Calls of a handler that the test answers. */
let calls: string[];
let answers: ((output: string) => void)[];
const wait = (input: string): Promise<string> => {
  calls.push(input);
  return new Promise((resolve) => answers.push(resolve));
};

beforeEach(() => {
  calls = [];
  answers = [];
});

interface Record {
  readonly offsets: number[];
  readonly texts: unknown[];
  readonly gaps: unknown[];
}
function recorder(): Record & { readonly listener: Listener } {
  const record: Record = { offsets: [], texts: [], gaps: [] };
  return {
    ...record,
    listener: {
      onEvent(event, { offset }) {
        record.offsets.push(offset);
        record.texts.push(event.data);
      },
      onGap: (reason, missed) => record.gaps.push({ reason, missed }),
    },
  };
}
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('the client of the page and our server', () => {
  let realtime: RealtimeServer;
  let server: Server;
  let page: ReturnType<typeof createPageClient>;
  let token: string;

  function start(): void {
    realtime = createRealtimeServer({
      contract: api,
      broker: memoryBroker(),
      logger: { warn: () => undefined, error: () => undefined },
      authenticate: ({ token: asked }) => (asked === 'bad' || asked === undefined ? null : { id: asked }),
      authorize: { channels: { room: 'public', secret: () => false }, queries: { echo: 'public', big: 'public' }, commands: { say: 'public', wait: 'public' } },
      queries: { echo: ({ input }) => input, big: ({ input }) => bigResult(input) },
      commands: {
        say({ input, publish, reject }) {
          if (input === 'rude') throw reject('rude', { until: 5 });
          publish(api.channels.room, { id: '1' }, 'said', input);
          return input.toUpperCase();
        },
        wait: ({ input }) => wait(input),
      },
    });
    realtime.attach(server);
  }
  const publish = (n: number): Promise<unknown> => realtime.publish(api.channels.room, { id: '1' }, 'said', long(n));
  const heard = (type: string): number => page.log.filter((line) => line === `< ${type}`).length;

  beforeEach(async () => {
    token = 'ann';
    server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    start();
    const { port } = server.address() as AddressInfo;
    page = createPageClient({ url: `ws://127.0.0.1:${port}/realtime`, origin: `http://127.0.0.1:${port}`, features: ['parts'], token: () => token, roll: () => 0 });
  });

  afterEach(async () => {
    for (const answer of answers) answer('');
    page.stop();
    await realtime.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('hears a history of several pages, what is published then, and what was missed, each once and in order', async () => {
    for (let n = 1; n <= 40; n++) await publish(n);
    const room = recorder();
    page.subscribe('room:1', 35, room.listener);
    await expect.poll(() => room.offsets.length).toBe(35);
    for (let n = 41; n <= 45; n++) await publish(n);
    await expect.poll(() => room.offsets.at(-1)).toBe(45);
    const pages = heard('subscribed');
    expect(pages).toBeGreaterThan(2);
    page.cut();
    for (let n = 46; n <= 85; n++) await publish(n);
    await expect.poll(() => room.offsets.at(-1)).toBe(85);
    expect(heard('subscribed') - pages).toBeGreaterThan(2);
    await publish(86);
    await expect.poll(() => room.offsets.at(-1)).toBe(86);
    expect(room.offsets).toEqual(upTo(86, 6));
    expect(room.texts).toEqual(upTo(86, 6).map(long));
    expect(room.gaps).toEqual([]);
  });

  it('is told of one gap when what it missed is not kept', async () => {
    const room = recorder();
    page.subscribe('room:1', 0, room.listener);
    await expect.poll(() => heard('subscribed')).toBe(1);
    await publish(1);
    await expect.poll(() => room.offsets).toEqual([1]);
    await realtime.stop();
    start();
    await publish(1);
    await expect.poll(() => room.gaps).toEqual([{ reason: 'epoch', missed: undefined }]);
    await expect.poll(() => page.log.at(-1)).toBe('< subscribed');
    await publish(2);
    await expect.poll(() => room.offsets).toEqual([1, 2]);
  });

  it('is refused a channel, kicked from one, and leaves one', async () => {
    const room = recorder();
    page.subscribe('secret', 0, room.listener);
    await expect.poll(() => heard('unsubscribed')).toBe(1);
    page.subscribe('room:1', 0, room.listener);
    await expect.poll(() => heard('subscribed')).toBe(1);
    realtime.kick('ann', 'room:1');
    await expect.poll(() => heard('unsubscribed')).toBe(2);
    page.subscribe('room:2', 0, room.listener);
    await expect.poll(() => heard('subscribed')).toBe(2);
    page.unsubscribe('room:2');
    await page.query('echo', 'said after it');
    for (const id of ['1', '2']) await realtime.publish(api.channels.room, { id }, 'said', 'unheard');
    await page.query('echo', 'said after that');
    expect(room).toMatchObject({ offsets: [], gaps: [] });
  });

  it('gets the outcome of each command, in order, and sees its own events', async () => {
    const room = recorder();
    page.subscribe('room:1', 0, room.listener);
    const outcomes = await Promise.all(['one', 'rude', 'three'].map((text) => page.command('say', text).outcome));
    expect(outcomes).toMatchObject([
      { t: 'response', result: 'ONE', positions: [{ channel: 'room:1', offset: 1 }] },
      { t: 'error', code: 'rejected', name: 'rude', data: { until: 5 }, final: true },
      { t: 'response', result: 'THREE', positions: [{ channel: 'room:1', offset: 2 }] },
    ]);
    await expect.poll(() => room.texts).toEqual(['one', 'three']);
    expect(await page.command('nothing', 'x').outcome).toMatchObject({ code: 'forbidden', final: true });
    expect(await page.command('say', 7).outcome).toMatchObject({ code: 'invalid', final: true });
    expect(await page.command('two words', 'x').outcome).toMatchObject({ code: 'invalid', final: true });
    expect(await page.command('say', 'last').outcome).toMatchObject({ result: 'LAST' });
  });

  it('sends more than the window, and a command over a lost socket, and each is run once', async () => {
    const waiting = page.command('wait', 'slow');
    const others = upTo(60).map((n) => page.command('say', `${n}`).outcome);
    await expect.poll(() => calls).toEqual(['slow']);
    page.cut();
    await expect.poll(() => heard('lane')).toBe(2);
    answers[0]?.('done');
    expect(await waiting.outcome).toMatchObject({ t: 'response', result: 'done' });
    expect(await Promise.all(others)).toMatchObject(upTo(60).map((n) => ({ t: 'response', result: `${n}`, positions: [{ offset: n }] })));
    expect(calls).toEqual(['slow']);
  });

  it('withdraws a command that waits for its turn, and not one that runs', async () => {
    const running = page.command('wait', 'runs');
    const waiting = page.command('wait', 'waits');
    await expect.poll(() => calls).toEqual(['runs']);
    for (const sent of [waiting, running]) sent.cancel();
    await page.query('echo', 'said after it');
    answers[0]?.('done');
    expect(await running.outcome).toMatchObject({ t: 'response', result: 'done' });
    expect(await waiting.outcome).toMatchObject({ t: 'error', code: 'void', final: true });
    expect(calls).toEqual(['runs']);
  });

  it('meets a server that knows no lane any more: what was sent is unknown, what comes next is run', async () => {
    expect(await page.command('say', 'before').outcome).toMatchObject({ result: 'BEFORE' });
    const lost = page.command('wait', 'lost');
    await expect.poll(() => calls).toEqual(['lost']);
    // It refuses upgrades from now on, and lets what it has begun end.
    const stopped = realtime.stop();
    page.cut();
    answers[0]?.('heard by nobody');
    await stopped;
    start();
    expect(await lost.outcome).toBe(null);
    expect(await page.command('say', 'after').outcome).toMatchObject({ result: 'AFTER', positions: [{ offset: 1 }] });
  });

  it('puts a long answer together, and answers the ping that comes behind it', async () => {
    const answer = await page.query('big', 8_000, ['room:1', 'secret']);
    expect(answer).toMatchObject({ t: 'response', positions: [{ channel: 'room:1', offset: 0 }] });
    expect(answer.result).toBe(bigResult(8_000));
    await expect.poll(() => page.log.includes('> pong')).toBe(true);
    expect(await page.query('echo', 'once more')).toMatchObject({ result: 'once more' });
    expect(await page.query('nothing', 1)).toMatchObject({ code: 'forbidden', final: true });
  });

  it('comes back with a fresh token, and stops when that is refused twice', async () => {
    await expect.poll(() => page.tag).toBe('ann');
    token = 'bob';
    realtime.close('ann');
    await expect.poll(() => page.tag).toBe('bob');
    token = 'bad';
    realtime.close('bob');
    await expect.poll(() => page.isStopped).toBe(true);
    expect(page.log.filter((line) => line.startsWith('closed'))).toEqual(['closed 4300', 'closed 4300', 'closed 4300']);
  });
});

describe('our client and the server of the page', () => {
  let server: Awaited<ReturnType<typeof openPageServer>>;
  let client: RealtimeClient;
  let errors: string[];
  let token: string;

  beforeEach(async () => {
    token = 'ann';
    errors = [];
    server = await openPageServer({
      retention: 100,
      commands: {
        say(input, publish) {
          publish('room:1', input);
          return String(input).toUpperCase();
        },
        wait: (input) => wait(String(input)),
      },
      queries: { echo: (input) => input, big: (input) => bigResult(Number(input)) },
    });
    client = createClient({
      url: server.url,
      contract: api,
      auth: () => token,
      WebSocket: WebSocket as unknown as WebSocketClass,
      onError: (error) => errors.push(error.code),
      timings: { backoff: { firstMs: 1, capMs: 1 } },
    });
  });

  afterEach(async () => {
    client.dispose();
    for (const answer of answers) answer('');
    await server.stop();
  });

  const cut = (): void => [...server.links].forEach(({ socket }) => socket.terminate());
  const publish = (first: number, last: number): void => upTo(last, first).forEach((n) => server.publish('room:1', long(n)));

  it('hears each event once and in order over a lost socket, in several pages', async () => {
    const room = recorder();
    client.channel(api.channels.room, { id: '1' }).subscribe({ onEvent: (event) => room.listener.onEvent({ ...event }, event), onGap: ({ reason, missed }) => room.gaps.push({ reason, missed }) });
    await expect.poll(() => server.heard.some(({ t }) => t === 'subscribe')).toBe(true);
    publish(1, 3);
    await expect.poll(() => room.offsets).toEqual(upTo(3));
    cut();
    publish(4, 50);
    await expect.poll(() => room.offsets.at(-1)).toBe(50);
    publish(51, 52);
    await expect.poll(() => room.offsets.at(-1)).toBe(52);
    expect(room.offsets).toEqual(upTo(52));
    expect(room.texts).toEqual(upTo(52).map(long));
    expect(room.gaps).toEqual([]);
    cut();
    publish(53, 160);
    await expect.poll(() => room.gaps).toEqual([{ reason: 'trimmed', missed: { from: 53, to: 160 } }]);
    expect(server.heard.filter(({ t }) => t === 'subscribe').length).toBeGreaterThan(5);
  });

  it('gets the outcome of each command, also of one whose answer was lost with the socket', async () => {
    const waiting = client.send(api.commands.wait, 'slow');
    await expect.poll(() => calls).toEqual(['slow']);
    cut();
    await expect.poll(() => server.heard.filter(({ t }) => t === 'lane').length).toBe(2);
    answers[0]?.('done');
    expect(await waiting.result).toBe('done');
    expect(await client.send(api.commands.say, 'next').result).toBe('NEXT');
    expect(calls).toEqual(['slow']);
  });

  it('withdraws a command that waits for its turn', async () => {
    const running = client.send(api.commands.wait, 'runs');
    const waiting = client.send(api.commands.wait, 'waits');
    const ended = waiting.result.catch((error: { readonly code: string }) => error.code);
    await expect.poll(() => server.heard.filter(({ t }) => t === 'command').length).toBe(2);
    waiting.cancel();
    await expect.poll(() => server.heard.some((frame) => frame.void === true)).toBe(true);
    answers[0]?.('done');
    expect(await running.result).toBe('done');
    expect(await ended).toBe('cancelled');
    expect(calls).toEqual(['runs']);
  });

  it('puts a long answer together, and answers a ping', async () => {
    expect(await client.query(api.queries.big, 8_000)).toBe(bigResult(8_000));
    server.ping();
    await expect.poll(() => server.heard.some(({ t }) => t === 'pong')).toBe(true);
    expect(errors).toEqual([]);
  });

  it('stops when two tokens are refused, and says why', async () => {
    token = 'bad';
    client.hold();
    await expect.poll(() => client.connection.get()).toMatchObject({ status: 'disconnected', reason: { kind: 'unauthorized', code: 4300 } });
    expect(server.heard.filter(({ t }) => t === 'hello')).toHaveLength(2);
  });
});
