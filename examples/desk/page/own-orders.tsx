// Orders of one's own in the book: open, on their way in, or on their way out; and those that could not be cancelled.
import type { MouseEvent } from 'react';
import type { Order, Ticker } from '../contract.js';
import { useCancelOrder } from './cancel-order.js';
import { cancelErrorInWords, orderInWords } from './in-words.js';
import { keepFocus } from './keep-focus.js';

interface OwnOrdersProps {
  readonly symbol: Ticker;
  readonly orders: readonly Order[];
  /** Ids of those that have a command under way. */
  readonly moving: ReadonlySet<string>;
}

export function OwnOrders({ symbol, orders, moving }: OwnOrdersProps) {
  const { cancel, notCancelled, forget } = useCancelOrder(symbol);
  return (
    <>
      <h3>Your orders in it</h3>
      {notCancelled.map((one) => (
        <div key={one.id} className="notice" data-tone="bad" data-testid="not-cancelled">
          <p role="alert">
            <b>Cancel: {orderInWords(one.order)}.</b> {cancelErrorInWords(one.error)}
          </p>
          <button type="button" onClick={andKeepFocus(() => forget(one))} aria-label={`Dismiss: Cancel: ${orderInWords(one.order)}`}>
            Dismiss
          </button>
        </div>
      ))}
      {orders.length === 0 ? (
        <p className="hint">None of {symbol}. Place one: it stands here before the server has answered.</p>
      ) : (
        <ul className="rows own-orders" tabIndex={0} aria-label={`Your orders of ${symbol}`} data-testid="own-orders">
          {orders.map((order) => (
            <OwnOrder key={order.id} order={order} isMoving={moving.has(order.id)} onCancel={() => cancel(order)} />
          ))}
        </ul>
      )}
    </>
  );
}

function OwnOrder({ order, isMoving, onCancel }: { readonly order: Order; readonly isMoving: boolean; readonly onCancel: () => void }) {
  const isLeaving = order.status === 'cancelled';
  return (
    <li className="own-order" data-moving={isMoving} data-testid="own-order" data-order={order.id}>
      <p>
        <span data-leaving={isLeaving}>{orderInWords(order)}</span>
        <span className="hint">{isLeaving ? 'being cancelled' : isMoving ? 'on its way' : 'open'}</span>
      </p>
      <button type="button" onClick={andKeepFocus(onCancel)} disabled={isMoving} aria-label={`Cancel: ${orderInWords(order)}`}>
        Cancel
      </button>
    </li>
  );
}

/** For a button that goes, or cannot be pressed again. */
const andKeepFocus = (act: () => void) => (event: MouseEvent<HTMLElement>) => {
  keepFocus(event);
  act();
};
