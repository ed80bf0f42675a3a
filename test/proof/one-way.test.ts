/** Acceptance of "one direction lost is a dead link", over real sockets and with times: twelve clients, a command a second, an event each 300 ms. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { WebSocketClass } from '../../src/browser/attempt-socket.js';
import { createClient, type RealtimeClient } from '../../src/browser/create-client.js';
import { channel, command, defineContract } from '../../src/contract/index.js';
import type { ConnectionReason } from '../../src/core/data/connection-status.js';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';
import { createLinkProxy, type Way } from '../e2e/pool/link-proxy.js';
import { setStage } from '../e2e/pool/stage.js';

const api = defineContract({
  channels: { room: channel('room', { events: { said: z.string() } }) },
  queries: {},
  commands: { say: command({ input: z.string(), output: z.string() }), long: command({ input: z.string(), output: z.number() }) },
});

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

interface Noticed {
  readonly afterMs: number;
  readonly reason: ConnectionReason | null;
}

async function serve(): Promise<number> {
  const realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    authorize: { channels: { room: 'public' }, commands: { say: 'public', long: 'public' } },
    commands: { say: ({ input }) => input, long: ({ input }) => input.length },
  });
  const http = createServer();
  realtime.attach(http, { allowNoOrigin: true });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  ends.push(() => (http.closeAllConnections(), new Promise((done) => http.close(done))), () => realtime.stop());
  const events = setInterval(() => void realtime.publish(api.channels.room, {}, 'said', 'x'.repeat(400)), 300);
  ends.push(() => clearInterval(events));
  return (http.address() as AddressInfo).port;
}

function enter(port: number): RealtimeClient {
  const client = createClient({ url: `ws://127.0.0.1:${port}/realtime`, contract: api, pool: { size: 1 }, WebSocket: WebSocket as unknown as WebSocketClass });
  ends.push(() => client.dispose());
  client.hold();
  client.channel(api.channels.room).subscribe({ onEvent: () => {} });
  const speech = setInterval(() => client.send(api.commands.say, 'x').result.catch(() => {}), 1_000);
  ends.push(() => clearInterval(speech));
  return client;
}

it.each<Way>(['up', 'down', 'both'])('%s is lost: all of twelve clients notice within 10 s', async (way) => {
  const proxy = await createLinkProxy(await serve());
  ends.push(() => proxy.close());
  const clients: RealtimeClient[] = [];
  for (let n = 0; n < 12; n++) {
    clients.push(enter(proxy.port));
    // Each in another phase of its pings.
    await pause(530);
  }
  await pause(14_000);
  expect(clients.map((client) => client.connection.get().status)).toEqual(clients.map(() => 'connected'));
  proxy.silence('all', way);
  const lostAt = performance.now();
  const noticed = await Promise.all(
    clients.map(
      (client) =>
        new Promise<Noticed>((done) => {
          const off = client.connection.subscribe(() => {
            const { status, reason } = client.connection.get();
            if (status === 'connected') return;
            off();
            done({ afterMs: Math.round(performance.now() - lostAt), reason });
          });
        }),
    ),
  );
  console.log(`${way} lost:`, noticed.map(({ afterMs, reason }) => `${(afterMs / 1_000).toFixed(1)} s (${reason?.code ?? '–'} ${reason?.message ?? ''})`).toSorted().join(' · '));
  expect(noticed.filter(({ afterMs }) => afterMs >= 10_000)).toEqual([]);
});

it('up is lost, in a real browser: it reads the close code of the server at once', async () => {
  const stage = await setStage();
  ends.push(() => stage.close());
  await stage.join('a');
  const times: string[] = [];
  for (let run = 0; run < 3; run++) {
    let n = run * 100;
    const speech = setInterval(() => void stage.send(n++), 1_000);
    const events = stage.publish(['a'], 120, 3);
    await expect.poll(() => stage.ask((page) => page.connection().status), { timeout: 40_000 }).toBe('connected');
    await pause(13_000 + run * 2_000);
    stage.proxy.silence('all', 'up');
    const lostAt = await stage.ask(() => performance.now());
    const lost = await expect
      .poll(() => stage.ask((page) => ({ status: page.connection().status, reason: page.connection().reason, links: page.links })), { timeout: 40_000, interval: 50 })
      .toMatchObject({ status: 'reconnecting' })
      .then(() => stage.ask((page) => ({ reason: page.connection().reason, links: page.links })));
    clearInterval(speech);
    const [, , , noticedAt] = lost.links.find(([, state, , at]) => at > lostAt && state !== 'ready' && state !== 'authorizing' && state !== 'connecting' && state !== 'greeting') ?? [0, '', false, Infinity];
    times.push(`${((noticedAt - lostAt) / 1_000).toFixed(1)} s (${lost.reason?.code} ${lost.reason?.message})`);
    expect(noticedAt - lostAt).toBeLessThan(10_000);
    stage.proxy.heal();
    await events;
  }
  console.log('up lost, in Chromium:', times.join(' · '));
});

/** A road on which what goes to the server takes its time: a kilobyte each 200 ms. */
async function slowRoad(target: number): Promise<number> {
  const server = createTcpServer((page) => {
    const upstream = connect(target, '127.0.0.1');
    for (const one of [page, upstream]) one.on('error', () => {});
    upstream.pipe(page);
    page.on('close', () => upstream.destroy());
    void (async () => {
      let waiting = Buffer.alloc(0);
      page.on('data', (bytes) => (waiting = Buffer.concat([waiting, bytes])));
      while (!page.destroyed) {
        upstream.write(waiting.subarray(0, 1_000));
        waiting = waiting.subarray(1_000);
        await pause(200);
      }
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

it('64 kB at 5 kB/s: nobody is taken for dead, on either end, and every command is done', async () => {
  const port = await slowRoad(await serve());
  const clients = Array.from({ length: 4 }, () => createClient({ url: `ws://127.0.0.1:${port}/realtime`, contract: api, pool: { size: 1 }, WebSocket: WebSocket as unknown as WebSocketClass }));
  const seen: string[] = [];
  for (const client of clients) {
    ends.push(() => client.dispose());
    client.hold();
    client.channel(api.channels.room).subscribe({ onEvent: () => {} });
    client.connection.subscribe(() => {
      const { status, isSuspect } = client.connection.get();
      if (status === 'reconnecting' || isSuspect) seen.push(`${status} ${isSuspect}`);
    });
  }
  await pause(8_000);
  const lengths = await Promise.all(
    clients.map(async (client, at) => {
      await pause(1_700 * at);
      const results: number[] = [];
      for (let n = 0; n < 4; n++) results.push(await client.send(api.commands.long, 'x'.repeat(60_000)).result);
      return results;
    }),
  );
  expect(lengths).toEqual(clients.map(() => [60_000, 60_000, 60_000, 60_000]));
  expect(seen).toEqual([]);
});
