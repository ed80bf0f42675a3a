/**
 * Where the six patterns are shown end to end: the real client core and the real server core in the simulated world.
 * Each file is a row of the table of patterns, each test a thing that the usual sketch of that pattern gets wrong. Not a test.
 */
import { z } from 'zod';
import { createClient, type RealtimeClient } from '../../src/browser/create-client.js';
import type { ClientSettings } from '../../src/browser/create-core.js';
import { channel, command, defineContract, query } from '../../src/contract/index.js';
import type { RealtimeError } from '../../src/core/errors.js';
import type { World } from '../../src/core/world.js';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';
import type { SimulatedClient } from '../../src/testing/simulated-client.js';
import type { SimulatedConnection } from '../../src/testing/simulated-connection.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';

const Message = z.object({ n: z.number() });

export const api = defineContract({
  channels: { room: channel('room:{id}', { events: {}, clientEvents: { message: Message } }) },
  queries: { all: query({ output: z.array(z.number()) }) },
  commands: {
    /** Publishes `n` to the room; a negative one is rejected. */
    add: command({ input: z.object({ room: z.number(), n: z.number().max(10_000) }), output: z.number(), errors: { negative: z.object({ n: z.number() }) } }),
  },
});
export const ROOM = { id: 1 };
/** The same room as somebody knows it who has no contract: nothing is checked on the way out. */
export const openRoom = channel<{ readonly n: unknown }>()('room:{id}');

/** A frame that a client gave to a socket, or got from one. */
export interface Heard {
  readonly at: number;
  readonly link: number;
  readonly way: 'up' | 'down';
  readonly t: string;
  readonly text: string;
}

/** One client with what was said over each of its links. */
export interface Actor {
  readonly client: RealtimeClient;
  readonly outside: SimulatedClient;
  readonly errors: readonly RealtimeError[];
  readonly frames: readonly Heard[];
  /** When sockets were opened. */
  readonly opened: readonly number[];
  /** Sockets that are open now, or on their way. */
  readonly sockets: () => readonly SimulatedConnection[];
  /** The numbers that came in a room, and its gaps, in the order in which they were told. */
  listen(room: number): readonly (number | string)[];
}

export interface Stage {
  readonly world: SimulatedWorld;
  readonly server: SimulatedServer;
  /** The numbers of the commands whose handler ran to its end, in order. */
  readonly effects: readonly number[];
  /** Handlers of queries: how many are at work, and how many were told to stop. */
  readonly queries: { running: number; aborted: number };
  act(name?: string, settings?: Partial<ClientSettings>, through?: (world: World) => World): Actor;
  publish(room: number, ...numbers: readonly number[]): void;
  pass(ms: number): Promise<void>;
  /** Passes time until it is so; throws when it is not within the limit. */
  until(isSo: () => boolean, limitMs?: number): Promise<void>;
}

const HOST = 'stage.test';
const settle = (): Promise<void> => new Promise((done) => void setImmediate(done));

/** @param authenticate - who a client is, by its token; the default needs no time and lets everybody in */
export function createStage(authenticate: (token: string) => { readonly id: string } | Promise<{ readonly id: string }> = (token) => ({ id: token })): Stage {
  const world = createSimulatedWorld({ seed: 7, network: { tailChance: 0 } });
  const effects: number[] = [];
  const queries = { running: 0, aborted: 0 };
  const pause = (ms: number): Promise<void> => new Promise((done) => void world.clock.after(ms, done));
  const server = createSimulatedServer(world, HOST, {
    contract: api,
    authenticate: ({ token }) => authenticate(token ?? 'guest'),
    authorize: { channels: { room: 'public' }, queries: { all: 'public' }, commands: { add: 'public' }, clientEvents: { room: 'public' } },
    queries: {
      all: async ({ signal }) => {
        queries.running++;
        signal.addEventListener('abort', () => queries.aborted++);
        await pause(300);
        queries.running--;
        return [...effects];
      },
    },
    commands: {
      add: async ({ input: { room, n }, publish, reject }) => {
        await pause(20);
        if (n < 0) reject('negative', { n });
        effects.push(n);
        publish(api.channels.room, { id: room }, 'message', { n });
        return n;
      },
    },
  });
  const pass = (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms, settle);

  return {
    world,
    server,
    effects,
    queries,
    pass,
    act(name = 'ada', settings = {}, through = (own) => own) {
      const outside = world.client(name);
      const errors: RealtimeError[] = [];
      const frames: Heard[] = [];
      const opened: number[] = [];
      const note = (url: string, way: Heard['way'], text: string): void => {
        frames.push({ at: world.clock.now(), link: Number(new URL(url).searchParams.get('link')), way, t: (JSON.parse(text) as { t: string }).t, text });
      };
      const watched: World = {
        ...outside,
        open(url, protocols, events) {
          opened.push(world.clock.now());
          const socket = outside.open(url, protocols, {
            ...events,
            onMessage(text) {
              note(url, 'down', text);
              events.onMessage(text);
            },
          });
          return {
            ...socket,
            send(text) {
              note(url, 'up', text);
              return socket.send(text);
            },
          };
        },
      };
      const client = createClient({ url: `ws://${HOST}/realtime`, contract: api, auth: () => name, world: through(watched), onError: (error) => errors.push(error), ...settings });
      client.hold();
      return {
        client,
        outside,
        errors,
        frames,
        opened,
        sockets: () => world.network.connections({ client: name }).filter(({ isOpen }) => isOpen),
        listen(room) {
          const heard: (number | string)[] = [];
          client.channel(api.channels.room, { id: room }).subscribe({
            onEvent: (event) => heard.push(event.data.n),
            onGap: ({ reason }) => heard.push(`gap ${reason}`),
          });
          return heard;
        },
      };
    },
    publish(room, ...numbers) {
      for (const n of numbers) void server.core().publish(api.channels.room, { id: room }, 'message', { n });
    },
    async until(isSo, limitMs = 60_000) {
      const end = world.clock.now() + limitMs;
      while (!isSo()) {
        if (world.clock.now() >= end) throw new Error(`still not so after ${limitMs} ms: ${isSo.toString()}`);
        await pass(10);
      }
    },
  };
}

export const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
/** What a promise has come to by now: its value, the code of its error, or 'pending'. */
export async function soFar(result: Promise<unknown>): Promise<unknown> {
  return Promise.race([result.catch((error: RealtimeError) => error.code), settle().then(() => 'pending')]);
}
export const allSoFar = (results: readonly { readonly result: Promise<unknown> }[]): Promise<readonly unknown[]> => Promise.all(results.map(({ result }) => soFar(result)));
