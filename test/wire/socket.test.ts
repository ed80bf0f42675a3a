import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { WebSocket } from 'ws';
import { afterEach, expect, it, vi } from 'vitest';
import { createServerSocket } from '../../src/server/node/socket.js';
import { createApp, noting } from './app.js';
import { listenHttp } from './raw-client.js';

afterEach(() => void vi.useRealTimers());

it('makes bytes of a frame once for all sockets that it goes to', () => {
  const sent: unknown[] = [];
  const open = (): WebSocket => ({ OPEN: 1, readyState: 1, send: (data: unknown) => sent.push(data) }) as unknown as WebSocket;
  const sockets = [1, 2, 3].map(() => createServerSocket(open(), new PassThrough()));
  for (const text of ['one é', 'two']) for (const socket of sockets) socket.send(text);
  expect(sent.map(String)).toEqual(['one é', 'one é', 'one é', 'two', 'two', 'two']);
  expect(new Set(sent).size).toBe(2);
});

/** A masked text message of up to 125 bytes, as a client sends it. */
function textFrame(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}

it('ends the connection behind its close frame, and does not wait for an answer that perhaps cannot come', async () => {
  const { server, port } = await listenHttp();
  const realtime = createApp(noting().logger);
  realtime.attach(server, { allowNoOrigin: true });
  const asked = request({
    port,
    host: '127.0.0.1',
    path: '/realtime',
    headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol': 'holdfast.v1' },
  });
  asked.end();
  const [, socket] = (await once(asked, 'upgrade')) as [unknown, Socket];
  // No time limit of anybody may be what ends it.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const received: Buffer[] = [];
  socket.on('data', (bytes) => received.push(bytes));
  socket.write(textFrame('not JSON'));
  await once(socket, 'end');
  expect(Buffer.concat(received).toString('latin1')).toContain(`${Buffer.from([4400 >> 8, 4400 & 0xff]).toString('latin1')}malformed frame`);
  vi.useRealTimers();
  socket.destroy();
  await realtime.stop();
  server.close();
});
