// The desk as `npm start` runs it: two pages side by side use every control and do every fault, and then the books are compared.
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, INSTRUMENTS, type NewOrder, type OrderFilter, type Side, type Ticker } from '../../examples/desk/contract.js';
import { resolveBrowser } from '../../scripts/browser.mjs';
import type { RealtimeClient } from '../../src/browser/index.js';
import { violations } from './desk/axe.js';
import { startDesk, type Desk } from './desk/desk-program.js';
import { historiesAgree, scoreIsClean, settles } from './desk/reckoning.js';
import { openTrader, resting, type Trader } from './desk/trader.js';

let browser: Browser;
let desk: Desk;
let ada: Trader;
let ben: Trader;
/** No page: what it is told has gone through no fault but the server's end. */
let auditor: RealtimeClient;
/** Gaps that must have been told, by what was done. */
const gaps = { Ada: { prices: 0, orders: 0 }, Ben: { prices: 0, orders: 0 } };

beforeAll(async () => {
  const { executablePath, args, env } = await resolveBrowser();
  [desk, browser] = await Promise.all([startDesk(), chromium.launch({ executablePath, args: [...args], env: env as Record<string, string> })]);
  auditor = desk.client('Auditor');
  [ada, ben] = await Promise.all([openTrader(browser, desk.url, 'Ada'), openTrader(browser, desk.url, 'Ben')]);
  for (const trader of [ada, ben]) {
    await trader.page.getByText('In words').click();
    await trader.isConnected();
  }
});

afterAll(async () => {
  auditor?.dispose();
  await browser?.close();
  await desk?.close();
});

let placed = 0;
/** An order that rests in the book, and is told from all others by its quantity. */
const order = (symbol: Ticker, side: Side): NewOrder => ({ symbol, side, quantity: 100 + ++placed, cents: resting(symbol, side) });

const done = async (trader: Trader): Promise<number> => (await trader.score()).commands.done;
const isDone = (trader: Trader, count: number): Promise<void> => expect.poll(() => done(trader), { timeout: 15_000 }).toBe(count);
const clean = async (): Promise<void> => {
  for (const trader of [ada, ben]) await scoreIsClean(trader, gaps[trader.name as 'Ada' | 'Ben']);
};

