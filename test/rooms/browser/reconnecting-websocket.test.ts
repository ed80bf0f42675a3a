/**
 * What we rely on in reconnecting-websocket 4.4.0, held as a contract: the package is frozen, and this is why it is
 * pinned. Some of it are its bugs, which pattern B never meets (docs/decisions/0001).
 */
import ReconnectingWebSocket from 'reconnecting-websocket';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import manifest from '../../../node_modules/reconnecting-websocket/package.json' with { type: 'json' };
import { ScriptedSocket } from './scripted-socket.js';

const Impl = Object.assign(
  function (url: string, protocols?: string[]) {
    return new ScriptedSocket(url, protocols);
  },
  { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 },
);
const make = (options: object = {}) =>
  new ReconnectingWebSocket('ws://x/', ['p'], { WebSocket: Impl, startClosed: true, maxRetries: 0, maxEnqueuedMessages: 0, minReconnectionDelay: 0, maxReconnectionDelay: 0, minUptime: 0, ...options });
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  ScriptedSocket.made.length = 0;
});
afterEach(() => vi.useRealTimers());

it('is 4.4.0', () => expect(manifest.version).toBe('4.4.0'));

it('opens nothing by itself with startClosed, and one socket after reconnect()', async () => {
  const socket = make();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ScriptedSocket.made).toHaveLength(0);
  socket.reconnect();
  await settle();
  expect(ScriptedSocket.made).toHaveLength(1);
});

it('with zero retries never comes back after a close', async () => {
  make().reconnect();
  await settle();
  ScriptedSocket.last.opens();
  ScriptedSocket.last.closed(1006);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ScriptedSocket.made).toHaveLength(1);
});

it('is dead for ever after that: an instance is never used again', async () => {
  const socket = make();
  socket.reconnect();
  await settle();
  ScriptedSocket.last.closed(1006);
  socket.reconnect();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ScriptedSocket.made).toHaveLength(1);
});

it('tells a native close with the raw socket as its target, and its own closes with itself', async () => {
  const targets: unknown[] = [];
  const native = make();
  native.onclose = (event) => targets.push(event.target);
  native.reconnect();
  await settle();
  const raw = ScriptedSocket.last;
  raw.closed(4400, 'x');
  const failed = make();
  failed.onclose = (event) => targets.push(event.target, event.code);
  failed.reconnect();
  await settle();
  ScriptedSocket.last.fails();
  expect(targets).toEqual([raw, failed, 1000]);
});

it('closed before the socket exists never connects', async () => {
  const socket = make();
  socket.reconnect();
  socket.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ScriptedSocket.made).toHaveLength(0);
});

it('drops what is sent while it is not open', async () => {
  const socket = make();
  socket.reconnect();
  socket.send('lost');
  await settle();
  ScriptedSocket.last.opens();
  expect(ScriptedSocket.last.sent).toEqual([]);
});
