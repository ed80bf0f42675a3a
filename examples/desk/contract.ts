// What the desk's server and its page agree on: read this first.
import { append, channel, command, defineContract, defineView, query, volatile } from 'holdfast/contract';
import { z } from 'zod';

/** What is traded. `startCents` is where the price began, and what it keeps coming back to. */
export const INSTRUMENTS = [
  { symbol: 'ALDR', name: 'Alder Timber', startCents: 4_210 },
  { symbol: 'BRIN', name: 'Brine Salt', startCents: 1_875 },
  { symbol: 'CRAG', name: 'Crag Quarries', startCents: 12_640 },
  { symbol: 'DUNE', name: 'Dune Solar', startCents: 8_305 },
  { symbol: 'FERN', name: 'Fern Botanics', startCents: 2_990 },
  { symbol: 'GALE', name: 'Gale Wind', startCents: 15_120 },
] as const;

const TICKERS = INSTRUMENTS.map(({ symbol }) => symbol);
/** The short name of an instrument. */
export const Ticker = z.enum(TICKERS);
export type Ticker = z.infer<typeof Ticker>;

/** Who keeps the book filled: the desk itself, and nobody who comes. */
export const MAKER = 'Market maker';

/** The name that somebody trades and chats under. */
export const Trader = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} .'-]{0,31}$/u)
  // Whoever had this name could cancel what keeps the book from being empty.
  .refine((name) => name !== MAKER);

/** How far from the price an order may be, as a share of it. */
export const MAX_DISTANCE = 0.1;
/** The most orders in an answer of the history. */
export const MAX_HISTORY = 40;
/** The most pieces in one order, and the longest message in characters. */
export const MAX_QUANTITY = 1_000;
export const MAX_LENGTH = 500;

/** A price. `run` is one life of the server and `n` counts in it from 1: the scoreboard holds what arrived against them, and not against what the library says of itself. */
export const Tick = z.object({ symbol: Ticker, cents: z.int().positive(), n: z.int().positive(), run: z.string() });
export type Tick = z.infer<typeof Tick>;

export const Side = z.enum(['buy', 'sell']);
export type Side = z.infer<typeof Side>;
export const OrderStatus = z.enum(['open', 'filled', 'cancelled']);
export type OrderStatus = z.infer<typeof OrderStatus>;

/** An order as it is now. Its id is that of the command which placed it; `seq` counts the lines of the server's order file, so it goes on through restarts. */
export const Order = z.object({
  id: z.string(),
  trader: z.string(),
  symbol: Ticker,
  side: Side,
  cents: z.int().positive(),
  quantity: z.int().positive(),
  status: OrderStatus,
  placedAt: z.number(),
  changedAt: z.number(),
  seq: z.int().nonnegative(),
});
export type Order = z.infer<typeof Order>;

export const NewOrder = z.object({ symbol: Ticker, side: Side, cents: z.int().positive(), quantity: z.int().min(1).max(MAX_QUANTITY) });
export type NewOrder = z.infer<typeof NewOrder>;

/** What the history is asked for; what is left out is not looked at. */
export const OrderFilter = z.object({ symbol: Ticker.optional(), side: Side.optional(), status: OrderStatus.optional(), trader: z.string().optional() });
export type OrderFilter = z.infer<typeof OrderFilter>;

export const Message = z.object({ id: z.string(), author: z.string(), text: z.string(), at: z.number() });
export type Message = z.infer<typeof Message>;

export const api = defineContract({
  channels: {
    /** Every price change of every instrument. Many a second. */
    prices: channel('prices', { events: { tick: Tick } }),
    /** Every change of an order, of all instruments. */
    orders: channel('orders', { events: { changed: Order } }),
    /** A chat room. Who is typing is volatile: nobody keeps it, and nobody misses it. */
    room: channel('room:{id}', { events: { message: Message }, clientEvents: { typing: volatile(z.object({ isTyping: z.boolean() })) } }),
  },
  queries: {
    /** The open orders of one instrument. */
    book: query({ input: z.object({ symbol: Ticker }), output: z.array(Order) }),
    /** The newest orders that the filter lets through, the newest first; at most `MAX_HISTORY`. */
    history: query({ input: OrderFilter, output: z.array(Order) }),
  },
  commands: {
    placeOrder: command({
      input: NewOrder,
      output: Order,
      errors: { tooMany: z.object({ limit: z.number() }), farFromPrice: z.object({ cents: z.number() }), idTaken: z.object({}) },
    }),
    cancelOrder: command({ input: z.object({ id: z.string() }), output: Order, errors: { notOpen: z.object({ status: OrderStatus.optional() }) } }),
    /** Chat in a lane of its own: a message never waits behind an order. */
    say: command({ input: z.object({ room: z.string(), text: z.string().min(1).max(MAX_LENGTH) }), output: Message, lane: 'chat' }),
  },
});

export interface Quote {
  readonly cents: number;
  /** The price before, to show which way it went. */
  readonly beforeCents: number;
}
export type Quotes = Readonly<Partial<Record<Ticker, Quote>>>;

/** The last price of each instrument, folded once for every row that shows one. */
export const quotes = defineView(api.channels.prices, {
  history: 60,
  initialState: {} as Quotes,
  reduce: (all, { data: { symbol, cents } }) => ({ ...all, [symbol]: { cents, beforeCents: all[symbol]?.cents ?? cents } }),
});

export const messages = defineView(api.channels.room, { history: 50, initialState: [] as Message[], reduce: append(100) });

/** Whether an order belongs to what was asked for; the server and the page's `follow` say it with the same words. */
export function passes(order: Order, { symbol, side, status, trader }: OrderFilter): boolean {
  return (
    (symbol === undefined || order.symbol === symbol) &&
    (side === undefined || order.side === side) &&
    (status === undefined || order.status === status) &&
    (trader === undefined || order.trader === trader)
  );
}