describe('the desk, connected', () => {
  it('takes orders of both sides for each instrument, and shows them in the book at once and in every history', async () => {
    for (const { symbol } of INSTRUMENTS) {
      for (const side of ['buy', 'sell'] as const) {
        await ada.place(order(symbol, side));
        await expect.poll(() => ada.at('own-order').count()).toBe(side === 'buy' ? 1 : 2);
      }
    }
    await isDone(ada, 12);
    await historiesAgree(desk, auditor, {}, [ada, ben]);
  });

  it('refuses what it must, says why, and helps', async () => {
    const before = await ada.score();
    const far = { ...order('ALDR', 'buy'), cents: Math.round(resting('ALDR', 'buy') * 0.7) };
    const notPlaced = ada.at('not-placed');
    await ada.place(far);
    await expect.poll(() => notPlaced.allTextContents()).toEqual([expect.stringContaining('Too far from the price')]);
    await ada.button(/^Dismiss/).click();
    await ada.place(far);
    await ada.button(/^Place at/).click();
    await expect.poll(() => notPlaced.count()).toBe(0);
    await ada.button('Last price').click();
    await ada.button('Place order for ALDR').click();
    await isDone(ada, before.commands.done + 2);

    // So many orders are more than a test has time to click: another client of the same trader places them.
    const helper = desk.client('Ben');
    const others = await Promise.all(Array.from({ length: 28 }, () => helper.send(api.commands.placeOrder, order('CRAG', 'sell')).result));
    for (let open = 28; open < 32; open++) await ben.place(order('BRIN', open % 2 === 0 ? 'buy' : 'sell'));
    await expect.poll(() => ben.at('not-placed').allTextContents()).toEqual([0, 1].map(() => expect.stringContaining('You have 30 open orders')));
    for (let left = 2; left > 0; left--) await ben.button(/^Dismiss/).first().click();
    await Promise.all(others.map(({ id }) => helper.send(api.commands.cancelOrder, { id }).result));
    helper.dispose();
    await settles(ada, ben);
    expect((await ada.score()).commands.refused).toBe(2);
    expect((await ben.score()).commands).toMatchObject({ sent: 4, done: 2, refused: 2 });
  });

  it('takes orders back', async () => {
    await ben.at('quote-BRIN').getByRole('button').click();
    for (let left = 2; left > 0; left--) {
      await expect.poll(() => ben.at('own-order').count()).toBe(left);
      await ben.button(/^Cancel: /).first().click();
    }
    await expect.poll(() => ben.at('own-order').count()).toBe(0);
    await settles(ben);
    expect(await done(ben)).toBe(4);
    await historiesAgree(desk, auditor, {}, [ada, ben]);
  });

  it('filters its history, each filter as the file has it', async () => {
    const filters: readonly [label: string, key: keyof OrderFilter, values: readonly string[]][] = [
      ['Instrument', 'symbol', [...INSTRUMENTS.map(({ symbol }) => symbol), 'All']],
      ['Side', 'side', ['Buy', 'Sell', 'Both']],
      ['Status', 'status', ['Open', 'Filled', 'Cancelled', 'Any']],
    ];
    for (const [label, key, values] of filters) {
      for (const value of values) {
        await ben.page.getByRole('combobox', { name: label }).selectOption(value);
        const isAll = value === values.at(-1);
        await historiesAgree(desk, auditor, isAll ? {} : { [key]: key === 'symbol' ? value : value.toLowerCase() }, [ben]);
      }
    }
    await ben.page.getByLabel('Only mine').check();
    await historiesAgree(desk, auditor, { trader: 'Ben' }, [ben]);
    // What changes while it is filtered comes in and falls out.
    await ben.page.getByRole('combobox', { name: 'Status' }).selectOption('Open');
    await ben.place(order('DUNE', 'buy'));
    await historiesAgree(desk, auditor, { trader: 'Ben', status: 'open' }, [ben]);
    await ben.button(/^Cancel: /).click();
    await historiesAgree(desk, auditor, { trader: 'Ben', status: 'open' }, [ben]);
    await ben.page.getByLabel('Only mine').uncheck();
    await ben.place(order('DUNE', 'buy'));
    await ben.button(/^Cancel: /).click();
    await settles(ben);
    await historiesAgree(desk, auditor, { status: 'open' }, [ben]);
    await ben.page.getByRole('combobox', { name: 'Status' }).selectOption('Any');
  });

  it('lets people talk, and see who types', async () => {
    await ada.page.getByLabel('Message to the floor').pressSequentially('good mor');
    await expect.poll(() => ben.at('typing').first().textContent()).toBe('Ada is typing …');
    await ada.say('good morning');
    await expect.poll(ben.messages).toEqual([expect.stringContaining('good morning')]);
    await expect.poll(() => ben.at('typing').first().textContent()).toBe('');
    await ben.say('morning');
    await expect.poll(ada.messages).toEqual([expect.stringContaining('good morning'), expect.stringContaining('morning')]);
    expect(await ben.messages()).toEqual(await ada.messages());
  });

  it('keeps a room shut, and says so', async () => {
    await ben.page.getByRole('tab', { name: 'Board room' }).click();
    await expect.poll(() => ben.at('forbidden').textContent()).toContain('not open to you');
    expect(await violations(ben, 'forbidden')).toEqual([]);
    await ben.button('Back to the floor').click();
    await ben.page.getByRole('tab', { name: 'Floor' }).click();
    await expect.poll(() => ben.at('messages-floor').isVisible()).toBe(true);
  });

  it('is light or dark as one likes, and neither has anything that axe finds', async () => {
    const theme = (): Promise<string | null> => ada.page.locator('html').getAttribute('data-theme');
    for (const [words, value] of [['Dark', 'dark'], ['Light', 'light'], ['System', null]] as const) {
      await ada.page.locator('.top .segments').getByText(words).click();
      expect(await theme()).toBe(value);
    }
    expect(await violations(ada, 'connected')).toEqual([]);
  });

  it('keeps what is done without a connection, lets it be taken back, and sends the rest', async () => {
    const before = await ada.score();
    await ada.button('Disconnect').click();
    await expect.poll(ada.status).toBe('Disconnected');
    await ada.place(order('FERN', 'buy'));
    await ada.place(order('FERN', 'sell'));
    await ada.say('written in a tunnel');
    await expect.poll(() => ada.at('outbox').locator('[data-status=queued]').count()).toBe(3);
    expect(await ada.page.title()).toBe('(3 unsent) Holdfast desk');
    await ada.button(/^Take back: Buy/).click();
    await expect.poll(() => ada.at('outbox').locator('li').count()).toBe(2);
    await ada.button('Reconnect now').click();
    await settles(ada);
    await expect.poll(ben.messages).toContainEqual(expect.stringContaining('written in a tunnel'));
    const { commands } = await ada.score();
    expect(commands).toMatchObject({ done: before.commands.done + 2, withdrawn: before.commands.withdrawn + 1 });
    expect(await ada.page.title()).toBe('Holdfast desk');
    await historiesAgree(desk, auditor, {}, [ada, ben]);
    await clean();
  });
});
