/** Who is signed in, as the provider is told: the former user's things go before the server has said a word. */
import { act, cleanup, render } from '@testing-library/react';
import { StrictMode, useEffect, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainJson } from '../../src/dialects/index.js';
import { append, channel, createClient, defineView, RealtimeProvider, useChannel, useCommand, useOutbox, useQuery, useRealtimeClient, type CommandResult, type RealtimeClient, type RealtimeError } from '../../src/index.js';
import { api, createHarness, createRenderLog, messages, type Harness, type RenderLog } from './harness.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';

const HOST = 'bank.test';
const URL = `ws://${HOST}/realtime`;

let harness: Harness;
let server: SimulatedServer;
let ran: string[];
let errors: RealtimeError[];
let log: RenderLog<string>;
let posts: RenderLog<CommandResult<typeof api.commands.post>>;
let clients: RenderLog<RealtimeClient>;

beforeEach(() => {
  harness = createHarness();
  ran = [];
  errors = [];
  log = createRenderLog();
  posts = createRenderLog();
  clients = createRenderLog();
  server = createSimulatedServer(harness.world, HOST, {
    contract: api,
    authenticate: ({ token }) => ({ id: `id of ${token}`, tag: token ?? 'nobody' }),
    authorize: { channels: { room: ({ user }) => user.tag !== 'eve' }, queries: { history: 'public' }, commands: { post: 'public' } },
    queries: { history: ({ user }) => [{ id: '1', text: `secret of ${user.tag}` }] },
    commands: { post: ({ input, user }) => (ran.push(`${user.tag}: ${input.text}`), { id: 'p', text: input.text }) },
  });
});
afterEach(cleanup);

/** As somebody; `says`: whom the token names, if not the same. */
function page(user: string | null | undefined, children: ReactNode = <Account />, says: string | null | undefined = user): ReactNode {
  return (
    <StrictMode>
      <RealtimeProvider url={URL} contract={api} world={harness.page} user={user} auth={() => says ?? null} onError={(error) => errors.push(error)}>
        {children}
      </RealtimeProvider>
    </StrictMode>
  );
}

function Account() {
  clients.note(useRealtimeClient());
  posts.note(useCommand(api.commands.post));
  const { data, error } = useChannel(messages, { params: { id: '1' } });
  const history = useQuery(api.queries.history, { input: { room: '1' } });
  return log.note([error?.code ?? data.map(({ text }) => text).join(), history.data?.[0]?.text ?? history.status].join(' | '));
}

const hellos = (): unknown[] => server.heard.filter(({ t }) => t === 'hello').map((hello) => hello['token']);
const end = (sent: { readonly result: Promise<unknown> }): Promise<unknown> => sent.result.then(() => 'done', ({ code }: RealtimeError) => code);
const publish = (text: string) => server.core().publish(api.channels.room, { id: '1' }, 'message', { id: text, text });

async function signIn() {
  const shown = render(page('ann'));
  await harness.pass(200);
  await publish('private');
  await harness.pass(200);
  expect(log.last()).toBe('private | secret of ann');
  return shown;
}

/** The page is told once more what it knows: an `<Activity>` that is shown again, a hot reload. */
describe.each([
  ['nobody is signed in, and the server has a name for that', null, null],
  ['somebody is signed in whom the server knows by another name', 'ann', 'bob'],
] as const)('the same user once more, where %s', (_, user, says) => {
  it('changes nothing', async () => {
    render(page(user, <Account />, says));
    await harness.pass(200);
    const shown = log.last();
    expect(shown).toContain('secret of');
    const [before, hello] = [log.all.length, hellos().length];
    await act(async () => clients.last().setUser(user));
    await harness.pass(1_000);
    expect([log.all.slice(before), hellos().length]).toEqual([[], hello]);
  });
});

