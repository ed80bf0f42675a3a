// `npm run storybook`, as a person starts it: the stories speak to a real server process that is cut off, silenced, frozen and killed, and the toolbar's switches do what they say.
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { resolveBrowser } from '../../scripts/browser.mjs';
import { root, run, type Running } from './example-process.js';

let browser: Browser;
let storybook: Running;
let page: Page;

beforeAll(async () => {
  const { executablePath, args, env } = await resolveBrowser();
  browser = await chromium.launch({ executablePath, args: [...args], env: env as Record<string, string> });
  storybook = await run(join(root, 'scripts', 'storybook.mjs'), [], { STORYBOOK_DISABLE_TELEMETRY: '1' });
  page = await browser.newPage();
  await vi.waitFor(() => page.goto(storybook.url), { timeout: 120_000, interval: 500 });
  // What the first visit of a story discovers is bundled once, and the page is loaded again for it.
  await open('patterns-6-channel-subscriptions--try-it');
  await page.waitForLoadState('networkidle');
});

afterAll(async () => {
  await browser?.close();
  await storybook?.end('SIGTERM');
});

const PATIENCE = { timeout: 40_000 };
const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const status = (): Promise<string | null> => page.getByRole('status').first().textContent();
const figure = (name: string): Promise<string | null> => page.getByTestId(name).textContent();
const figures = (...names: readonly string[]): Promise<(string | null)[]> => Promise.all(names.map(figure));

const connected = (): Promise<void> => vi.waitFor(async () => expect(await status()).toBe('connected'), PATIENCE);

async function open(story: string, globals = 'server:live'): Promise<void> {
  await page.goto(`${storybook.url}/iframe.html?id=${story}&viewMode=story&globals=${globals}`);
  await connected();
}

/** So many more ticks than now have come. */
async function ticks(more: number): Promise<void> {
  const before = Number(await figure('arrived'));
  await expect.poll(async () => Number(await figure('arrived')), PATIENCE).toBeGreaterThan(before + more);
}

it('a channel holds while its sockets are cut and silenced, and tells of the memory that was killed', async () => {
  await open('patterns-6-channel-subscriptions--try-it');
  await ticks(3);
  await press('Cut the sockets');
  await ticks(5);
  await press('Silence them');
  await ticks(50);
  expect(await figures('lost', 'doubled', 'outOfOrder', 'gapsTold')).toEqual(['0', '0', '0', '0']);
  await press('Kill the server');
  await expect.poll(() => figure('gapsTold'), PATIENCE).toBe('1');
  await ticks(3);
  expect(await figures('lost', 'doubled', 'outOfOrder', 'gap')).toEqual(['0', '0', '0', 'epoch']);
});

it('orders take effect once and in order through a cut and a frozen server', async () => {
  await open('patterns-4-message-queuing--try-it');
  await press('Send five orders');
  await press('Cut the sockets');
  await press('Send five orders');
  await press('Freeze the server 15 s');
  await press('Send five orders');
  await expect.poll(() => figure('tookEffect'), { timeout: 55_000 }).toBe('15');
  expect(await figure('benSees')).toBe('1 2 3 4 5 6 7 8 9 10 11 12 13 14 15');
  // An answer may come after the event.
  await expect.poll(() => figure('done'), PATIENCE).toBe('15');
  expect(await figures('lost', 'doubled', 'outOfOrder')).toEqual(['0', '0', '0']);
});

it('what a live server cannot do says so, and no story plays by itself', async () => {
  await open('patterns-1-connection-pooling--one-link-dies');
  expect(await page.getByRole('button', { name: 'Cut one link' }).isDisabled()).toBe(true);
  expect(await page.getByText(/^Not with a live server: /).count()).toBe(1);
  await expect.poll(() => figure('ticking'), PATIENCE).toBe('5');
  expect(await figures('timesOffline', 'lost')).toEqual(['0', '0']);
});

it('the contract without its checks is another server, live too', async () => {
  await open('patterns-5-protocol-definition--try-it');
  await page.getByRole('switch').click();
  await connected();
  for (const button of ['Order 5', 'The page slips', 'The server slips', 'Order 2']) await press(button);
  await expect.poll(() => figure('total'), PATIENCE).toBe('5fivetwo2');
});

it('the theme switch darkens stories and docs pages', async () => {
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await open('patterns-2-heartbeat--try-it', 'theme:light');
  const light = await ground();
  await open('patterns-2-heartbeat--try-it', 'theme:dark');
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.goto(`${storybook.url}/iframe.html?id=welcome--docs&viewMode=docs&globals=theme:dark`);
  await page.getByRole('heading', { name: 'Realtime that holds' }).waitFor();
  expect([await ground(), await page.evaluate(() => getComputedStyle(document.querySelector('.sbdocs-wrapper') as Element).backgroundColor)]).toEqual([dark, dark]);
});
