// The order book of one instrument: a followed query, with what is on its way shown in its place.
import { useOutbox, useQuery } from 'holdfast';
import { api, type Order, type Ticker } from '../contract.js';
import { applyToBook, levelsOf } from './book-levels.js';
import { BookSide } from './book-side.js';
import { CountCommits } from './frames.js';
import { errorInWords } from './in-words.js';
import { me } from './me.js';
import { OwnOrders } from './own-orders.js';

export function Book({ symbol }: { readonly symbol: Ticker }) {
  const { data, error, isStale, isFetching, fetchStatus } = useQuery(api.queries.book, {
    input: { symbol },
    follow: { channel: api.channels.orders, apply: applyToBook(symbol) },
  });
  const moving = useMoving();
  const orders = data ?? [];
  const own = orders.filter(({ trader }) => trader === me.trader);
  const state = fetchStatus === 'paused' ? 'Waits for the connection.' : isFetching ? 'Asking …' : isStale ? 'May be behind.' : 'Live.';
  return (
    <section className="panel book" aria-labelledby="book-title">
      <div className="panel-head">
        <h2 id="book-title" tabIndex={-1}>Book of {symbol}</h2>
        <p className="hint" data-testid="book-state">{state}</p>
      </div>
      {error && <p className="notice" data-tone="bad" role="alert">{errorInWords(error)}</p>}
      <CountCommits>
        <div className="book-sides" aria-busy={isStale}>
          <BookSide title="Bids" levels={levelsOf(orders, 'buy', me.trader, moving)} />
          <BookSide title="Asks" levels={levelsOf(orders, 'sell', me.trader, moving)} />
        </div>
      </CountCommits>
      <OwnOrders symbol={symbol} orders={own.toReversed()} moving={moving} />
    </section>
  );
}

/** Ids of the orders that have a command under way. */
function useMoving(): ReadonlySet<string> {
  const ids = useOutbox((outbox) =>
    outbox.commands
      .filter(({ name }) => name !== 'say')
      // A cancellation is a command about an order; a placing is the order.
      .map(({ id, name, input }) => (name === 'cancelOrder' ? (input as Pick<Order, 'id'>).id : id))
      .join(' '),
  );
  return new Set(ids.split(' '));
}