describe('another user', () => {
  it('sees nothing of the former one from the first paint on, over links of their own', async () => {
    const shown = await signIn();
    expect(hellos()).toEqual(['ann']);
    const before = log.all.length;
    const sent = posts.last().send({ room: '1', text: 'under way' });
    // It is on the wire, and its answer is about to come.
    await harness.pass(35);
    const asked = clients.last().query(api.queries.history, { room: '2' });
    await act(async () => shown.rerender(page('bob')));
    // Nothing has come over the network yet.
    expect([log.last(), await end(sent), await end({ result: asked })]).toEqual([' | pending', 'outcome-unknown', 'cancelled']);
    await harness.pass(1_000);
    expect(log.last()).toBe('private | secret of bob');
    expect(hellos()).toEqual(['ann', 'bob']);
    // From the change on, what was shown was never the former user's; the first two renders are those of the command.
    const after = log.all.slice(before);
    expect(after.slice(after.indexOf(' | pending')).join()).not.toContain('ann');
    expect([errors, ran.every((line) => line.startsWith('ann: under'))]).toEqual([[], true]);
  });

  it('says what a child sends in the same commit, and the former one does not', async () => {
    const shown = await signIn();
    function Greeting({ as }: { readonly as: string }) {
      const { send } = useCommand(api.commands.post);
      useEffect(() => void send({ room: '1', text: `I am ${as}` }), [send, as]);
      return null;
    }
    shown.rerender(page('bob', <><Greeting as="bob" /><Account /></>));
    await harness.pass(1_000);
    expect(new Set(ran)).toEqual(new Set(['bob: I am bob']));
  });

  it('may sign in while the server is away: what was not sent is cancelled and never run', async () => {
    const shown = await signIn();
    server.kill();
    await harness.pass(3_000);
    const mine = posts.last().send({ room: '1', text: 'as ann' });
    await act(async () => shown.rerender(page('bob')));
    expect([await end(mine), log.last()]).toEqual(['cancelled', ' | pending']);
    const theirs = posts.last().send({ room: '1', text: 'as bob' });
    server.start();
    await harness.pass(60_000);
    expect([await end(theirs), ran, log.last()]).toEqual(['done', ['bob: as bob'], ' | secret of bob']);
    expect(hellos()).toEqual(['ann', 'bob']);
  });

  it('is not refused what the former one was', async () => {
    const shown = render(page('eve'));
    await harness.pass(200);
    expect(log.last()).toBe('forbidden | secret of eve');
    harness.world.network.crash(HOST);
    await harness.pass(1_000);
    await act(async () => shown.rerender(page('bob')));
    expect(log.last()).toBe(' | pending');
  });

  it('signs out and another one in: three users, three links, each with nothing', async () => {
    const shown = await signIn();
    await act(async () => shown.rerender(page(null)));
    expect(log.last()).toBe(' | pending');
    await harness.pass(500);
    expect(log.last()).toBe('private | secret of nobody');
    await act(async () => shown.rerender(page('bob')));
    expect(log.last()).toBe(' | pending');
    await harness.pass(500);
    expect([log.last(), hellos(), errors]).toEqual(['private | secret of bob', ['ann', undefined, 'bob'], []]);
  });

  it('does not end a disconnect()', async () => {
    const shown = await signIn();
    clients.last().disconnect();
    await harness.pass(100);
    await act(async () => shown.rerender(page('bob')));
    await harness.pass(10_000);
    expect([log.last(), hellos()]).toEqual([' | pending', ['ann']]);
    clients.last().reconnect();
    await harness.pass(500);
    expect(hellos()).toEqual(['ann', 'bob']);
  });
});

