/** The provider and the server for users' tests, used as a user would: nothing is known of the world below, no time is faked, and React has nothing to complain about. */
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import { StrictMode, useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useChannel, useCommand } from '../../src/index.js';
import { createTestServer, RealtimeTestProvider, type TestServer } from '../../src/testing/index.js';
import { api, Room, type Message } from './chat.js';

/** What went to the console, `act` warnings of React among it. */
const complaints: unknown[][] = [];

/** Test runners with globals have React Testing Library set it; without them nobody does. */
const env = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean | undefined };

beforeEach(() => {
  env.IS_REACT_ACT_ENVIRONMENT = true;
  complaints.length = 0;
  for (const kind of ['error', 'warn'] as const) vi.spyOn(console, kind).mockImplementation((...words) => void complaints.push(words));
});

afterEach(() => {
  cleanup();
  env.IS_REACT_ACT_ENVIRONMENT = undefined;
  vi.restoreAllMocks();
});

const hello = { id: 'm1', text: 'hello' };
const queries = { history: () => [{ id: 'm0', text: 'before' }] };
const commands: Parameters<typeof createTestServer<typeof api>>[0]['commands'] = {
  post({ id, input, publish, reject }) {
    if (input.text === 'rude') throw reject('banned', { until: 5 });
    const message = { id, text: input.text };
    publish(api.channels.room, { id: input.room }, 'message', message);
    return message;
  },
};
const create = () => createTestServer({ contract: api, queries, commands });

function show(server: TestServer, { user, name, text }: { readonly user?: string; readonly name?: string; readonly text?: string } = {}) {
  const page = render(
    <StrictMode>
      <RealtimeTestProvider server={server} user={user}>
        <Room name={name} text={text} />
      </RealtimeTestProvider>
    </StrictMode>,
  );
  return { ...page, ...within(page.container) };
}
const status = () => screen.getByRole('status').textContent;
const said = () => screen.queryAllByRole('listitem').map((item) => item.textContent);
const progress = () => screen.getByTestId('progress').textContent;

describe.each([true, undefined])('time, where the act environment is %s,', (isAct) => {
  beforeEach(() => {
    env.IS_REACT_ACT_ENVIRONMENT = isAct;
  });
  afterEach(() => {
    expect(env.IS_REACT_ACT_ENVIRONMENT).toBe(isAct);
  });

  it('goes by itself: findBy is all that is needed', async () => {
    const server = create();
    show(server);
    expect(status()).not.toBe('connected');
    await screen.findByText('history: before');
    await screen.findByText('connected');
    void server.publish(api.channels.room, { id: '1' }, 'message', hello);
    await screen.findByText('hello');
    expect(complaints).toEqual([]);
  });

  it('may be left to go while nobody of React Testing Library waits', async () => {
    show(create());
    // A wait that knows nothing of React: all that comes meanwhile has to be inside `act`.
    for (let turn = 0; turn < 200 && status() !== 'connected'; turn += 1) await new Promise((done) => setTimeout(done, 1));
    expect(status()).toBe('connected');
    fireEvent.click(screen.getByText('send'));
    for (let turn = 0; turn < 200 && progress() !== 'success'; turn += 1) await new Promise((done) => setTimeout(done, 1));
    expect(progress()).toBe('success');
    expect(complaints).toEqual([]);
  });

  it('is jumped over by settle, and by every word that returns a promise', async () => {
    const server = create();
    show(server);
    await server.settle();
    expect(screen.getByText('history: before')).toBeDefined();
    await server.publish(api.channels.room, { id: '1' }, 'message', hello);
    expect(said()).toEqual(['hello']);
    expect(complaints).toEqual([]);
  });

  it('settles also what a component does when it sees an answer', async () => {
    const server = create();
    function Answering() {
      const [count, setCount] = useState(0);
      useChannel(api.channels.room, { params: { id: '1' }, onEvent: () => setCount((n) => n + 1) });
      return count > 0 ? <Room /> : null;
    }
    render(<RealtimeTestProvider server={server}><Answering /></RealtimeTestProvider>);
    await server.settle();
    await server.publish(api.channels.room, { id: '1' }, 'message', hello);
    expect(screen.getByText('history: before')).toBeDefined();
    expect(complaints).toEqual([]);
  });

  it('bears words within an act of the test’s own', async () => {
    const server = create();
    show(server);
    await act(async () => {
      await server.settle();
      await server.publish(api.channels.room, { id: '1' }, 'message', hello);
    });
    expect(said()).toEqual(['hello']);
    expect(complaints).toEqual([]);
  });

  it('bears words that are not waited for one by one', async () => {
    const server = create();
    show(server);
    await Promise.all([server.settle(), ...['a', 'b', 'c'].map((id) => server.publish(api.channels.room, { id: '1' }, 'message', { id, text: id }))]);
    expect(said()).toEqual(['a', 'b', 'c']);
    expect(complaints).toEqual([]);
  });
});

