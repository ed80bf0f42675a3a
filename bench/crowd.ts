/** The other process: many clients of either server, that answer pings and count what they get. Not a bench. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { FEATURES } from '../src/core/protocol/codes.js';
import { obey } from './child.js';

interface Joining {
  readonly url: string;
  readonly count: number;
  /** Subscribed to once in, if there is one. */
  readonly channel?: string;
}

const AT_ONCE = 50;

export function serveCrowd(): void {
  const sockets: WebSocket[] = [];
  let events = 0;
  let bytes = 0;
  let entered = 0;

  const hear = (socket: WebSocket, text: string): void => {
    bytes += text.length;
    if (text.startsWith('{"t":"events"')) events += (JSON.parse(text) as { events: unknown[] }).events.length;
    else if (text.startsWith('{"t":"event"')) events += 1;
    else if (text.startsWith('{"t":"ping"')) socket.send(`{"t":"pong","n":${(JSON.parse(text) as { n: number }).n},"visible":false}`);
  };
  const hears = (socket: WebSocket, type: string): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.on('message', function listen(data: Buffer) {
        if (!data.toString().startsWith(`{"t":"${type}"`)) return;
        socket.off('message', listen);
        resolve();
      });
      socket.once('close', (code) => reject(new Error(`closed with ${code} before '${type}'`)));
    });

  const enter = async ({ url, channel }: Joining): Promise<void> => {
    const socket = new WebSocket(url, ['holdfast.v1'], { perMessageDeflate: false, skipUTF8Validation: true });
    await once(socket, 'open');
    sockets.push(socket);
    socket.on('message', (data: Buffer) => hear(socket, data.toString()));
    const welcomed = hears(socket, 'welcome');
    socket.send(JSON.stringify({ t: 'hello', v: 1, client: `client-${++entered}`, link: 0, attempt: 1, features: FEATURES, outbox: 'memory', visible: false }));
    await welcomed;
    if (channel === undefined) return;
    const subscribed = hears(socket, 'subscribed');
    socket.send(JSON.stringify({ t: 'subscribe', channels: [{ name: channel, generation: 1 }] }));
    await subscribed;
  };

  obey({
    async join(joining: Joining) {
      let left = joining.count;
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          while (left-- > 0) await enter(joining);
        }),
      );
    },
    /** Resolves when so many events have come in all; a lost one fails the bench. */
    async hasHeard(expected: number) {
      for (let waitedMs = 0; events < expected; waitedMs += 5) {
        if (waitedMs > 60_000) throw new Error(`${events} of ${expected} events`);
        await pause(5);
      }
      if (events > expected) throw new Error(`${events} events instead of ${expected}`);
      return { bytes };
    },
    areOpen: () => sockets.filter((socket) => socket.readyState === WebSocket.OPEN).length,
  });
}
