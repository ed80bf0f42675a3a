/** Whatever React does with a tree, a page has one socket, one subscription a channel, and leaves nothing behind. */
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Component, lazy, Suspense, useState, type ComponentType, type ReactNode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { append, channel, createClient, defineContract, defineView, RealtimeProvider, useChannel, useConnectionStatus } from '../../src/index.js';
import * as holdfast from '../../src/index.js';
import { api, createHarness, HOST, Message, messages, URL } from './harness.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';
import { CHANNEL_LEASE_MS, costOf, expectNothingLeft, ONE_PAGE, useWhole, Whole } from './whole-page.js';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const shown = (): string | null => screen.getByTestId('whole').textContent;

/** Something to wait for in a render, as a data library gives it. */
function createGate(): { wait(): void; open(): void } {
  let isOpen = false;
  let open = (): void => {};
  const promise = new Promise<void>((resolve) => {
    open = () => {
      isOpen = true;
      resolve();
    };
  });
  return {
    wait() {
      // React 18 and 19 wait for a promise that is thrown.
      if (!isOpen) throw promise;
    },
    open: () => open(),
  };
}

class Boundary extends Component<{ readonly children: ReactNode }, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };
  static getDerivedStateFromError() {
    return { hasFailed: true };
  }
  override render() {
    return this.state.hasFailed ? <p>failed</p> : this.props.children;
  }
}

describe('a page that uses every hook', () => {
  it('has one socket, one subscription a channel and one question in StrictMode, and leaves nothing', async () => {
    const harness = createHarness();
    const page = harness.show(<><Whole /><Whole /></>);
    await harness.pass(500);
    expect(costOf(harness)).toEqual(ONE_PAGE);
    page.unmount();
    await expectNothingLeft(harness);
    expect(costOf(harness)).toEqual({ ...ONE_PAGE, left: ['room:1', 'room:2'] });
  });

  it('is remounted twenty times in a row, with no time and with much between, for the same cost', async () => {
    const harness = createHarness();
    const page = harness.show(<Whole key={0} />);
    await harness.pass(500);
    for (let key = 1; key <= 10; key++) page.rerender(harness.tree(<Whole key={key} />));
    for (let i = 0; i < 10; i++) {
      page.rerender(harness.tree(null));
      await harness.pass(CHANNEL_LEASE_MS - 100);
      page.rerender(harness.tree(<Whole />));
      // What comes while it is there must be shown by this mount, not by a former one.
      await harness.publish(`m${i}`);
      await harness.pass(100);
      expect(shown()).toMatch(new RegExp(`m${i} \\|.*m${i}$`));
    }
    expect(costOf(harness)).toEqual(ONE_PAGE);
  });

  it('is taken down and built anew around a client of the application’s own, over the same socket', async () => {
    const harness = createHarness();
    const client = createClient({ url: URL, contract: api, world: harness.page });
    const app = <RealtimeProvider client={client}><Whole /></RealtimeProvider>;
    for (let i = 0; i < 5; i++) {
      const page = render(app);
      await harness.pass(500);
      page.unmount();
      await harness.pass(1_000);
    }
    expect(costOf(harness)).toEqual(ONE_PAGE);
    await expectNothingLeft(harness);
  });

  it('goes to another route through a lazy boundary and keeps what both of them use', async () => {
    const harness = createHarness();
    const { world, pass, publish } = harness;
    const Next = lazy(() => new Promise<{ default: ComponentType }>((resolve) => world.clock.after(3_000, () => resolve({ default: Whole }))));
    function Routes() {
      const [isNext, setNext] = useState(false);
      // A boundary a route: the former one goes at once.
      if (isNext) return <Suspense key="next" fallback={<p>loading</p>}><Next /></Suspense>;
      return <Suspense key="first"><button onClick={() => setNext(true)}>go</button><Whole /></Suspense>;
    }
    const page = harness.show(<Routes />);
    await publish('before');
    await pass(500);
    fireEvent.click(screen.getByText('go'));
    await pass(1_000);
    expect(page.container.textContent).toBe('loading');
    await publish('between');
    await pass(2_500);
    expect(shown()).toBe('connected: before between | between');
    expect(costOf(harness)).toEqual(ONE_PAGE);
  });

  it('keeps its subscriptions while a part that is shown already waits again', async () => {
    const harness = createHarness();
    const gate = createGate();
    function Part() {
      const [isWaiting, setWaiting] = useState(false);
      const text = useWhole();
      if (isWaiting) gate.wait();
      return <><button onClick={() => setWaiting(true)}>wait</button><p data-testid="whole">{text}</p></>;
    }
    harness.show(<Suspense fallback={<p>loading</p>}><Part /></Suspense>);
    await harness.pass(500);
    fireEvent.click(screen.getByText('wait'));
    expect(screen.getByText('loading')).toBeTruthy();
    await harness.pass(CHANNEL_LEASE_MS + 5_000);
    await harness.publish('meanwhile');
    await act(async () => gate.open());
    await harness.pass(500);
    expect(shown()).toContain('meanwhile');
    expect(costOf(harness)).toEqual(ONE_PAGE);
  });
});

