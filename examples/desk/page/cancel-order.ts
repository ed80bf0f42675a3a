// Cancelling an order of one's own: the book shows at once that it goes.
import { useCommand } from 'holdfast';
import { useState } from 'react';
import { api, type Order } from '../contract.js';
import { put } from './book-levels.js';
import { cancelErrorInWords } from './in-words.js';
import { counted } from './proof.js';

export function useCancelOrder(order: Order) {
  const [problem, setProblem] = useState('');
  const { send } = useCommand(api.commands.cancelOrder, {
    optimistic: (local) =>
      local.query(api.queries.book, { symbol: order.symbol }, (orders) =>
        // Not taken out: it is open until the server says otherwise.
        orders.some(({ id }) => id === order.id) ? put(orders, { ...order, status: 'cancelled' }) : orders,
      ),
  });
  return {
    problem,
    cancel() {
      setProblem('');
      counted(`Cancel ${order.quantity} ${order.symbol}`, send({ id: order.id })).result.catch((error: Parameters<typeof cancelErrorInWords>[0]) => {
        if (error.code !== 'cancelled') setProblem(cancelErrorInWords(error));
      });
    },
  };
}
