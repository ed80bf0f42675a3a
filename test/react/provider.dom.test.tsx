import { cleanup, render } from '@testing-library/react';
import { useEffect } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { channel, createClient, defineContract, defineView, query, RealtimeError, RealtimeProvider, useChannel, useCommand, useConnectionStatus, useQuery, useRealtimeClient, type CommandResult } from '../../src/index.js';
import { api, createHarness, createRenderLog, HOST, messages, URL } from './harness.js';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const other = defineContract({ channels: { news: channel('news', { events: {} }) } });

/** What rendering it throws. React repeats it on the console, which nobody needs to read. */
function thrownBy(node: React.ReactNode): unknown {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    render(node);
  } catch (error) {
    return error;
  }
  return null;
}

function Everything() {
  useConnectionStatus();
  useChannel(messages, { params: { id: '1' } });
  useChannel(api.channels.room, { params: { id: '2' }, onEvent: () => {} });
  useQuery(api.queries.history, { input: { room: '1' }, follow: { channel: api.channels.room, params: { id: '1' }, apply: (all) => all } });
  useCommand(api.commands.post);
  return <p>everything</p>;
}

function Again() {
  const { reconnect } = useConnectionStatus();
  useEffect(() => reconnect(), [reconnect]);
  return null;
}

function Shown() {
  const { status } = useConnectionStatus();
  const { data } = useChannel(messages, { params: { id: '1' } });
  return <p>{`${status} ${data.length}`}</p>;
}

