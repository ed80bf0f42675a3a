// Prices that wander round where they began, as many changes a second as is asked for.
import { randomUUID } from 'node:crypto';
import { INSTRUMENTS, type Tick, type Ticker } from '../contract.js';

const STEP_MS = 20;
const CALM_PER_SECOND = 40;
/** How far a price strays from where it began. Orders beyond it rest in the book, orders within it are filled sooner or later. */
const STRAYS = 0.025;

export interface MarketListener {
  onTick(tick: Tick): void;
  /** After the ticks of a step: where each price is now. */
  onStep(): void;
}

export interface Market {
  priceOf(symbol: Ticker): number;
  /** More ticks for a while; it then calms down by itself. */
  flood(perSecond: number, forMs: number): void;
  close(): void;
}

export function openMarket({ onTick, onStep }: MarketListener): Market {
  const run = randomUUID();
  const prices = new Map<Ticker, number>(INSTRUMENTS.map(({ symbol, startCents }) => [symbol, startCents]));
  let n = 0;
  let perSecond = CALM_PER_SECOND;
  let floodEndsAt = 0;
  // Counted from a moment on, so that late timers do not make it slower than it was asked to be.
  let since = performance.now();
  let sent = 0;

  function setRate(rate: number): void {
    perSecond = rate;
    since = performance.now();
    sent = 0;
  }
  function tick(): void {
    const { symbol, startCents } = INSTRUMENTS[n % INSTRUMENTS.length]!;
    const drift = (startCents - (prices.get(symbol) ?? startCents)) * 0.01;
    const step = (Math.random() - 0.5) * startCents * 0.003;
    const bound = startCents * STRAYS;
    const cents = Math.round(Math.min(startCents + bound, Math.max(startCents - bound, (prices.get(symbol) ?? startCents) + drift + step)));
    prices.set(symbol, cents);
    onTick({ symbol, cents, n: ++n, run });
  }
  const timer = setInterval(() => {
    const now = performance.now();
    if (perSecond !== CALM_PER_SECOND && now >= floodEndsAt) setRate(CALM_PER_SECOND);
    const due = Math.floor(((now - since) / 1_000) * perSecond);
    // A process that was frozen does not make up for the time: the market stood still with it.
    if (due - sent > perSecond) return setRate(perSecond);
    for (; sent < due; sent += 1) tick();
    onStep();
  }, STEP_MS);

  return {
    priceOf: (symbol) => prices.get(symbol) ?? 0,
    flood(rate, forMs) {
      floodEndsAt = performance.now() + forMs;
      setRate(rate === 0 ? CALM_PER_SECOND : rate);
    },
    close: () => clearInterval(timer),
  };
}
