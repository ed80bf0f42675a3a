/** Violation 4, away for good, on real sockets: a client's own former socket that is greeted late does not replace its present one. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { expect, it, vi } from 'vitest';
import { createClient, type WebSocketClass } from '../../src/index.js';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';
import { api, noting } from './app.js';
import { createFaultProxy } from './fault-proxy.js';

const PATIENCE = { timeout: 30_000, interval: 5 };

it('violation 4, away for good: the reconnect button while authenticate is slow leaves the page connected', async () => {
  /** Answers of authenticate, in the order in which it was asked. */
  const waiting: (() => void)[] = [];
  const realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    logger: noting().logger,
    authenticate: () => new Promise((resolve) => waiting.push(() => resolve({ id: 'ada' }))),
    authorize: { queries: { double: 'public' } },
    queries: { double: ({ input }) => input * 2, forever: () => null, big: () => '' },
    commands: { post: () => '', unruled: () => undefined, fail: () => undefined },
  });
  const server = createServer();
  realtime.attach(server, { allowNoOrigin: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await createFaultProxy(() => (server.address() as AddressInfo).port);
  const client = createClient({ url: `ws://127.0.0.1:${proxy.port}/realtime`, contract: api, auth: () => 'ada', WebSocket: WebSocket as unknown as WebSocketClass });
  const statuses = new Set<string>();
  client.connection.subscribe(() => statuses.add(client.connection.get().status), 'sync');
  client.hold();
  await vi.waitFor(() => expect(waiting).toHaveLength(1), PATIENCE);
  // The server does not hear that the page has given this socket up.
  proxy.silence('both');
  client.reconnect();
  await vi.waitFor(() => expect(waiting).toHaveLength(2), PATIENCE);
  waiting[1]?.();
  await vi.waitFor(() => expect(client.connection.get().status).toBe('connected'), PATIENCE);
  waiting[0]?.();
  // A client that was sent away would not get its answers.
  for (let n = 1; n <= 3; n++) expect(await client.query(api.queries.double, n)).toBe(2 * n);
  expect(client.connection.get().status).toBe('connected');
  expect([...statuses]).not.toContain('disconnected');
  client.dispose();
  await realtime.stop();
  await proxy.close();
  server.close();
});
