/** A `ws` socket as the server core wants it. Not here: upgrades. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
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

export function createServerSocket(socket: WebSocket, stream: Duplex): ServerSocket {
  return {
    send(text) {
      if (socket.readyState === socket.OPEN) socket.send(bytesOf(text), TEXT);
    },
    close(code, reason) {
      socket.close(code, reason);
    },
    bufferedBytes: () => socket.bufferedAmount,
    receivedBytes: () => ('bytesRead' in stream && typeof stream.bytesRead === 'number' ? stream.bytesRead : 0),
  };
}

export function listen(socket: WebSocket, handler: ConnectionHandler, onGone: () => void): void {
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) handler.onBinary();
    else handler.onMessage(data.toString());
  });
  socket.on('close', () => {
    handler.onClosed();
    onGone();
  });
}
