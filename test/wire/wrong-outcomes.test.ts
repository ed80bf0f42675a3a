/** Violation 3, wrong outcomes, on real sockets: the answers of a whole window are lost on the way, and are larger than what the server keeps. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClient, RealtimeError, type RealtimeClient, type SentCommand, type WebSocketClass } from '../../src/index.js';
import type { RealtimeServer } from '../../src/server/node/index.js';
import { api, createApp, noting } from './app.js';
import { createFaultProxy, type FaultProxy } from './fault-proxy.js';

const PATIENCE = { timeout: 30_000, interval: 5 };
/** One window of a lane, with more output than the 256 kB that are kept of one user. */
const COMMANDS = 31;
const LARGE = 'x'.repeat(9_000);

let realtime: RealtimeServer;
let proxy: FaultProxy;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  realtime = createApp(noting().logger);
  const server = createServer();
  realtime.attach(server, { allowNoOrigin: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  proxy = await createFaultProxy(() => port);
  ends.push(() => realtime.stop(), () => proxy.close(), () => server.close());
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function enter(): RealtimeClient {
  const client = createClient({ url: `ws://127.0.0.1:${proxy.port}/realtime`, contract: api, auth: () => 'ada', WebSocket: WebSocket as unknown as WebSocketClass });
  ends.unshift(() => client.dispose());
  return client;
}

const outcomeOf = async ({ result }: SentCommand<typeof api.commands.post>): Promise<string> =>
  result.then(
    (output) => output.split(' ')[0] ?? '',
    (error: unknown) => (error instanceof RealtimeError ? error.code : String(error)),
  );

/** Sends a window of commands whose answers do not arrive, and cuts the connection when the server has run all of them. */
async function loseAnswers(client: RealtimeClient): Promise<readonly Promise<string>[]> {
  await client.send(api.commands.post, { room: '1', text: 'first' }).result;
  let runs = 0;
  const counter = enter();
  const tap = counter.channel(api.channels.room, { id: '2' }).tap({ onEvent: () => (runs += 1) });
  tap.subscribe(() => {});
  await vi.waitFor(() => expect(tap.get().liveStatus).toBe('live'), PATIENCE);
  expect(proxy.count()).toBe(2);
  // The first connection is that of the client.
  let seen = 0;
  proxy.silence('down', () => seen++ === 0);
  const outcomes = ['rude', ...Array.from({ length: COMMANDS - 1 }, (_, n) => `${n} ${LARGE}`)].map((text) => outcomeOf(client.send(api.commands.post, { room: '2', text })));
  await vi.waitFor(() => expect(runs).toBe(COMMANDS - 1), PATIENCE);
  proxy.cut('reset');
  return outcomes;
}

it('violation 3, wrong outcomes: a rejected command whose answer was lost ends rejected, and a done one done or result-expired', async () => {
  const [rude, ...done] = await Promise.all(await loseAnswers(enter()));
  expect(rude).toBe('rejected');
  expect(done.filter((outcome, n) => outcome !== String(n) && outcome !== 'result-expired')).toEqual([]);
});
