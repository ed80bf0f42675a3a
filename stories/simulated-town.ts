// A server and its network inside the page: the real server core in the simulated world, whose time is the real one's.
import { z } from 'zod';
import { append, channel, command, defineContract, defineView } from 'holdfast/contract';
import { createSimulatedServer, createSimulatedWorld, type SimulatedServer, type SimulatedWorld } from 'holdfast/testing';
import { runInRealTime } from './real-time.js';

const Message = z.object({ id: z.string(), author: z.string(), text: z.string() });
export type Message = z.infer<typeof Message>;

export const api = defineContract({
  channels: { room: channel('room:{id}', { events: { message: Message } }) },
  commands: { say: command({ input: z.object({ author: z.string(), text: z.string().min(1).max(200) }), output: Message }) },
});
export const messages = defineView(api.channels.room, { history: 20, initialState: [] as Message[], reduce: append(20) });

export const HOST = 'town.example';

export interface Town {
  readonly world: SimulatedWorld;
  readonly server: SimulatedServer;
  /** Lets the simulated time go as the real one does, until the returned function stops it. */
  run(): () => void;
}

export function createTown(): Town {
  const world = createSimulatedWorld({ seed: 1, network: { floorMs: 20, meanMs: 10, tailChance: 0 } });
  const server = createSimulatedServer(world, HOST, {
    contract: api,
    authenticate: ({ token }) => (token === undefined ? null : { id: token }),
    authorize: { channels: { room: 'public' }, commands: { say: 'public' } },
    commands: {
      say({ id, input, publish }) {
        const message = { id, ...input };
        publish(api.channels.room, { id: 1 }, 'message', message);
        return message;
      },
    },
  });
  return {
    world,
    server,
    run: () => runInRealTime(world),
  };
}
