/** The two sides of a bench: our server, and `ws` with the same options that does the least that answers the same clients. Not a bench. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import { channel, defineContract } from '../src/contract/index.js';
import { createRealtimeServer, memoryBroker } from '../src/server/node/index.js';

const api = defineContract({ channels: { room: channel('room:{id}', { events: { note: z.unknown() } }) } });

export interface BenchServer {
  readonly url: string;
  /** Publishes to everybody, from one turn of the event loop. */
  publish(data: readonly unknown[]): Promise<void>;
}

async function listen(attach: (server: ReturnType<typeof createServer>) => void): Promise<string> {
  const server = createServer();
  attach(server);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/realtime`;
}

export async function openOurs(): Promise<BenchServer> {
  const realtime = createRealtimeServer({ contract: api, broker: memoryBroker(), authorize: { channels: { room: 'public' } } });
  return {
    url: await listen((server) => realtime.attach(server, { allowNoOrigin: true })),
    async publish(data) {
      await Promise.all(data.map((datum) => realtime.publish(api.channels.room, { id: '1' }, 'note', datum)));
    },
  };
}

export async function openPlain(): Promise<BenchServer> {
  const upgrader = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: 128 * 1024, handleProtocols: () => 'holdfast.v1' });
  const sockets = new Set<WebSocket>();
  const take = (socket: WebSocket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { t: string };
      if (frame.t === 'hello') socket.send('{"t":"welcome"}');
      else if (frame.t === 'subscribe') socket.send('{"t":"subscribed"}');
    });
  };
  return {
    url: await listen((server) => server.on('upgrade', (request, stream, head) => upgrader.handleUpgrade(request, stream, head, take))),
    async publish(data) {
      for (const datum of data) {
        const text = JSON.stringify({ t: 'event', channel: 'room:1', name: 'note', data: datum });
        for (const socket of sockets) socket.send(text);
      }
    },
  };
}
