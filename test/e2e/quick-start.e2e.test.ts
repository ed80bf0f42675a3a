// The README's quick starts as they stand there: its commands and files in an empty folder, with the package as npm would get it.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resolveBrowser } from '../../scripts/browser.mjs';
import { samplesOf } from '../package/page-samples.js';
import { root, shellEnv } from './example-process.js';

const run = promisify(execFile);
/** A fresh project: what a build and a tarball are made of, and nothing that was built before. */
const SOURCES = ['src', 'scripts', 'docs', 'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'vite.config.ts', 'tsconfig.base.json', 'tsconfig.json', 'tsconfig.build.json'];

const folders: string[] = [];
const running = new Set<ChildProcess>();
let browser: Browser;
let tarball: string;

function emptyFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${name}-`));
  folders.push(folder);
  return folder;
}

let ours: Project;
let theirs: Project;

beforeAll(async () => {
  const checkout = emptyFolder('checkout');
  for (const source of SOURCES) cpSync(join(root, source), join(checkout, source), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  await run('npm', ['run', 'build'], { cwd: checkout, env: shellEnv() });
  const packed = emptyFolder('packed');
  await run('npm', ['pack', '--pack-destination', packed], { cwd: checkout, env: shellEnv() });
  tarball = join(packed, readdirSync(packed)[0]!);
  const { executablePath, args, env } = await resolveBrowser();
  browser = await chromium.launch({ executablePath, args: [...args], env: env as Record<string, string> });
  ours = await follow('Quick start', await freePort());
  theirs = await follow('With the server you already have', await freePort());
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await Promise.all([...running].map(end));
});

afterAll(async () => {
  await browser?.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Project {
  /** Runs one of the page's own lines in the project's folder; it ends with `end`. */
  start(line: string): ChildProcess;
  /** The lines that the page says to run, but for the installing. */
  readonly lines: readonly string[];
}

/** Does what the section says, in an empty folder; only `holdfast` is the tarball, as it is not on npm yet. */
async function follow(heading: string, port: number): Promise<Project> {
  const cwd = emptyFolder('quick-start');
  const samples = samplesOf('README.md', heading);
  const shell = samples.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'));
  const isInstall = (line: string): boolean => line.startsWith('npm install ');
  for (const line of shell.filter(isInstall)) {
    const [program = '', ...args] = line.split(' ').map((word) => (word === 'holdfast' ? tarball : word));
    // What the project itself has installed is in npm's cache already.
    await run(program, [...args, '--prefer-offline', '--no-audit', '--no-fund'], { cwd, env: shellEnv() });
  }
  for (const { name, text } of samples) if (name !== null) writeFileSync(join(cwd, name), text);
  return {
    lines: shell.filter((line) => !isInstall(line)),
    start(line) {
      const [program = '', ...args] = line.split(' ');
      // A group of its own: npx starts others, and all have to go.
      const child = spawn(program, args, { cwd, env: shellEnv({ PORT: String(port), NO_COLOR: '1' }), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      running.add(child);
      return child;
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid!, 'SIGKILL');
  await ended;
}

/** The URL that a development server prints. */
async function urlOf(child: ChildProcess): Promise<string> {
  let errors = '';
  child.stderr!.on('data', (text: Buffer) => (errors += text.toString()));
  for await (const line of createInterface(child.stdout!)) {
    const url = /http:\/\/localhost:\d+/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`It printed no URL: ${errors}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Tab {
  readonly page: Page;
  readonly complaints: string[];
  isStatus(status: string): Promise<void>;
  /** The items of its list, when there are that many. */
  items(count: number): Promise<string[]>;
}

async function open(url: string): Promise<Tab> {
  const page = await (await browser.newContext()).newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The browser's own lines about a server that is not there are not ours.
    if (message.type() === 'error' && !/WebSocket connection to|Failed to load resource|favicon/.test(message.text())) complaints.push(message.text());
  });
  await page.goto(url);
  return {
    page,
    complaints,
    async isStatus(status) {
      await page.getByRole('status').filter({ hasText: new RegExp(`^${status}$`) }).waitFor();
    },
    async items(count) {
      await page.waitForFunction((wanted) => document.querySelectorAll('li').length === wanted, count);
      return page.locator('li').allTextContents();
    },
  };
}

describe('the quick starts of the README', () => {
  it('with our server', async () => {
    const { start, lines } = ours;
    expect(lines).toEqual(['npx tsx server.ts', 'npx vite']);
    const [serverLine, pageLine] = lines as [string, string];
    let server = start(serverLine);
    const url = await urlOf(start(pageLine));
    const [ada, ben] = [await open(url), await open(url)];
    await Promise.all([ada.isStatus('connected'), ben.isStatus('connected')]);

    const hello = ada.page.getByRole('button', { name: 'Say hello' });
    await hello.click();
    expect(await ben.items(1)).toEqual(['Ada: hello']);

    await end(server);
    await Promise.all([ada.isStatus('reconnecting'), ben.isStatus('reconnecting')]);
    for (const _ of [1, 2, 3]) await hello.click();
    await ada.page.getByText('Waiting for the connection').waitFor();
    server = start(serverLine);
    for (const tab of [ada, ben]) {
      expect(await tab.items(3)).toEqual(['Ada: hello', 'Ada: hello', 'Ada: hello']);
      // The memory of the first server is gone, and that is told.
      await tab.page.getByRole('alert').filter({ hasText: 'epoch' }).getByRole('button').click();
      await tab.page.getByRole('alert').waitFor({ state: 'detached' });
      expect(tab.complaints).toEqual([]);
    }

    // The same page as production has it, whose library is another build.
    await once(start('npx vite build'), 'exit');
    const eve = await open(await urlOf(start('npx vite preview')));
    expect(await eve.items(3)).toEqual(['Ada: hello', 'Ada: hello', 'Ada: hello']);
    await eve.page.getByRole('button', { name: 'Say hello' }).click();
    expect(await ben.items(4)).toHaveLength(4);
    expect(await eve.items(4)).toHaveLength(4);
    expect(eve.complaints).toEqual([]);
  });

  it('with the server of the article', async () => {
    const { start, lines } = theirs;
    expect(lines).toEqual(['node feed.mjs', 'npx vite']);
    const [serverLine, pageLine] = lines as [string, string];
    let server = start(serverLine);
    const url = await urlOf(start(pageLine));
    const [ada, ben] = [await open(url), await open(url)];
    await Promise.all([ada.isStatus('connected'), ben.isStatus('connected')]);

    const offer = ada.page.getByRole('button', { name: /Offer/ });
    await offer.click();
    expect(await ben.items(1)).toEqual(['5']);
    expect(await ada.items(1)).toEqual(['5']);

    await end(server);
    await Promise.all([ada.isStatus('reconnecting'), ben.isStatus('reconnecting')]);
    await offer.click();
    server = start(serverLine);
    // What was offered meanwhile goes out once; whoever was not back yet is told of a hole.
    expect(await ada.items(2)).toEqual(['5', '6']);
    await Promise.all([ada.isStatus('connected'), ben.isStatus('connected')]);
    await offer.click();
    expect(await ada.items(3)).toEqual(['5', '6', '7']);
    await ben.page.getByText(/^7$/).waitFor();
    expect([['5', '6', '7'], ['5', '7']]).toContainEqual(await ben.page.locator('li').allTextContents());
    for (const tab of [ada, ben]) {
      await tab.page.getByRole('alert').waitFor();
      expect(tab.complaints).toEqual([]);
    }
  });
});
