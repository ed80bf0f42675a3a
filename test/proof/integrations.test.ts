// docs/integrations: each page's commands and files in an empty folder, with what the registry has today; a message crosses, and a restart is survived.
import type { ChildProcess } from 'node:child_process';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createProject, end, endAll, freePort, packLibrary, removeProjects, urlOf, type Project } from '../e2e/packed-project.js';
import { launchBrowser, openTab } from '../e2e/tab.js';
import { samplesOf, type Sample } from '../package/page-samples.js';

let browser: Browser;
let tarball: string;

beforeAll(async () => {
  tarball = await packLibrary();
  browser = await launchBrowser();
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await endAll();
});

afterAll(async () => {
  await browser?.close();
  removeProjects();
});

/** The quick start, over which a page lays its own files; `install`: with the commands that install it. */
function quickStart(install: boolean): readonly Sample[] {
  return samplesOf('README.md', 'Quick start').filter(({ name, text }) => name !== null || (install && text.startsWith('npm install ')));
}

async function isServed(url: string): Promise<void> {
  await expect.poll(() => fetch(url).then((response) => response.ok, () => false), { timeout: 60_000, interval: 200 }).toBe(true);
}

interface Scene {
  /** Of the page. */
  readonly url: string;
  readonly server: ChildProcess;
  /** Starts the same server again, on its port. */
  restart(): ChildProcess;
}

/** Two people talk; the server is killed; what one of them says meanwhile is there once and in order when it is back, and the gap is told. */
async function talk({ url, server, restart }: Scene): Promise<void> {
  const [ada, ben] = [await openTab(browser, url), await openTab(browser, url)];
  await Promise.all([ada.isStatus('connected'), ben.isStatus('connected')]);
  const hello = ada.page.getByRole('button', { name: 'Say hello' });
  await hello.click();
  expect(await ben.items(1)).toEqual(['Ada: hello']);

  await end(server);
  await Promise.all([ada.isStatus('reconnecting'), ben.isStatus('reconnecting')]);
  for (const _ of [1, 2]) await hello.click();
  await ada.page.getByText('Waiting for the connection').waitFor();
  restart();
  for (const tab of [ada, ben]) {
    expect(await tab.items(2)).toEqual(['Ada: hello', 'Ada: hello']);
    // Next.js has an alert of its own on every page.
    const gap = tab.page.getByRole('alert').filter({ hasText: 'missing (epoch)' });
    await gap.getByRole('button').click();
    await gap.waitFor({ state: 'detached' });
    expect(tab.complaints).toEqual([]);
  }
}

test('the proxy of Vite', async () => {
  const { start, lines } = await createProject(tarball, [...quickStart(true), ...samplesOf('docs/integrations/vite-proxy.md')], { PORT: String(await freePort()) });
  expect(lines).toEqual(['npx tsx server.ts', 'npx vite']);
  const server = start('npx tsx server.ts');
  const url = await urlOf(start('npx vite'));
  await isServed(`${url}/healthz`);
  await talk({ url, server, restart: () => start('npx tsx server.ts') });
});

test.each(['express', 'fastify'])('%s', async (name) => {
  const port = String(await freePort());
  const { start, run, lines } = await createProject(tarball, [...quickStart(false), ...samplesOf(`docs/integrations/${name}.md`)], { PORT: port });
  expect(lines).toEqual(['npx vite build', 'npx tsx server.ts']);
  await run('npx vite build');
  const server = start('npx tsx server.ts');
  const url = `http://localhost:${port}`;
  await isServed(`${url}/readyz`);

  const eve = await openTab(browser, url);
  await eve.isStatus('connected');
  const say = (text: string): Promise<Response> =>
    fetch(`${url}/rooms/lobby/messages`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) });
  expect((await say('closed on Monday')).status).toBe(201);
  expect(await eve.items(1)).toEqual(['the office: closed on Monday']);
  // What the contract does not allow is not published.
  expect((await say('')).status).toBe(500);
  await end(server);

  const fresh = start('npx tsx server.ts');
  await isServed(`${url}/healthz`);
  await talk({ url, server: fresh, restart: () => start('npx tsx server.ts') });
});

const NEXT = { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
const nextSamples = (heading: string): readonly Sample[] => {
  const page = samplesOf('docs/integrations/nextjs.md');
  const others = ['A second process', 'One process'].filter((other) => other !== heading).flatMap((other) => samplesOf('docs/integrations/nextjs.md', other));
  return page.filter(({ text }) => !others.some((other) => other.text === text && !text.startsWith('npx next build')));
};

test('Next.js and a second process', async () => {
  const port = String(await freePort());
  const url = `http://localhost:${port}`;
  const project: Project = await createProject(tarball, nextSamples('A second process'), { ...NEXT, PORT: port, REALTIME_PORT: String(await freePort()), PAGE_ORIGIN: url });
  expect(project.lines).toContain('npx next start');
  await project.run('npx next build');
  const server = project.start('npx tsx realtime-process.ts');
  project.start('npx next start');
  await isServed(url);
  expect(await (await fetch(url)).text()).toContain('room:{id}');
  await talk({ url, server, restart: () => project.start('npx tsx realtime-process.ts') });
});

test('Next.js and a server of ours in one process', async () => {
  const port = String(await freePort());
  const url = `http://localhost:${port}`;
  const handler: Sample = { language: 'ts', name: 'app/socket/route.ts', text: "export const dynamic = 'force-dynamic';\nexport const GET = () => new Response('called');\n" };
  const { start, run } = await createProject(tarball, [...nextSamples('One process'), handler], { ...NEXT, PORT: port });
  await run('npx next build');
  const server = start('npx tsx server.ts');
  await isServed(url);

  const eve = await openTab(browser, url);
  await eve.isStatus('connected');
  expect((await fetch(`${url}/announce`, { method: 'POST', body: 'closed on Monday' })).status).toBe(201);
  expect(await eve.items(1)).toEqual(['the office: closed on Monday']);

  // What the page says of route handlers: this one is called, but not for a socket.
  expect(await (await fetch(`${url}/socket`)).text()).toBe('called');
  const ending = await eve.page.evaluate(
    (address) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('error');
      }),
    `${url.replace('http', 'ws')}/socket`,
  );
  expect(ending).toBe('error');
  await eve.page.context().close();

  // Eve's announcement is in the history of the process, so talk to a new one.
  await end(server);
  const fresh = start('npx tsx server.ts');
  await isServed(url);
  await talk({ url, server: fresh, restart: () => start('npx tsx server.ts') });
});

test('Jest', async () => {
  const { run, lines } = await createProject(tarball, samplesOf('docs/integrations/jest.md'), {});
  expect(lines).toEqual(['npx jest']);
  expect(await run('npx jest')).toMatch(/^Tests: +2 passed, 2 total$/m);
  // The one line that matters, and what the page says of being without it.
  const failed = await run('npx jest --transformIgnorePatterns /node_modules/').catch((error: unknown) => String((error as { stderr: unknown }).stderr));
  expect(failed).toContain('Must use import to load ES Module');
});