describe('an answer', () => {
  it('that nobody gave fails with the sentence that says how to give it', async () => {
    const server = createTestServer({ contract: api });
    show(server);
    await screen.findByText(/The test server has no answer for the query 'history'.*server\.reply\(api\.queries\.history, …\)/);
    fireEvent.click(screen.getByText('send'));
    await screen.findByText('internal');
    const told = complaints.map(([words, error]) => `${String(words)} ${String(error)}`).join('\n');
    expect(told).toContain("no answer for the query 'history'");
    expect(told).toContain("no answer for the command 'post'. Give it one: server.reply(api.commands.post, …), or createTestServer({ commands: { post: … } })");
  });

  it('is scripted by test: a value, a handler, a refusal', async () => {
    const server = create();
    server.reply(api.queries.history, [{ id: 'm9', text: 'scripted' }]);
    show(server);
    await server.settle();
    expect(screen.getByText('history: scripted')).toBeDefined();

    server.reply(api.commands.post, ({ id, input, user }) => ({ id, text: `${input.text} by ${user.tag}` }));
    fireEvent.click(screen.getByText('send'));
    await server.settle();
    expect([progress(), said()]).toEqual(['success', []]);

    server.reject(api.commands.post, 'banned', { until: 5 });
    fireEvent.click(screen.getByText('send'));
    await server.settle();
    expect(progress()).toBe('rejected banned');
    expect(complaints).toEqual([]);
  });

  it('is held until it is released, so that pending can be seen', async () => {
    const server = create();
    const release = [server.hold(api.queries.history), server.hold(api.commands.post)];
    show(server);
    fireEvent.click(screen.getByText('send'));
    await server.settle();
    expect([screen.getByText('history: pending'), progress()]).toEqual([expect.anything(), 'sent']);
    expect(server.received).toHaveLength(1);
    for (const let_go of release) await let_go();
    expect([screen.getByText('history: before'), progress(), said()]).toEqual([expect.anything(), 'success', ['hello']]);
    expect(complaints).toEqual([]);
  });

  it('that does not fit the contract is told', async () => {
    const server = create();
    server.reply(api.queries.history, () => [{ id: 1 }] as never);
    show(server);
    await screen.findByText(/The server failed at query .history.: The output does not fit the contract/);
    expect(complaints).toHaveLength(1);
  });

  it('of a command is preceded by what the server saw', async () => {
    const server = create();
    show(server);
    show(server, { user: 'ada', name: 'ada ' });
    fireEvent.click(screen.getByText('send'));
    await server.settle();
    fireEvent.click(screen.getByText('ada send'));
    await server.settle();
    expect(server.received).toEqual([
      { name: 'post', input: { room: '1', text: 'hello' } },
      { name: 'post', input: { room: '1', text: 'hello' }, user: 'ada' },
    ]);
  });

  it('is for parts of the contract alone', () => {
    const server = create();
    const other = { ...api.queries.history, contract: { description: 'another' } };
    for (const ref of [other, undefined]) expect(() => server.reply(ref as typeof api.queries.history, [])).toThrow(/no part of the contract/);
  });
});

