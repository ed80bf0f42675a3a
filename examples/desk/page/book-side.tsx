// One side of a book: the best prices first, each with what lies there.
import type { CSSProperties } from 'react';
import type { Level } from './book-levels.js';
import { countText, priceText } from './format.js';

const SHOWN = 6;

export function BookSide({ title, levels }: { readonly title: 'Bids' | 'Asks'; readonly levels: readonly Level[] }) {
  const shown = levels.slice(0, SHOWN);
  const most = Math.max(1, ...shown.map(({ quantity }) => quantity));
  return (
    <table className="levels" data-side={title} data-testid={title.toLowerCase()}>
      <caption>{title}</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Price</th>
          <th scope="col">Quantity</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ cents, quantity, own, isMoving }) => (
          <tr key={cents} data-own={own > 0} data-moving={isMoving} style={{ '--depth': quantity / most } as CSSProperties}>
            <td className="price">{priceText(cents)}</td>
            <td>
              {own > 0 && <span className="own">{isMoving ? 'yours, on its way' : 'yours'}</span>} {countText(quantity)}
            </td>
          </tr>
        ))}
        {/* As many rows as there may be, so that nothing below moves. */}
        {Array.from({ length: SHOWN - shown.length }, (_, row) => (
          <tr key={`empty-${row}`} aria-hidden="true">
            <td>–</td>
            <td />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
