// Violation "wrong outcomes": an answer is lost with its socket, and the server has no room for what it carried. Over real sockets.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Server } from 'node:http';
import type { WebSocketClass } from '../../src/browser/attempt-socket.js';
import { createClient, type RealtimeClient } from '../../src/browser/create-client.js';
import { command, defineContract } from '../../src/core/define-contract.js';
import { RealtimeError } from '../../src/core/errors.js';
import { createRealtimeServer, memoryBroker, type RealtimeServer } from '../../src/server/node/index.js';
import { listenHttp } from './raw-client.js';

const api = defineContract({
  commands: {
    pay: command({ input: z.number(), errors: { refused: z.object({ why: z.string() }) } }),
    book: command({ input: z.number() }),
    report: command({ input: z.number(), output: z.string() }),
  },
});
const LARGE = 9_000;

let realtime: RealtimeServer;
let server: Server;
let url: string;
/** How often a handler was called, and who waits for the next call. */
let runs: string[];
let wake: () => void;
const clients: RealtimeClient[] = [];

beforeEach(async () => {
  runs = [];
  wake = () => undefined;
  const ran = (what: string): void => {
    runs.push(what);
    wake();
  };
  realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    authenticate: ({ token }) => ({ id: token ?? 'guest' }),
    authorize: { commands: { pay: 'public', book: 'public', report: 'public' } },
    commands: {
      pay({ input, reject }) {
        ran(`pay ${input}`);
        throw reject('refused', { why: 'x'.repeat(input) });
      },
      book: ({ input }) => ran(`book ${input}`),
      report({ input }) {
        ran(`report ${input}`);
        return String(input).padEnd(LARGE, '.');
      },
    },
  });
  ({ server, url } = await listenHttp());
  realtime.attach(server, {});
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  await realtime.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function haveRun(count: number): Promise<void> {
  while (runs.length < count) await new Promise<void>((resolve) => (wake = resolve));
}

/** A tab of Ann's: `deafen` loses every answer from now on, `cut` ends the socket; the next socket hears again. */
function openTab() {
  const made: WebSocket[] = [];
  const deaf = new WeakSet<WebSocket>();
  class Socket extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols, { origin: url.replace(/^ws(.*?:\d+).*/, 'http$1') });
      made.push(this);
    }
    override emit(event: string | symbol, ...args: unknown[]): boolean {
      return event === 'message' && deaf.has(this) ? true : super.emit(event, ...args);
    }
  }
  const client = createClient({
    url,
    contract: api,
    auth: () => 'ann',
    WebSocket: Socket as unknown as WebSocketClass,
    timings: { backoff: { firstMs: 10, baseMs: 10 } },
    pool: { size: 1 },
  });
  clients.push(client);
  return {
    client,
    deafen(): void {
      for (const socket of made) deaf.add(socket);
    },
    cut: () => made.at(-1)?.terminate(),
  };
}

const endOf = (result: Promise<unknown>): Promise<string> =>
  result.then(
    (value) => (typeof value === 'string' ? `done ${value.slice(0, value.indexOf('.'))}` : 'done'),
    (error: unknown) => (error instanceof RealtimeError ? [error.code, error.reason].filter(Boolean).join(' ') : String(error)),
  );

it('a rejected command stays rejected, with what it carried, though another tab of the same user ran eighty large reports meanwhile', async () => {
  const [first, other] = [openTab(), openTab()];
  await first.client.send(api.commands.book, 1).result;
  first.deafen();
  const paid = first.client.send(api.commands.pay, 3);
  await haveRun(2);
  for (let i = 0; i < 80; i++) await other.client.send(api.commands.report, i).result;
  first.cut();
  expect(await endOf(paid.result)).toBe('rejected refused');
  await expect(paid.result).rejects.toMatchObject({ code: 'rejected', reason: 'refused', data: { why: 'xxx' } });
  expect(runs.filter((run) => run === 'pay 3')).toHaveLength(1);
});

it('a command that was done ends result-expired where its result had no room, done where it has none, and rejected where its data had no room', async () => {
  const { client, deafen, cut } = openTab();
  await client.send(api.commands.book, 1).result;
  deafen();
  const sent = [
    client.send(api.commands.pay, LARGE),
    client.send(api.commands.report, 0),
    client.send(api.commands.book, 2),
    ...Array.from({ length: 29 }, (_, i) => client.send(api.commands.report, i + 1)),
  ];
  await haveRun(33);
  cut();
  const ends = await Promise.all(sent.map(({ result }) => endOf(result)));
  // 256 kB are 28 reports.
  const stored = Array.from({ length: 28 }, (_, i) => `done ${i + 2}`);
  expect(ends).toEqual(['rejected', 'result-expired', 'done', 'result-expired', ...stored]);
  expect(runs).toHaveLength(33);
});
