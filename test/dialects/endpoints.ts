// One small application (a feed, a query, a command) behind every server that there is a dialect for, ours included. Not a test.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import { channel, command, defineContract, query } from '../../src/contract/index.js';
import type { Dialect } from '../../src/dialects/index.js';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';
import { channelDialect, heartbeatDialect, protocolDialect, startChannelServer, startHeartbeatServer, startProtocolServer } from './article-servers.js';
import { startForeignServer, type ForeignServer, type Speaker } from './foreign-server.js';
import { jsonRpc } from './json-rpc.js';

export const api = defineContract({
  channels: { feed: channel('feed', { events: { message: z.number() } }) },
  queries: { double: query({ input: z.number(), output: z.number() }) },
  commands: { add: command({ input: z.string(), output: z.number() }) },
});

export interface Endpoint {
  readonly url: string;
  /** Undefined: ours. */
  readonly dialect: Dialect | undefined;
  /** What happened on the feed. */
  publish(data: number): void | Promise<unknown>;
  cut(): void;
  /** Says to everybody what no protocol knows; null where that is another suite's affair. */
  readonly shout: ((text: string) => void) | null;
  /** Sockets that are open. */
  sockets(): number;
  stop(): Promise<void>;
}

const foreign = (server: ForeignServer, dialect: Dialect, event: (data: number) => object): Endpoint => ({
  url: server.url,
  dialect,
  publish: (data) => server.shout(JSON.stringify(event(data))),
  cut: server.cut,
  shout: server.shout,
  sockets: server.sockets,
  stop: server.stop,
});

async function startOurs(): Promise<Endpoint> {
  const realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    authorize: { channels: { feed: 'public' }, queries: { double: 'public' }, commands: { add: 'public' } },
    queries: { double: ({ input }) => input * 2 },
    commands: { add: () => 1 },
  });
  const server = createServer();
  const streams = new Set<Socket>();
  server.on('connection', (stream) => {
    streams.add(stream);
    stream.on('close', () => streams.delete(stream));
  });
  realtime.attach(server, { allowNoOrigin: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const stream of streams) stream.destroy();
  };
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/realtime`,
    dialect: undefined,
    publish: (data) => realtime.publish(api.channels.feed, {}, 'message', data),
    cut,
    shout: null,
    sockets: () => streams.size,
    async stop() {
      cut();
      await realtime.stop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function startJsonRpcServer(): Promise<ForeignServer> {
  return startForeignServer<Speaker>({
    greet: (say) => ({ say }),
    answer({ say }, { id, method, params }) {
      if (id === undefined) return;
      if (method === 'subscribe') say({ jsonrpc: '2.0', id, result: true });
      else if (method === 'double') say({ jsonrpc: '2.0', id, result: (params as unknown as number) * 2 });
      else if (method === 'add') say({ jsonrpc: '2.0', id, result: 1 });
      else say({ jsonrpc: '2.0', id, error: { code: -32_601, message: 'Method not found' } });
    },
  });
}

export const endpoints: readonly (readonly [name: string, start: () => Promise<Endpoint>])[] = [
  ['our own server', startOurs],
  ["the article's first server", async () => foreign(await startChannelServer(), channelDialect, (data) => ({ channel: 'feed', data }))],
  ["the article's second", async () => foreign(await startHeartbeatServer(), heartbeatDialect(5_000), (data) => ({ channel: 'feed', data }))],
  ["the article's third", async () => foreign(await startProtocolServer(), protocolDialect, (data) => ({ type: 'event', payload: { event: 'feed', data } }))],
  ['JSON-RPC', async () => foreign(await startJsonRpcServer(), jsonRpc, (data) => ({ jsonrpc: '2.0', method: 'event', params: { channel: 'feed', data } }))],
];
