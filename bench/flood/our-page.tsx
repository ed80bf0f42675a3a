/** Two views of one channel, in a hundred and one components. Not a bench. */
import type { ReactNode } from 'react';
import { defineView, RealtimeProvider, useChannel } from 'holdfast';
import { addRow, api, Cell, EMPTY_FEED, KEYS, NO_PRICES, Rows, setPrice } from './board.js';

const prices = defineView(api.channels.board, { initialState: NO_PRICES, reduce: (state, event) => setPrice(state, event.data) });
const feed = defineView(api.channels.board, { initialState: EMPTY_FEED, reduce: (state, event) => addRow(state, event.data) });

function LiveCell({ id }: { readonly id: number }): ReactNode {
  return <Cell price={useChannel(prices, { select: (all) => all[id] }).data} />;
}

function LiveRows(): ReactNode {
  return <Rows feed={useChannel(feed).data} />;
}

export function OurPage({ url }: { readonly url: string }): ReactNode {
  return (
    <RealtimeProvider url={url} contract={api}>
      {KEYS.map((id) => (
        <LiveCell key={id} id={id} />
      ))}
      <LiveRows />
    </RealtimeProvider>
  );
}
