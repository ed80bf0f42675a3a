/** A `ws` socket as the server core wants it. Not here: upgrades. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CloseCode } from '../../core/protocol/codes.js';
import type { ConnectionHandler, ServerSocket } from '../core/server-world.js';

/** One frame goes to many sockets in a row: it is made bytes once. */
let lastText = '';
let lastBytes = Buffer.alloc(0);

function bytesOf(text: string): Buffer {
  if (text !== lastText) {
    lastText = text;
    lastBytes = Buffer.from(text);
  }
  return lastBytes;
}

const TEXT = { binary: false, compress: false };

/** Closes of a client for what it sent. */
const OFFENCES: ReadonlySet<number> = new Set([CloseCode.badFrame, CloseCode.tooLarge, CloseCode.rateLimited]);

export function createServerSocket(socket: WebSocket, stream: Duplex): ServerSocket {
  return new NodeSocket(socket, stream);
}

/** A class, because every connection has one: functions of its own would weigh five times as much. */
class NodeSocket implements ServerSocket {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;

  constructor(socket: WebSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
  }
  send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(bytesOf(text), TEXT);
  }
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // The end of the stream follows the close frame, so that a client hears of the end although its answer cannot arrive: a browser
    // reports a close only when the TCP connection ends. What a slow client has not taken yet still comes first. A client that
    // answers nothing at all is cut off by `closeTimeout`.
    this.#stream.end();
    // Nothing more is read, the client's answer included: to read and drop a flood costs as much, until `closeTimeout`.
    if (OFFENCES.has(code)) this.#socket.pause();
  }
  bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }
  receivedBytes(): number {
    return 'bytesRead' in this.#stream && typeof this.#stream.bytesRead === 'number' ? this.#stream.bytesRead : 0;
  }
}

export function listen(socket: WebSocket, handler: ConnectionHandler, onGone: (socket: WebSocket) => void): void {
  // `ws` closes the socket by itself after an error; without a listener the process would go with it.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code?.startsWith('WS_ERR_') === true) handler.onBroken();
  });
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) handler.onBinary();
    else handler.onMessage(data.toString());
  });
  const onControl = (): void => handler.onControl();
  socket.on('ping', onControl);
  socket.on('pong', onControl);
  socket.on('close', () => {
    handler.onClosed();
    onGone(socket);
  });
}
