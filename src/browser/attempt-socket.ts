/**
 * One attempt at a socket, over one `reconnecting-websocket` instance that is never reused (pattern B): it opens the
 * socket and limits nothing; when to come back is ours alone. The only file that imports the package.
 *
 * What is guarded here (each held by a contract test): a constructor that throws, an error after the listeners are
 * gone, a close that is reported twice or with a false code, a wait timer that outlives `close`.
 */
import ReconnectingWebSocket from 'reconnecting-websocket';
import { DEV, RealtimeError } from '../core/errors.js';
import type { Socket, SocketEvents } from '../core/world.js';

/** The part of a WebSocket class that is used; the browser's and that of `ws` both have it. */
export type WebSocketClass = new (url: string, protocols?: string | string[]) => WebSocket;

const ABNORMAL = 1006;

/** @param onError - told why no socket could be made at all; the attempt then ends as a refused connection does */
export function openAttemptSocket(
  Impl: WebSocketClass,
  url: string,
  protocols: readonly string[],
  events: SocketEvents,
  onError: (error: RealtimeError) => void,
): Socket {
  let isOver = false;
  let raw: WebSocket | null = null;

  const end = (code: number, reason: string): void => {
    if (isOver) return;
    isOver = true;
    discard();
    events.onClosed(code, reason);
  };

  const socket = new ReconnectingWebSocket(url, [...protocols], {
    WebSocket: guard(Impl, (made) => (raw = made), onError),
    startClosed: true,
    maxRetries: 0,
    maxEnqueuedMessages: 0,
    minReconnectionDelay: 0,
    maxReconnectionDelay: 0,
    minUptime: 0,
    // Our own limit comes first; this one only must not.
    connectionTimeout: 2 ** 31 - 1,
  });

  function discard(): void {
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close(1000);
  }

  socket.onopen = () => !isOver && events.onOpened();
  socket.onmessage = (event) => {
    if (isOver) return;
    // A binary message is not of this protocol: the codec refuses the empty text.
    events.onMessage(typeof event.data === 'string' ? event.data : '');
  };
  socket.onclose = (event) => {
    // The package reports its own closes as 1000 and clean; only the socket's own event tells the truth.
    const isNative = event.target === raw;
    end(isNative ? event.code : ABNORMAL, isNative ? event.reason : '');
  };
  socket.onerror = () => end(ABNORMAL, '');
  socket.reconnect();

  return {
    send(text) {
      if (isOver || raw === null || raw.readyState !== 1) return false;
      socket.send(text);
      return true;
    },
    close(code, reason) {
      if (isOver) return;
      isOver = true;
      // The code reaches the server only from the socket itself: the package forgets it on most paths.
      if (raw !== null && raw.readyState <= 1) closeRaw(raw, code, reason);
      discard();
    },
  };
}

function closeRaw(raw: WebSocket, code: number, reason: string): void {
  try {
    raw.close(code, reason);
  } catch {
    raw.close();
  }
}

/** A class for the package's `WebSocket` option: never throws, and absorbs errors that come when nobody listens any more. */
function guard(Impl: WebSocketClass, onMade: (raw: WebSocket) => void, onError: (error: RealtimeError) => void): unknown {
  function GuardedWebSocket(url: string, protocols?: string[]): WebSocket {
    const raw = construct(Impl, url, protocols, onError);
    raw.addEventListener('error', () => {});
    onMade(raw);
    return raw;
  }
  return Object.assign(GuardedWebSocket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
}

function construct(Impl: WebSocketClass, url: string, protocols: string[] | undefined, onError: (error: RealtimeError) => void): WebSocket {
  try {
    return new Impl(url, protocols);
  } catch (cause) {
    onError(cause instanceof RealtimeError ? cause : new RealtimeError('misuse', DEV && `No socket to '${url}' can be made here: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause }));
    return createDeadSocket() as unknown as WebSocket;
  }
}

/** Stands in for a socket whose constructor threw: fails a moment later, as a refused connection does. */
function createDeadSocket(): EventTarget {
  const dead = Object.assign(new EventTarget(), { readyState: 3, bufferedAmount: 0, binaryType: 'blob', close() {}, send() {} });
  queueMicrotask(() => dead.dispatchEvent(new Event('error')));
  return dead;
}