describe('users', () => {
  it('are pages of one server: each sees what the other says, under its name', async () => {
    const server = create();
    const authors: unknown[] = [];
    function Authors() {
      useChannel(api.channels.room, { params: { id: '1' }, onEvent: (event) => authors.push(event.by) });
      return null;
    }
    const ada = show(server, { user: 'ada', text: 'from ada' });
    const ben = show(server, { user: 'ben', text: 'from ben' });
    render(<RealtimeTestProvider server={server}><Authors /></RealtimeTestProvider>);
    await server.settle();
    fireEvent.click(ada.getByText('send'));
    await ben.findByText('from ada');
    fireEvent.click(ben.getByText('send'));
    await ada.findByText('from ben');
    await server.settle();
    expect(authors).toEqual(['ada', 'ben']);
    expect(complaints).toEqual([]);
  });

  it('are let in by an authenticate of the test’s own', async () => {
    const server = createTestServer({ contract: api, queries, authenticate: ({ token }) => (token === 'ada' ? { id: 'u1', tag: 'Ada' } : null) });
    const ada = show(server, { user: 'ada' });
    const ben = show(server, { user: 'ben' });
    await ada.findByText('connected');
    await ben.findByText('disconnected');
  });

  it('change on one provider, which is a new page then', async () => {
    const server = create();
    const page = (user: string) => <StrictMode><RealtimeTestProvider server={server} user={user}><Room /></RealtimeTestProvider></StrictMode>;
    const shown = render(page('ada'));
    await server.settle();
    shown.rerender(page('ben'));
    await server.settle();
    fireEvent.click(screen.getByText('send'));
    await server.settle();
    expect(server.received.map(({ user }) => user)).toEqual(['ben']);
    expect(complaints).toEqual([]);
  });

  it('may be kicked and forbidden', async () => {
    const server = createTestServer({ contract: api, queries, commands, authorize: { commands: { post: ({ input }) => input.text !== 'no' } } });
    const ada = show(server, { user: 'ada' });
    const ben = show(server, { user: 'ben', text: 'no' });
    await server.settle();
    await server.kick('ada', api.channels.room, { id: 1 });
    await server.publish(api.channels.room, { id: 1 }, 'message', hello);
    expect([ada.queryByText('hello'), ben.queryByText('hello')]).toEqual([null, expect.anything()]);

    fireEvent.click(ben.getByText('send'));
    await ben.findByText('forbidden');
    server.forbid(api.commands.post);
    fireEvent.click(ada.getByText('send'));
    await ada.findByText('forbidden');
    expect(server.received).toEqual([]);
  });

  it('finds a rule that is misspelled', () => {
    expect(() => createTestServer({ contract: api, authorize: { commands: { pots: 'public' } as never } })).toThrow(/no such name/);
  });
});

