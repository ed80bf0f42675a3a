// What the stage's server and its pages agree on: one of everything that a story shows.
import { z } from 'zod';
import { append, channel, command, defineContract, defineView, query, volatile } from 'holdfast/contract';

const Message = z.object({ id: z.string(), author: z.string(), text: z.string() });
export type Message = z.infer<typeof Message>;

/** One tick of a feed: `n` counts up by one within a `run`, which is one life of the server. Whoever listens can check for itself that nothing is missing. */
const Tick = z.object({ run: z.string(), n: z.number().int(), cents: z.number() });
export type Tick = z.infer<typeof Tick>;

const Order = z.object({ n: z.number().int(), item: z.string(), quantity: z.number().int().min(1).max(1_000) });
export type Order = z.infer<typeof Order>;

/** The same types, and nobody looks: what a page and a server have that only believe in each other. */
function unchecked<Schema extends z.ZodType>(_: Schema): Schema {
  return z.any() as unknown as Schema;
}

function createApi(isChecked: boolean) {
  const orderSchema = isChecked ? Order : unchecked(Order);
  const orderInput = z.object({ book: z.string(), item: z.string(), quantity: Order.shape.quantity });
  return defineContract({
    channels: {
      room: channel('room:{id}', { events: { message: Message }, clientEvents: { typing: volatile(z.object({ on: z.boolean() })) } }),
      /** Nobody is let in. */
      vault: channel('vault', { events: { message: Message } }),
      /** Ticks when somebody asks for it. */
      price: channel('price:{symbol}', { events: { tick: z.object({ cents: z.number() }) } }),
      /** Ticks by itself, as long as the server lives. */
      feed: channel('feed:{name}', { events: { tick: Tick } }),
      orders: channel('orders:{book}', { events: { taken: orderSchema } }),
    },
    queries: {
      history: query({ input: z.object({ room: z.string() }), output: z.array(Message) }),
      total: query({ input: z.object({ book: z.string() }), output: isChecked ? z.number() : unchecked(z.number()) }),
    },
    commands: {
      say: command({ input: z.object({ room: z.string(), author: z.string(), text: z.string().max(200) }), output: Message, errors: { rude: z.object({ word: z.string() }) } }),
      tick: command({ input: z.object({ symbol: z.string(), count: z.number().int().min(1).max(1_000) }) }),
      order: command({ input: isChecked ? orderInput : unchecked(orderInput), output: orderSchema }),
      /** A mistake in the server's own code: it says a quantity in words. */
      slip: command({ input: z.object({ book: z.string() }) }),
    },
  });
}

export const api = createApi(true);
export type StageApi = typeof api;
/** The same contract without its checks. */
export const uncheckedApi: StageApi = createApi(false);

export const messages = defineView(api.channels.room, { history: 20, initialState: [] as Message[], reduce: append(20) });
export const vaultMessages = defineView(api.channels.vault, { initialState: [] as Message[], reduce: append(20) });
export const latestPrice = defineView(api.channels.price, { history: 1, initialState: null as number | null, reduce: (_, event) => event.data.cents });
