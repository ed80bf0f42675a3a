// Cancelling orders of one's own: the book shows at once that one goes, and this says so if it did not.
import { useCommand, type CommandError } from 'holdfast';
import { useState } from 'react';
import { api, type Order, type Ticker } from '../contract.js';
import { orderInWords } from './in-words.js';
import { counted } from './proof.js';

export interface NotCancelled {
  readonly id: string;
  readonly order: Order;
  readonly error: CommandError<typeof api.commands.cancelOrder>;
}

export function useCancelOrder(symbol: Ticker) {
  const [notCancelled, setNotCancelled] = useState<readonly NotCancelled[]>([]);
  const { send } = useCommand(api.commands.cancelOrder, {
    // Not taken out: it is open until the server says otherwise.
    optimistic: (local, input) =>
      local.query(api.queries.book, { symbol }, (orders) => orders.map((order) => (order.id === input.id ? { ...order, status: 'cancelled' } : order))),
  });
  return {
    cancel(order: Order) {
      const { id, result } = counted(`Cancel: ${orderInWords(order)}`, send({ id: order.id }));
      result.catch((error: NotCancelled['error']) => {
        // Who took it back knows.
        if (error.code !== 'cancelled') setNotCancelled((others) => [...others, { id, order, error }]);
      });
    },
    notCancelled,
    forget: (one: NotCancelled) => setNotCancelled((others) => others.filter((other) => other !== one)),
  };
}
