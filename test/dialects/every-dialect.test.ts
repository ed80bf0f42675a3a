// One suite over all dialects and over our own server: what the application may rely on, whoever is at the other end.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api, endpoints, type Endpoint } from './endpoints.js';
import { createHandTimedWorld, listen, openPage, type Page } from './page.js';

describe.each(endpoints)('%s', (_, start) => {
  let endpoint: Endpoint;
  let page: Page;
  beforeEach(async () => {
    endpoint = await start();
    page = openPage(endpoint.url, endpoint.dialect, { contract: api });
  });
  afterEach(async () => {
    page.client.dispose();
    await endpoint.stop();
  });
  const can = (what: 'acknowledge' | 'answer' | 'resume'): boolean => endpoint.dialect?.can[what] ?? true;

  it('tells every event once and in order, and over a cut goes on or says that there is a gap, once, before the next', async () => {
    const feed = listen<number>(page.client, api.channels.feed);
    await feed.live();
    for (let n = 1; n <= 20; n++) await endpoint.publish(n);
    await feed.toldAtLeast(20);
    endpoint.cut();
    // Told of the gap, it is live again. Where there is none, what is published meanwhile comes later.
    if (!can('resume')) await feed.toldAtLeast(21);
    for (let n = 21; n <= 40; n++) await endpoint.publish(n);
    await feed.toldAtLeast(can('resume') ? 40 : 41);
    const numbers = Array.from({ length: 40 }, (__, n) => n + 1);
    expect(feed.told).toEqual(can('resume') ? numbers : [...numbers.slice(0, 20), 'gap no-resume', ...numbers.slice(20)]);
    expect(page.errors).toEqual([]);
  });

  it('an event that does not fit the contract is told as the hole that it is', async () => {
    if (endpoint.dialect === undefined) return expect(() => endpoint.publish('x' as unknown as number)).rejects.toMatchObject({ code: 'invalid' });
    const feed = listen<number>(page.client, api.channels.feed);
    await feed.live();
    void endpoint.publish('x' as unknown as number);
    void endpoint.publish(2);
    await feed.toldAtLeast(2);
    expect(feed.told).toEqual(['gap invalid', 2]);
    expect(page.errors).toMatchObject([{ code: 'invalid' }]);
  });

  it('a query is answered, or refused as unsupported', async () => {
    const asked = page.client.query(api.queries.double, 21);
    if (can('answer')) await expect(asked).resolves.toBe(42);
    else await expect(asked).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('a command ends once: done, or unsupported where there is no word for it', async () => {
    const sent = page.client.send(api.commands.add, 'x');
    const end = can('acknowledge') ? 'success' : 'error';
    const seen: string[] = [];
    const shown = new Promise<void>((resolve) =>
      sent.progress.subscribe(() => {
        seen.push(sent.progress.get().status);
        if (seen.at(-1) === end) resolve();
      }),
    );
    if (can('acknowledge')) await expect(sent.result).resolves.toBe(1);
    else await expect(sent.result).rejects.toMatchObject({ code: 'unsupported' });
    await shown;
    expect(seen.filter((status) => status !== 'sent')).toEqual([end]);
    expect(page.client.outbox.get()).toMatchObject({ pending: 0, bytes: 0 });
  });

  it('what the other end says out of its mind ends nothing', async () => {
    if (endpoint.shout === null) return;
    const feed = listen<number>(page.client, api.channels.feed);
    await feed.live();
    for (const text of ['', '<html>', '[]', 'null', '7', '"x"', '{}', '[[[]]]', `${'['.repeat(50_000)}`, '{"channel":7}', '{"type":{}}', '{"id":null}']) endpoint.shout(text);
    void endpoint.publish(1);
    await feed.toldAtLeast(1);
    expect(feed.told).toEqual([1]);
    expect(page.client.connection.get()).toMatchObject({ status: 'connected', attempt: 0 });
  });

  it('leaves no socket and no timer', async () => {
    const { world, clock } = createHandTimedWorld();
    const { client } = openPage(endpoint.url, endpoint.dialect, { contract: api, world });
    const feed = listen<number>(client, api.channels.feed);
    await feed.live();
    client.send(api.commands.add, 'x');
    client.dispose();
    expect(clock.pending).toBe(0);
    while (endpoint.sockets() > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('the JSON-RPC dialect of the documents', () => {
  const page = readFileSync(new URL('../../docs/DIALECTS.md', import.meta.url), 'utf8');
  const shown = /<!-- json-rpc -->\n```ts\n([\s\S]*?)```/.exec(page)?.[1];

  it('is the one that runs here, and has at most twenty lines', () => {
    expect(shown).toBe(readFileSync(new URL('json-rpc.ts', import.meta.url), 'utf8'));
    expect(shown?.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });
});