describe('the same user', () => {
  it('is no change: not in StrictMode, not when it is named only later, not when nobody says it any more', async () => {
    const shown = render(page(undefined, <Account />, 'ann'));
    await harness.pass(200);
    for (const user of ['ann', undefined, 'ann']) {
      shown.rerender(page(user, <Account />, 'ann'));
      await harness.pass(500);
    }
    expect([hellos(), log.last(), errors]).toEqual([['ann'], ' | secret of ann', []]);
  });

  it('is asked for a new token when it is named while the link is on its way, and keeps what waits', async () => {
    const shown = render(page(undefined));
    await harness.pass(15);
    const sent = posts.last().send({ room: '1', text: 'early' });
    shown.rerender(page('ann'));
    await harness.pass(500);
    expect([await end(sent), ran, errors]).toEqual(['done', ['ann: early'], []]);
  });

  it('that is nobody becomes somebody: what nobody has sent is cancelled', async () => {
    server.kill();
    const shown = render(page(null));
    await harness.pass(100);
    const sent = posts.last().send({ room: '1', text: 'anonymous' });
    await act(async () => shown.rerender(page('ann')));
    expect(await end(sent)).toBe('cancelled');
  });
});

it('the server names somebody else: onError is told both, and what the server says stands', async () => {
  const shown = render(page('ann', <Account />, 'mallory'));
  const sent = posts.last().send({ room: '1', text: 'as ann' });
  await harness.pass(500);
  expect(errors).toEqual([expect.objectContaining({ code: 'unauthorized', message: expect.stringMatching(/'mallory'.*'ann'/) as string })]);
  expect([await end(sent), ran, log.last()]).toEqual(['cancelled', [], ' | secret of mallory']);
  // That it is said is no new user, nor is it wiped again.
  shown.rerender(page('mallory', <Account />, 'mallory'));
  await harness.pass(500);
  expect([hellos(), errors.length]).toEqual([['mallory'], 1]);
});

it('with a server that names nobody, user is the only sign', async () => {
  const prices = channel<number>()('prices:{symbol}');
  const list = defineView(prices, { initialState: [] as number[], reduce: append(9) });
  const told: string[] = [];
  harness.world.network.listen('prices.test', (end_, { url }) => {
    told.push(url);
    return { onMessage: (text) => end_.send(text), onClosed: () => {} };
  });
  const dialect = plainJson({
    subscribe: (name) => ({ name, data: told.length }),
    publish: (name, data) => ({ name, data }),
    read: (message: { readonly name: string; readonly data: number }) => ({ t: 'event', channel: message.name, data: message.data }),
  });
  const shownPrices = createRenderLog<string>();
  function Prices() {
    const { pending } = useOutbox();
    return shownPrices.note(`${useChannel(list, { params: { symbol: 'A' } }).data.join()} (${pending})`);
  }
  const inPage = (user: string | undefined): ReactNode => (
    <StrictMode>
      <RealtimeProvider url="ws://prices.test/" dialect={dialect} world={harness.page} user={user} onError={(error) => errors.push(error)}>
        <Prices />
      </RealtimeProvider>
    </StrictMode>
  );
  const shown = render(inPage('ann'));
  await harness.pass(200);
  expect([shownPrices.last(), told.length, errors]).toEqual(['1 (0)', 1, []]);
  await act(async () => shown.rerender(inPage('bob')));
  expect(shownPrices.last()).toBe(' (0)');
  await harness.pass(2_000);
  expect([shownPrices.last(), told.length, errors]).toEqual(['2 (0)', 2, []]);
  shown.rerender(inPage(undefined));
  await harness.pass(2_000);
  expect(told).toHaveLength(2);
});

it('a client of your own is told by you, and the provider leaves its user alone', async () => {
  const own = createClient({ url: URL, contract: api, world: harness.page, auth: () => 'ann', onError: (error) => errors.push(error) });
  own.setUser('ann');
  harness.show(<Account />, { client: own } as never);
  await harness.pass(500);
  own.setUser('bob');
  await harness.pass(500);
  expect(errors.map(({ code }) => code)).toEqual(['unauthorized']);
  expect(hellos()).toEqual(['ann', 'ann']);
  own.dispose();
});
