// Open orders as a book: what lies at each price, and how an order changes a list. Pure.
import { MAX_HISTORY, passes, type Order, type OrderFilter, type Side, type Ticker } from '../contract.js';

export interface Level {
  readonly cents: number;
  readonly quantity: number;
  /** How much of it is the reader's own. */
  readonly own: number;
  /** Something of it is on its way to or from the book. */
  readonly isMoving: boolean;
}

/** The order in the place of the one with its id, or at the end. Twice is as good as once. */
export function put(orders: readonly Order[], order: Order): Order[] {
  const at = orders.findIndex(({ id }) => id === order.id);
  return at === -1 ? [...orders, order] : orders.with(at, order);
}

/** The book of an instrument after an order has changed. */
export function applyToBook(symbol: Ticker) {
  return (orders: Order[], { data: order }: { readonly data: Order }): Order[] => {
    if (order.symbol !== symbol) return orders;
    return order.status === 'open' ? put(orders, order) : orders.filter(({ id }) => id !== order.id);
  };
}

/** The history under a filter after an order has changed: it may come in, change in its place, or fall out. */
export function applyToHistory(filter: OrderFilter) {
  return (orders: Order[], { data: order }: { readonly data: Order }): Order[] => {
    const known = orders.findIndex(({ id }) => id === order.id);
    if (!passes(order, filter)) return known === -1 ? orders : orders.toSpliced(known, 1);
    // The newest first, by when they were placed: a change moves nothing.
    if (known !== -1) return orders.with(known, order);
    const at = orders.findIndex(({ placedAt }) => placedAt <= order.placedAt);
    return (at === -1 ? [...orders, order] : orders.toSpliced(at, 0, order)).slice(0, MAX_HISTORY);
  };
}

/** Whether an order was under the filter before it changed and is not any more: of an order only its status ever changes, and only from open. */
export const fallsOut = (order: Order, filter: OrderFilter): boolean => filter.status === 'open' && passes({ ...order, status: 'open' }, filter) && !passes(order, filter);

/** The best prices of one side first. @param moving - ids of orders that are on their way */
export function levelsOf(orders: readonly Order[], side: Side, trader: string, moving: ReadonlySet<string>): Level[] {
  const levels = new Map<number, Level>();
  for (const order of orders) {
    if (order.side !== side) continue;
    const { cents } = order;
    const level = levels.get(cents) ?? { cents, quantity: 0, own: 0, isMoving: false };
    levels.set(cents, {
      cents,
      quantity: level.quantity + order.quantity,
      own: level.own + (order.trader === trader ? order.quantity : 0),
      isMoving: level.isMoving || moving.has(order.id),
    });
  }
  return [...levels.values()].sort((a, b) => (side === 'buy' ? b.cents - a.cents : a.cents - b.cents));
}
