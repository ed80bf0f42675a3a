// The order ticket: what to buy or sell, and beside it what became of it.
import { useChannel, useRealtimeClient } from 'holdfast';
import { useState, type FormEvent } from 'react';
import { MAX_QUANTITY, quotes, type NewOrder, type Side, type Ticker } from '../contract.js';
import { priceText } from './format.js';
import { NotPlacedRow } from './not-placed-row.js';
import { usePlaceOrder } from './place-order.js';

const STATUS = {
  idle: 'Nothing placed yet.',
  queued: 'Not sent yet.',
  sent: 'On its way.',
  success: 'Placed.',
  error: 'Not placed.',
  'handed-over': '',
} as const;

export function Ticket({ symbol }: { readonly symbol: Ticker }) {
  const [side, setSide] = useState<Side>('buy');
  const [quantity, setQuantity] = useState('10');
  const { status, errorCode, place, notPlaced, forget } = usePlaceOrder();
  const words = errorCode === 'cancelled' ? 'Taken back.' : errorCode === 'outcome-unknown' ? 'Outcome unknown.' : STATUS[status];
  return (
    <section className="panel ticket" aria-labelledby="ticket-title">
      <div className="panel-head">
        <h2 id="ticket-title" tabIndex={-1}>Order ticket</h2>
        <p className="hint" role="status" data-testid="ticket-status">
          {words}
          {status === 'error' && notPlaced.length > 0 && ' See below.'}
        </p>
      </div>
      {/* Another instrument is another price, and so another form. */}
      <TicketForm key={symbol} symbol={symbol} side={side} onSide={setSide} quantity={quantity} onQuantity={setQuantity} onPlace={place} />
      {notPlaced.length > 0 && (
        <ul className="rows" aria-label="Orders that were not placed">
          {notPlaced.map((one) => (
            <NotPlacedRow key={one.id} one={one} onAgain={place} onForget={() => forget(one)} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface TicketFormProps {
  readonly symbol: Ticker;
  readonly side: Side;
  readonly onSide: (side: Side) => void;
  readonly quantity: string;
  readonly onQuantity: (quantity: string) => void;
  readonly onPlace: (order: NewOrder) => void;
}

function TicketForm({ symbol, side, onSide, quantity, onQuantity, onPlace }: TicketFormProps) {
  const client = useRealtimeClient();
  const [typed, setTyped] = useState<string | null>(null);
  // The price when the form was opened, or the first one after. Any later one is the same to this form, so it does not move under the pen.
  const { data: first } = useChannel(quotes, { select: (all) => all[symbol]?.cents, isEqual: (a, b) => a !== undefined || a === b });
  const price = typed ?? (first === undefined ? '' : (first / 100).toFixed(2));
  const takeLast = () => {
    const cents = client.view(quotes).get().data[symbol]?.cents;
    if (cents !== undefined) setTyped((cents / 100).toFixed(2));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPlace({ symbol, side, cents: Math.round(Number(price) * 100), quantity: Number(quantity) });
  };
  return (
    <form className="ticket-form" onSubmit={submit}>
      <fieldset className="segments">
        <legend className="visually-hidden">Side</legend>
        {(['buy', 'sell'] as const).map((one) => (
          <label key={one} data-side={one}>
            <input type="radio" name="side" className="visually-hidden" checked={one === side} onChange={() => onSide(one)} />
            <span>{one === 'buy' ? 'Buy' : 'Sell'}</span>
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span>Quantity</span>
        <input type="number" inputMode="numeric" min={1} max={MAX_QUANTITY} step={1} required value={quantity} onChange={(event) => onQuantity(event.target.value)} />
      </label>
      <label className="field">
        <span>Price</span>
        <input type="number" inputMode="decimal" min={0.01} step={0.01} required value={price} onChange={(event) => setTyped(event.target.value)} />
      </label>
      <button type="button" className="quiet take-last" onClick={takeLast}>
        Last price
      </button>
      <p className="value">
        <span>Value</span> <output>{priceText(Math.round(Number(price) * 100) * Number(quantity))}</output>
      </p>
      <button type="submit" className="primary">
        Place order for {symbol}
      </button>
    </form>
  );
}
