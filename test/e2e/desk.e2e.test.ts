// The desk as `npm start` runs it: two pages side by side use every control and do every fault, and then the books are compared.
// Long because it is one story: what is asked at the end is asked of everything that was done before.
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, INSTRUMENTS, type NewOrder, type OrderFilter, type Side, type Ticker } from '../../examples/desk/contract.js';
import { resolveBrowser } from '../../scripts/browser.mjs';
import type { RealtimeClient } from '../../src/browser/index.js';
import { enter } from '../wire/raw-client.js';
import { violations } from './desk/axe.js';
import { latest, startDesk, type Desk } from './desk/desk-program.js';
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
    await ada.page.getByLabel('Quantity').fill(String(100 + ++placed));
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

  it('places no order under the number of another one', async () => {
    const [known] = await desk.orderLines();
    const forger = await enter(`${desk.url.replace('http', 'ws')}/realtime`, { token: 'Mallory' });
    forger.say({ t: 'lane', lane: 'default', last: 0, create: true });
    await forger.next('lane');
    forger.say({ t: 'command', lane: 'default', n: 1, id: known!.id, name: 'placeOrder', input: order('ALDR', 'buy'), remainingMs: 60_000 });
    expect(await forger.next('error')).toMatchObject({ id: known!.id, code: 'rejected', name: 'idTaken' });
    forger.socket.terminate();
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
    await expect.poll(ben.messages).toEqual(await ada.messages());
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
    for (const [words, value] of [['Dark', 'dark'], ['Light', 'light'], ['Auto', null]] as const) {
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

describe('the desk, without a mouse', () => {
  it('lets every control be reached and used', async () => {
    const { page } = ben;
    const seen: string[] = [];
    /** Goes on with Tab until this has the focus. */
    const tabTo = async (selector: string): Promise<void> => {
      for (let step = 0; step < 80; step++) {
        await page.keyboard.press('Tab');
        seen.push(await page.evaluate(() => `${document.activeElement?.localName} ${document.activeElement?.textContent?.slice(0, 30)}`));
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
      }
      throw new Error(`Tab never comes to ${selector}, but to: ${seen.join(', ')}`);
    };
    const before = await ben.score();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await tabTo('[data-testid=quote-GALE] button');
    await page.keyboard.press('Enter');
    await tabTo('.ticket input[type=radio]');
    await page.keyboard.press('ArrowRight');
    await tabTo('.ticket input[inputmode=numeric]');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('77');
    await tabTo('.ticket input[inputmode=decimal]');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type((resting('GALE', 'sell') / 100).toFixed(2));
    await page.keyboard.press('Enter');
    await isDone(ben, before.commands.done + 1);
    await tabTo('[aria-label^="Cancel: Sell 77 GALE"]');
    await page.keyboard.press('Space');
    await isDone(ben, before.commands.done + 2);
    await tabTo('[role=tab]');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => ben.at('forbidden').isVisible()).toBe(true);
    await page.keyboard.press('Home');
    await tabTo('#room-floor input');
    await page.keyboard.type('no mouse here');
    await page.keyboard.press('Enter');
    await expect.poll(ada.messages).toContainEqual(expect.stringContaining('no mouse here'));

    await settles(ben);
    // Once round: everything that can be used is on the way.
    const reach = await page.evaluate(() => {
      const controls = [...document.querySelectorAll<HTMLElement>('button:enabled, input:enabled, select:enabled, summary, a[href]')];
      return controls.filter((control) => control.checkVisibility() && control.tabIndex >= 0 && !control.matches('[type=radio]:not(:checked)')).map((control, i) => (control.dataset['reach'] = `${i} ${control.getAttribute('aria-label') ?? control.textContent}`));
    });
    const reached = new Set<string>();
    for (let step = 0; step < reach.length + 30 && reached.size < reach.length; step++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['reach']);
      if (at !== undefined) reached.add(at);
    }
    expect(reach.filter((each) => !reached.has(each))).toEqual([]);
  });
});

let said = 0;
/** What both do while something is broken: an order and a message each. */
async function bothGoOn(): Promise<void> {
  for (const trader of [ada, ben]) {
    await trader.place(order('DUNE', trader === ada ? 'buy' : 'sell'));
    await trader.say(`message ${++said} of ${trader.name}`);
  }
}

/** After everything: nothing under way, the books equal, nothing lost. */
async function allIsWell(): Promise<void> {
  await settles(ada, ben);
  await historiesAgree(desk, auditor, {}, [ada, ben]);
  await expect.poll(async () => [await ada.messages(), new Set(await ada.messages()).size]).toEqual([await ben.messages(), (await ben.messages()).length]);
  await clean();
}

const serverIs = (state: string): Promise<void> => expect.poll(() => ada.at('server-state').textContent(), { timeout: 20_000 }).toBe(`Server ${state}`);
const states = async (trader: Trader): Promise<string[]> => (await trader.told()).map((line) => line.split(/[.:]/)[0] ?? '');

/** Each page has been told of the restart in prices, orders and chat, in words; whoever has read it says so. */
async function restartIsTold(): Promise<void> {
  for (const trader of [ada, ben]) {
    await trader.isConnected();
    gaps[trader.name as 'Ada' | 'Ben'].prices += 1;
    gaps[trader.name as 'Ada' | 'Ben'].orders += 1;
    for (const channel of ['prices', 'chat']) {
      const notice = trader.at(`gap-${channel}`);
      await expect.poll(() => notice.textContent(), { timeout: 45_000 }).toContain('started again with an empty memory');
    }
  }
}
async function allHurry(): Promise<void> {
  auditor.reconnect();
  for (const trader of [ada, ben]) await trader.hurry();
}
async function gapsAreRead(): Promise<void> {
  for (const trader of [ada, ben]) {
    for (const channel of ['prices', 'chat']) {
      await trader.at(`gap-${channel}`).getByRole('button').click();
      await expect.poll(() => trader.at(`gap-${channel}`).count()).toBe(0);
    }
  }
}

describe('the desk, broken', () => {
  it('holds when its sockets are cut', async () => {
    await ada.break('cut');
    await bothGoOn();
    await expect.poll(() => states(ada)).toEqual(expect.arrayContaining(['Pressed', 'Reconnecting']));
    await allIsWell();
  });

  it('holds when its sockets carry nothing any more', async () => {
    for (const trader of [ada, ben]) await trader.break('silence');
    await bothGoOn();
    // Who does not want to wait asks for a new line, while there is still time; who waits is moved by itself.
    await expect.poll(() => states(ada), { timeout: 15_000 }).toContain('Overdue');
    await ada.button('Reconnect now').click({ timeout: 3_000 }).catch(() => undefined);
    await expect.poll(() => states(ben), { timeout: 15_000 }).toContain('Overdue');
    for (const trader of [ada, ben]) {
      await expect.poll(async () => (await states(trader)).filter((state) => ['Overdue', 'Reconnecting', 'Connected'].includes(state)).at(-1), { timeout: 15_000 }).toBe('Connected');
    }
    await allIsWell();
  });

  it('holds when the server stands still for 15 s', async () => {
    await ben.break('freeze');
    await serverIs('frozen');
    await bothGoOn();
    for (const trader of [ada, ben]) await expect.poll(() => trader.at('banner').textContent(), { timeout: 25_000 }).toContain('The connection is away');
    expect(await ada.at('outbox').locator('li').count()).toBeGreaterThan(0);
    await ben.at('banner').getByRole('button').click();
    await expect.poll(() => ben.at('banner').textContent()).toBe('');
    await serverIs('up');
    await allIsWell();
    await expect.poll(() => ada.at('banner').textContent()).toBe('');
  });

  it('loses no order when the server is killed, and tells what is gone', async () => {
    await ada.break('kill');
    await serverIs('down');
    await bothGoOn();
    await restartIsTold();
    auditor.reconnect();
    expect(await violations(ada, 'gap')).toEqual([]);
    await gapsAreRead();
    await allIsWell();
  });

  it('says so when nobody can know what became of a command, and the file then tells', async () => {
    await bothGoOn();
    await settles(ada, ben);
    const before = await ada.score();
    await ada.break('freeze');
    await serverIs('frozen');
    // On the wire to a server that will never read it.
    await ada.place(order('FERN', 'buy'));
    for (const text of ['shall be edited', 'shall be forgotten']) await ada.say(text);
    await expect.poll(() => ada.at('outbox').locator('[data-status=sent]').count()).toBe(3);
    await ben.break('kill');
    await serverIs('down');
    await serverIs('up');
    await allHurry();
    await restartIsTold();
    await settles(ada, ben);
    const { commands } = await ada.score();
    expect(commands.unknown).toBe(before.commands.unknown + 3);
    await expect.poll(() => ada.at('not-placed').allTextContents()).toEqual([expect.stringContaining('It is not in the order file')]);
    expect((await desk.orderLines()).filter(({ trader, quantity }) => trader === 'Ada' && quantity === 100 + placed)).toEqual([]);
    await ada.button(/^Dismiss/).click();
    await ada.button('Edit: shall be edited').click();
    expect(await ada.page.getByLabel('Message to the floor').inputValue()).toBe('shall be edited');
    await ada.button('Discard: shall be forgotten').click();
    await gapsAreRead();
    await bothGoOn();
    await allIsWell();
  });

  it('keeps what is done while the server is away for long, and looks well meanwhile', async () => {
    await desk.fault({ fault: 'kill', downMs: 60_000 });
    await bothGoOn();
    await expect.poll(() => ada.at('banner').textContent(), { timeout: 15_000 }).toContain('The connection is away');
    expect(await violations(ada, 'reconnecting')).toEqual([]);
    await desk.fault({ fault: 'kill', downMs: 0 });
    await serverIs('up');
    await allHurry();
    await restartIsTold();
    await gapsAreRead();
    await allIsWell();
  });

  it('holds in a flood, counts all of it, and renders at most once a frame', async () => {
    for (const [fault, perSecond] of [['flood-1000', 1_000], ['flood-5000', 5_000]] as const) {
      const before = await ada.score();
      await ada.break(fault);
      await bothGoOn();
      await expect.poll(async () => (await ada.score()).prices.received - before.prices.received, { timeout: 30_000 }).toBeGreaterThan(2 * perSecond);
      await settles(ada, ben);
      const { renders, frames } = await ada.score();
      expect(renders - before.renders).toBeLessThanOrEqual(frames - before.frames);
    }
    await ada.break('calm');
    await allIsWell();
    await expect.poll(async () => Number((await ada.at('events-per-second').textContent())?.replace(',', '')), { timeout: 15_000 }).toBeLessThan(100);
  });

  it('tells what the server remembers no more, and only to whom it is gone', async () => {
    await ada.break('silence');
    await ben.break('flood-1000');
    await bothGoOn();
    await expect.poll(() => ada.at('gap-prices').textContent(), { timeout: 30_000 }).toMatch(/Some are missing/);
    gaps.Ada.prices += 1;
    await ben.break('calm');
    await ada.at('gap-prices').getByRole('button').click();
    await allIsWell();
  });
});

/** It stands there until the server has said that the room is shut, and cannot be used in that moment. */
const SHUT = 'text Message to the board';

describe('the desk, afterwards', () => {
  it('has lost, doubled and reordered nothing, and each order once in a file without a hole', async () => {
    await allIsWell();
    const lines = await desk.orderLines();
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i + 1));
    for (const trader of [ada, ben]) {
      const quantities = latest(lines).filter((each) => each.trader === trader.name && each.quantity > 100).map(({ quantity }) => quantity);
      expect(new Set(quantities).size).toBe(quantities.length);
      const { commands, prices, orders } = await trader.score();
      console.log(`${trader.name}: prices ${Object.values(prices).join('/')}, orders ${Object.values(orders).join('/')}, commands ${Object.values(commands).join('/')}; run ${(await desk.state()).run}`);
    }
  });

  it('has no control that nobody has used, and has complained of nothing', async () => {
    const ledgers = await Promise.all([ada, ben].map((trader) => trader.ledger()));
    const used = new Set(ledgers.flatMap((ledger) => ledger.used));
    const shown = new Set(ledgers.flatMap((ledger) => ledger.shown));
    expect([...shown].filter((control) => !used.has(control) && control !== SHUT).sort()).toEqual([]);
    expect(shown.size).toBeGreaterThan(40);
    expect([...ada.complaints, ...ben.complaints]).toEqual([]);
  });
});
