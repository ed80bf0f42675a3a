// An order of one's own in the book: open, on its way in, or on its way out.
import type { MouseEvent } from 'react';
import type { Order } from '../contract.js';
import { useCancelOrder } from './cancel-order.js';
import { orderInWords } from './in-words.js';
import { keepFocus } from './keep-focus.js';

export function OwnOrder({ order, isMoving }: { readonly order: Order; readonly isMoving: boolean }) {
  const { cancel, problem } = useCancelOrder(order);
  const stop = (event: MouseEvent<HTMLElement>) => {
    keepFocus(event);
    cancel();
  };
  const isLeaving = order.status === 'cancelled';
  return (
    <li className="own-order" data-moving={isMoving} data-testid="own-order">
      <p>
        <span data-leaving={isLeaving}>{orderInWords(order)}</span>
        <span className="hint">{isLeaving ? 'being cancelled' : isMoving ? 'on its way' : 'open'}</span>
      </p>
      <button type="button" onClick={stop} disabled={isMoving} aria-label={`Cancel: ${orderInWords(order)}`}>
        Cancel
      </button>
      {problem !== '' && <p className="problem" role="alert">{problem}</p>}
    </li>
  );
}
