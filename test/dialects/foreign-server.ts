// What the foreign servers of these tests share: `ws` on a port of its own, everything that was said, and a hand on the plug. Not a test.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { createGate } from './page.js';

export type Message = Readonly<Record<string, unknown>>;

export interface ForeignServer {
  readonly url: string;
  /** Everything that clients have said, in order, over all sockets. */
  readonly said: readonly Message[];
  /** The address that each socket came to, and the subprotocols that it offered. */
  readonly opened: readonly string[];
  /** Resolves when that many messages for which the test holds have been said. */
  heard(isIt: (message: Message) => boolean, count?: number): Promise<void>;
  /** The codes that clients have closed with. */
  readonly closes: readonly number[];
  /** Resolves when that many sockets are gone. */
  left(count: number): Promise<void>;
  /** Resolves when that many sockets have been opened. */
  arrived(count: number): Promise<void>;
  /** Says a text to everybody, whatever it is. */
  shout(text: string): void;
  /** Cuts every socket without a word. */
  cut(): void;
  /** Closes every socket with this code from now on, as soon as it is open; null: no longer. */
  refuse(code: number | null): void;
  /** From now on nothing that is said is answered. */
  mute(isMute: boolean): void;
  /** Sockets that are open. */
  sockets(): number;
  stop(): Promise<void>;
}

export interface Speaker {
  say(message: object): void;
}

/** @param answer - what this kind of server does with a message; `speaker` is who said it */
export async function startForeignServer<Member extends Speaker>(parts: {
  /** Somebody has come. */
  greet(say: (message: object) => void): Member;
  answer(member: Member, message: Message, everybody: ReadonlySet<Member>): void;
}): Promise<ForeignServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const said: Message[] = [];
  const opened: string[] = [];
  const closes: number[] = [];
  const members = new Set<Member>();
  const gate = createGate();
  let refusal: number | null = null;
  let isMute = false;

  server.on('connection', (socket: WebSocket, request) => {
    opened.push(`${request.url ?? ''} ${request.headers['sec-websocket-protocol'] ?? '-'}`);
    gate.look();
    if (refusal !== null) return socket.close(refusal, 'no');
    const member = parts.greet((message) => socket.send(JSON.stringify(message)));
    members.add(member);
    socket.on('close', (code) => {
      members.delete(member);
      closes.push(code);
      gate.look();
    });
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      said.push(message);
      if (!isMute) parts.answer(member, message, members);
      gate.look();
    });
  });

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed`,
    said,
    opened,
    closes,
    left: (count) => gate.until(() => closes.length >= count),
    heard: (isIt, count = 1) => gate.until(() => said.filter(isIt).length >= count),
    arrived: (count) => gate.until(() => opened.length >= count),
    shout: (text) => server.clients.forEach((socket) => socket.send(text)),
    cut: () => server.clients.forEach((socket) => socket.terminate()),
    refuse: (code) => (refusal = code),
    sockets: () => server.clients.size,
    mute: (mute) => (isMute = mute),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate();
        server.close(() => resolve());
      }),
  };
}