describe('a component that waits before it was ever shown', () => {
  it('subscribes nothing until it is shown, and then once', async () => {
    const harness = createHarness();
    const gate = createGate();
    function Part() {
      const text = useWhole();
      gate.wait();
      return <p data-testid="whole">{text}</p>;
    }
    harness.show(<Suspense fallback={<p>loading</p>}><Part /></Suspense>);
    await harness.publish('early');
    await harness.pass(20_000);
    expect(costOf(harness)).toEqual({ sockets: 1, subscribed: {}, left: [], asked: 0 });
    await act(async () => gate.open());
    await harness.pass(500);
    expect(shown()).toContain('connected: early');
    expect(costOf(harness)).toEqual(ONE_PAGE);
  });

  it('leaves nothing when it goes while it waits, with the provider above it or above the boundary', async () => {
    const Part = () => {
      useWhole();
      createGate().wait();
      return null;
    };
    const trees: ((harness: ReturnType<typeof createHarness>) => ReactNode)[] = [
      ({ tree }) => <Suspense fallback={<p>loading</p>}>{tree(<Part />)}</Suspense>,
      ({ tree }) => tree(<Suspense fallback={<p>loading</p>}><Part /></Suspense>),
    ];
    for (const [opened, tree] of trees.entries()) {
      const harness = createHarness();
      const page = render(tree(harness));
      await harness.pass(500);
      expect(page.container.textContent).toBe('loading');
      // A provider that was never shown has opened nothing.
      expect(harness.world.network.counts('page').opened).toBe(opened);
      page.unmount();
      await expectNothingLeft(harness);
      expect(costOf(harness)).toEqual({ sockets: opened, subscribed: {}, left: [], asked: 0 });
    }
  });
});

describe('a hot reload', () => {
  it('puts new components into the same place and keeps the socket and the subscriptions', async () => {
    const harness = createHarness();
    // Each version of a module brings functions of its own: React takes the old ones down and builds the new ones.
    const version = (n: number): ComponentType => {
      const Room = () => <p data-testid="whole">{`v${n} ${useWhole()}`}</p>;
      return () => <section><Room /></section>;
    };
    const [First, ...later] = [1, 2, 3, 4].map(version) as [ComponentType, ...ComponentType[]];
    const page = harness.show(<First />);
    await harness.publish('before');
    await harness.pass(500);
    for (const [i, Next] of later.entries()) {
      page.rerender(harness.tree(<Next />));
      expect(shown()).toBe(`v${i + 2} connected: before | `);
      await harness.pass(1_000);
    }
    expect(costOf(harness)).toEqual(ONE_PAGE);
  });

  it('folds anew with a view that was edited, over the same socket', async () => {
    const harness = createHarness();
    const version = (sign: string) => defineView(api.channels.room, { history: 10, initialState: '', reduce: (all, { data }) => `${all}${sign}${data.text}` });
    const views = [version('-'), version('+')];
    const Room = ({ n }: { readonly n: number }) => <p data-testid="whole">{useChannel(views[n] as (typeof views)[0], { params: { id: '1' } }).data}</p>;
    const page = harness.show(<Room n={0} />);
    await harness.publish('a', 'b');
    await harness.pass(500);
    expect(shown()).toBe('-a-b');
    page.rerender(harness.tree(<Room n={1} />));
    await harness.pass(500);
    expect(shown()).toBe('+a+b');
    page.unmount();
    expect(costOf(harness).sockets).toBe(1);
    await expectNothingLeft(harness);
  });
});