describe('RealtimeProvider', () => {
  it('is missed by name', () => {
    function Listening() {
      useChannel(messages, { params: { id: '1' } });
      return null;
    }
    function Client() {
      useRealtimeClient();
      return null;
    }
    for (const Lost of [Listening, Client]) {
      const error = thrownBy(<Lost />);
      expect(error).toBeInstanceOf(RealtimeError);
      expect(error).toMatchObject({ code: 'no-provider', message: expect.stringContaining('<RealtimeProvider>') });
    }
  });

  it('is not enough when it serves another contract, and is found past one that does', async () => {
    const { world, show, pass, heard } = createHarness();
    const elsewhere = world.client('elsewhere');
    function Listening() {
      useChannel(messages, { params: { id: '1' } });
      return null;
    }
    const inOther = (
      <RealtimeProvider url={URL} contract={other} world={elsewhere}>
        <Listening />
      </RealtimeProvider>
    );
    expect(thrownBy(inOther)).toMatchObject({ code: 'no-provider', message: expect.stringContaining('contract={api}') });
    show(inOther);
    await pass(200);
    expect(heard('subscribe')).toHaveLength(1);
  });

  it('says what it needs', () => {
    // @ts-expect-error it does not compile either
    expect(thrownBy(<RealtimeProvider />)).toMatchObject({ code: 'misuse', message: expect.stringContaining('url and contract') });
  });

  it('says that a hook got no part of a contract, rather than that a provider is missing', () => {
    const misspelled = api.channels as Record<string, unknown>;
    for (const part of [misspelled['rom'], 'room:1', api]) {
      const hooks = [
        () => useChannel(part as typeof api.channels.room, { params: { id: '1' } }),
        () => useQuery(part as typeof api.queries.history, { input: { room: '1' } }),
        () => useCommand(part as typeof api.commands.post),
      ];
      for (const useIt of hooks) {
        const Listening = () => (useIt(), null);
        expect(thrownBy(createHarness().tree(<Listening />))).toMatchObject({ code: 'misuse', message: expect.stringContaining('a part of a contract') });
      }
    }
  });

  it('wants no options of a hook where there is nothing to choose', () => {
    const quiet = defineContract({ channels: { news: channel('news', { events: {} }) }, queries: { now: query({ output: z.number() }) } });
    const count = defineView(quiet.channels.news, { initialState: 3, reduce: (n) => n + 1 });
    const Shown = () => <p>{`${useChannel(count).data} ${useQuery(quiet.queries.now).status}`}</p>;
    expect(renderToString(<RealtimeProvider url={URL} contract={quiet}><Shown /></RealtimeProvider>)).toBe('<p>3 pending</p>');
  });

  it('leaves no socket, no timer and no watcher a while after it is gone', async () => {
    const { show, pass, page, world } = createHarness();
    const shown = show(<Everything />);
    await pass(500);
    expect(world.network.counts('page').open).toBe(1);
    shown.unmount();
    // Its channel is kept for 30 s, and the last link for 30 s more.
    await pass(59_000);
    // A remount within the lease would find its link.
    expect(world.network.counts('page').open).toBe(1);
    await pass(10_000);
    expect(world.network.counts('page')).toEqual({ open: 0, peak: 1, opened: 1 });
    expect(page.pending).toBe(0);
    expect(page.watchers).toBe(0);
  });

  it('leaves nothing behind when it goes while the server is away', async () => {
    const { show, pass, page, world, server } = createHarness();
    const shown = show(<Everything />);
    await pass(500);
    server.kill();
    await pass(3_000);
    shown.unmount();
    await pass(90_000);
    expect(world.network.counts('page').open).toBe(0);
    expect(page.pending).toBe(0);
    expect(page.watchers).toBe(0);
  });

  it('calls the newest auth and reconnects for none', async () => {
    const { show, tree, pass, world, heard, server } = createHarness();
    const page = show(<Everything />, { auth: () => 'first' });
    await pass(200);
    for (const token of ['second', 'third']) page.rerender(tree(<Everything />, { auth: () => token }));
    await pass(5_000);
    expect(world.network.counts('page').opened).toBe(1);
    server.kill();
    server.start();
    await pass(40_000);
    expect(heard('hello').map((hello) => hello['token'])).toEqual(['first', 'third']);
  });

  it('calls an auth, a logger and an onError that came later', async () => {
    const { show, tree, pass, heard, server, world } = createHarness();
    const page = show(<Everything />, { onError: undefined });
    await pass(200);
    const said: string[] = [];
    for (const word of ['first', 'second']) {
      page.rerender(tree(<Everything />, { auth: () => word, logger: { debug: () => said.push(word) }, onError: () => said.push(`${word} error`) }));
    }
    await pass(100);
    expect([said, world.network.counts('page').opened]).toEqual([[], 1]);
    server.close(4400);
    await pass(100);
    expect(new Set(said)).toEqual(new Set(['second', 'second error']));
    server.kill();
    server.start();
    page.rerender(tree(<Again />, { auth: () => 'third' }));
    await pass(200);
    expect(heard('hello').map((hello) => hello['token'])).toEqual([undefined, 'third']);
  });

  it('has the page ask before it is closed, while a command has no outcome and no longer', async () => {
    const { show, tree, pass, server } = createHarness();
    const posts = createRenderLog<CommandResult<typeof api.commands.post>>();
    const Posting = () => posts.note(useCommand(api.commands.post));
    const doesAsk = (): boolean => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    const [listens, stops] = [vi.spyOn(globalThis, 'addEventListener'), vi.spyOn(globalThis, 'removeEventListener')];
    const withWarning = { warnOnUnsent: true } as never;
    const page = show(<Posting />, withWarning);
    await pass(200);
    expect([doesAsk(), listens.mock.calls.filter(([type]) => type === 'beforeunload')]).toEqual([false, []]);
    posts.last().send({ room: '1', text: 'a' });
    await pass(10);
    expect(doesAsk()).toBe(true);
    await pass(200);
    expect([doesAsk(), stops.mock.calls.some(([type]) => type === 'beforeunload')]).toEqual([false, true]);
    server.kill();
    posts.last().send({ room: '1', text: 'b' });
    await pass(100);
    expect(doesAsk()).toBe(true);
    page.rerender(tree(<Posting />));
    expect(doesAsk()).toBe(false);
    page.rerender(tree(<Posting />, withWarning));
    expect(doesAsk()).toBe(true);
    page.unmount();
    expect(doesAsk()).toBe(false);
  });

  it('makes a new client for a new url, and lets the former one go', async () => {
    const { show, tree, pass, world } = createHarness();
    const page = show(<Everything />);
    await pass(200);
    page.rerender(tree(<Everything />, { url: `ws://${HOST}/elsewhere` }));
    await pass(70_000);
    expect(world.network.connections({ client: 'page' }).map((one) => one.url)).toEqual([`ws://${HOST}/elsewhere?link=0`]);
  });

  it('hydrates what the server rendered, beside a client that knows more by now', async () => {
    const { world, page, pass, publish, server } = createHarness();
    const client = createClient({ url: URL, contract: api, world: page });
    const page1 = <RealtimeProvider client={client}><Shown /></RealtimeProvider>;
    const html = renderToString(page1);
    const leave = [client.hold(), client.view(messages, { id: '1' }).subscribe(() => {})];
    await pass(200);
    await publish('a');
    await pass(200);
    const container = document.createElement('div');
    container.innerHTML = html;
    const mismatches: unknown[] = [];
    vi.spyOn(console, 'error').mockImplementation((...words) => void mismatches.push(words));
    render(page1, { container, hydrate: true });
    await pass(50);
    expect(mismatches).toEqual([]);
    expect(html).toContain('idle 0');
    expect(container.textContent).toBe('connected 1');
    for (const end of leave) end();
    client.dispose();
    server.kill();
    expect(world.network.counts('page').opened).toBe(1);
  });

  it('opens nothing when it is rendered to text', () => {
    const { tree, world, page } = createHarness();
    expect(renderToString(tree(<Everything />))).toContain('everything');
    expect(world.network.counts('page').opened).toBe(0);
    expect(page.pending).toBe(0);
    expect(page.watchers).toBe(0);
  });
});
