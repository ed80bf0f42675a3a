// Which orders the history shows. What is not chosen is left out of the question.
import { INSTRUMENTS, OrderStatus, Side, Ticker, type OrderFilter } from '../contract.js';
import { me } from './me.js';

interface HistoryFilterProps {
  readonly filter: OrderFilter;
  readonly onFilter: (filter: OrderFilter) => void;
}

export function HistoryFilter({ filter, onFilter }: HistoryFilterProps) {
  const choose = (part: OrderFilter) => onFilter(withoutEmpty({ ...filter, ...part }));
  return (
    <div className="filters" role="group" aria-label="Filter of the order history">
      <label className="field">
        <span>Instrument</span>
        <select value={filter.symbol ?? ''} onChange={(event) => choose({ symbol: Ticker.safeParse(event.target.value).data })}>
          <option value="">All</option>
          {INSTRUMENTS.map(({ symbol }) => (
            <option key={symbol}>{symbol}</option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Side</span>
        <select value={filter.side ?? ''} onChange={(event) => choose({ side: Side.safeParse(event.target.value).data })}>
          <option value="">Both</option>
          <option value="buy">Buy</option>
          <option value="sell">Sell</option>
        </select>
      </label>
      <label className="field">
        <span>Status</span>
        <select value={filter.status ?? ''} onChange={(event) => choose({ status: OrderStatus.safeParse(event.target.value).data })}>
          <option value="">Any</option>
          <option value="open">Open</option>
          <option value="filled">Filled</option>
          <option value="cancelled">Cancelled</option>
        </select>
      </label>
      <label className="check">
        <input type="checkbox" checked={filter.trader !== undefined} onChange={(event) => choose({ trader: event.target.checked ? me.trader : undefined })} />
        <span>Only mine</span>
      </label>
    </div>
  );
}

/** What is not chosen is no key at all: the same question has one form. */
function withoutEmpty(filter: OrderFilter): OrderFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
