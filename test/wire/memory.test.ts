/** What a connection may not keep. How much it weighs in all is in bench/memory. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { IncomingMessage } from 'node:http';
import { defineContract } from '../../src/core/define-contract.js';
import { drive } from '../../src/core/machine.js';
import { createBucket } from '../../src/server/core/bucket.js';
import { createConnection, type ConnectionHost } from '../../src/server/core/connection.js';
import { createLog } from '../../src/server/core/log.js';
import { createNodeWorld } from '../../src/server/node/clock.js';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';
import { createApp, noting } from './app.js';
import { enter, listenHttp } from './raw-client.js';

setFlagsFromString('--expose-gc');
setFlagsFromString('--allow-natives-syntax');
const collect = runInNewContext('gc') as () => void;
/** Whether V8 keeps it as fields, not as a hash table, which is several times as large. */
const isLean = runInNewContext('(it) => %HasFastProperties(it)') as (it: object) => boolean;
const { clock } = createNodeWorld();

it('a connection lets go of the request that opened it', async () => {
  const realtime = createApp(noting().logger);
  const { server, url } = await listenHttp();
  realtime.attach(server);
  const requests: WeakRef<IncomingMessage>[] = [];
  server.on('upgrade', (request: IncomingMessage) => requests.push(new WeakRef(request)));
  const client = await enter(url);
  for (let i = 0; i < 5; i++) {
    await nextTurn();
    collect();
  }
  expect(client.socket.readyState).toBe(1);
  expect(requests.map((request) => request.deref()?.url)).toEqual([undefined]);
  await realtime.stop();
  server.close();
});

it('authenticate sees the address and the headers of the request', async () => {
  const seen: (string | undefined)[] = [];
  const realtime = createRealtimeServer({
    contract: defineContract({}),
    broker: memoryBroker(),
    authenticate({ request }) {
      seen.push(request.url, request.remoteAddress, String(request.headers['sec-websocket-protocol']));
      return { id: 'ann' };
    },
  });
  const { server, url } = await listenHttp();
  realtime.attach(server);
  await enter(url);
  expect(seen).toEqual(['/realtime', '127.0.0.1', 'holdfast.v1']);
  await realtime.stop();
  server.close();
});

it('lanes that are forgotten leave nothing of their principals behind', () => {
  const log = createLog({ dice: { id: () => 'e' } });
  const fill = (round: number): void => {
    for (let i = 0; i < 20_000; i++) {
      const key = { principal: `${round} ${i}`, client: 'c', lane: 'default' };
      log.openLane(key, 0, round);
      log.begin(key, 1, 'id', round);
      log.commit(key, 1, 'id', { kind: 'done', result: '1' }, [], round);
    }
    log.sweep(round + 600_000, []);
    collect();
  };
  fill(0);
  const before = process.memoryUsage().heapUsed;
  for (const round of [1, 2]) fill(round);
  // 40,000 principals of 100 bytes and more; 16 bytes are the noise of the tables.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(40_000 * 16);
});

it('what each connection has of its own is kept as fields', () => {
  const socket = { send: () => undefined, close: () => undefined, bufferedBytes: () => 0, receivedBytes: () => 0 };
  const host = { clock, createFrameBudget: () => createBucket(1, 1), createByteBudget: () => createBucket(1, 1), onReleased: () => undefined } as unknown as ConnectionHost;
  // The first of a kind is lean in any case.
  const machines = [1, 2, 3].map(() => drive({ clock, initial: 0, step: (state) => [state, []], perform: () => undefined }));
  const connections = [1, 2, 3].map(() => createConnection(socket as never, { url: '/', headers: {}, remoteAddress: undefined }, host));
  for (const connection of connections) connection.onClosed();
  expect([...machines, ...connections].map(isLean)).toEqual(Array(6).fill(true));
});
