// Orders as the server's file has them: asked for with a filter, then kept true by the channel that it follows.
import { useChannel, useQuery } from 'holdfast';
import { useState } from 'react';
import { api, type OrderFilter } from '../contract.js';
import { applyToHistory, fallsOut } from './book-levels.js';
import { countText, clockText, priceText } from './format.js';
import { CountCommits } from './frames.js';
import { HistoryFilter } from './history-filter.js';
import { errorInWords } from './in-words.js';
import { me } from './me.js';

const STATUS = { open: 'Open', filled: 'Filled', cancelled: 'Cancelled' } as const;

export function OrderHistory() {
  const [filter, setFilter] = useState<OrderFilter>({});
  const { data, error, isPending, isFetching, isStale, fetchStatus, refetch } = useQuery(api.queries.history, {
    input: filter,
    follow: { channel: api.channels.orders, apply: applyToHistory(filter) },
  });
  // It shows the newest of many: who falls out leaves its place to one that was not in the answer, so it asks again.
  useChannel(api.channels.orders, { onEvent: ({ data: order }) => fallsOut(order, filter) && refetch() });
  const state =
    fetchStatus === 'paused' ? 'Waits for the connection to ask.' : isFetching ? 'Asking …' : isStale ? 'Not live now: this may be behind.' : 'Live: asked once, then followed.';
  return (
    <section className="panel history" aria-labelledby="history-title">
      <div className="panel-head">
        <h2 id="history-title" tabIndex={-1}>Order history</h2>
        <p className="hint" role="status" data-testid="history-state">{state}</p>
      </div>
      <HistoryFilter filter={filter} onFilter={setFilter} />
      {error && (
        <p className="notice" data-tone="bad" role="alert">
          {errorInWords(error)} <button type="button" onClick={refetch}>Ask again</button>
        </p>
      )}
      <div className="scroll" tabIndex={0} role="region" aria-label="Orders, the newest first" aria-busy={isFetching}>
        <table className="orders" data-testid="history" data-stale={isStale}>
          <thead>
            <tr>
              <th scope="col">Placed</th>
              <th scope="col">Order</th>
              <th scope="col">Quantity</th>
              <th scope="col">Price</th>
              <th scope="col">Status</th>
              <th scope="col">Trader</th>
            </tr>
          </thead>
          <CountCommits>
            <tbody>
              {data?.map((order) => (
                <tr key={order.id} data-order={order.id} data-seq={order.seq} data-own={order.trader === me.trader}>
                  <td><time dateTime={new Date(order.placedAt).toISOString()}>{clockText(order.placedAt)}</time></td>
                  <td><span className="side" data-side={order.side}>{order.side === 'buy' ? 'Buy' : 'Sell'}</span> {order.symbol}</td>
                  <td>{countText(order.quantity)}</td>
                  <td>{priceText(order.cents)}</td>
                  <td><span className="status" data-status={order.status}>{STATUS[order.status]}</span></td>
                  <td>{order.trader === me.trader ? 'You' : order.trader}</td>
                </tr>
              ))}
            </tbody>
          </CountCommits>
        </table>
        {isPending && <p className="hint empty">{fetchStatus === 'paused' ? 'It will be asked when the connection is there.' : 'Asking the server …'}</p>}
        {data?.length === 0 && <p className="hint empty">No order passes this filter.</p>}
      </div>
    </section>
  );
}
