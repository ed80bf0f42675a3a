// One side of a book: the best prices first, each with what lies there.
import type { CSSProperties, ReactNode } from 'react';
import type { Level } from './book-levels.js';
import { countText, priceText } from './format.js';

const SHOWN = 7;

export function BookSide({ title, levels }: { readonly title: 'Bids' | 'Asks'; readonly levels: readonly Level[] }) {
  const shown = levels.slice(0, SHOWN);
  const most = Math.max(1, ...shown.map(({ quantity }) => quantity));
  // The prices of both sides meet in the middle.
  const isBids = title === 'Bids';
  const row = (price: ReactNode, amount: ReactNode) => (isBids ? [amount, price] : [price, amount]);
  return (
    <table className="levels" data-side={title} data-testid={title.toLowerCase()}>
      <caption>{title}</caption>
      <thead className="visually-hidden">
        <tr>{row(<th key="price" scope="col">Price</th>, <th key="amount" scope="col">Quantity</th>)}</tr>
      </thead>
      <tbody>
        {shown.map(({ cents, quantity, own, isMoving }) => (
          <tr key={cents} data-own={own > 0} data-moving={isMoving} style={{ '--depth': quantity / most } as CSSProperties}>
            {row(
              <td key="price" className="price">{priceText(cents)}</td>,
              <td key="amount" className="amount">
                {countText(quantity)} {own > 0 && <span className="own">{isMoving ? 'on its way' : 'yours'}</span>}
              </td>,
            )}
          </tr>
        ))}
        {/* As many rows as there may be, so that nothing below moves. */}
        {Array.from({ length: SHOWN - shown.length }, (_, empty) => (
          <tr key={`empty-${empty}`} aria-hidden="true">{row(<td key="price" className="price">–</td>, <td key="amount" />)}</tr>
        ))}
      </tbody>
    </table>
  );
}
