// The last minute of each instrument's price, a point for every tenth of a second: what a chart can show, whatever comes in.
import type { Ticker } from '../contract.js';

const STEP_S = 0.1;
const POINTS = 600;

export interface PriceLine {
  /** Seconds since 1970. */
  readonly times: number[];
  /** null: nobody knows; a gap was told. */
  readonly prices: (number | null)[];
}

const lines = new Map<Ticker, PriceLine>();
const listeners = new Map<Ticker, () => void>();

export const priceLines = {
  of: (symbol: Ticker): PriceLine => lines.get(symbol) ?? { times: [], prices: [] },
  add(symbol: Ticker, atMs: number, cents: number): void {
    let line = lines.get(symbol);
    if (line === undefined) lines.set(symbol, (line = { times: [], prices: [] }));
    const { times, prices } = line;
    const at = Math.floor(atMs / 1_000 / STEP_S) * STEP_S;
    const last = times.length - 1;
    // Within a tenth of a second the last price stands.
    if (last >= 0 && at <= (times[last] ?? 0)) prices[last] = cents / 100;
    else {
      times.push(at);
      prices.push(cents / 100);
    }
    if (times.length > POINTS) {
      times.shift();
      prices.shift();
    }
    listeners.get(symbol)?.();
  },
  /** What came in between is not known: the line is broken there. */
  gap(): void {
    for (const { times, prices } of lines.values()) {
      const last = times.at(-1);
      if (last === undefined || prices.at(-1) === null) continue;
      times.push(last + STEP_S);
      prices.push(null);
    }
  },
  /** One at a time for each instrument: the chart that shows it. */
  watch(symbol: Ticker, onNew: () => void): () => void {
    listeners.set(symbol, onNew);
    return () => void listeners.delete(symbol);
  },
};
