// The desk in each of its states: what brings it there is done to the real server by the desk's own buttons.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { toTheTop, VIEWS } from './camera.mjs';

const ALL = Object.keys(VIEWS);
const AMBER = 'Amber Otter 42';
const TEAL = 'Teal Heron 17';

/** @param filter - which states are shot; all are gone through, since one leads to the next */
export async function shootDesk(camera, root, filter, say) {
  const desk = await start(root);
  try {
    if (Object.keys(STATES).some((state) => filter(`desk/${state}`))) await shootStates(camera, desk, filter);
    if (filter('desk/readme')) await takeReadmePictures(camera, desk.url, join(root, 'docs', 'images'), say);
  } finally {
    await desk.stop();
  }
}

async function shootStates(camera, desk, filter) {
  const amber = await open(camera, desk.url, AMBER);
  const teal = await open(camera, desk.url, TEAL);
  for (const [state, reach] of Object.entries(STATES)) {
    await reach({ amber, teal, desk });
    if (filter(`desk/${state}`)) await camera.shoot(amber, 'desk', state, ALL);
  }
  for (const page of [amber, teal]) await page.context().close();
}

/** In this order; each does what has to be done since the one before. */
const STATES = {
  async connected({ amber, teal }) {
    for (const [symbol, side, quantity, cents] of [['ALDR', 'buy', 120, 4_090], ['ALDR', 'sell', 80, 4_330], ['GALE', 'buy', 40, 14_690]]) await place(amber, symbol, side, quantity, cents);
    await place(teal, 'ALDR', 'buy', 200, 4_100);
    await place(teal, 'CRAG', 'sell', 60, 13_020);
    await tell(amber, 'Morning. Anyone else on Alder today?');
    await tell(teal, 'Yes, two hundred below 41. Quiet so far.');
    await tell(amber, 'I am about to pull the cable, watch the line.');
    await choose(amber, 'ALDR');
    await amber.locator('.message').nth(2).waitFor();
  },
  async forbidden({ amber }) {
    await amber.getByRole('tab', { name: 'Board room' }).click();
    await amber.getByTestId('forbidden').waitFor();
  },
  async refused({ amber }) {
    await amber.getByRole('tab', { name: 'Floor' }).click();
    await place(amber, 'ALDR', 'buy', 50, 3_000);
    await amber.getByTestId('not-placed').waitFor();
  },
  async flood({ amber }) {
    await amber.getByRole('button', { name: /^Dismiss/ }).click();
    await amber.getByTestId('fault-flood-5000').click();
    await amber.waitForFunction(() => Number(document.querySelector('[data-testid=events-per-second]')?.textContent?.replace(',', '')) > 4_000);
  },
  async reconnecting({ amber, desk }) {
    await amber.getByTestId('fault-calm').click();
    await desk.fault({ fault: 'kill', downMs: 60_000 });
    await hasStatus(amber, 'Reconnecting');
  },
  async banner({ amber }) {
    await amber.getByTestId('banner').getByRole('button').waitFor();
  },
  async 'outbox-full'({ amber }) {
    for (const quantity of [10, 20, 30, 40]) await place(amber, 'ALDR', 'buy', quantity, 4_080);
    for (const text of ['Is anybody there?', 'I can wait.', 'Four orders are in the outbox.', 'And this makes eight.']) await tell(amber, text);
  },
  async gap({ amber, desk }) {
    await desk.fault({ fault: 'kill', downMs: 0 });
    await amber.getByTestId('gap-prices').waitFor({ timeout: 45_000 });
    await amber.getByTestId('gap-chat').waitFor();
    await hasStatus(amber, 'Connected');
  },
  async unknown({ amber, desk }) {
    await understood(amber);
    await desk.fault({ fault: 'freeze', forMs: 15_000 });
    await place(amber, 'ALDR', 'sell', 70, 4_340);
    await tell(amber, 'Did you get this?');
    await amber.locator('.outbox-row[data-status=sent]').nth(1).waitFor();
    await desk.fault({ fault: 'kill', downMs: 200 });
    await amber.getByTestId('not-placed').filter({ hasText: 'It is not in the order file' }).waitFor({ timeout: 45_000 });
    await amber.getByTestId('unsaid').waitFor();
  },
};

