/** What docs/PROTOCOL.md says of limits, refusals and closes, over real sockets: each sentence that another client relied on. */
import { createHash } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract, query } from '../../src/core/define-contract.js';
import { CLIENT_FRAME_BYTES, FENCE_LENGTH, TOKEN_BYTES } from '../../src/core/protocol/limits.js';
import { createRealtimeServer, memoryBroker, type RealtimeServer, type RealtimeServerOptions } from '../../src/server/node/index.js';
import { connect, enter, hello, listenHttp, upgrade, type RawClient } from './raw-client.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
  queries: { wait: query({ input: z.string(), output: z.string() }) },
  commands: { say: command({ input: z.string(), output: z.string() }) },
});

let calls: string[];
let answers: Map<string, (output: string) => void>;
let realtime: RealtimeServer;
let server: Server;
let url: string;
let port: number;
let tokens: (string | undefined)[];

/** A handler that answers when the test says so; inputs that begin with `now` are answered at once. */
function handle(input: string): string | Promise<string> {
  calls.push(input);
  return input.startsWith('now') ? input : new Promise((resolve) => answers.set(input, resolve));
}

async function serve(over: Partial<RealtimeServerOptions<typeof api>> = {}): Promise<void> {
  calls = [];
  tokens = [];
  answers = new Map();
  realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    logger: { warn: () => undefined, error: () => undefined },
    authenticate({ token }) {
      tokens.push(token);
      return { id: 'ann' };
    },
    authorize: { channels: { room: 'public' }, queries: { wait: 'public' }, commands: { say: 'public' } },
    queries: { wait: ({ input }) => handle(input) },
    commands: { say: ({ input }) => handle(input) },
    ...over,
  });
  ({ server, url, port } = await listenHttp());
  realtime.attach(server);
}

beforeEach(() => serve());

