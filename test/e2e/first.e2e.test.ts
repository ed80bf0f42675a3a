// The first example, from `npm start` to two pages in a real browser that see a server die and come back.
import { connect } from 'node:net';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resolveBrowser } from '../../scripts/browser.mjs';
import { root, run, type Running } from './example-process.js';

const SERVER = join(root, 'dist-example', 'first', 'server', 'server.mjs');
const PAGE_DIR = join(root, 'dist-example', 'first', 'page');

let browser: Browser;
const running = new Set<Running>();

/** What is still running after a test, however that ended, goes. */
async function start(script: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Running> {
  const started = await run(script, args, env);
  running.add(started);
  return started;
}

const startServer = (port: string): Promise<Running> => start(SERVER, [], { PORT: port, PAGE_DIR });

beforeAll(async () => {
  const { executablePath, args, env } = await resolveBrowser();
  browser = await chromium.launch({ executablePath, args: [...args], env: env as Record<string, string> });
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await Promise.all([...running].map((one) => one.end('SIGKILL')));
  running.clear();
});

afterAll(() => browser?.close());

interface Person {
  readonly page: Page;
  /** What went wrong in the page; the browser's own lines about a refused WebSocket are not ours. */
  readonly complaints: string[];
  readonly say: (text: string) => Promise<void>;
  readonly shown: () => Promise<string[]>;
  readonly followed: () => Promise<string[]>;
  readonly statuses: () => Promise<string[]>;
}

async function open(url: string, name: string): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 720 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type()) && !/^WebSocket connection to '[^']*' failed/.test(text)) complaints.push(text);
  });
  // Every word that the status has shown, from the first moment of the page.
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seenStatuses: seen });
    new MutationObserver(() => {
      const word = document.querySelector('[role=status].pill')?.textContent;
      if (word != null && word !== seen.at(-1)) seen.push(word);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto(url);
  await page.getByLabel('Name').fill(name);
  return {
    page,
    complaints,
    async say(text) {
      await page.getByLabel('Message', { exact: false }).and(page.locator('input')).fill(text);
      await page.getByRole('button', { name: 'Send' }).click();
    },
    shown: () => page.locator('[role=log] .row:not(.pending) .text').allTextContents(),
    followed: () => page.locator('.history .row .text').allTextContents(),
    statuses: () => page.evaluate(() => [...(globalThis as unknown as { seenStatuses: string[] }).seenStatuses]),
  };
}

const status = (person: Person) => person.page.locator('.pill').textContent();

describe('npm start -- first', () => {
  it('builds the example, prints one URL, serves its page, and ends without a trace', async () => {
    const npmStart = await start(join(root, 'scripts', 'start.mjs'), ['first'], { PORT: '0' });

    expect(await (await fetch(npmStart.url)).text()).toContain('<div id="root">');
    expect((await fetch(`${npmStart.url}/../../package.json`)).status).toBe(404);
    await npmStart.end('SIGTERM');

    expect(npmStart.lines).toEqual([`Holdfast is running at ${npmStart.url}`]);
    await expect(isListening(npmStart.url)).resolves.toBe(false);
  }, 120_000);
});

describe('two pages of the first example', () => {
  it('see each other, and lose and double nothing when the server is killed and started again', async () => {
    const first = await startServer('0');
    const [ada, bob] = await Promise.all([open(first.url, 'Ada'), open(first.url, 'Bob')]);
    const both = [ada, bob];
    for (const person of both) await expect.poll(() => status(person)).toBe('Connected');

    await ada.say('before');
    for (const person of both) {
      await expect.poll(person.shown).toEqual(['before']);
      await expect.poll(person.followed).toEqual(['before']);
    }

    await first.end('SIGKILL');
    for (const person of both) await expect.poll(() => status(person)).toBe('Reconnecting');
    const whileDown = ['one', 'two', 'three'];
    for (const text of whileDown) await ada.say(text);
    await expect.poll(() => ada.page.locator('.pending[data-status=queued] .text').allTextContents()).toEqual(whileDown);

    const second = await startServer(new URL(first.url).port);
    for (const person of both) {
      // The new server remembers nothing of the first message, and the page says so.
      await expect.poll(person.shown, { timeout: 45_000 }).toEqual(whileDown);
      await expect.poll(person.followed).toEqual(whileDown);
      await expect.poll(() => person.page.locator('.notice').textContent()).toContain('empty memory');
      await expect.poll(() => person.page.locator('.pending').count()).toBe(0);
    }

    // What comes after them comes after everything that could still double them.
    await bob.say('after');
    for (const person of both) {
      await expect.poll(person.shown).toEqual([...whileDown, 'after']);
      await expect.poll(person.followed).toEqual([...whileDown, 'after']);
      expect(await person.statuses()).toEqual(['Connecting', 'Connected', 'Reconnecting', 'Connected']);
      expect(person.complaints).toEqual([]);
    }
    await ada.page.getByRole('button', { name: 'Understood' }).click();
    await expect.poll(() => ada.page.locator('.notice').count()).toBe(0);
    await expect.poll(ada.shown).toEqual([...whileDown, 'after']);
    await second.end('SIGTERM');
    expect(second.child.exitCode).toBe(0);
  });

  it('say clearly what was wrong with a message, and live on', async () => {
    const server = await startServer('0');
    const ada = await open(server.url, 'Ada');
    const problem = ada.page.locator('.problem');
    const wrong: readonly [text: string, sentence: string][] = [
      ['   ', 'There is nothing in this message.'],
      ['x'.repeat(201), 'too long: 200 characters are the most'],
      ['x'.repeat(70_000), 'far too large to be sent'],
    ];
    for (const [text, sentence] of wrong) {
      await ada.say(text);
      await expect.poll(() => problem.allTextContents()).toEqual([expect.stringContaining(sentence)]);
      await ada.page.getByRole('button', { name: 'Discard' }).click();
      await expect.poll(() => problem.count()).toBe(0);
    }

    await ada.say('still here');
    await expect.poll(ada.shown).toEqual(['still here']);
    expect(await ada.statuses()).toEqual(['Connecting', 'Connected']);
    expect(ada.complaints).toEqual([]);
  });

  it('are told of a room that is not theirs', async () => {
    const server = await startServer('0');
    const ada = await open(`${server.url}/?room=cellar`, 'Ada');
    await expect.poll(() => ada.page.locator('.notice').textContent()).toContain('not let into this room');
    await expect.poll(() => ada.page.locator('.history .problem').textContent()).toContain('not let into this room');
    expect(await status(ada)).toBe('Connected');
  });
});

function isListening(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
