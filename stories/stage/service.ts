// What the stage's server does, wherever it runs: the simulated one in the page, and the real process of `npm run storybook`.
// `createService` is long because it is the list of the contract's handlers over one memory.
import type { Authenticate, Authorize, CommandHandlers, QueryHandlers } from 'holdfast/server';
import type { SimulatedServer } from 'holdfast/testing';
import type { Message, Order, StageApi } from './contract.js';

/** The feeds that tick by themselves, and how often. */
export const FEEDS = ['a', 'b', 'c', 'd', 'e'] as const;
export type Feed = (typeof FEEDS)[number];
const TICK_MS = 200;
/** How many messages of a room are kept. Orders all are: their total is asked for. */
const KEPT = 20;

/** One life of the server's process. */
export interface Life {
  /** Another one each time. */
  readonly run: string;
  readonly publish: ReturnType<SimulatedServer['core']>['publish'];
  after(ms: number, act: () => void): unknown;
}

export interface StageRules {
  readonly contract: StageApi;
  readonly authenticate: Authenticate;
  readonly authorize: Authorize<StageApi>;
  readonly queries: QueryHandlers<StageApi>;
  readonly commands: CommandHandlers<StageApi>;
}

export interface StageService {
  readonly rules: StageRules;
  /** A new process: it remembers nothing, and its feeds begin to tick. */
  begin(life: Life): void;
}

export function createService(api: StageApi): StageService {
  const { channels } = api;
  const rooms = new Map<string, readonly Message[]>();
  const books = new Map<string, readonly Order[]>();
  let cents = 100;
  let life: Life | null = null;

  const keep = <Item>(map: Map<string, readonly Item[]>, key: string, item: Item, most = Number.POSITIVE_INFINITY): void => void map.set(key, [...(map.get(key) ?? []), item].slice(-most));
  const take = (book: string, item: string, quantity: number): Order => ({ n: (books.get(book)?.at(-1)?.n ?? 0) + 1, item, quantity });

  return {
    rules: {
      contract: api,
      // A name is enough to come in here.
      authenticate: ({ token }) => (token === undefined ? null : { id: token }),
      authorize: {
        channels: { room: 'public', price: 'public', feed: 'public', orders: 'public' },
        clientEvents: { room: 'public' },
        queries: { history: 'public', total: 'public' },
        commands: { say: 'public', tick: 'public', order: 'public', slip: 'public' },
      },
      queries: {
        history: ({ input }) => [...(rooms.get(input.room) ?? [])],
        total: ({ input }) => (books.get(input.book) ?? []).reduce((sum, { quantity }) => sum + quantity, 0),
      },
      commands: {
        say({ id, input, publish, reject }) {
          if (input.text.includes('darn')) throw reject('rude', { word: 'darn' });
          const message = { id, author: input.author, text: input.text };
          keep(rooms, input.room, message, KEPT);
          publish(channels.room, { id: input.room }, 'message', message);
          return message;
        },
        tick({ input }) {
          for (let tick = 0; tick < input.count; tick += 1) void life?.publish(channels.price, { symbol: input.symbol }, 'tick', { cents: ++cents });
        },
        order({ input, publish }) {
          const order = take(input.book, input.item, input.quantity);
          publish(channels.orders, { book: input.book }, 'taken', order);
          keep(books, input.book, order);
          return order;
        },
        slip({ input, publish }) {
          const order = take(input.book, 'a slip', 'two' as unknown as number);
          publish(channels.orders, { book: input.book }, 'taken', order);
          keep(books, input.book, order);
        },
      },
    },
    begin(next) {
      life = next;
      rooms.clear();
      books.clear();
      let n = 0;
      const tick = (): void => {
        n += 1;
        for (const name of FEEDS) void next.publish(channels.feed, { name }, 'tick', { run: next.run, n, cents: 10_000 + ((n * 37) % 900) });
        next.after(TICK_MS, tick);
      };
      next.after(TICK_MS, tick);
    },
  };
}
