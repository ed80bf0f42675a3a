// Every instrument's price, and the chosen one's chart.
import { useChannel } from 'holdfast';
import { INSTRUMENTS, quotes, type Ticker } from '../contract.js';
import { Chart } from './chart.js';
import { GapNotice } from './gap-notice.js';
import { QuoteRow } from './quote-row.js';
import { Rates } from './rates.js';

interface MarketProps {
  readonly symbol: Ticker;
  readonly onChoose: (symbol: Ticker) => void;
}

export function Market({ symbol, onChoose }: MarketProps) {
  // Nothing of the prices: this part renders when the channel's state changes, and the rows when their price does.
  const { gap, resync } = useChannel(quotes, { select: () => null });
  const chosen = INSTRUMENTS.find((one) => one.symbol === symbol) ?? INSTRUMENTS[0];
  return (
    <section className="panel market" aria-labelledby="market-title">
      <div className="panel-head">
        <h2 id="market-title" tabIndex={-1}>Market</h2>
        <Rates />
      </div>
      {gap && <GapNotice what="prices" gap={gap} onRead={resync} />}
      <div className="market-body">
        <table className="quotes">
          <caption className="visually-hidden">Prices of all instruments. Choose one for the chart, the ticket and the book.</caption>
          <thead>
            <tr>
              <th scope="col">Instrument</th>
              <th scope="col">Price</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {INSTRUMENTS.map((instrument) => (
              <QuoteRow key={instrument.symbol} instrument={instrument} isChosen={instrument.symbol === symbol} onChoose={onChoose} />
            ))}
          </tbody>
        </table>
        <figure className="chart-figure">
          <figcaption>
            <b>{chosen.name}</b> <span className="hint">last minute</span>
          </figcaption>
          <Chart symbol={symbol} name={chosen.name} />
        </figure>
      </div>
    </section>
  );
}
