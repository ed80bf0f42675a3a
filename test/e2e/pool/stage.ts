// Sets the stage for the pool in a real browser: a server that publishes, a proxy that can fall silent, a page with two links. Not a test.
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type JSHandle } from 'playwright';
import { build } from 'vite';
import { resolveBrowser } from '../../../scripts/browser.mjs';
import { createRealtimeServer, memoryBroker } from '../../../src/server/node/index.js';
import { root } from '../example-process.js';
import { api } from './contract.js';
import { createLinkProxy, type LinkProxy } from './link-proxy.js';
import type { PoolPage, Sight } from './page.js';

export interface Stage {
  readonly proxy: LinkProxy;
  /** Asks the page. */
  ask<Result>(question: (page: PoolPage) => Result): Promise<Result>;
  sight(id: string): Promise<Sight>;
  join(...ids: string[]): Promise<void>;
  send(n: number): Promise<void>;
  /** Publishes to these channels in turn, each its own numbers from 1 on; resolves to how many each has got. */
  publish(ids: readonly string[], count: number, perSecond: number): Promise<Map<string, number>>;
  /** Each run of the command's handler, by its input. */
  readonly runs: readonly number[];
  close(): Promise<void>;
}

async function buildPage(outDir: string): Promise<string> {
  const source = join(root, 'test', 'e2e', 'pool');
  const door = (file: string) => join(root, 'src', file, 'index.ts');
  await build({
    root: source,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { 'holdfast/contract': door('contract'), 'holdfast/client': door('browser') } },
    build: { outDir, emptyOutDir: true, lib: { entry: join(source, 'page.ts'), formats: ['es'], fileName: () => 'page.js' } },
  });
  return readFile(join(outDir, 'page.js'), 'utf8');
}

export async function setStage(): Promise<Stage> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-pool-'));
  const ends: (() => unknown)[] = [() => rm(outDir, { recursive: true })];
  const script = await buildPage(outDir);
  const runs: number[] = [];
  const realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    authorize: { channels: { feed: 'public' }, commands: { count: 'public' } },
    commands: {
      count({ input }) {
        runs.push(input);
        return input;
      },
    },
  });
  const http = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><title>Pool</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>');
  });
  realtime.attach(http, { path: '/realtime' });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  ends.push(() => (http.closeAllConnections(), new Promise((done) => http.close(done))), () => realtime.stop());
  const proxy = await createLinkProxy((http.address() as AddressInfo).port);
  ends.push(() => proxy.close());

  const { executablePath, args, env } = await resolveBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args], env: env as Record<string, string> });
  ends.push(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${proxy.port}/`);
  await tab.waitForFunction(() => 'page' in globalThis);

  const handle = (await tab.evaluateHandle('page')) as JSHandle<PoolPage>;
  const published = new Map<string, number>();

  return {
    proxy,
    runs,
    ask: (question) => handle.evaluate(question as (page: unknown) => ReturnType<typeof question>),
    sight: (id) => handle.evaluate((page, one) => page.sight(one), id),
    join: (...ids) => handle.evaluate((page, those) => those.forEach((id) => page.join(id)), ids),
    send: (n) => handle.evaluate((page, one) => page.send(one), n),
    async publish(ids, count, perSecond) {
      const startedAt = performance.now();
      for (let i = 0; i < count; i++) {
        const dueMs = startedAt + (i * 1_000) / perSecond - performance.now();
        if (dueMs > 0) await new Promise((done) => setTimeout(done, dueMs));
        const id = ids[i % ids.length] as string;
        const n = (published.get(id) ?? 0) + 1;
        published.set(id, n);
        await realtime.publish(api.channels.feed, { id }, 'tick', n);
      }
      return published;
    },
    async close() {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}
