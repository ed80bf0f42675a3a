// Somebody who always has orders in the book, further out than prices stray, so that it is never empty.
import { INSTRUMENTS, MAKER, type NewOrder } from '../contract.js';
import type { Orders } from './orders.js';

const LEVELS = [0.028, 0.032, 0.037, 0.043, 0.05];

/** Placed once: an order that is in the file already stays as it is. */
export async function fillTheBook(orders: Orders): Promise<void> {
  for (const { symbol, startCents } of INSTRUMENTS) {
    for (const [level, distance] of LEVELS.entries()) {
      for (const side of ['buy', 'sell'] as const) {
        const cents = Math.round(startCents * (side === 'buy' ? 1 - distance : 1 + distance));
        const order: NewOrder = { symbol, side, cents, quantity: 100 * (level + 1) };
        await orders.place(`maker-${symbol}-${side}-${level}`, MAKER, order);
      }
    }
  }
}