describe('faults', () => {
  it('offline: what is sent waits, and is done when the network is back', async () => {
    const server = create();
    show(server);
    await server.settle();
    await server.offline();
    expect(status()).toBe('reconnecting');
    fireEvent.click(screen.getByText('send'));
    await server.publish(api.channels.room, { id: 1 }, 'message', { id: 'm5', text: 'missed' });
    expect([progress(), said(), server.received]).toEqual(['queued', [], []]);

    await server.online();
    expect([status(), progress(), said()]).toEqual(['connected', 'success', ['missed', 'hello']]);
    expect(server.received).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('offline before the page is there', async () => {
    const server = create();
    await server.offline();
    show(server);
    await server.settle();
    expect(status()).toBe('connecting');
    await server.online();
    expect(status()).toBe('connected');
  });

  it('offline for one user, and not for the other', async () => {
    const server = create();
    const ada = show(server, { user: 'ada' });
    const ben = show(server, { user: 'ben' });
    await server.settle();
    await server.offline('ada');
    expect([ada, ben].map((page) => page.getByRole('status').textContent)).toEqual(['reconnecting', 'connected']);
    await server.online('ada');
    expect(ada.getByRole('status').textContent).toBe('connected');
  });

  it('freeze: nobody is told, until silence has told them', async () => {
    const server = create();
    show(server);
    await server.settle();
    await server.freeze();
    expect(status()).toBe('connected');
    await server.publish(api.channels.room, { id: 1 }, 'message', hello);
    await server.advance(7_500);
    expect([status(), said()]).toEqual(['suspect', []]);
    await server.thaw();
    expect([status(), said()]).toEqual(['connected', ['hello']]);
    await server.freeze();
    await server.advance(20_000);
    expect(status()).toBe('reconnecting');
    await server.thaw();
    expect(status()).toBe('connected');
    expect(complaints).toEqual([]);
  });

  it('restart: everything is forgotten, and the page says so', async () => {
    const server = create();
    show(server);
    await server.settle();
    await server.publish(api.channels.room, { id: 1 }, 'message', hello);
    await server.restart();
    expect([status(), screen.getByRole('alert').textContent]).toEqual(['connected', 'gap epoch']);
    expect(complaints).toEqual([]);
  });

  it('close: the page does what the code says', async () => {
    const server = create();
    show(server);
    await server.settle();
    await server.close(4000, 'new version');
    expect(status()).toBe('connected');
    await server.close(4403, 'closed for today');
    expect(status()).toBe('disconnected');
  });
});

describe('the end', () => {
  /** Timers of the platform that wait now, counted by their makers. */
  function watchTimers() {
    const waiting = new Set<unknown>();
    const { setTimeout: real, clearTimeout: clear } = globalThis;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms?: number) => {
      const timer = real(() => {
        waiting.delete(timer);
        run();
      }, ms);
      waiting.add(timer);
      return timer;
    }) as typeof setTimeout);
    vi.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
      waiting.delete(timer);
      clear(timer);
    });
    return waiting;
  }

  it('leaves no timer when the last provider is unmounted, whatever was under way', async () => {
    const waiting = watchTimers();
    const server = create();
    expect(waiting.size).toBe(0);
    const pages = [show(server, { user: 'ada' }), show(server, { user: 'ben' })];
    await screen.findAllByText('history: before');
    await server.offline('ben');
    for (const page of pages) fireEvent.click(page.getByText('send'));
    expect(waiting.size).toBeGreaterThan(0);
    pages[0]?.unmount();
    expect(waiting.size).toBeGreaterThan(0);
    pages[1]?.unmount();
    expect(waiting.size).toBe(0);
    await server.settle();
    expect(waiting.size).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('is not waited for where nothing ever comes to rest', async () => {
    const server = create();
    function Chattering() {
      const post = useCommand(api.commands.post);
      useChannel(api.channels.room, { params: { id: '1' }, onEvent: () => post.send({ room: '1', text: 'again' }) });
      return null;
    }
    const page = render(<RealtimeTestProvider server={server}><Chattering /></RealtimeTestProvider>);
    await server.settle();
    await expect(server.publish(api.channels.room, { id: '1' }, 'message', hello)).rejects.toMatchObject({ code: 'misuse', message: expect.stringContaining('still under way') });
    page.unmount();
  });

  it('of a page is the end of what it has queued: the next test does not see it', async () => {
    const server = create();
    const first = show(server);
    await server.settle();
    await server.offline();
    fireEvent.click(screen.getByText('send'));
    await server.settle();
    first.unmount();
    await server.online();
    show(server);
    await server.advance(60_000);
    expect([server.received, said()]).toEqual([[], []]);
  });

  it('of a page that is hidden comes too, and shown again it is a new one', async () => {
    // React 18 has no Activity: what is hidden is unmounted there.
    const { Activity } = React as { readonly Activity?: typeof React.Activity };
    const server = create();
    const page = (isShown: boolean) => {
      const inside = <RealtimeTestProvider server={server}><Room /></RealtimeTestProvider>;
      return <StrictMode>{Activity === undefined ? isShown && inside : <Activity mode={isShown ? 'visible' : 'hidden'}>{inside}</Activity>}</StrictMode>;
    };
    const waiting = watchTimers();
    const shown = render(page(true));
    await server.settle();
    shown.rerender(page(false));
    expect(waiting.size).toBe(0);
    await server.publish(api.channels.room, { id: 1 }, 'message', hello);
    shown.rerender(page(true));
    await server.settle();
    expect([status(), said()]).toEqual(['connected', ['hello']]);
    expect(complaints).toEqual([]);
  });

  it('of a page is not that of the server’s memory', async () => {
    const server = create();
    const first = show(server);
    await server.settle();
    await server.publish(api.channels.room, { id: 1 }, 'message', hello);
    first.unmount();
    show(server);
    await server.settle();
    expect(said()).toEqual(['hello']);
  });
});

it('knows the types of the contract', () => {
  const server = create();
  const message: Message = { id: '1', text: 'typed' };
  server.reply(api.queries.history, [message]);
  server.reply(api.queries.history, async ({ input }) => [{ id: input.room, text: '' }]);
  // @ts-expect-error that is no list
  server.reply(api.queries.history, message);
  // @ts-expect-error the contract has no such error
  server.reject(api.commands.post, 'late', {});
  // @ts-expect-error what it carries is a number
  server.reject(api.commands.post, 'banned', { until: 'tomorrow' });
  // @ts-expect-error the channel has a parameter
  void (() => server.kick('ada', api.channels.room));
  // @ts-expect-error the contract has no such event
  void (() => server.publish(api.channels.room, { id: 1 }, 'mesage', message));
});

it('a page asks before it is closed over what was not sent, as the real provider has it', async () => {
  const server = create();
  const doesAsk = (): boolean => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  render(<RealtimeTestProvider server={server} warnOnUnsent><Room /></RealtimeTestProvider>);
  await server.settle();
  expect(doesAsk()).toBe(false);
  await server.offline();
  fireEvent.click(screen.getByText('send'));
  await server.settle();
  expect(doesAsk()).toBe(true);
  await server.online();
  expect(doesAsk()).toBe(false);
});