afterEach(async () => {
  for (const answer of answers.values()) answer('');
  await realtime.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const say = (n: number, input = `now ${n}`, over: object = {}): object => ({ t: 'command', lane: 'a', n, id: `c${n}`, name: 'say', input, remainingMs: 20_000, ...over });
const openLane = async (client: RawClient, last = 0): Promise<number> => {
  client.say({ t: 'lane', lane: 'a', last, create: true });
  return (await client.next('lane')).last as number;
};
/** Everything that was said before has been handled, and is answered if it is answered at once. */
async function settled(client: RawClient, n: number): Promise<void> {
  client.say({ t: 'ping', n, visible: true });
  await client.next('pong', (frame) => frame.n === n);
}

describe('the greeting', () => {
  it.each([
    ['of quotes, that JSON escapes', '"'.repeat(TOKEN_BYTES)],
    ['of control characters, that JSON makes six times as long', '\u0001'.repeat(TOKEN_BYTES)],
    ['of two bytes each', 'é'.repeat(TOKEN_BYTES / 2)],
    ['of four bytes each', '😀'.repeat(TOKEN_BYTES / 4)],
  ])('takes the longest token %s, with the longest fence and all that fits beside them', async (_, token) => {
    const client = await connect(url);
    const features = Array.from({ length: 32 }, (_nothing, index) => `${index}`.padStart(64, 'f'));
    const frame = hello({ token, fence: '\u0002'.repeat(FENCE_LENGTH), features, client: '"'.repeat(64), link: Number.MAX_SAFE_INTEGER });
    expect(JSON.stringify(frame).length).toBeLessThanOrEqual(CLIENT_FRAME_BYTES);
    client.say(frame);
    expect(await client.next('welcome')).toMatchObject({ tag: 'ann', features: [] });
    expect(tokens).toEqual([token]);
  });

  it('takes a hello in which every character is escaped, as a JSON writer may', async () => {
    const client = await connect(url);
    const token = Array.from({ length: TOKEN_BYTES }, () => '\\u0041').join('');
    client.socket.send(JSON.stringify(hello({ token: '' })).replace('"token":""', `"token":"${token}"`));
    await client.next('welcome');
    expect(tokens).toEqual(['A'.repeat(TOKEN_BYTES)]);
  });

  it('derives the tag of a client that nobody has authenticated', async () => {
    await realtime.stop();
    server.close();
    await serve({ authenticate: undefined as never });
    const client = await connect(url);
    client.say(hello({ client: 'very-secret' }));
    const { tag } = await client.next('welcome');
    expect(tag).toBe(createHash('sha256').update('holdfast tag very-secret').digest().subarray(0, 16).toString('base64url'));
  });
});

describe('a frame that is wrong', () => {
  it.each([
    ['unknown, with a number as id', { t: 'later', id: 7 }],
    ['unknown, with an id that is none', { t: 'later', id: 'two words' }],
    ['unknown, with an id that is too long', { t: 'later', id: 'x'.repeat(65) }],
    ['unknown, with null as id', { t: 'later', id: null }],
  ])('%s, is ignored', async (_, frame) => {
    const client = await enter(url);
    client.say(frame);
    await settled(client, 1);
    expect(client.frames.map(({ t }) => t)).toEqual(['welcome', 'pong']);
  });

  it.each([
    ['a query without a usable id', { t: 'query', id: 7, name: 'wait', remainingMs: 1 }],
    ['a command without a usable id', { t: 'command', id: '', lane: 'a', n: 1, name: 'say', remainingMs: 1 }],
    ['a ping, whatever id it has', { t: 'ping', n: -1, visible: true, id: 'x' }],
    ['a subscribe, whatever id it has', { t: 'subscribe', channels: 7, id: 'x' }],
    ['a hello that is not the first frame', { t: 'hello', id: 'x' }],
    ['null where a field is optional', { t: 'subscribe', channels: [{ name: 'room:1', generation: 1, position: null }] }],
    ['a channel name outside its pattern', { t: 'subscribe', channels: [{ name: 'room 1', generation: 1 }] }],
  ])('of a known type is broken: %s', async (_, frame) => {
    const client = await enter(url);
    client.say(frame);
    expect((await client.closed).code).toBe(4400);
  });

  it('is refused alone where it is a request: a query', async () => {
    const client = await enter(url);
    client.say({ t: 'query', id: 'q1', name: 'two words', remainingMs: 1 });
    expect(await client.next('error')).toMatchObject({ id: 'q1', code: 'invalid', final: true });
    await settled(client, 1);
  });

  it('is recorded where it is a command that names its place: the lane goes on behind it', async () => {
    const client = await enter(url);
    await openLane(client);
    for (const frame of [say(1, 'now', { name: 'two words' }), say(2), say(1, 'now', { remainingMs: -1 })]) client.say(frame);
    expect(await client.next('error')).toMatchObject({ id: 'c1', code: 'invalid', final: true });
    expect(await client.next('response')).toMatchObject({ id: 'c2', result: 'now 2' });
    // Once more, as after a lost socket: what was recorded comes.
    expect(await client.next('error')).toMatchObject({ id: 'c1', code: 'invalid', final: true });
    expect(await openLane(client)).toBe(2);
    expect(calls).toEqual(['now 2']);
  });

  it('is not recorded where it is a command that does not name its place', async () => {
    const client = await enter(url);
    await openLane(client);
    client.say(say(1, 'now', { lane: 'two words' }));
    expect(await client.next('error')).toMatchObject({ id: 'c1', code: 'invalid', final: true });
    client.say(say(1, 'now', { n: 0 }));
    expect(await client.next('error')).toMatchObject({ id: 'c1', code: 'invalid', final: true });
    expect(await openLane(client)).toBe(0);
  });
});

describe('lanes', () => {
  it('that the server does not know end no command: the client asks for the lane', async () => {
    const client = await enter(url);
    for (const frame of [say(1), say(2, 'now', { void: true })]) {
      client.say(frame);
      const error = await client.next('error');
      expect(error).toMatchObject({ code: 'lane-unknown', final: false });
      expect(error.retryAfterMs).toBeGreaterThan(0);
    }
    client.say({ t: 'lane', lane: 'a', last: 0 });
    expect(await client.next('lane')).toMatchObject({ last: null });
    expect(await openLane(client)).toBe(0);
    client.say(say(1));
    expect(await client.next('response')).toMatchObject({ id: 'c1', result: 'now 1' });
    expect(calls).toEqual(['now 1']);
  });

  it('do not run what a void has reached while it waited for its turn', async () => {
    const client = await enter(url);
    await openLane(client);
    for (const frame of [say(1, 'slow'), say(2, 'now unwanted'), say(3)]) client.say(frame);
    client.say(say(2, 'now unwanted', { void: true }));
    await settled(client, 1);
    answers.get('slow')?.('done');
    expect(await client.next('response')).toMatchObject({ id: 'c1' });
    expect(await client.next('error')).toMatchObject({ id: 'c2', code: 'void', final: true });
    expect(await client.next('response')).toMatchObject({ id: 'c3' });
    expect(await client.next('error')).toMatchObject({ id: 'c2', code: 'void', final: true });
    expect(calls).toEqual(['slow', 'now 3']);
    expect(await openLane(client, 3)).toBe(3);
  });

  it('void over another socket what waits from a former one', async () => {
    const former = await enter(url);
    await openLane(former);
    for (const frame of [say(1, 'slow'), say(2, 'now unwanted')]) former.say(frame);
    await settled(former, 1);
    former.socket.terminate();
    const client = await enter(url);
    client.say(say(2, 'now unwanted', { void: true }));
    await settled(client, 1);
    answers.get('slow')?.('done');
    expect(await client.next('error')).toMatchObject({ id: 'c2', code: 'void', final: true });
    expect(calls).toEqual(['slow']);
  });

  it('do not void a command of another id, lane or client', async () => {
    const client = await enter(url);
    const other = await enter(url, { client: 'client-b' });
    await openLane(client);
    await openLane(other);
    for (const frame of [say(1, 'slow'), say(2, 'now wanted')]) client.say(frame);
    client.say(say(2, 'x', { void: true, id: 'other' }));
    client.say(say(2, 'x', { void: true, lane: 'b' }));
    other.say(say(2, 'x', { void: true }));
    await settled(client, 1);
    await settled(other, 1);
    answers.get('slow')?.('done');
    expect(await client.next('response', ({ id }) => id === 'c2')).toMatchObject({ result: 'now wanted' });
    expect(await client.next('error')).toMatchObject({ id: 'other', code: 'lane-conflict', final: true });
  });

  it('let a command run whose handler was called before its void came: its own answer is the answer', async () => {
    const client = await enter(url);
    await openLane(client);
    client.say(say(1, 'slow'));
    await expect.poll(() => calls).toEqual(['slow']);
    client.say(say(1, 'slow', { void: true }));
    await settled(client, 1);
    answers.get('slow')?.('done');
    for (let i = 0; i < 2; i++) expect(await client.next('response')).toMatchObject({ id: 'c1', result: 'done' });
  });

  it('take twice the window, and answer what is over it as not now', async () => {
    const client = await enter(url);
    await openLane(client);
    client.say(say(1, 'slow'));
    for (let n = 2; n <= 65; n++) client.say(say(n));
    expect(await client.next('error')).toMatchObject({ id: 'c65', code: 'unavailable', final: false });
    answers.get('slow')?.('done');
    expect(await client.next('response', ({ id }) => id === 'c64')).toBeDefined();
    expect(calls).toHaveLength(64);
  });

  it('keep the head that they have, whatever `create` says', async () => {
    const client = await enter(url);
    await openLane(client);
    client.say(say(1));
    await client.next('response');
    expect(await openLane(client, 5)).toBe(1);
  });
});

describe('ids and generations', () => {
  it('of a query that is being answered: a second one is ignored; afterwards it is a new question', async () => {
    const client = await enter(url);
    const ask = (input: string): void => client.say({ t: 'query', id: 'q1', name: 'wait', input, remainingMs: 20_000 });
    ask('first');
    ask('now second');
    await settled(client, 1);
    answers.get('first')?.('the first');
    expect(await client.next('response')).toMatchObject({ id: 'q1', result: 'the first' });
    ask('now third');
    expect(await client.next('response')).toMatchObject({ id: 'q1', result: 'now third' });
    expect(calls).toEqual(['first', 'now third']);
  });

  it('of a channel that is named twice in one frame count one after the other', async () => {
    const client = await enter(url);
    const name = 'room:1';
    client.say({ t: 'subscribe', channels: [{ name, generation: 3 }, { name, generation: 2 }, { name, generation: 3 }, { name, generation: 4 }] });
    await client.next('subscribed', ({ generation }) => generation === 4);
    await settled(client, 1);
    expect(client.frames.filter(({ t }) => t === 'subscribed').map(({ generation }) => generation)).toEqual([4]);
  });

  it('of a stamp that is named twice are answered once', async () => {
    const client = await enter(url);
    client.say({ t: 'query', id: 'q1', name: 'wait', input: 'now', remainingMs: 20_000, stamp: ['room:1', 'room:1'] });
    expect((await client.next('response')).positions).toHaveLength(1);
  });

  it('start anew after an unsubscribe of theirs or of a higher one, and not after a lower one', async () => {
    const client = await enter(url);
    const name = 'room:1';
    const subscribe = (generation: number): void => client.say({ t: 'subscribe', channels: [{ name, generation }] });
    const unsubscribe = (generation: number): void => client.say({ t: 'unsubscribe', channels: [{ name, generation }] });
    subscribe(5);
    await client.next('subscribed');
    unsubscribe(4);
    subscribe(5);
    await realtime.publish(api.channels.room, { id: '1' }, 'said', 'still heard');
    await client.next('events');
    unsubscribe(6);
    await settled(client, 1);
    await realtime.publish(api.channels.room, { id: '1' }, 'said', 'not heard');
    subscribe(5);
    expect(await client.next('subscribed')).toMatchObject({ generation: 5, state: 'live', position: { offset: 2 } });
    expect(client.frames.filter(({ t }) => t === 'events')).toHaveLength(1);
  });

  it('that are ended before they are answered are not answered', async () => {
    let allow: ((isAllowed: boolean) => void) | undefined;
    await realtime.stop();
    server.close();
    await serve({ authorize: { channels: { room: () => new Promise((resolve) => (allow = resolve)) } } });
    const client = await enter(url);
    client.say({ t: 'subscribe', channels: [{ name: 'room:1', generation: 1 }] });
    client.say({ t: 'unsubscribe', channels: [{ name: 'room:1', generation: 1 }] });
    await settled(client, 1);
    allow?.(true);
    await settled(client, 2);
    expect(client.frames.map(({ t }) => t)).toEqual(['welcome', 'pong', 'pong']);
  });
});

describe('what WebSocket itself refuses', () => {
  /** A socket that was upgraded, to write bytes to; what comes back is read as unmasked short frames. */
  async function raw(): Promise<{ readonly tcp: Socket; readonly closeCode: Promise<number> }> {
    const tcp = connectTcp(port, '127.0.0.1');
    tcp.write(`GET /realtime HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: holdfast.v1\r\n\r\n`);
    await once(tcp, 'data');
    let received = Buffer.alloc(0);
    const closeCode = new Promise<number>((resolve) => {
      tcp.on('data', (data) => (received = Buffer.concat([received, data])));
      tcp.on('close', () => resolve(received[0] === 0x88 ? received.readUInt16BE(2) : -1));
    });
    return { tcp, closeCode };
  }
  /** One masked frame; the mask is zeros. */
  const masked = (first: number, payload: Buffer): Buffer => {
    const long = payload.length > 125;
    const head = long ? Buffer.from([first, 0xfe, payload.length >> 8, payload.length & 0xff]) : Buffer.from([first, 0x80 | payload.length]);
    return Buffer.concat([head, Buffer.alloc(4), payload]);
  };
  const text = JSON.stringify({ t: 'ping', n: 1, visible: true });

  it('closes with 1002 on bytes that are no WebSocket frame', async () => {
    const { tcp, closeCode } = await raw();
    tcp.write(Buffer.from([0x81, 0x01, 0x41]));
    expect(await closeCode).toBe(1002);
  });

  it('closes with 1007 on text that is not UTF-8', async () => {
    const { tcp, closeCode } = await raw();
    tcp.write(masked(0x81, Buffer.from([0x22, 0xff, 0x22])));
    expect(await closeCode).toBe(1007);
  });

  it('takes a message of 64 fragments, and closes with 1008 on one more', async () => {
    const client = await enter(url);
    const send = (fragments: number): void => {
      const padded = text.padEnd(fragments, ' ');
      for (let i = 0; i < fragments - 1; i++) client.socket.send(padded[i] ?? '', { fin: false });
      client.socket.send(padded.slice(fragments - 1), { fin: true });
    };
    send(64);
    await client.next('pong');
    send(65);
    expect((await client.closed).code).toBe(1008);
  });

  it.each([
    [CLIENT_FRAME_BYTES, 0],
    [CLIENT_FRAME_BYTES + 1, 4409],
    [2 * CLIENT_FRAME_BYTES, 4409],
    [2 * CLIENT_FRAME_BYTES + 1, 1009],
  ])('a message of %i bytes: %i', async (bytes, code) => {
    const client = await enter(url);
    client.socket.send(text.padEnd(bytes, ' '));
    if (code === 0) await client.next('pong');
    else expect((await client.closed).code).toBe(code);
  });
});

describe('what HTTP refuses', () => {
  const protocol = { 'sec-websocket-protocol': 'holdfast.v1' };
  const own = (): Record<string, string> => ({ origin: `http://127.0.0.1:${port}`, ...protocol });

  it.each([
    ['no subprotocol', 400, (): Record<string, string> => ({ origin: `http://127.0.0.1:${port}` })],
    ['another WebSocket version', 400, () => ({ ...own(), 'sec-websocket-version': '7' })],
    ['no usable key', 400, () => ({ ...own(), 'sec-websocket-key': 'short' })],
    ['another protocol than websocket', 400, () => ({ ...own(), upgrade: 'h2c' })],
    ['no origin', 403, (): Record<string, string> => protocol],
    ['another origin', 403, () => ({ ...own(), origin: 'http://evil.example' })],
  ])('%s: %i', async (_, status, headers) => expect((await upgrade(port, headers())).status).toBe(status));

  it('another path: 404', async () => expect((await upgrade(port, own(), '/other')).status).toBe(404));

  it('another method than GET: 405', async () => {
    const tcp = connectTcp(port, '127.0.0.1');
    tcp.write(`POST /realtime HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: holdfast.v1\r\n\r\n`);
    const [data] = (await once(tcp, 'data')) as [Buffer];
    expect(String(data)).toMatch(/^HTTP\/1\.1 405 /);
    tcp.destroy();
  });

  it.each([
    ['full', 503, { limits: { connections: 0 } }],
    ['too many sockets of one address', 429, { limits: { connectionsPerAddress: 0 } }],
  ])('%s: %i, and when to come back', async (_, status, over) => {
    await realtime.stop();
    server.close();
    await serve(over);
    expect(await upgrade(port, own())).toMatchObject({ status, headers: { 'retry-after': expect.stringMatching(/^\d+$/) as string } });
  });
});
