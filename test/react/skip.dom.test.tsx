/** A hook that is given nothing yet, or told to wait: no subscription, no question, and nothing left when it is switched. */
import { cleanup } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { append, createClient, defineView, skipToken, useChannel, useQuery, type ChannelResult, type QueryResult } from '../../src/index.js';
import { skipToken as ofContract } from '../../src/contract/index.js';
import { api, createHarness, createRenderLog, messages, URL, type Message } from './harness.js';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const texts = (list: readonly Message[] = []): string => list.map(({ text }) => text).join(' ');

describe('useChannel that is skipped', () => {
  it('subscribes nothing, as a view or as a tap, and renders for nothing', async () => {
    const { show, pass, publish, heard } = createHarness();
    const log = createRenderLog<ChannelResult<unknown>>();
    const told: string[] = [];
    const onEvent = (): number => told.push('event');
    const id: string | null = null as string | null;
    function Skipping() {
      log.note(useChannel(messages, { params: id === null ? skipToken : { id } }));
      log.note(useChannel(messages, { params: { id: '1' }, enabled: false, select: texts }));
      useChannel(api.channels.room, { params: skipToken, onEvent });
      useChannel(api.channels.room, { params: { id: '1' }, enabled: false, onEvent });
      return null;
    }
    show(<Skipping />);
    const before = log.all.length;
    await pass(200);
    await publish('a');
    await pass(200);
    expect([heard('hello').length, heard('subscribe'), told, log.all.length]).toEqual([1, [], [], before]);
    expect(log.last()).toMatchObject({ data: '', status: 'pending', liveStatus: 'idle', isStale: false, gap: null, error: null });
    log.last().resync();
    expect(ofContract).toBe(skipToken);
  });

  it('is switched on and off, and leaves nothing behind', async () => {
    const { show, tree, pass, publish, heard, page } = createHarness();
    const log = createRenderLog<ChannelResult<Message[]>>();
    const told: string[] = [];
    function Switched({ isOn }: { readonly isOn: boolean }) {
      useChannel(api.channels.room, { params: isOn ? { id: '1' } : skipToken, onEvent: ({ data }) => told.push(data.text) });
      return log.note(useChannel(messages, { params: { id: '1' }, enabled: isOn }));
    }
    await publish('a');
    const shown = show(<Switched isOn={false} />);
    await pass(100);
    for (let i = 0; i < 10; i++) {
      shown.rerender(tree(<Switched isOn />));
      await pass(100);
      expect(`${log.last().liveStatus}: ${texts(log.last().data)}`).toBe('live: a');
      shown.rerender(tree(<Switched isOn={false} />));
      await pass(100);
      expect(`${log.last().liveStatus}: ${texts(log.last().data)}`).toBe('idle: ');
    }
    // Within the lease, all of it was one subscription.
    expect([heard('subscribe').length, heard('unsubscribe').length]).toEqual([1, 0]);
    await pass(31_000);
    await publish('b');
    await pass(100);
    expect([heard('unsubscribe').length, told]).toEqual([1, []]);
    shown.unmount();
    await pass(70_000);
    expect([page.pending, page.watchers]).toEqual([0, 0]);
  });
});

describe('useQuery that is skipped', () => {
  it('asks nothing until it is switched on', async () => {
    const { show, tree, pass, heard } = createHarness();
    const log = createRenderLog<QueryResult<Message[]>>();
    const Asking = ({ room }: { readonly room: string | null }) => log.note(useQuery(api.queries.history, { input: room === null ? skipToken : { room } }));
    const shown = show(<Asking room={null} />);
    await pass(200);
    log.last().refetch();
    await pass(200);
    expect(heard('query')).toEqual([]);
    expect(log.last()).toMatchObject({ data: undefined, status: 'pending', fetchStatus: 'idle', isPending: true });
    shown.rerender(tree(<Asking room="1" />));
    await pass(200);
    expect([heard('query').length, log.last().status]).toEqual([1, 'success']);
    shown.rerender(tree(<Asking room={null} />));
    await pass(200);
    expect([heard('query').length, log.last().data]).toEqual([1, undefined]);
  });

  it('shows with enabled: false what somebody else holds, for as long as it is held, and asks nothing itself', async () => {
    const { show, tree, pass, publish, heard, page } = createHarness();
    const log = createRenderLog<QueryResult<string>>();
    const follow = { channel: api.channels.room, params: { id: '1' }, apply: append(10) };
    const Looking = () => log.note(useQuery(api.queries.history, { input: { room: '1' }, enabled: false, follow, select: texts }));
    function Holding() {
      useQuery(api.queries.history, { input: { room: '1' }, follow });
      return null;
    }
    const shown = show(<Looking />);
    await pass(200);
    expect([heard('query').length, log.last().status, log.last().fetchStatus]).toEqual([0, 'pending', 'idle']);
    shown.rerender(tree(<><Looking /><Holding /></>));
    await pass(200);
    await publish('a');
    await pass(200);
    expect([heard('query').length, log.last().status, log.last().data]).toEqual([1, 'success', 'a']);
    shown.rerender(tree(<Looking />));
    await pass(31_000);
    expect([heard('query').length, log.last().status, log.last().data]).toEqual([1, 'pending', undefined]);
    shown.unmount();
    await pass(70_000);
    expect([page.pending, page.watchers]).toEqual([0, 0]);
  });
});

it('who only looks at a query is told of nothing once it has left, though another still holds it', async () => {
  const { pass, page } = createHarness();
  const client = createClient({ url: URL, contract: api, world: page });
  const query = client.liveQuery(api.queries.history, { room: '1' });
  const release = query.subscribe(() => {});
  let told = 0;
  const leave = query.watch(() => told++);
  await pass(200);
  expect(told).toBeGreaterThan(0);
  leave();
  const before = told;
  query.refetch();
  await pass(200);
  expect(told).toBe(before);
  release();
  client.dispose();
});

it('isEqual says whether two selections are the same to the component', async () => {
  const { show, pass, publish } = createHarness();
  const log = createRenderLog<readonly string[]>();
  const sameWords = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();
  const Long = () => log.note(useChannel(messages, { params: { id: '1' }, select: (all) => all.map(({ text }) => text).filter((text) => text.length > 3), isEqual: sameWords }).data);
  show(<Long />);
  await pass(200);
  await publish('a long one');
  await pass(100);
  expect(log.last()).toEqual(['a long one']);
  const before = log.all.length;
  for (const text of ['a', 'b', 'c']) {
    await publish(text);
    await pass(100);
  }
  expect(log.all).toHaveLength(before);
  await publish('another');
  await pass(100);
  expect(log.last()).toEqual(['a long one', 'another']);
});

it('a view that is made while rendering is refused by name, and one that is exchanged is not', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const { show, tree, pass } = createHarness();
  const newest = [1, 2].map((limit) => defineView(api.channels.room, { history: 5, initialState: [] as Message[], reduce: append(limit) }));
  const log = createRenderLog<string>();
  const Exchanging = ({ by }: { readonly by: number }) => log.note(useChannel(newest[by] as (typeof newest)[0], { params: { id: '1' }, select: texts }).data);
  const { rerender, unmount } = show(<Exchanging by={0} />);
  for (let i = 0; i < 10; i++) rerender(tree(<Exchanging by={i % 2} />));
  await pass(200);
  unmount();
  const Making = () => {
    // Compiled, it would be made once.
    'use no memo';
    useChannel(defineView(api.channels.room, { initialState: [] as Message[], reduce: append(5) }), { params: { id: '1' } });
    return null;
  };
  expect(() => show(<Making />)).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringContaining('in a module') as string }));
});
