// Somebody at the desk: what they do with its controls, and what they see. Not a test.
import type { Browser, Locator, Page } from 'playwright';
import { INSTRUMENTS, type NewOrder, type OrderStatus, type Ticker } from '../../../examples/desk/contract.js';
import { installControlLedger, type Ledger } from './control-ledger.js';

/** An order as the history shows it. */
export interface OrderRow {
  readonly id: string;
  readonly seq: number;
  readonly status: OrderStatus;
}
const SEQUENCE = ['sent', 'received', 'lost', 'doubled', 'reordered', 'gaps'] as const;
const OUTCOMES = ['sent', 'done', 'refused', 'withdrawn', 'unknown', 'pending'] as const;
export type SequenceFigures = Readonly<Record<(typeof SEQUENCE)[number], number>>;
export type CommandFigures = Readonly<Record<(typeof OUTCOMES)[number], number>>;
export interface Score {
  readonly prices: SequenceFigures;
  readonly orders: SequenceFigures;
  readonly commands: CommandFigures;
  readonly renders: number;
  readonly frames: number;
}

export interface Trader {
  readonly name: string;
  readonly page: Page;
  /** What went wrong in the page; the browser's own line about a socket that was refused is not ours. */
  readonly complaints: readonly string[];
  at(testId: string): Locator;
  button(name: string | RegExp): Locator;
  status(): Promise<string | null>;
  isConnected(): Promise<void>;
  /** Does not wait for the next attempt, if there is one to wait for. */
  hurry(): Promise<void>;
  place(order: NewOrder): Promise<void>;
  say(text: string): Promise<void>;
  break(fault: string): Promise<void>;
  history(): Promise<OrderRow[]>;
  /** Id and words of each message that the room has for certain. */
  messages(): Promise<string[]>;
  /** The line in words, the oldest first. */
  told(): Promise<string[]>;
  score(): Promise<Score>;
  ledger(): Promise<Ledger>;
}

export async function openTrader(browser: Browser, url: string, name: string): Promise<Trader> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type()) && !/^WebSocket connection to '[^']*' failed/.test(text)) complaints.push(text);
  });
  await page.addInitScript((trader) => sessionStorage.setItem('desk-trader', trader), name);
  await page.addInitScript(installControlLedger);
  await page.goto(url);

  const at = (testId: string): Locator => page.getByTestId(testId);
  const button = (words: string | RegExp): Locator => page.getByRole('button', { name: words });
  const status = (): Promise<string | null> => at('connection-status').textContent();
  return {
    name,
    page,
    complaints,
    at,
    button,
    status,
    isConnected: () => at('connection-status').filter({ hasText: /^Connected$/ }).waitFor({ timeout: 45_000 }),
    hurry: () => page.evaluate(() => document.querySelector<HTMLElement>('.connection-acts button:first-child:enabled')?.click()),
    async place({ symbol, side, quantity, cents }) {
      const quote = at(`quote-${symbol}`).getByRole('button');
      if ((await quote.getAttribute('aria-pressed')) !== 'true') await quote.click();
      const sideLabel = page.locator(`.ticket label[data-side=${side}]`);
      if (!(await sideLabel.locator('input').isChecked())) await sideLabel.click();
      await page.getByLabel('Quantity').fill(String(quantity));
      await page.getByLabel('Price', { exact: true }).fill((cents / 100).toFixed(2));
      await button(`Place order for ${symbol}`).click();
    },
    async say(text) {
      await page.getByLabel('Message to the floor').fill(text);
      await page.locator('#room-floor').getByRole('button', { name: 'Send' }).click();
    },
    break: (fault) => at(`fault-${fault}`).click(),
    history: () =>
      at('history')
        .locator('tbody tr')
        .evaluateAll((rows) =>
          rows.map((row) => ({ id: row.dataset['order'] as string, seq: Number(row.dataset['seq']), status: row.querySelector<HTMLElement>('.status')?.dataset['status'] as OrderStatus })),
        ),
    messages: () => at('messages-floor').locator('.message[data-moving=false]').evaluateAll((rows) => rows.map((row) => `${row.dataset['message']} ${row.querySelector('.text')?.textContent}`)),
    told: async () => (await at('timeline-log').locator('li').allTextContents()).map((line) => line.replace(/^\S+ /, '')).reverse(),
    score: () => page.evaluate(scoreOf, [SEQUENCE, OUTCOMES] as const) as Promise<Score>,
    ledger: () => page.evaluate(() => controlLedger()),
  };
}

/** All figures of one moment. Runs in the page. */
function scoreOf([sequence, outcomes]: readonly [readonly string[], readonly string[]]): unknown {
  const figure = (id: string): number => Number(document.querySelector(`[data-testid="${id}"]`)?.textContent?.replaceAll(',', ''));
  const part = (name: string, figures: readonly string[]): object => Object.fromEntries(figures.map((each) => [each, figure(`${name}-${each}`)]));
  return { prices: part('prices', sequence), orders: part('orders', sequence), commands: part('commands', outcomes), renders: figure('renders'), frames: figure('frames') };
}

/** So far from where the price began that it rests in the book: prices stray by 2.5 %, and an order may be 10 % away. */
export function resting(symbol: Ticker, side: 'buy' | 'sell'): number {
  const { startCents } = INSTRUMENTS.find((one) => one.symbol === symbol) ?? INSTRUMENTS[0];
  return Math.round(startCents * (side === 'buy' ? 0.95 : 1.05));
}
