// Sets the stage for hydration in a real browser: a server that renders the page to text and serves its socket. Not a test.
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { chromium, type JSHandle, type Page } from 'playwright';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { build } from 'vite';
import { resolveBrowser } from '../../../scripts/browser.mjs';
import { reactCompiler } from '../../../scripts/react-compiler.mjs';
import { createRealtimeServer, memoryBroker } from '../../../src/server/node/index.js';
import { root } from '../example-process.js';
import { App } from './app.js';
import { api } from './contract.js';
import type { HydratedPage } from './page.js';

export interface Visit {
  readonly tab: Page;
  /** What was written to the console as a warning or an error, and what was thrown. */
  readonly complaints: string[];
  readonly mended: () => Promise<string[]>;
  readonly openGate: () => Promise<void>;
  readonly shown: (id: string) => Promise<string | null>;
  /** Whether what the server has sent is still there, not something that was put in its place. */
  readonly isServersOwn: () => Promise<boolean>;
}

export interface Stage {
  /** Whether the page’s script bears the marks of the React Compiler. */
  readonly isCompiled: boolean;
  /** How many sockets the server has seen. */
  readonly sockets: () => number;
  /** What the server sends between its root's tags. */
  readonly html: string;
  say(text: string): Promise<void>;
  /** @param change - what is sent instead of `html` */
  visit(change?: (html: string) => string): Promise<Visit>;
  close(): Promise<void>;
}

async function buildPage(outDir: string, withCompiler: boolean): Promise<string> {
  const source = join(root, 'test', 'e2e', 'hydration');
  const alias = [
    { find: /^holdfast$/, replacement: join(root, 'src', 'index.ts') },
    { find: /^holdfast\/contract$/, replacement: join(root, 'src', 'contract', 'index.ts') },
  ];
  await build({
    root: source,
    configFile: false,
    logLevel: 'error',
    plugins: [withCompiler && reactCompiler({ all: join(root, 'src', 'react'), some: source }), react()],
    resolve: { alias },
    // React's development build says in words what does not match.
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { outDir, emptyOutDir: true, minify: false, lib: { entry: join(source, 'page.tsx'), formats: ['es'], fileName: () => 'page.js' } },
  });
  return readFile(join(outDir, 'page.js'), 'utf8');
}

/** @param withCompiler - the page, not the server’s rendering of it, goes through the React Compiler */
export async function setStage(withCompiler: boolean): Promise<Stage> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-hydration-'));
  const ends: (() => unknown)[] = [() => rm(outDir, { recursive: true })];
  const script = await buildPage(outDir, withCompiler);
  const realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    authorize: { channels: { room: 'public' }, queries: { history: 'public' }, commands: { say: 'public' } },
    queries: { history: () => [{ id: '0', text: 'asked' }] },
    commands: {
      say({ id, input, publish }) {
        const line = { id, text: input.text };
        publish(api.channels.room, { id: input.room }, 'said', line);
        return line;
      },
    },
  });
  const html = renderToString(createElement(App));
  let sent = html;
  let sockets = 0;
  const http = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : `<!doctype html><title>Hydration</title><link rel="icon" href="data:,"><div id="root">${sent}</div><script>document.querySelector('main').isServersOwn = true</script><script type="module" src="/page.js"></script>`);
  });
  http.on('upgrade', () => (sockets += 1));
  realtime.attach(http, { path: '/realtime' });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  ends.push(() => (http.closeAllConnections(), new Promise((done) => http.close(done))), () => realtime.stop());

  const { executablePath, args, env } = await resolveBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args], env: env as Record<string, string> });
  ends.push(() => browser.close());

  return {
    isCompiled: script.includes('$[0]'),
    html,
    sockets: () => sockets,
    say: async (text) => void (await realtime.publish(api.channels.room, { id: '1' }, 'said', { id: text, text })),
    async visit(change = (same) => same) {
      sent = change(html);
      const tab = await browser.newPage();
      const complaints: string[] = [];
      tab.on('pageerror', (error) => complaints.push(String(error)));
      tab.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
      await tab.goto(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
      await tab.waitForFunction(() => 'page' in globalThis);
      const handle = (await tab.evaluateHandle('page')) as JSHandle<HydratedPage>;
      return {
        tab,
        complaints,
        mended: () => handle.evaluate(({ mended }) => mended),
        openGate: () => handle.evaluate((page) => page.openGate()),
        shown: (id) => tab.locator(`#${id}`).textContent(),
        isServersOwn: () => tab.evaluate(() => 'isServersOwn' in (document.querySelector('main') ?? {})),
      };
    },
    async close() {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}
