/** What a connection may not keep. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { IncomingMessage } from 'node:http';
import { createApp, noting } from './app.js';
import { enter, listenHttp } from './raw-client.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

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
