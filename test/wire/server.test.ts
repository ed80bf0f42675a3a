import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api, createApp, noting, type Noted } from './app.js';
import { connect, enter, hello, listenHttp, upgrade, type Frame, type RawClient } from './raw-client.js';
import type { RealtimeServer } from '../../src/server/node/index.js';
import type { Server } from 'node:http';

let noted: Noted;
let realtime: RealtimeServer;
let server: Server;
let url: string;
let port: number;

beforeEach(async () => {
  noted = noting();
  realtime = createApp(noted.logger);
  ({ server, url, port } = await listenHttp());
  realtime.attach(server, {});
});

afterEach(async () => {
  await realtime.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const subscribe = (client: RawClient, over: object = {}): void =>
  client.say({ t: 'subscribe', channels: [{ name: 'room:1', generation: 1, ...over }] });

async function post(client: RawClient, n: number, text: string, over: object = {}): Promise<void> {
  if (n === 1) {
    client.say({ t: 'lane', lane: 'default', last: 0, create: true });
    await client.next('lane');
  }
  client.say({ t: 'command', lane: 'default', n, id: `c${n}`, name: 'post', input: { room: '1', text }, remainingMs: 5_000, ...over });
}

const refusal = (headers: Record<string, string>, path?: string): ReturnType<typeof upgrade> => upgrade(port, headers, path);

describe('the upgrade', () => {
  const protocol = { 'sec-websocket-protocol': 'holdfast.v1' };
  it.each([
    ['another origin', { origin: 'http://evil.example', ...protocol }, 403],
    ['the same host on another port', { origin: 'http://127.0.0.1:1', ...protocol }, 403],
    ['a longer host', { origin: 'http://127.0.0.1.evil.example', ...protocol }, 403],
    ['origin null', { origin: 'null', ...protocol }, 403],
    ['no origin', { ...protocol }, 403],
  ])('refuses %s', async (_, headers, status) => {
    const answer = await refusal(headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(/^[A-Z].*\.\n$/);
  });

  it('refuses other subprotocols and other paths, and takes its own', async () => {
    const origin = `http://127.0.0.1:${port}`;
    expect((await refusal({ origin })).status).toBe(400);
    expect((await refusal({ origin, 'sec-websocket-protocol': 'holdfast.v2' })).status).toBe(400);
    expect((await refusal({ origin, ...protocol }, '/other')).status).toBe(404);
    expect((await refusal({ origin, ...protocol }, '/realtimes')).status).toBe(404);
    expect((await refusal({ origin, 'sec-websocket-protocol': 'other, holdfast.v1' }, '/realtime?link=0')).status).toBe(101);
  });

  it('knows a list of origins, and refuses an entry that can never match', async () => {
    const other = createApp(noted.logger);
    const { server: http, port: itsPort } = await listenHttp();
    other.attach(http, { origins: ['https://app.example'] });
    const own = port;
    port = itsPort;
    expect((await refusal({ origin: 'https://app.example', ...protocol })).status).toBe(101);
    for (const origin of ['http://app.example', 'https://app.example:444', 'https://app.example.evil', `http://127.0.0.1:${itsPort}`]) {
      expect((await refusal({ origin, ...protocol })).status).toBe(403);
    }
    port = own;
    expect(() => other.attach(http, { origins: ['https://app.example/'] })).toThrow('not an origin');
    await other.stop();
    http.closeAllConnections();
    http.close();
  });

  it('is for one of several realtime servers of one HTTP server, by its path; for another path there is 404', async () => {
    const origin = `http://127.0.0.1:${port}`;
    const other = createApp(noted.logger);
    other.attach(server, { path: '/other' });
    const client = await enter(`ws://127.0.0.1:${port}/other`);
    await enter(url);
    expect(await refusal({ origin, ...protocol }, '/third')).toMatchObject({ status: 404, body: 'Nothing is here.\n' });
    expect(() => other.attach(server)).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringContaining("'/realtime' already") }));
    await other.stop();
    expect((await client.closed).code).toBe(4000);
    expect((await refusal({ origin, ...protocol }, '/other')).status).toBe(404);
    expect((await refusal({ origin, ...protocol })).status).toBe(101);
    await realtime.stop();
    expect(server.listenerCount('upgrade')).toBe(0);
    realtime = createApp(noted.logger);
    realtime.attach(server);
    expect((await refusal({ origin, ...protocol })).status).toBe(101);
  });

  it('leaves other paths to other listeners', async () => {
    server.on('upgrade', (asked, socket) => {
      if (asked.url === '/other') socket.end('HTTP/1.1 418 Teapot\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
    expect((await refusal({ ...protocol }, '/other')).status).toBe(418);
  });
});

describe('greeting', () => {
  it('welcomes', async () => {
    const client = await connect(url);
    client.say(hello({ token: 'ann', link: 2 }));
    expect(await client.next('welcome')).toMatchObject({ v: 1, link: 2, tag: 'ann', storage: 'memory', limits: { channels: 200, windowPerLane: 32, keepMs: 0 }, ping: { visibleMs: 6_000, hiddenMs: 25_000 } });
  });

  it.each([
    ['a refused token', hello({ token: 'bad' }), 4300],
    ['another version', hello({ v: 2 }), 4401],
    ['a token over 8 kB', hello({ token: 'x'.repeat(8_193) }), 4400],
    ['a first frame over its limit', hello({ token: 'x'.repeat(65_536) }), 4409],
    ['a first frame that is not hello', { t: 'ping', n: 1, visible: true }, 4400],
    ['a first frame of an unknown type', { t: 'news', id: 'x' }, 4400],
    ['a malformed hello', hello({ client: 7 }), 4400],
  ])('closes on %s', async (_, frame, code) => {
    const client = await connect(url);
    client.say(frame);
    expect((await client.closed).code).toBe(code);
  });

  it('closes on a second frame before welcome, and on a second hello', async () => {
    const eager = await connect(url);
    eager.say(hello());
    eager.socket.send('not even parsed');
    expect(await eager.closed).toEqual({ code: 4400, reason: 'a frame before welcome' });
    const twice = await enter(url);
    twice.say(hello());
    expect((await twice.closed).code).toBe(4400);
  });

  it('lets the newer socket of a client and link take over', async () => {
    const older = await enter(url);
    const other = await enter(url, { link: 1 });
    const stranger = await enter(url, { token: 'bob' });
    await enter(url);
    expect((await older.closed).code).toBe(4404);
    for (const client of [other, stranger]) expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it("a client's own late socket never replaces its newer one", async () => {
    const newer = await enter(url, { attempt: 1_000_000 });
    const late = await connect(url);
    late.say(hello());
    expect(await late.closed).toEqual({ code: 4404, reason: 'a newer socket is connected' });
    expect(newer.socket.readyState).toBe(newer.socket.OPEN);
  });

  it('names an anonymous client without giving its id away', async () => {
    const anonymous = createApp(noted.logger, { isAnonymous: true });
    const { server: http, url: itsUrl } = await listenHttp();
    anonymous.attach(http);
    const client = await connect(itsUrl);
    client.say(hello({ client: 'very-secret' }));
    const { tag } = await client.next('welcome');
    expect(tag).toMatch(/^[\w-]{22}$/);
    expect(String(tag)).not.toContain('very-secret');
    await anonymous.stop();
    http.close();
  });
});

describe('frames that break the protocol', () => {
  const deep = `{"t":"ping","n":1,"visible":true,"x":${'['.repeat(40)}${']'.repeat(40)}}`;
  it.each([
    ['not JSON', 'hello?', 4400],
    ['an array', '[]', 4400],
    ['too deep', deep, 4400],
    ['a malformed frame without id', '{"t":"ping"}', 4400],
    ['a little over 64 kB', JSON.stringify({ t: 'ping', n: 1, visible: true, x: 'x'.repeat(65_536) }), 4409],
    ['far over 64 kB', JSON.stringify({ t: 'ping', n: 1, visible: true, x: 'x'.repeat(200_000) }), 1009],
    ['binary', Buffer.from('{"t":"ping","n":1,"visible":true}'), 4400],
  ])('closes on %s', async (_, data, code) => {
    const client = await enter(url);
    client.socket.send(data);
    expect((await client.closed).code).toBe(code);
  });

  it('ignores unknown types, and refuses them if they have an id', async () => {
    const client = await enter(url);
    client.say({ t: 'news' });
    client.say({ t: 'reauth', id: 'r1', token: 'x' });
    expect(await client.next('error')).toMatchObject({ id: 'r1', code: 'unsupported', final: true });
    expect(client.frames.filter(({ t }) => t === 'error')).toHaveLength(1);
  });

  it('refuses a malformed request by its id and stays', async () => {
    const client = await enter(url);
    client.say({ t: 'query', id: 'q1', name: 7 });
    expect(await client.next('error')).toMatchObject({ id: 'q1', code: 'invalid', final: true });
    client.say({ t: 'query', id: 'q2', name: 'double', input: 4, remainingMs: 5_000 });
    expect(await client.next('response')).toMatchObject({ id: 'q2', result: 8 });
  });

  it('survives an unmasked frame and a torn one', async () => {
    const healthy = await enter(url, { client: 'healthy' });
    for (const bytes of [[0x81, 0x01, 0x41], [0xff, 0xff, 0xff, 0xff]]) {
      const tcp = connectTcp(port, '127.0.0.1');
      tcp.write(`GET /realtime HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: holdfast.v1\r\n\r\n`);
      await once(tcp, 'data');
      tcp.write(Buffer.from(bytes));
      await once(tcp, 'close');
    }
    healthy.say({ t: 'ping', n: 9, visible: true });
    expect(await healthy.next('pong')).toMatchObject({ n: 9 });
  });
});

describe('channels', () => {
  it('carries a command of one client to another, and recovers what was missed', async () => {
    const ann = await enter(url, { token: 'ann' });
    const bob = await enter(url, { token: 'bob', client: 'client-b' });
    subscribe(bob);
    const { position, state } = await bob.next('subscribed');
    expect(state).toBe('live');
    await post(ann, 1, 'one');
    expect(await ann.next('response')).toMatchObject({ id: 'c1', result: 'ONE', positions: [{ channel: 'room:1', offset: 1 }] });
    const first = await bob.next('events');
    expect(first).toMatchObject({ channel: 'room:1', offset: 1, events: [{ name: 'message', data: { text: 'one' }, by: 'ann', command: 'c1' }] });
    bob.socket.terminate();
    await post(ann, 2, 'two');
    await post(ann, 3, 'three');
    const back = await enter(url, { token: 'bob', client: 'client-b' });
    await ann.next('response', ({ id }) => id === 'c3');
    subscribe(back, { generation: 2, position: { ...(position as object), offset: 1 } });
    expect(await back.next('subscribed')).toMatchObject({ generation: 2, state: 'recovered', more: false, events: [{ data: { text: 'two' } }, { data: { text: 'three' } }], position: { offset: 3 } });
    await realtime.publish(api.channels.room, { id: '1' }, 'message', { text: 'four' });
    expect(await back.next('events')).toMatchObject({ offset: 4, events: [{ data: { text: 'four' } }] });
  });

  it('sends what one turn published in one frame', async () => {
    const client = await enter(url);
    subscribe(client);
    await client.next('subscribed');
    await Promise.all(['a', 'b', 'c'].map((text) => realtime.publish(api.channels.room, { id: '1' }, 'message', { text })));
    expect(await client.next('events')).toMatchObject({ offset: 1, events: [{ data: { text: 'a' } }, { data: { text: 'b' } }, { data: { text: 'c' } }] });
  });

  it('refuses alike what is forbidden, unruled, unknown or misspelled', async () => {
    const client = await enter(url, { token: '7' });
    const names = ['room:7', 'secret', 'unruled', 'nothing', 'room:%41', 'room:'];
    client.say({ t: 'subscribe', channels: names.map((name, index) => ({ name, generation: index + 1 })) });
    for (const [index, channel] of names.entries()) {
      expect(await client.next('unsubscribed', (frame) => frame.channel === channel)).toEqual({ t: 'unsubscribed', channel, generation: index + 1, reason: 'forbidden' });
    }
  });

  it('kicks, and closes a user', async () => {
    const client = await enter(url, { token: 'ann' });
    subscribe(client);
    await client.next('subscribed');
    realtime.kick('ann', 'room:1');
    expect(await client.next('unsubscribed')).toMatchObject({ channel: 'room:1', reason: 'kicked' });
    await realtime.publish(api.channels.room, { id: '1' }, 'message', { text: 'unheard' });
    client.say({ t: 'ping', n: 1, visible: true });
    await client.next('pong');
    expect(client.frames.some(({ t }) => t === 'events')).toBe(false);
    realtime.close('ann');
    expect((await client.closed).code).toBe(4300);
  });
});

describe('a reader that is slow', () => {
  it('is cut at 1 MB, and comes back to where it was', async () => {
    const client = await enter(url);
    subscribe(client);
    const { position } = await client.next('subscribed');
    client.socket.pause();
    // More than the kernel's buffers of both ends and our megabyte.
    for (let i = 0; i < 3_000; i++) {
      void realtime.publish(api.channels.room, { id: '1' }, 'message', { text: 'x'.repeat(10_000) });
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    client.socket.resume();
    expect((await client.closed).code).toBe(4004);
    const offsets = client.frames.filter(({ t }) => t === 'events').map(({ offset }) => Number(offset));
    expect(offsets).toEqual(offsets.map((_, index) => index + 1));
    expect(offsets.length).toBeLessThan(3_000);
    const back = await enter(url);
    subscribe(back, { generation: 2, position: { ...(position as object), offset: offsets.length } });
    expect(await back.next('subscribed')).toMatchObject({ state: 'gap', reason: 'trimmed', missed: { from: offsets.length + 1 } });
  });

  it('gets a long answer in the end, for it is sent no faster than it is read', async () => {
    const client = await enter(url, { features: ['parts'] });
    client.socket.pause();
    for (let q = 1; q <= 30; q++) client.say({ t: 'query', id: `q${q}`, name: 'big', input: 1_000_000, remainingMs: 60_000 });
    for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
    client.socket.resume();
    const ended = (): Frame[] => client.frames.filter(({ t, part }) => t === 'error' || (part as { last: boolean } | undefined)?.last === true);
    await expect.poll(() => ended().length, { timeout: 30_000 }).toBe(30);
    for (const { t, code } of ended()) if (t === 'error') expect(code).toBe('unavailable');
    const frames = client.frames.filter(({ id }) => id === 'q1');
    expect(JSON.parse(frames.map(({ result }) => String(result)).join(''))).toHaveLength(1_000_000);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });
});

describe('volatile client events', () => {
  it('go from one to the others, over real sockets', async () => {
    const [ann, bob] = [await enter(url, { token: 'ann', features: ['volatile'] }), await enter(url, { token: 'bob', client: 'client-b', features: ['volatile'] })];
    for (const client of [ann, bob]) {
      subscribe(client);
      await client.next('subscribed');
    }
    ann.say({ t: 'publish', channel: 'room:1', name: 'typing', data: true });
    expect(await bob.next('volatile')).toEqual({ t: 'volatile', channel: 'room:1', name: 'typing', data: true, by: 'ann' });
    ann.say({ t: 'ping', n: 1, visible: true });
    await ann.next('pong');
    expect(ann.frames.some(({ t }) => t === 'volatile')).toBe(false);
  });
});

describe('commands and queries', () => {
  it('rejects in the words of the contract, and publishes nothing then', async () => {
    const client = await enter(url);
    subscribe(client);
    await client.next('subscribed');
    await post(client, 1, 'rude');
    expect(await client.next('error')).toMatchObject({ id: 'c1', code: 'rejected', name: 'banned', data: { until: 5 }, final: true });
    await post(client, 2, 'kind');
    expect(await client.next('events')).toMatchObject({ offset: 1, events: [{ data: { text: 'kind' } }] });
  });

  it('tells nothing of what failed inside', async () => {
    const client = await enter(url);
    await post(client, 1, '', { name: 'fail', input: undefined });
    const error = await client.next('error');
    expect(error).toMatchObject({ id: 'c1', code: 'internal', final: true });
    expect(JSON.stringify(error)).not.toContain('secret of the stack');
    expect(noted.said).toContain("The handler of command 'fail' failed.");
  });

  it.each([
    ['an invalid payload', { input: { room: 1 } }, 'invalid'],
    ['a command without a rule', { name: 'unruled', input: undefined }, 'forbidden'],
    ['an unknown command', { name: 'constructor' }, 'forbidden'],
  ])('ends %s for good, and the lane goes on', async (_, over, code) => {
    const client = await enter(url);
    await post(client, 1, 'x', over);
    expect(await client.next('error')).toMatchObject({ id: 'c1', code, final: true });
    await post(client, 2, 'next');
    expect(await client.next('response')).toMatchObject({ id: 'c2', result: 'NEXT' });
  });

  it('answers queries: cancelled, too large, stamped where the asker may listen, invalid', async () => {
    const client = await enter(url);
    client.say({ t: 'query', id: 'q1', name: 'forever', remainingMs: 60_000 });
    client.say({ t: 'cancel', id: 'q1' });
    expect(await client.next('error')).toMatchObject({ id: 'q1', code: 'cancelled' });
    client.say({ t: 'query', id: 'q2', name: 'big', input: 11_000, remainingMs: 5_000 });
    expect(await client.next('error')).toMatchObject({ id: 'q2', code: 'too-large' });
    client.say({ t: 'query', id: 'q3', name: 'big', input: 10_000, remainingMs: 5_000, stamp: ['room:1', 'secret'] });
    expect(await client.next('response')).toMatchObject({ id: 'q3', positions: [{ channel: 'room:1', offset: 0 }] });
    client.say({ t: 'query', id: 'q4', name: 'double', input: 'four', remainingMs: 5_000 });
    expect(await client.next('error')).toMatchObject({ id: 'q4', code: 'invalid' });
  });

  it('stops: every client is sent away with 4000', async () => {
    const client = await enter(url);
    await realtime.stop();
    expect((await client.closed).code).toBe(4000);
  });

  it('has no socket left when it has stopped', async () => {
    const client = await connect(url);
    await realtime.stop();
    expect(await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
    await client.closed;
  });
});
