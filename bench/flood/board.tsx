/** What all three pages of the flood have in common: the contract, how state follows from an event, and the DOM. Not a bench. */
import { memo, type ReactNode } from 'react';
import { z } from 'zod';
import { channel, defineContract } from 'holdfast/contract';

export const ROWS = 100;
export const KEYS: readonly string[] = Array.from({ length: 100 }, (_, index) => `key-${index}`);

const Tick = z.object({ n: z.number(), key: z.string(), price: z.number(), note: z.string() });
export type Tick = z.infer<typeof Tick>;
export const api = defineContract({ channels: { board: channel('board', { events: { tick: Tick } }) } });

/** The price of each key. */
export type Prices = Readonly<Record<string, number>>;
export const NO_PRICES: Prices = {};
export const setPrice = (prices: Prices, tick: Tick): Prices => ({ ...prices, [tick.key]: tick.price });

/** The newest rows, and how many there have been. */
export interface Feed {
  readonly seen: number;
  readonly isOrdered: boolean;
  readonly rows: readonly Tick[];
}
export const EMPTY_FEED: Feed = { seen: 0, isOrdered: true, rows: [] };
export const addRow = ({ seen, isOrdered, rows }: Feed, tick: Tick): Feed => ({
  seen: seen + 1,
  isOrdered: isOrdered && tick.n === seen + 1,
  rows: [...(rows.length < ROWS ? rows : rows.slice(1)), tick],
});

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
