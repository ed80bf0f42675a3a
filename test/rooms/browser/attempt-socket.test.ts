/** One attempt over one instance of the package: what it tells, what it never tells, and that nothing is left. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAttemptSocket, type WebSocketClass } from '../../../src/browser/attempt-socket.js';
import type { Socket } from '../../../src/core/world.js';
import { ScriptedSocket } from './scripted-socket.js';

let told: string[] = [];
let errors: string[] = [];

function open(url = 'ws://x/'): Socket {
  return openAttemptSocket(
    ScriptedSocket as unknown as WebSocketClass,
    url,
    ['holdfast.v1'],
    {
      onOpened: () => told.push('opened'),
      onMessage: (text) => told.push(`message ${text}`),
      onClosed: (code, reason) => told.push(`closed ${code} ${reason}`),
    },
    (error) => errors.push(error.message),
  );
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  ScriptedSocket.made.length = 0;
  told = [];
  errors = [];
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('an attempt', () => {
  it('opens one socket with our subprotocol, and tells what it hears', async () => {
    const socket = open();
    expect(told).toEqual([]);
    await settle();
    expect(ScriptedSocket.made).toHaveLength(1);
    expect(ScriptedSocket.last.protocols).toEqual(['holdfast.v1']);
    expect(socket.send('early')).toBe(false);
    ScriptedSocket.last.opens();
    expect(socket.send('text')).toBe(true);
    ScriptedSocket.last.hears('hello');
    expect(ScriptedSocket.last.sent).toEqual(['text']);
    ScriptedSocket.last.closed(4201, 'retry-after=300');
    expect(told).toEqual(['opened', 'message hello', 'closed 4201 retry-after=300']);
    expect(socket.send('late')).toBe(false);
  });

  it('ends as 1006 for an error, with a close behind it or without', async () => {
    open();
    await settle();
    ScriptedSocket.last.fails();
    ScriptedSocket.last.closed(1006);
    expect(told).toEqual(['closed 1006 ']);
  });

  it('never tries a second time', async () => {
    open();
    await settle();
    ScriptedSocket.last.opens();
    ScriptedSocket.last.closed(1001, 'going away');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(ScriptedSocket.made).toHaveLength(1);
    expect(told).toEqual(['opened', 'closed 1001 going away']);
  });

  it('closes with our code and is silent from then on', async () => {
    const socket = open();
    await settle();
    ScriptedSocket.last.opens();
    socket.close(4001, 'silent for too long');
    expect(ScriptedSocket.last.closes[0]).toEqual([4001, 'silent for too long']);
    ScriptedSocket.last.hears('late');
    ScriptedSocket.last.fails();
    ScriptedSocket.last.closed(4001);
    expect(told).toEqual(['opened']);
  });

  it('closed before there is a socket makes none', async () => {
    open().close(1000, '');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ScriptedSocket.made).toHaveLength(0);
    expect(told).toEqual([]);
  });

  it('closed while connecting lets the socket go', async () => {
    const socket = open();
    await settle();
    socket.close(1000, '');
    ScriptedSocket.last.fails();
    ScriptedSocket.last.closed(1006);
    expect(ScriptedSocket.last.closes.length).toBeGreaterThan(0);
    expect(told).toEqual([]);
  });

  it('reports a constructor that throws, and ends as a refused one', async () => {
    open('ws://throw/');
    await settle();
    await settle();
    expect(told).toEqual(['closed 1006 ']);
    expect(errors).toEqual(["No socket to 'ws://throw/' can be made here: no such URL. (holdfast/docs/errors.md#misuse)"]);
  });

  it('an error finds a listener, however late it comes: with `ws` the process would go with it', async () => {
    const socket = open();
    await settle();
    const raw = ScriptedSocket.last;
    raw.fails();
    raw.fails();
    socket.close(1000, '');
    raw.fails();
    expect(raw.heardErrors).toBe(3);
    expect(told).toEqual(['closed 1006 ']);
  });

  it('hears nothing more of a socket that has ended', async () => {
    open();
    await settle();
    ScriptedSocket.last.opens();
    ScriptedSocket.last.closed(1001);
    ScriptedSocket.last.hears('late');
    ScriptedSocket.last.closed(1000);
    expect(told).toEqual(['opened', 'closed 1001 ']);
  });

  it('closes all the same with a code that the browser refuses', async () => {
    const socket = open();
    await settle();
    const raw = ScriptedSocket.last;
    raw.opens();
    raw.close = (code?: number) => {
      if (code === 1006) throw new DOMException('code', 'InvalidAccessError');
      raw.closes.push([code, undefined]);
    };
    socket.close(1006, '');
    expect(raw.closes[0]).toEqual([undefined, undefined]);
    expect(socket.send('late')).toBe(false);
  });

  it('gives the codec an empty text for a binary message', async () => {
    open();
    await settle();
    ScriptedSocket.last.opens();
    ScriptedSocket.last.hears(new ArrayBuffer(3));
    expect(told).toEqual(['opened', 'message ']);
    ScriptedSocket.last.closed(1000);
  });
});
