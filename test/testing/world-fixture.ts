// A world with one host and clients that write down what their sockets tell. Not a test.
import type { Socket, SocketEvents } from '../../src/core/world.js';
import type { ServerEnd } from '../../src/testing/server-end.js';
import type { SimulatedConnection } from '../../src/testing/simulated-connection.js';
import type { Weather } from '../../src/testing/simulated-network.js';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';

export const HOST = 'chat.test';
export const URL = `wss://${HOST}/realtime`;

export function recorder(log: string[], at: () => string = () => ''): SocketEvents {
  return {
    onOpened: () => log.push(`opened${at()}`),
    onMessage: (text) => log.push(`${text}${at()}`),
    onClosed: (code, reason) => log.push(`closed ${code} ${reason}`.trim() + at()),
  };
}

export interface Pair {
  readonly world: SimulatedWorld;
  readonly socket: Socket;
  readonly client: string[];
  readonly server: string[];
  readonly end: () => ServerEnd;
  readonly connection: () => SimulatedConnection;
}

/** A constant delay of 10 ms a way makes times exact. */
export const EXACT: Partial<Weather> = { floorMs: 10, meanMs: 0, tailChance: 0 };

export function createPair(options: { readonly seed?: number; readonly network?: Partial<Weather>; readonly isConnected?: boolean } = {}): Pair {
  const world = createSimulatedWorld({ seed: options.seed ?? 1, network: options.network ?? EXACT });
  const client: string[] = [];
  const server: string[] = [];
  const ends: ServerEnd[] = [];
  world.network.listen(HOST, (end) => {
    ends.push(end);
    return { onMessage: (text) => server.push(text), onClosed: (code, reason) => server.push(`closed ${code} ${reason}`.trim()) };
  });
  const socket = world.client('ada').open(URL, ['holdfast.v1'], recorder(client));
  if (options.isConnected !== false) {
    world.clock.advance(20);
    client.length = 0;
  }
  return {
    world,
    socket,
    client,
    server,
    end: () => ends[0] as ServerEnd,
    connection: () => world.network.connections()[0] as SimulatedConnection,
  };
}
