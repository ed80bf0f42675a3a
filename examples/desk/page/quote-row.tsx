// One instrument: it hears of its own price and of no other, and renders at most once a frame.
import { useChannel } from 'holdfast';
import { quotes, type INSTRUMENTS, type Ticker } from '../contract.js';
import { changeText, priceText } from './format.js';
import { CountCommits } from './frames.js';

interface QuoteRowProps {
  readonly instrument: (typeof INSTRUMENTS)[number];
  readonly isChosen: boolean;
  readonly onChoose: (symbol: Ticker) => void;
}

export function QuoteRow({ instrument: { symbol, name, startCents }, isChosen, onChoose }: QuoteRowProps) {
  return (
    <tr data-chosen={isChosen} data-testid={`quote-${symbol}`}>
      <th scope="row">
        <button type="button" className="row-button" aria-pressed={isChosen} onClick={() => onChoose(symbol)}>
          <b>{symbol}</b> <span>{name}</span>
        </button>
      </th>
      <CountCommits>
        <QuoteCells symbol={symbol} startCents={startCents} />
      </CountCommits>
    </tr>
  );
}

function QuoteCells({ symbol, startCents }: { readonly symbol: Ticker; readonly startCents: number }) {
  const { data: quote, isStale } = useChannel(quotes, { select: (all) => all[symbol] });
  if (quote === undefined) {
    return (
      <>
        <td className="price">–</td>
        <td className="change">–</td>
      </>
    );
  }
  const { cents, beforeCents } = quote;
  const way = cents > beforeCents ? 'up' : cents < beforeCents ? 'down' : undefined;
  const change = cents / startCents - 1;
  return (
    <>
      <td className="price" data-stale={isStale}>
        {/* Another key is another element, and that begins its animation anew. */}
        <span className="flash" data-way={way} key={cents}>
          <i aria-hidden="true" />
          {priceText(cents)}
        </span>
      </td>
      <td className="change" data-way={change > 0 ? 'up' : change < 0 ? 'down' : undefined}>
        {changeText(change)}
      </td>
    </>
  );
}
