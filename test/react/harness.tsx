// One simulated world with the real server core in it, and a page in StrictMode that reaches it. Not a test.
import { act, render, type RenderResult } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { z } from 'zod';
import { append, channel, command, defineContract, defineView, query, RealtimeProvider, type ClientSettings } from '../../src/index.js';
import type { SimulatedClient } from '../../src/testing/simulated-client.js';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';

export const HOST = 'chat.test';
export const URL = `ws://${HOST}/realtime`;

export const Message = z.object({ id: z.string(), text: z.string() });
export type Message = z.infer<typeof Message>;

export const api = defineContract({
  channels: {
    room: channel('room:{id}', { events: { message: Message } }),
    closed: channel('closed', { events: { message: Message } }),
  },
  queries: { history: query({ input: z.object({ room: z.string() }), output: z.array(Message) }) },
  commands: {
    post: command({ input: z.object({ room: z.string(), text: z.string().max(100) }), output: Message, errors: { banned: z.object({ until: z.number() }) } }),
  },
});

export const messages = defineView(api.channels.room, { history: 50, initialState: [] as Message[], reduce: append(200) });

/** So long a flush may wait for React. */
const STEP_MS = 5;

export interface Harness {
  readonly world: SimulatedWorld;
  readonly page: SimulatedClient;
  readonly server: SimulatedServer;
  /** Errors that came to the provider's `onError`. */
  readonly reported: unknown[];
  /** The page: provider and children in StrictMode. */
  readonly tree: (children: ReactNode, props?: Partial<ClientSettings>) => ReactNode;
  readonly show: (children: ReactNode, props?: Partial<ClientSettings>) => RenderResult;
  /** Time passes, and React shows what has come of it. */
  readonly pass: (ms: number) => Promise<void>;
  /** Somebody else says something. */
  readonly publish: (...texts: string[]) => Promise<void>;
  /** The frames of one type that the server has heard. */
  readonly heard: (type: string) => readonly { readonly [field: string]: unknown }[];
}

export function createHarness(): Harness {
  // A constant delay of 10 ms a way makes times exact.
  const world = createSimulatedWorld({ seed: 1, network: { floorMs: 10, meanMs: 0, tailChance: 0 } });
  const rooms = new Map<string, Message[]>();
  const roomOf = (room: string): Message[] => {
    const list = rooms.get(room) ?? [];
    rooms.set(room, list);
    return list;
  };
  const server = createSimulatedServer(world, HOST, {
    contract: api,
    authorize: { channels: { room: 'public' }, queries: { history: 'public' }, commands: { post: 'public' } },
    queries: { history: ({ input }) => roomOf(input.room) },
    commands: {
      post({ id, input, publish, reject }) {
        if (input.text === 'rude') throw reject('banned', { until: 5 });
        const message = { id, text: input.text };
        roomOf(input.room).push(message);
        publish(api.channels.room, { id: input.room }, 'message', message);
        return message;
      },
    },
  });
  let isFlushScheduled = false;
  const page = Object.assign(world.client('page'), {
    show(run: () => void) {
      isFlushScheduled = true;
      run();
    },
  });
  const reported: unknown[] = [];
  const tree = (children: ReactNode, props: Partial<ClientSettings> = {}): ReactNode => (
    <StrictMode>
      <RealtimeProvider url={URL} contract={api} world={page} onError={(error) => reported.push(error)} {...props}>
        {children}
      </RealtimeProvider>
    </StrictMode>
  );
  // React works when `act` ends: it ends when a flush waits for React.
  const pass = async (ms: number): Promise<void> => {
    const end = world.clock.now() + ms;
    do {
      isFlushScheduled = false;
      await act(async () => {
        await world.clock.run(world.clock.now());
        while (!isFlushScheduled && world.clock.now() < end) await world.clock.run(Math.min(end, world.clock.now() + STEP_MS));
      });
    } while (isFlushScheduled || world.clock.now() < end);
  };

  return {
    world,
    page,
    server,
    reported,
    tree,
    show: (children, props) => render(tree(children, props)),
    pass,
    async publish(...texts) {
      for (const text of texts) await server.core().publish(api.channels.room, { id: '1' }, 'message', { id: text, text });
    },
    heard: (type) => server.heard.filter((frame) => frame.t === type),
  };
}

/** What a component showed, render by render. */
export interface RenderLog<T> {
  /** For the end of a component: keeps the value and shows nothing. */
  readonly note: (value: T) => null;
  readonly all: readonly T[];
  /** The newest. */
  readonly last: () => T;
}

export function createRenderLog<T>(): RenderLog<T> {
  const all: T[] = [];
  return {
    all,
    note(value) {
      all.push(value);
      return null;
    },
    last: () => all.at(-1) as T,
  };
}

/** The values without what only repeats its predecessor. */
export function distinct<T>(values: readonly T[]): T[] {
  return values.filter((value, index) => index === 0 || !Object.is(value, values[index - 1]));
}
