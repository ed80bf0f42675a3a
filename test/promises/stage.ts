/** One client against the real server core in a simulated world, with messages of a real size: more history than fits one page. */
import { z } from 'zod';
import { append, channel, command, createClient, defineContract, defineView, query, upsert, type RealtimeClientOptions } from '../../src/index.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';
import { createSimulatedWorld } from '../../src/testing/simulated-world.js';

export const Message = z.object({ id: z.string(), text: z.string() });
export type Message = z.infer<typeof Message>;

export const api = defineContract({
  channels: { room: channel('room:{id}', { events: { message: Message } }) },
  queries: { list: query({ input: z.object({ id: z.string() }), output: z.array(Message) }) },
  commands: { post: command({ input: z.object({ id: z.string() }) }) },
});
export const room = { id: '1' };
export const messages = defineView(api.channels.room, { history: 50, initialState: [] as Message[], reduce: append(500) });
export const sinceMount = defineView(api.channels.room, { initialState: [] as Message[], reduce: append(500) });

type Rules = Parameters<typeof createSimulatedServer<typeof api>>[2];

export function createStage(parts: { readonly server?: Partial<Rules>; readonly client?: Pick<RealtimeClientOptions, 'auth' | 'pool' | 'timings' | 'onError'> } = {}) {
  const world = createSimulatedWorld({ seed: 1 });
  const stored: Message[] = [];
  const server = createSimulatedServer(world, 'rooms.test', {
    contract: api,
    authenticate: () => ({ id: 'ann' }),
    authorize: { channels: { room: 'public' }, queries: { list: 'public' }, commands: { post: 'public' } },
    queries: { list: () => [...stored] },
    commands: {
      post({ input: { id }, publish }) {
        const message = { id, text: 'posted' };
        stored.push(message);
        publish(api.channels.room, room, 'message', message);
      },
    },
    ...parts.server,
  } as Rules);
  const client = createClient({ url: 'ws://rooms.test/', contract: api, world: world.client('page'), ...parts.client });
  client.hold();
  let count = 0;
  return {
    world,
    server,
    client,
    stored,
    pass: (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms),
    /** Messages of 400 characters, published by the server. */
    async publish(howMany: number): Promise<void> {
      for (let i = 0; i < howMany; i++) await server.core().publish(api.channels.room, room, 'message', { id: `${++count}`, text: 'x'.repeat(400) });
    },
    cut(): void {
      for (const connection of world.network.connections({ host: 'rooms.test' })) connection.inflict({ type: 'reset' });
    },
    /** Everything that a channel listener is told, from now on. */
    listen(onTold: (what: string) => void = () => {}) {
      const told: string[] = [];
      const note = (what: string): void => {
        told.push(what);
        onTold(what);
      };
      const stop = client.channel(api.channels.room, room).subscribe({ onEvent: ({ data }) => note(data.id), onGap: ({ reason }) => note(`gap ${reason}`) });
      return { told, stop };
    },
    follow() {
      const list = client.liveQuery(api.queries.list, room, { channel: api.channels.room, params: room });
      list.setApply(upsert('id') as never);
      return list;
    },
  };
}

export const numbers = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);
