/** Budgets over real sockets: they belong to the user and to the address, and what is refused leaves a line in the log. */
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Server } from 'node:http';
import { defineContract, query } from '../../src/core/define-contract.js';
import { createRealtimeServer, memoryBroker, type LimitOptions, type RealtimeServer } from '../../src/server/node/index.js';
import { connect, enter, hello, listenHttp } from './raw-client.js';

const api = defineContract({ queries: { ask: query({ input: z.number(), output: z.number() }) } });

let realtime: RealtimeServer;
let server: Server;
let asked: string[];
let tokens: number;
let lines: unknown[][];

async function serve(limits: LimitOptions = {}): Promise<string> {
  asked = [];
  lines = [];
  tokens = 0;
  realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    limits,
    logger: { warn: (...line) => lines.push(line), error: (...line) => lines.push(line) },
    authenticate: ({ token }) => (tokens++, token === 'bad' ? null : { id: token ?? 'guest' }),
    authorize: { queries: { ask: 'public' } },
    queries: { ask: ({ input, user }) => (asked.push(user.id), input) },
  });
  const listening = await listenHttp();
  server = listening.server;
  realtime.attach(server);
  return listening.url;
}

afterEach(async () => {
  await realtime.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('a user that reconnects asks no more queries than its budget allows, and others are not held up by it', async () => {
  const url = await serve({ framesPerSecond: 0.001, frameBurst: 50, budgetsPerUser: 3 });
  const ends: string[] = [];
  for (let socket = 0; socket < 8; socket++) {
    const client = await enter(url, { token: 'eve', client: `c${socket}` });
    for (let n = 1; n <= 40; n++) client.say({ t: 'query', id: `q${n}`, name: 'ask', input: n, remainingMs: 5_000 });
    ends.push(await Promise.race([client.next('response', ({ id }) => id === 'q40').then(() => 'all', () => 'closed'), client.closed.then(() => 'closed')]));
    client.socket.terminate();
  }
  expect(ends).toEqual(['all', 'all', 'all', ...Array(5).fill('closed')]);
  expect(asked.length).toBeLessThanOrEqual(150);
  const ann = await enter(url, { token: 'ann' });
  ann.say({ t: 'query', id: 'q', name: 'ask', input: 7, remainingMs: 5_000 });
  expect(await ann.next('response')).toMatchObject({ result: 7 });
  expect(lines[0]).toEqual(['A connection was closed: the client sent too much.', { user: 'eve' }]);
});

it('a user has so many connections at most; the one more is sent away with when to come back', async () => {
  const url = await serve({ connectionsPerUser: 2 });
  const first = await enter(url, { client: 'a' });
  await enter(url, { client: 'b' });
  const third = await connect(url);
  third.say(hello({ client: 'c' }));
  expect(await third.closed).toEqual({ code: 4200, reason: 'retry-after=10000' });
  await enter(url, { client: 'a' });
  expect((await first.closed).code).toBe(4404);
  expect(lines).toEqual([['Clients were sent away for a while: their user has too many connections.', { user: 'guest' }]]);
});

it('an address that asks with refused tokens is sent away before authenticate is called', async () => {
  const url = await serve({ hellosPerSecond: 0.001, helloBurst: 25 });
  const codes: number[] = [];
  for (let i = 0; i < 6; i++) {
    const client = await connect(url);
    client.say(hello({ token: 'bad' }));
    codes.push((await client.closed).code);
  }
  expect(codes).toEqual([4300, 4300, 4300, 4200, 4200, 4200]);
  expect(tokens).toBe(3);
  expect(lines).toEqual([
    ['A client was refused: authenticate said no.', { address: '127.0.0.1' }],
    ['Clients were sent away for a while: too many of one address asked to be let in.', { address: '127.0.0.1' }],
  ]);
});

describe('what is no message of a WebSocket', () => {
  it('leaves a line that names the user', async () => {
    const url = await serve();
    const client = await enter(url, { token: 'eve' });
    client.socket.send('x'.repeat(200_000));
    expect((await client.closed).code).toBe(1009);
    expect(lines).toEqual([['A connection was closed: a frame broke the protocol.', { user: 'eve', what: 'broken message' }]]);
  });
});
