import { PassThrough } from 'node:stream';
import type { WebSocket } from 'ws';
import { expect, it } from 'vitest';
import { createServerSocket } from '../../src/server/node/socket.js';

it('makes bytes of a frame once for all sockets that it goes to', () => {
  const sent: unknown[] = [];
  const open = (): WebSocket => ({ OPEN: 1, readyState: 1, send: (data: unknown) => sent.push(data) }) as unknown as WebSocket;
  const sockets = [1, 2, 3].map(() => createServerSocket(open(), new PassThrough()));
  for (const text of ['one é', 'two']) for (const socket of sockets) socket.send(text);
  expect(sent.map(String)).toEqual(['one é', 'one é', 'one é', 'two', 'two', 'two']);
  expect(new Set(sent).size).toBe(2);
});