describe('a child that throws', () => {
  function createBomb() {
    const Bomb = () => {
      const { data } = useChannel(messages, { params: { id: '1' } });
      if (data.some(({ text }) => text === 'bang')) throw new Error('bang');
      return null;
    };
    vi.spyOn(console, 'error').mockImplementation(() => {});
    return Bomb;
  }

  it('is replaced by a boundary, and its channels are left after their lease', async () => {
    const harness = createHarness();
    const Bomb = createBomb();
    const page = harness.show(<Boundary><Bomb /><Whole /></Boundary>);
    await harness.pass(500);
    await harness.publish('bang');
    await harness.pass(500);
    expect(page.container.textContent).toBe('failed');
    expect(costOf(harness)).toEqual(ONE_PAGE);
    await harness.pass(CHANNEL_LEASE_MS + 100);
    expect(costOf(harness)).toEqual({ ...ONE_PAGE, left: ['room:1', 'room:2'] });
    // The provider is still there: so is its link, and nothing else.
    expect(harness.world.network.counts('page').open).toBe(1);
    page.unmount();
    await expectNothingLeft(harness);
  });

  it('takes the whole page down without a boundary, and nothing is left', async () => {
    const harness = createHarness();
    const Bomb = createBomb();
    const page = harness.show(<><Bomb /><Whole /></>);
    await harness.pass(500);
    await harness.publish('bang');
    await expect(async () => await harness.pass(500)).rejects.toThrow('bang');
    // The `act` of React 18 forgets at an error what it was to do next; any render does it.
    render(<i />);
    expect(page.container.textContent).toBe('');
    await expectNothingLeft(harness);
    expect(costOf(harness)).toEqual({ ...ONE_PAGE, left: ['room:1', 'room:2'] });
  });

  it('throws on its first mount, before anything is subscribed', async () => {
    const harness = createHarness();
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const Part = () => {
      useWhole();
      throw new Error('never shown');
    };
    const page = harness.show(<Boundary><Part /></Boundary>);
    await harness.pass(10_000);
    expect(costOf(harness)).toEqual({ sockets: 1, subscribed: {}, left: [], asked: 0 });
    page.unmount();
    await expectNothingLeft(harness);
  });
});

describe('providers', () => {
  const other = defineContract({ channels: { news: channel('news', { events: { message: Message } }) } });
  const news = defineView(other.channels.news, { history: 10, initialState: [] as Message[], reduce: append(10) });

  it('with two contracts, one in the other: each hook finds its own, over one socket each', async () => {
    const harness = createHarness();
    const { world, pass } = harness;
    const press = createSimulatedServer(world, 'press.test', { contract: other, authorize: { channels: { news: 'public' } } });
    const elsewhere = world.client('elsewhere');
    const Both = () => {
      const { data } = useChannel(news);
      return <><Whole /><p data-testid="news">{data.map(({ text }) => text).join(' ')}</p></>;
    };
    const nested = (inner: 'news' | 'chat'): ReactNode => {
      const wrap = {
        news: (children: ReactNode) => <RealtimeProvider url="ws://press.test/realtime" contract={other} world={elsewhere}>{children}</RealtimeProvider>,
        chat: (children: ReactNode) => <RealtimeProvider url={URL} contract={api} world={harness.page}>{children}</RealtimeProvider>,
      };
      return inner === 'news' ? wrap.chat(wrap.news(<Both />)) : wrap.news(wrap.chat(<Both />));
    };
    for (const inner of ['news', 'chat'] as const) {
      const page = render(nested(inner));
      await harness.publish(`to chat, ${inner} inside`);
      await press.core().publish(other.channels.news, {}, 'message', { id: inner, text: `to news, ${inner} inside` });
      await pass(500);
      expect(shown()).toContain(`to chat, ${inner} inside`);
      expect(screen.getByTestId('news').textContent).toContain(`to news, ${inner} inside`);
      expect(page.container.textContent).not.toContain(`to news, ${inner} inside |`);
      page.unmount();
      await expectNothingLeft(harness);
      expect([elsewhere.pending, elsewhere.watchers, world.network.counts('elsewhere').open]).toEqual([0, 0, 0]);
    }
    expect(world.network.counts('elsewhere')).toEqual({ open: 0, peak: 1, opened: 2 });
    expect(world.network.counts('page')).toEqual({ open: 0, peak: 1, opened: 2 });
    expect(press.heard.filter(({ t }) => t === 'subscribe')).toHaveLength(2);
  });

  it('with two contracts: what has no part is of the nearest', async () => {
    const harness = createHarness();
    const Status = () => <p data-testid="status">{useConnectionStatus().status}</p>;
    harness.show(
      <RealtimeProvider url="ws://nobody.test/realtime" contract={other} world={harness.world.client('elsewhere')}>
        <Status />
      </RealtimeProvider>,
    );
    await harness.pass(500);
    expect(screen.getByTestId('status').textContent).not.toBe('connected');
    expect(harness.world.network.connections({ host: HOST })).toHaveLength(1);
  });

  it('that are missing are missed by every hook there is, by the same name', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const first: Readonly<Record<string, unknown>> = {
      useChannel: messages,
      usePublish: api.channels.room,
      useQuery: api.queries.history,
      useCommand: api.commands.post,
    };
    const hooks = Object.entries(holdfast).filter(([name]) => name.startsWith('use')) as unknown as [string, (...args: unknown[]) => unknown][];
    expect(hooks.length).toBeGreaterThanOrEqual(5);
    for (const [name, useIt] of hooks) {
      const Lost = () => {
        useIt(first[name] ?? {}, { params: { id: '1' }, input: { room: '1' } });
        return null;
      };
      expect(() => render(<Lost />), name).toThrow(expect.objectContaining({ code: 'no-provider' }) as Error);
    }
  });
});
