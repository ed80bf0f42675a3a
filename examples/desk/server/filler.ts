// Fills the orders that the prices have reached. One round at a time, since each fill waits for the disk.
import { INSTRUMENTS, type Order, type Ticker } from '../contract.js';
import type { Orders } from './orders.js';

interface FillerOptions {
  readonly orders: Orders;
  readonly priceOf: (symbol: Ticker) => number;
  readonly onFilled: (order: Order) => void;
}

/** Call what it returns whenever prices have moved. */
export function createFiller({ orders, priceOf, onFilled }: FillerOptions): () => void {
  let isFilling = false;
  async function round(): Promise<void> {
    for (const { symbol } of INSTRUMENTS) {
      for (const { id } of orders.reachedBy(symbol, priceOf(symbol))) {
        const order = await orders.end(id, 'filled');
        if (order !== null) onFilled(order);
      }
    }
  }
  return () => {
    if (isFilling) return;
    isFilling = true;
    // What cannot be written ends the process: a desk that forgets what it has filled is worse than one that is away.
    void round().then(() => (isFilling = false));
  };
}
