/** A client of a server core that says its frames by hand, without a network. */
import type { ServerCore } from '../../src/server/core/server.js';
import type { ConnectionHandler } from '../../src/server/core/server-world.js';
import { fakeSocket, settle, type FakeSocket } from './fake-world.js';

export interface FakeClient {
  readonly socket: FakeSocket;
  readonly handler: ConnectionHandler;
  say(...frames: object[]): Promise<void>;
  /** Answers and errors so far, in short: `id result` or `id code`. */
  answers(): string[];
}

export function openClient(server: ServerCore, remoteAddress?: string): FakeClient {
  const socket = fakeSocket();
  const handler = server.accept(socket, { url: '/', headers: {}, remoteAddress });
  return {
    socket,
    handler,
    async say(...frames) {
      for (const frame of frames) handler.onMessage(JSON.stringify(frame));
      await settle();
    },
    answers: () => socket.frames.filter(({ t }) => t === 'response' || t === 'error').map(({ id, result, code }) => `${String(id)} ${String(result ?? code ?? 'done')}`),
  };
}

let attempts = 0;
/** Each one is of a newer socket than the one before. */
export const hello = (over: object = {}): object => ({ t: 'hello', v: 1, token: 'ann', client: 'c', link: 0, attempt: ++attempts, features: [], outbox: 'memory', visible: true, ...over });

export async function enterClient(server: ServerCore, over: object = {}): Promise<FakeClient> {
  const client = openClient(server);
  await client.say(hello(over));
  return client;
}
