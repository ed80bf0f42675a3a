/** What all three pages of the flood have in common: the contract, how state follows from an event, and the DOM. Not a bench. */
import { memo, type ReactNode } from 'react';
import { z } from 'zod';
import { channel, defineContract } from 'holdfast/contract';

const ROWS = 100;
export const KEYS: readonly number[] = Array.from({ length: 100 }, (_, index) => index);

const Tick = z.object({ n: z.number(), key: z.number(), price: z.number(), note: z.string() });
export type Tick = z.infer<typeof Tick>;
export const api = defineContract({ channels: { board: channel('board', { events: { tick: Tick } }) } });

/** The price of each key. Cheap to fold, as the rows are: what is measured is how news gets to React. */
export type Prices = readonly number[];
export const NO_PRICES: Prices = KEYS.map(() => 0);
export const setPrice = (prices: Prices, tick: Tick): Prices => prices.with(tick.key, tick.price);

/** The newest rows, and how many there have been. */
export interface Feed {
  readonly seen: number;
  readonly isOrdered: boolean;
  readonly rows: readonly Tick[];
}
export const EMPTY_FEED: Feed = { seen: 0, isOrdered: true, rows: [] };
export function addRow({ seen, isOrdered, rows }: Feed, tick: Tick): Feed {
  const next = rows.slice(1 - ROWS);
  next.push(tick);
  return { seen: seen + 1, isOrdered: isOrdered && tick.n === seen + 1, rows: next };
}

export const Cell = memo(function Cell({ price }: { readonly price: number | undefined }): ReactNode {
  return <span className="cell">{price}</span>;
});

const Row = memo(function Row({ tick }: { readonly tick: Tick }): ReactNode {
  return <li>{`${tick.n} ${tick.key} ${tick.price} ${tick.note}`}</li>;
});

export const Rows = memo(function Rows({ feed }: { readonly feed: Feed }): ReactNode {
  return (
    <>
      <p id="seen">{feed.seen}</p>
      <p id="order">{feed.isOrdered ? 'in order' : 'out of order'}</p>
      <p id="last">{feed.rows.at(-1)?.n}</p>
      <ol>
        {feed.rows.map((tick) => (
          <Row key={tick.n} tick={tick} />
        ))}
      </ol>
    </>
  );
});
