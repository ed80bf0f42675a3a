/** What an operator relies on, over real HTTP and sockets: caps, logs, health, and a stop that loses nothing. */
import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract } from '../../src/core/define-contract.js';
import { createRealtimeServer, memoryBroker, type AttachOptions, type Broker, type LimitOptions, type Logger, type RealtimeServer } from '../../src/server/node/index.js';
import { noting } from './app.js';
import { connect, enter, hello, upgrade } from './raw-client.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
  commands: { hold: command({ output: z.string() }) },
});

interface Call {
  answer(output: string): void;
}

interface Served {
  readonly realtime: RealtimeServer;
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  readonly said: string[];
  /** Handlers that wait to be answered by hand. */
  readonly calls: Call[];
  /** A handler was called. */
  called(): Promise<void>;
}

const served: Served[] = [];

async function serve(over: { readonly address?: string; readonly limits?: LimitOptions; readonly attach?: AttachOptions; readonly broker?: Broker; readonly logger?: Logger } = {}): Promise<Served> {
  const { said, logger } = noting();
  const calls: Call[] = [];
  let wake: () => void = () => undefined;
  const called = new Promise<void>((resolve) => (wake = resolve));
  const realtime = createRealtimeServer({
    contract: api,
    broker: over.broker ?? memoryBroker(),
    logger: over.logger ?? logger,
    ...(over.limits && { limits: over.limits }),
    authorize: { channels: { room: 'public' }, commands: { hold: 'public' } },
    commands: {
      hold: () =>
        new Promise<string>((answer) => {
          calls.push({ answer });
          wake();
        }),
    },
  });
  const server = createServer((asked, response) => {
    if (!realtime.health(asked, response)) response.end('plain');
  });
  server.listen(0, over.address ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  realtime.attach(server, over.attach ?? {});
  const all = { realtime, server, port, url: `ws://127.0.0.1:${port}/realtime`, said, calls, called: () => called };
  served.push(all);
  return all;
}

afterEach(async () => {
  for (const { realtime, server, calls } of served.splice(0)) {
    for (const call of calls) call.answer('over');
    await realtime.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const good = (port: number): Record<string, string> => ({ origin: `http://127.0.0.1:${port}`, 'sec-websocket-protocol': 'holdfast.v1' });

/** A peer that shakes hands and never says anything again, not even goodbye. */
async function shake(port: number): Promise<Socket> {
  const asked = request({
    port,
    host: '127.0.0.1',
    path: '/realtime',
    headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...good(port) },
  });
  asked.end();
  const [, socket] = (await once(asked, 'upgrade')) as [unknown, Socket];
  return socket.resume();
}

/** What a plain request gets. */
function get(port: number, path: string, method = 'GET'): Promise<{ readonly status: number | undefined; readonly body: string; readonly headers: Readonly<Record<string, unknown>> }> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, method, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode, body, headers: response.headers }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('caps on sockets', () => {
  it('refuse before the upgrade who is one too many, with 503 and when to come back, and let in again', async () => {
    const { port, url, said } = await serve({ limits: { connections: 2 } });
    const [first] = [await enter(url), await enter(url, { link: 1 })];
    const refused = await upgrade(port, good(port));
    expect(refused).toMatchObject({ status: 503, body: 'This server is full.\n' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(said).toEqual(['An upgrade was refused with 503: This server is full.']);
    first?.socket.terminate();
    await expect.poll(async () => (await upgrade(port, good(port))).status).toBe(101);
  });

  it('of one address are refused with 429', async () => {
    const { port, url } = await serve({ limits: { connectionsPerAddress: 1 } });
    const client = await enter(url);
    const refused = await upgrade(port, good(port));
    expect(refused).toMatchObject({ status: 429, body: 'Too many sockets of this address.\n' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    client.socket.terminate();
    await expect.poll(async () => (await upgrade(port, good(port))).status).toBe(101);
  });
});

describe('a flood', () => {
  it('of frames is closed with 4201 and when to come back', async () => {
    const { url } = await serve({ limits: { framesPerSecond: 0.001, frameBurst: 50 } });
    const client = await enter(url);
    for (let n = 0; n < 60; n++) client.say({ t: 'ping', n, visible: true });
    const { code, reason } = await client.closed;
    expect(code).toBe(4201);
    expect(reason).toMatch(/^retry-after=\d{4,}$/);
    // The hello was the first of the fifty.
    expect(client.frames.filter(({ t }) => t === 'pong')).toHaveLength(49);
  });

  it.each(['ping', 'pong'] as const)('of %s frames of WebSocket itself is closed with 4201, before welcome as well', async (type) => {
    const { url } = await serve({ limits: { framesPerSecond: 0.001, frameBurst: 50 } });
    const [ready, greeting] = [await enter(url), await connect(url)];
    for (const client of [ready, greeting]) {
      for (let n = 0; n < 60; n++) client.socket[type]();
      expect((await client.closed).code).toBe(4201);
    }
    const calm = await enter(url, { client: 'calm' });
    for (let n = 0; n < 40; n++) calm.socket[type]();
    calm.say({ t: 'ping', n: 1, visible: true });
    await calm.next('pong');
  });

  it('that goes on after the close is not read', async () => {
    const { url, server } = await serve({ limits: { framesPerSecond: 0.001, frameBurst: 50 } });
    const streams: Socket[] = [];
    server.on('connection', (stream) => streams.push(stream));
    const client = await enter(url);
    for (let n = 0; n < 60; n++) client.say({ t: 'ping', n, visible: true });
    expect((await client.closed).code).toBe(4201);
    expect(streams.map((stream) => stream.isPaused())).toEqual([true]);
  });

  it('of refused upgrades does not flood the log', async () => {
    const { port, said } = await serve();
    for (let i = 0; i < 30; i++) expect((await upgrade(port, { ...good(port), origin: 'http://evil.example' })).status).toBe(403);
    expect(said).toEqual(Array(10).fill('An upgrade was refused with 403: Pages of this origin may not connect, unless origins names it.'));
  });
});

describe('a logger that throws', () => {
  it('is no reason to leave a refused upgrade without an answer, or a client without service', async () => {
    const throwing = (): never => {
      throw new Error('disk full');
    };
    const { port, url } = await serve({ logger: { warn: throwing, error: throwing } });
    expect((await upgrade(port, { ...good(port), origin: 'http://evil.example' })).status).toBe(403);
    await enter(url);
  });
});

describe('hosts', () => {
  const rebound = (host: string): Record<string, string> => ({ 'sec-websocket-protocol': 'holdfast.v1', origin: `http://${host.toLowerCase()}`, host });

  it('that are no names of a loopback address are refused there by themselves, and the log says which option to set', async () => {
    const { port, said } = await serve();
    for (const host of ['rebound.example', 'localhost.rebound.example', 'notlocalhost', '127.0.0.1.rebound.example', '10.0.0.1', '[::2]', `rebound.example:${port}`]) {
      expect(await upgrade(port, { ...rebound(host), 'x-forwarded-host': 'localhost' }), host).toMatchObject({ status: 403 });
    }
    expect(new Set(said)).toEqual(new Set(['An upgrade was refused with 403: A server on a loopback address is not called by this name. Name its hosts or origins where it is attached.']));
    for (const host of ['localhost', 'LOCALHOST:81', 'app.localhost:3000', '127.0.0.1', '127.0.0.53:81', '[::1]', `[::1]:${port}`]) {
      expect((await upgrade(port, rebound(host))).status, host).toBe(101);
    }
  });

  it.each<[string, AttachOptions, string, string]>([
    ['hosts', { hosts: ['app.example'] }, 'app.example', 'http://app.example'],
    ['origins', { origins: ['https://app.example'] }, 'app.example', 'https://app.example'],
  ])('behind a proxy are let in that %s names', async (_, attach, host, origin) => {
    const { port } = await serve({ attach });
    expect((await upgrade(port, { ...rebound(host), origin })).status).toBe(101);
  });

  it('are not asked for by themselves where other machines come in', async () => {
    const { port } = await serve({ address: '0.0.0.0' });
    expect((await upgrade(port, rebound('app.example'))).status).toBe(101);
  });

  it('that are named keep out a name that was bound to this address by somebody else', async () => {
    const { port } = await serve({ attach: { hosts: ['127.0.0.1', 'app.example'] } });
    expect(await upgrade(port, { ...good(port), origin: 'http://rebound.example', host: 'rebound.example' })).toMatchObject({ status: 403, body: 'This server is not called by this name.\n' });
    for (const host of ['app.example.evil', '', 'evil/app.example', 'app.example:x']) {
      expect((await upgrade(port, { ...good(port), origin: 'http://app.example', host })).status).toBe(403);
    }
    expect((await upgrade(port, good(port))).status).toBe(101);
    expect((await upgrade(port, { ...good(port), origin: 'https://app.example', host: 'APP.example' })).status).toBe(101);
    expect((await upgrade(port, { ...good(port), origin: 'http://app.example:81', host: 'app.example:81' })).status).toBe(101);
  });

  it.each(['app.example:80', 'https://app.example', 'app.example/', ''])('%j could never match', async (host) => {
    const { realtime, server } = await serve();
    expect(() => realtime.attach(server, { hosts: [host] })).toThrow('not the name of a host');
  });
});

describe('health', () => {
  it('is alive and ready, and leaves every other path to the application', async () => {
    const { port } = await serve();
    expect(await get(port, '/healthz')).toMatchObject({ status: 200, body: 'ok\n', headers: { 'cache-control': 'no-store' } });
    expect(await get(port, '/readyz?verbose')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await get(port, '/readyz', 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect(await get(port, '/readyz', 'POST')).toMatchObject({ status: 405 });
    for (const path of ['/', '/healthz/', '/x/healthz', '/realtime']) expect(await get(port, path)).toMatchObject({ body: 'plain' });
  });

  it('is not ready before the broker has started, nor if it never does', async () => {
    let startNow: () => void = () => undefined;
    const memory = memoryBroker();
    const { port } = await serve({ broker: { ...memory, start: async (parts) => ((await new Promise<void>((resolve) => (startNow = resolve))), memory.start(parts)) } });
    expect(await get(port, '/healthz')).toMatchObject({ status: 200 });
    expect(await get(port, '/readyz')).toMatchObject({ status: 503, body: 'The broker has not started.\n' });
    startNow();
    await expect.poll(async () => (await get(port, '/readyz')).status).toBe(200);
    const broken = await serve({ broker: { ...memoryBroker(), start: () => Promise.reject(new Error('down')), stop: async () => undefined } });
    expect(await get(broken.port, '/readyz')).toMatchObject({ status: 503 });
  });

  it('is ready also while the storage takes no writes: it is the same for every process', async () => {
    const { port } = await serve({ broker: { ...memoryBroker(), confirmedMs: () => 3_600_000 } });
    expect(await get(port, '/readyz')).toMatchObject({ status: 200 });
  });

  it('is alive but not ready while it stops, and afterwards', async () => {
    const { port, url, realtime, calls, called } = await serve();
    const client = await enter(url);
    client.say({ t: 'lane', lane: 'default', last: 0, create: true });
    client.say({ t: 'command', lane: 'default', n: 1, id: 'c1', name: 'hold', remainingMs: 60_000 });
    await called();
    const stopped = realtime.stop();
    expect(await get(port, '/readyz')).toMatchObject({ status: 503, body: 'This server is stopping.\n' });
    calls[0]?.answer('done');
    await stopped;
    expect(await get(port, '/readyz')).toMatchObject({ status: 503 });
    expect(await get(port, '/healthz')).toMatchObject({ status: 200 });
  });
});

describe('stop', () => {
  it('lets commands under way end and be answered, takes no new ones, and refuses upgrades meanwhile', async () => {
    const { port, url, realtime, calls, called } = await serve();
    const client = await enter(url);
    client.say({ t: 'lane', lane: 'default', last: 0, create: true });
    for (const n of [1, 2]) client.say({ t: 'command', lane: 'default', n, id: `c${n}`, name: 'hold', remainingMs: 60_000 });
    await called();
    const stopped = realtime.stop();
    expect(await upgrade(port, good(port))).toMatchObject({ status: 503, body: 'This server is stopping.\n', headers: { 'retry-after': expect.any(String) } });
    client.say({ t: 'command', lane: 'default', n: 3, id: 'c3', name: 'hold', remainingMs: 60_000 });
    expect(await client.next('error')).toMatchObject({ id: 'c3', code: 'unavailable', final: false });
    calls[0]?.answer('one');
    expect(await client.next('response')).toMatchObject({ id: 'c1', result: 'one' });
    expect(await client.next('error')).toMatchObject({ id: 'c2', code: 'unavailable', final: false });
    await stopped;
    expect(await client.closed).toEqual({ code: 4000, reason: 'stopping' });
    expect(calls).toHaveLength(1);
  });

  it('does not wait for a handler that never ends', async () => {
    const { url, realtime, called } = await serve({ limits: { stopMs: 50 } });
    const client = await enter(url);
    client.say({ t: 'lane', lane: 'default', last: 0, create: true });
    client.say({ t: 'command', lane: 'default', n: 1, id: 'c1', name: 'hold', remainingMs: 60_000 });
    await called();
    await realtime.stop();
    expect((await client.closed).code).toBe(4000);
  });

  it('cuts off who does not answer the goodbye, without waiting for the socket', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { port, realtime } = await serve({ limits: { stopMs: 1_000 } });
    const mute = await shake(port);
    const cut = once(mute, 'close');
    const stopped = realtime.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    await stopped;
    await cut;
  });

  it('sends away who is still greeting', async () => {
    const { url, realtime } = await serve();
    const client = await connect(url);
    const stopped = realtime.stop();
    client.say(hello());
    await stopped;
    expect((await client.closed).code).toBe(4000);
  });
});
