// All orders, and the one line in which they change: decide, write it down, remember it. What is asked in between sees what is on the disk and nothing else.
import { MAX_HISTORY, passes, type NewOrder, type Order, type OrderFilter, type Ticker } from '../contract.js';
import type { OrderFile } from './order-file.js';

/** On either side. */
const MOST_IN_BOOK = 20;
/** Open orders that one trader may have. */
export const MOST_OPEN = 30;

export interface Orders {
  find(id: string): Order | undefined;
  countOpen(trader: string): number;
  /** Open orders of an instrument that are nearest to the price, at most 20 on either side. */
  book(symbol: Ticker): Order[];
  history(filter: OrderFilter): Order[];
  /** Waits for its turn. An order that is known already is answered as it is: the same command never places two. */
  place(id: string, trader: string, order: NewOrder): Promise<Order>;
  /** Waits for its turn. Without a change if the order is not open any more then. */
  end(id: string, status: 'filled' | 'cancelled'): Promise<Order | null>;
  /** Open orders that a price reaches: bids at it or above, asks at it or below. */
  reachedBy(symbol: Ticker, cents: number): Order[];
}

export function createOrders(file: OrderFile): Orders {
  const all = new Map<string, Order>();
  const open = new Map<string, Order>();
  let seq = 0;
  const remember = (order: Order): void => {
    seq = order.seq;
    all.set(order.id, order);
    if (order.status === 'open') open.set(order.id, order);
    else open.delete(order.id);
  };
  file.changes.forEach(remember);

  let turn: Promise<unknown> = Promise.resolve();
  /** One change after the other, so that a decision is still right when it is written. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = turn.then(task);
    turn = done.catch(() => {});
    return done;
  }
  async function change(order: Omit<Order, 'seq' | 'changedAt'>): Promise<Order> {
    const next = { ...order, changedAt: Date.now(), seq: seq + 1 };
    await file.append(next);
    remember(next);
    return next;
  }
  const openOf = (symbol: Ticker): Order[] => [...open.values()].filter((order) => order.symbol === symbol);

  return {
    find: (id) => all.get(id),
    countOpen: (trader) => [...open.values()].filter((order) => order.trader === trader).length,
    book(symbol) {
      const orders = openOf(symbol);
      const bids = orders.filter(({ side }) => side === 'buy').sort((a, b) => b.cents - a.cents);
      const asks = orders.filter(({ side }) => side === 'sell').sort((a, b) => a.cents - b.cents);
      return [...bids.slice(0, MOST_IN_BOOK), ...asks.slice(0, MOST_IN_BOOK)];
    },
    // A map keeps the order in which orders were placed.
    history: (filter) =>
      [...all.values()]
        .reverse()
        .filter((order) => passes(order, filter))
        .slice(0, MAX_HISTORY),
    place: (id, trader, order) => inTurn(async () => all.get(id) ?? (await change({ id, trader, ...order, status: 'open', placedAt: Date.now() }))),
    end: (id, status) =>
      inTurn(async () => {
        const order = open.get(id);
        return order === undefined ? null : await change({ ...order, status });
      }),
    reachedBy: (symbol, cents) => openOf(symbol).filter((order) => (order.side === 'buy' ? order.cents >= cents : order.cents <= cents)),
  };
}