/** Two minutes at the desk, so that the line and the chart have something to tell: a page of its own, and what happened to it. */
async function takeReadmePictures(camera, url, folder, say) {
  const amber = await open(camera, url, AMBER);
  const teal = await open(camera, url, TEAL);
  const story = [
    [2, () => place(amber, 'ALDR', 'buy', 120, 4_090)],
    [3, () => place(teal, 'ALDR', 'sell', 200, 4_325)],
    [8, () => amber.getByTestId('fault-cut').click()],
    [2, () => place(amber, 'GALE', 'buy', 40, 14_690)],
    [12, () => amber.getByTestId('fault-silence').click()],
    [3, () => place(amber, 'ALDR', 'sell', 80, 4_330)],
    [20, () => amber.getByTestId('fault-kill').click()],
    [2, () => place(amber, 'ALDR', 'buy', 60, 4_100)],
    [0, () => amber.getByTestId('gap-chat').waitFor({ timeout: 45_000 })],
    [1, () => Promise.all([understood(amber), understood(teal)])],
    [2, () => tell(teal, 'The server was gone. Are your orders all there?')],
    [3, () => tell(amber, 'Each of them, once. Prices had a gap, and said so.')],
    [6, () => place(teal, 'CRAG', 'sell', 60, 13_020)],
    [3, () => tell(teal, 'Do it again while I type.')],
    [3, () => amber.getByTestId('fault-freeze').click()],
    [1, () => place(amber, 'ALDR', 'buy', 150, 4_085)],
    [0, () => amber.getByTestId('banner').getByRole('button').waitFor({ timeout: 20_000 })],
    [0, () => hasStatus(amber, 'Connected')],
    [8, () => amber.locator('.message').nth(2).waitFor()],
  ];
  for (const [seconds, happens] of story) {
    await amber.waitForTimeout(seconds * 1_000);
    await happens();
  }
  await choose(amber, 'ALDR');
  for (const [name, colorScheme] of [['desk', 'light'], ['desk-dark', 'dark']]) {
    await amber.emulateMedia({ colorScheme });
    await toTheTop(amber);
    await amber.screenshot({ path: join(folder, `${name}.png`), fullPage: true, animations: 'disabled' });
  }
  for (const page of [amber, teal]) await page.context().close();
  say('docs/images: desk.png, desk-dark.png');
}

async function start(root) {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-screenshots-'));
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], { cwd: root, env: { ...process.env, PORT: '0', DATA_DIR: dataDir }, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const url = await new Promise((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const found = /http:\/\/\S+/.exec(line);
      if (found) resolve(found[0]);
    });
    void closed.then(() => reject(new Error('the desk ended before it printed its URL')));
  });
  return {
    url,
    async fault(body) {
      const answer = await fetch(`${url}/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`/faults: ${await answer.text()}`);
    },
    async stop() {
      child.kill('SIGTERM');
      await closed;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function open(camera, url, name) {
  const page = await camera.open(name);
  await page.addInitScript((trader) => sessionStorage.setItem('desk-trader', trader), name);
  await page.goto(url);
  await hasStatus(page, 'Connected');
  return page;
}

const hasStatus = (page, words) => page.getByTestId('connection-status').filter({ hasText: new RegExp(`^${words}$`) }).waitFor({ timeout: 45_000 });

async function choose(page, symbol) {
  const quote = page.getByTestId(`quote-${symbol}`).getByRole('button');
  if ((await quote.getAttribute('aria-pressed')) !== 'true') await quote.click();
}

async function place(page, symbol, side, quantity, cents) {
  await choose(page, symbol);
  await page.locator(`.ticket label[data-side=${side}]`).click();
  await page.getByLabel('Quantity').fill(String(quantity));
  await page.getByLabel('Price', { exact: true }).fill((cents / 100).toFixed(2));
  await page.getByRole('button', { name: `Place order for ${symbol}` }).click();
}

async function tell(page, text) {
  await page.getByLabel('Message to the floor').fill(text);
  await page.locator('#room-floor').getByRole('button', { name: 'Send' }).click();
}

/** Puts away what was told. */
async function understood(page) {
  for (const channel of ['prices', 'chat']) {
    const notice = page.getByTestId(`gap-${channel}`);
    if ((await notice.count()) > 0) await notice.getByRole('button').click();
  }
}
