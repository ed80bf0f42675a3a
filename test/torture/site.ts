/**
 * The far end of the torture: our server on a real port, whose connections can be cut, frozen and spoken into, and a trap
 * that answers a handshake with silence, a refusal or nonsense. Not a test.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { z } from 'zod';
import { channel, command, defineContract, query } from '../../src/contract/index.js';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';

export const api = defineContract({
  channels: { room: channel('room:{id}', { events: { note: z.string() } }) },
  queries: { echo: query({ input: z.number(), output: z.number() }) },
  commands: { say: command({ input: z.string() }) },
});

/** What an attempt meets. Port 0 is refused everywhere; a fragment makes the constructor throw. */
export type Weather = 'fair' | 'deaf' | 'refused' | 'silent' | 'unauthorized' | 'nonsense' | 'bad-url';

export interface Site {
  /** Where an attempt of one run leads. */
  address(run: number, link: string, weather: Weather): string;
  /** The server's ends of a run's connections, as long as they are there. */
  ends(run: number): ReadonlySet<Socket>;
  /** Resolves when everything is closed, the last connection included. */
  stop(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    logger: { warn: () => undefined, error: () => undefined },
    authenticate: ({ token }) => (token === undefined || token === 'bad' ? null : { id: token }),
    authorize: { channels: { room: 'public' }, queries: { echo: 'public' }, commands: { say: 'public' } },
    queries: { echo: ({ input }) => input },
    commands: { say: ({ input, publish }) => publish(api.channels.room, { id: '1' }, 'note', input) },
  });
  const ends = new Map<number, Set<Socket>>();
  const endsOf = (run: number): Set<Socket> => ends.get(run) ?? ends.set(run, new Set()).get(run) as Set<Socket>;

  const server = createServer();
  realtime.attach(server, { allowNoOrigin: true });
  server.on('upgrade', (request, stream: Socket) => {
    const asked = new URL(request.url ?? '', 'http://x').searchParams;
    const own = endsOf(Number(asked.get('run')));
    own.add(stream);
    stream.once('close', () => own.delete(stream));
    if (asked.get('weather') === 'deaf') stream.pause();
  });
  const trap = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (asked) => {
      const [, kind] = /^GET \/(\S+)/.exec(asked.toString()) ?? [];
      if (kind === 'unauthorized') socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      else if (kind === 'nonsense') socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: none\r\n\r\n');
    });
    trapped.add(socket);
    socket.once('close', () => trapped.delete(socket));
  });
  const trapped = new Set<Socket>();
  const portOf = async (listener: typeof server | typeof trap): Promise<number> => {
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return (listener.address() as AddressInfo).port;
  };
  const [fair, bad] = [await portOf(server), await portOf(trap)];

  return {
    address(run, link, weather) {
      switch (weather) {
        case 'refused':
          return 'ws://127.0.0.1:0/';
        case 'bad-url':
          return `ws://127.0.0.1:${fair}/realtime#fragment`;
        case 'silent':
        case 'unauthorized':
        case 'nonsense':
          return `ws://127.0.0.1:${bad}/${weather}`;
        default:
          return `ws://127.0.0.1:${fair}/realtime?link=${link}&run=${run}&weather=${weather}`;
      }
    },
    ends: endsOf,
    async stop() {
      for (const socket of trapped) socket.destroy();
      for (const own of ends.values()) for (const end of own) end.destroy();
      await realtime.stop();
      server.closeAllConnections();
      await Promise.all([new Promise((done) => server.close(done)), new Promise((done) => trap.close(done))]);
    },
  };
}
