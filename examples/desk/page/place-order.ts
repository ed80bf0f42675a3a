// Placing an order: it is in the book at once, waits without a connection by itself, and comes back here if it was not placed, or if nobody knows.
import { useCommand, type CommandError } from 'holdfast';
import { useState } from 'react';
import { api, type NewOrder, type Order } from '../contract.js';
import { put } from './book-levels.js';
import { orderInWords } from './in-words.js';
import { me } from './me.js';
import { counted } from './proof.js';

export interface NotPlaced {
  readonly id: string;
  readonly input: NewOrder;
  readonly error: CommandError<typeof api.commands.placeOrder>;
  readonly at: number;
}

export function usePlaceOrder() {
  const [notPlaced, setNotPlaced] = useState<readonly NotPlaced[]>([]);
  const command = useCommand(api.commands.placeOrder, {
    // The command's id is the order's, so the order that comes from the server takes the place of this one.
    optimistic: (local, input, id) => local.query(api.queries.book, { symbol: input.symbol }, (orders) => put(orders, expected(input, id))),
  });
  return {
    status: command.status,
    errorCode: command.error?.code,
    place(input: NewOrder) {
      const { id, result } = counted(orderInWords(input), command.send(input));
      result.catch((error: NotPlaced['error']) => {
        // Who took it back knows.
        if (error.code !== 'cancelled') setNotPlaced((others) => [...others, { id, input, error, at: Date.now() }]);
      });
    },
    notPlaced,
    forget: (one: NotPlaced) => setNotPlaced((others) => others.filter((other) => other !== one)),
  };
}

/** What the server will make of it. */
function expected(input: NewOrder, id: string): Order {
  const now = Date.now();
  return { ...input, id, trader: me.trader, status: 'open', placedAt: now, changedAt: now, seq: 0 };
}
