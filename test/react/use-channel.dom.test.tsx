import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { append, createClient, defineView, useChannel, type ChannelResult, type Gap } from '../../src/index.js';
import { api, createHarness, createRenderLog, messages, URL, type Message } from './harness.js';

afterEach(cleanup);

const texts = (list: readonly { readonly text: string }[]): string => list.map(({ text }) => text).join(' ');

function List({ id = '1' }: { readonly id?: string }) {
  const { data, status, liveStatus } = useChannel(messages, { params: { id } });
  return <p data-testid="list">{`${status} ${liveStatus}: ${texts(data)}`}</p>;
}

const list = (): string | null => screen.getByTestId('list').textContent;

describe('useChannel with a view', () => {
  it('shows the history and what comes after it', async () => {
    const { show, pass, publish } = createHarness();
    await publish('a', 'b');
    show(<List />);
    expect(list()).toBe('pending connecting: ');
    await pass(200);
    expect(list()).toBe('success live: a b');
    await publish('c');
    await pass(100);
    expect(list()).toBe('success live: a b c');
  });

  it('goes on without a hole after the connection was lost', async () => {
    const { show, pass, publish, world } = createHarness();
    show(<List />);
    await pass(200);
    world.network.connections()[0]?.inflict({ type: 'reset' });
    await pass(30);
    expect(list()).toBe('success recovering: ');
    await publish('missed');
    await pass(3_000);
    await publish('live');
    await pass(100);
    expect(list()).toBe('success live: missed live');
  });

  it('says that there is a gap after the server forgot everything, until resync', async () => {
    const { show, pass, publish, server } = createHarness();
    const log = createRenderLog<ChannelResult<Message[]>>();
    const Gapped = () => log.note(useChannel(messages, { params: { id: '1' } }));
    const shown = (): string => `${log.last().gap?.reason ?? 'whole'}: ${texts(log.last().data)}`;
    await publish('before');
    show(<Gapped />);
    await pass(200);
    expect(shown()).toBe('whole: before');
    server.kill();
    server.start();
    await publish('after');
    await pass(5_000);
    expect(shown()).toBe('epoch: after');
    log.last().resync();
    await pass(200);
    expect(shown()).toBe('whole: after');
  });

  it('shows a refusal as an error', async () => {
    const { show, pass } = createHarness();
    function Closed() {
      const { error, status } = useChannel(api.channels.closed, {});
      return <p data-testid="list">{`${status} ${error?.code}`}</p>;
    }
    show(<Closed />);
    await pass(200);
    expect(list()).toBe('error forbidden');
  });

  it('opens one socket and one subscription in StrictMode, whatever else renders', async () => {
    const { show, tree, pass, publish, world, heard } = createHarness();
    // The params are a new object on every render.
    const page = show(<List />);
    await pass(200);
    for (let i = 0; i < 5; i++) page.rerender(tree(<List />));
    await publish('a');
    await pass(1_000);
    expect(list()).toBe('success live: a');
    expect(world.network.counts('page')).toEqual({ open: 1, peak: 1, opened: 1 });
    expect(heard('hello')).toHaveLength(1);
    expect(heard('subscribe')).toHaveLength(1);
    expect(heard('unsubscribe')).toHaveLength(0);
  });

  it('folds once for two components, and renders each only for what it selects', async () => {
    let folds = 0;
    const counted = defineView(api.channels.room, {
      history: 10,
      initialState: [] as { text: string }[],
      reduce: (state, event) => {
        folds += 1;
        return append(10)(state, event);
      },
    });
    const count = createRenderLog<number>();
    const first = createRenderLog<string | undefined>();
    const Count = () => count.note(useChannel(counted, { params: { id: '1' }, select: (all) => all.length }).data);
    const First = () => first.note(useChannel(counted, { params: { id: '1' }, select: (all) => all[0]?.text }).data);
    const { show, pass, publish, heard } = createHarness();
    show(<><Count /><First /></>);
    await publish('a');
    await pass(200);
    const before = first.all.length;
    await publish('b');
    await pass(200);
    expect(count.last()).toBe(2);
    expect(first.last()).toBe('a');
    expect(folds).toBe(2);
    expect(heard('subscribe')).toHaveLength(1);
    expect(first.all).toHaveLength(before);
  });

  it('renders at most once a frame, and once for what comes first', async () => {
    const { show, pass, publish } = createHarness();
    const log = createRenderLog<number>();
    const Counting = () => log.note(useChannel(messages, { params: { id: '1' } }).data.length);
    show(<Counting />);
    await pass(200);
    const before = log.all.length;
    for (let i = 0; i < 100; i++) {
      await publish(`m${i}`);
      await pass(1);
    }
    await pass(100);
    expect(log.last()).toBe(100);
    // StrictMode renders twice. 110 ms hold 7 frames, and one flush comes at once.
    const renders = (log.all.length - before) / 2;
    expect(renders).toBeLessThanOrEqual(8);
    expect(renders).toBeGreaterThan(3);
  });

  it('changes the channel with its params and leaves the former one', async () => {
    const { show, tree, pass, publish, heard } = createHarness();
    await publish('a');
    const page = show(<List id="1" />);
    await pass(200);
    page.rerender(tree(<List id="2" />));
    await pass(200);
    expect(list()).toBe('success live: ');
    await pass(31_000);
    expect(heard('unsubscribe')).toEqual([expect.objectContaining({ channels: [expect.objectContaining({ name: 'room:1' })] })]);
  });
});

describe('useChannel with a channel', () => {
  it('tells every event from mount on, in order, to the newest callback, and renders for none', async () => {
    const { show, tree, pass, publish } = createHarness();
    const told: string[] = [];
    const log = createRenderLog<unknown>();
    const Tap = ({ as }: { readonly as: string }) =>
      log.note(useChannel(api.channels.room, { params: { id: '1' }, onEvent: (event) => told.push(`${as} ${event.data.text}`) }));
    await publish('before');
    const page = show(<Tap as="old" />);
    await pass(200);
    const settled = log.all.length;
    await publish('a', 'b');
    await pass(100);
    page.rerender(tree(<Tap as="new" />));
    await publish('c');
    await pass(100);
    expect(told).toEqual(['old a', 'old b', 'new c']);
    // Those of the rerender.
    expect(log.all).toHaveLength(settled + 2);
  });

  it('tells of a gap before the next event', async () => {
    const { show, pass, publish, server } = createHarness();
    const told: string[] = [];
    function Tap() {
      useChannel(api.channels.room, { params: { id: '1' }, onEvent: ({ data }) => told.push(data.text), onGap: (gap: Gap) => told.push(`gap ${gap.reason}`) });
      return null;
    }
    show(<Tap />);
    await pass(200);
    await publish('a');
    await pass(100);
    server.kill();
    server.start();
    await pass(5_000);
    await publish('b');
    await pass(100);
    expect(told).toEqual(['a', 'gap epoch', 'b']);
  });

  it('tells nothing more of a frame whose event has ended the client, to nobody', async () => {
    const { pass, publish, page } = createHarness();
    const client = createClient({ url: URL, contract: api, world: page });
    const told: string[] = [];
    for (const who of ['first', 'second']) {
      client.channel(api.channels.room, { id: 1 }).subscribe({
        onEvent({ data }) {
          told.push(`${who} ${data.text}`);
          if (data.text === 'b') client.dispose();
        },
      });
    }
    await pass(200);
    await publish('a', 'b', 'c');
    await pass(200);
    expect(told).toEqual(['first a', 'first b']);
    expect(page.pending).toBe(0);
  });
});
