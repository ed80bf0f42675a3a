import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, upsert, useChannel, useCommand, useQuery, type CommandResult, type QueryResult } from '../../src/index.js';
import { api, createHarness, createRenderLog, URL, type Message } from './harness.js';

afterEach(cleanup);

function History({ room = '1' }: { readonly room?: string }) {
  const { data, status, fetchStatus } = useQuery(api.queries.history, {
    input: { room },
    follow: { channel: api.channels.room, params: { id: room }, apply: upsert('id') },
  });
  return <p data-testid="history">{`${status} ${fetchStatus}: ${(data ?? []).map(({ text }) => text).join(' ')}`}</p>;
}

const shown = (): string | null => screen.getByTestId('history').textContent;

describe('useQuery', () => {
  it('asks once for all who ask the same, and follows the channel', async () => {
    const { show, tree, pass, publish, heard } = createHarness();
    const page = show(<><History /><History /></>);
    expect(screen.getAllByTestId('history')[0]?.textContent).toMatch(/^pending/);
    await pass(200);
    // Input, params and apply are new on every render.
    page.rerender(tree(<><History /><History /></>));
    await publish('a', 'b');
    await pass(100);
    expect(screen.getAllByTestId('history').map((one) => one.textContent)).toEqual(['success idle: a b', 'success idle: a b']);
    expect(heard('query')).toHaveLength(1);
    expect(heard('subscribe')).toHaveLength(1);
  });

  it('neither misses nor doubles what happens while the answer is on its way', async () => {
    const { show, pass } = createHarness();
    const log = createRenderLog<CommandResult<typeof api.commands.post>>();
    const Poster = () => log.note(useCommand(api.commands.post));
    show(<><History /><Poster /></>);
    for (const text of ['a', 'b', 'c', 'd']) {
      log.last().send({ room: '1', text });
      await pass(7);
    }
    await pass(500);
    expect(shown()).toBe('success idle: a b c d');
  });

  it('waits paused for a link, and asks again after the server forgot everything', async () => {
    const { show, pass, publish, server, heard } = createHarness();
    server.kill();
    show(<History />);
    await pass(100);
    expect(shown()).toBe('pending paused: ');
    server.start();
    await pass(5_000);
    await publish('a');
    await pass(100);
    expect(shown()).toBe('success idle: a');
    server.kill();
    server.start();
    await pass(40_000);
    // The room in the handler's memory never had it: the answer is the truth.
    expect(shown()).toBe('success idle: ');
    expect(heard('query').length).toBeGreaterThanOrEqual(2);
  });

  it('gives what select makes of it, and renders only when that changes', async () => {
    const { show, pass, publish } = createHarness();
    const select = (all: readonly Message[]): boolean => all.length > 1;
    const log = createRenderLog<boolean | undefined>();
    const Many = () => {
      const follow = { channel: api.channels.room, params: { id: '1' }, apply: upsert('id') };
      return log.note(useQuery(api.queries.history, { input: { room: '1' }, follow, select }).data);
    };
    show(<Many />);
    await pass(200);
    expect(log.last()).toBe(false);
    const before = log.all.length;
    await publish('a');
    await pass(100);
    expect(log.all).toHaveLength(before);
    await publish('b');
    await pass(100);
    expect(log.last()).toBe(true);
  });

  it('takes two selections for the same that are it to the component', async () => {
    const { show, pass, publish } = createHarness();
    const log = createRenderLog<readonly string[] | undefined>();
    const First = () =>
      log.note(
        useQuery(api.queries.history, {
          input: { room: '1' },
          follow: { channel: api.channels.room, params: { id: '1' }, apply: upsert('id') },
          select: (all) => all.slice(0, 1).map(({ id }) => id),
          isEqual: (a, b) => a.join() === b.join(),
        }).data,
      );
    show(<First />);
    await pass(200);
    await publish('a');
    await pass(100);
    expect(log.last()).toEqual(['a']);
    const before = log.all.length;
    await publish('b');
    await pass(100);
    expect(log.all).toHaveLength(before);
  });

  it('refetches, and stops when nobody looks any more', async () => {
    const { show, tree, pass, heard } = createHarness();
    const log = createRenderLog<QueryResult<Message[]>>();
    const Asking = () => log.note(useQuery(api.queries.history, { input: { room: '1' } }));
    const page = show(<Asking />);
    await pass(200);
    log.last().refetch();
    await pass(200);
    expect(heard('query')).toHaveLength(2);
    page.rerender(tree(null));
    await pass(40_000);
    log.last().refetch();
    await pass(200);
    expect(heard('query')).toHaveLength(2);
  });

  it('shares the subscription with a channel that is listened to', async () => {
    const { show, pass, publish, heard } = createHarness();
    const told: string[] = [];
    function Tap() {
      useChannel(api.channels.room, { params: { id: '1' }, onEvent: ({ data }) => told.push(data.text) });
      return null;
    }
    show(<><History /><Tap /></>);
    await pass(200);
    await publish('a');
    await pass(100);
    expect(told).toEqual(['a']);
    expect(shown()).toBe('success idle: a');
    expect(heard('subscribe')).toHaveLength(1);
  });

  it('shows an input that cannot be sent as an error, and the page lives', async () => {
    const { show, pass, heard } = createHarness();
    const loop: Record<string, unknown> = { room: '1' };
    loop['self'] = loop;
    const log = createRenderLog<QueryResult<Message[]>>();
    const Asking = ({ input }: { readonly input: unknown }) => log.note(useQuery(api.queries.history, { input: input as { room: string } }));
    for (const input of [{ room: 1n }, loop, { room: 5 }]) {
      show(<Asking input={input} />);
      await pass(50);
      expect(log.last()).toMatchObject({ status: 'error', error: { code: 'invalid' } });
      cleanup();
    }
    expect(heard('query')).toHaveLength(0);
  });
});

describe('a live query without React', () => {
  it('has an answer that is longer than a frame', async () => {
    const { page, pass } = createHarness();
    const client = createClient({ url: URL, contract: api, world: page });
    const texts = Array.from({ length: 400 }, (_, index) => `${index} ${'ü€'.repeat(40)}`);
    for (const text of texts) client.send(api.commands.post, { room: '1', text });
    await pass(3_000);
    const answer = client.query(api.queries.history, { room: '1' });
    await pass(500);
    expect((await answer).map(({ text }) => text)).toEqual(texts);
    client.dispose();
  });

  it.each([true, false])('keeps an apply that was given before anybody looked, with what it follows: %j', async (isAtOnce) => {
    const { page, pass, publish } = createHarness();
    const client = createClient({ url: URL, contract: api, world: page });
    const apply = (all: readonly Message[], { data }: { readonly data: unknown }): Message[] => [...all, data as Message];
    const history = client.liveQuery(api.queries.history, { room: '1' }, { channel: api.channels.room, params: { id: '1' }, ...(isAtOnce && { apply }) });
    if (!isAtOnce) history.setApply(apply as never);
    const leave = history.subscribe(() => {});
    await pass(200);
    await publish('a');
    await pass(100);
    expect(history.get().data).toEqual([{ id: 'a', text: 'a' }]);
    leave();
    client.dispose();
  });
});
