// The server of the hooks' stories: the real server core on a simulated network, inside the page, with a contract that has one of everything.
import { z } from 'zod';
import { append, channel, command, defineContract, defineView, query, volatile } from 'holdfast/contract';
import { createSimulatedServer, createSimulatedWorld, type SimulatedServer, type SimulatedWorld } from 'holdfast/testing';
import { runInRealTime } from './real-time.js';

const Message = z.object({ id: z.string(), author: z.string(), text: z.string() });
export type Message = z.infer<typeof Message>;

export const api = defineContract({
  channels: {
    room: channel('room:{id}', { events: { message: Message }, clientEvents: { typing: volatile(z.object({ on: z.boolean() })) } }),
    /** Nobody is let in. */
    vault: channel('vault', { events: { message: Message } }),
    price: channel('price:{symbol}', { events: { tick: z.object({ cents: z.number() }) } }),
  },
  queries: { history: query({ input: z.object({ room: z.string() }), output: z.array(Message) }) },
  commands: {
    say: command({
      input: z.object({ room: z.string(), author: z.string(), text: z.string() }),
      output: Message,
      errors: { rude: z.object({ word: z.string() }) },
    }),
  },
});

export const messages = defineView(api.channels.room, {
  history: 20,
  initialState: [] as Message[],
  reduce: append(20),
});
export const vaultMessages = defineView(api.channels.vault, { initialState: [] as Message[], reduce: append(20) });
export const latestPrice = defineView(api.channels.price, { history: 1, initialState: null as number | null, reduce: (_, event) => event.data.cents });

export const HOST = 'town.example';

export interface StageServer {
  readonly world: SimulatedWorld;
  readonly server: SimulatedServer;
  /** Somebody else says something. */
  say(text: string): void;
  tick(count: number): void;
  /** Lets the simulated time go as the real one does, until the returned function stops it. */
  run(): () => void;
}

export function createStageServer(): StageServer {
  const world = createSimulatedWorld({ seed: 1, network: { floorMs: 20, meanMs: 10, tailChance: 0 } });
  const rooms = new Map<string, Message[]>();
  let count = 0;
  let cents = 100;
  const keep = (room: string, message: Message): void => void rooms.set(room, [...(rooms.get(room) ?? []), message].slice(-20));
  const server = createSimulatedServer(world, HOST, {
    contract: api,
    authenticate: ({ token }) => (token === undefined ? null : { id: token }),
    authorize: { channels: { room: 'public', price: 'public' }, clientEvents: { room: 'public' }, queries: { history: 'public' }, commands: { say: 'public' } },
    queries: { history: ({ input }) => rooms.get(input.room) ?? [] },
    commands: {
      say({ id, input, publish, reject }) {
        if (input.text.includes('darn')) throw reject('rude', { word: 'darn' });
        const message = { id, author: input.author, text: input.text };
        keep(input.room, message);
        publish(api.channels.room, { id: input.room }, 'message', message);
        return message;
      },
    },
  });
  return {
    world,
    server,
    say(text) {
      const message = { id: `ben-${++count}`, author: 'Ben', text };
      keep('lobby', message);
      void server.core().publish(api.channels.room, { id: 'lobby' }, 'message', message);
    },
    tick(ticks) {
      for (let tick = 0; tick < ticks; tick += 1) void server.core().publish(api.channels.price, { symbol: 'ACME' }, 'tick', { cents: ++cents });
    },
    run: () => runInRealTime(world),
  };
}
