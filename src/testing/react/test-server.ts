/**
 * The server of a test: the real server core with a memory broker, in a simulated network, in the process of the test.
 * Not here: what it answers (`scripted-rules.ts`), how time goes (`live-clock.ts`), and React (`test-provider.tsx`).
 * `createTestServer` is long because a test's words stand together in it.
 */
import type { ParamsArgs } from '../../core/contract.js';
import { channelName } from '../../core/channel-name.js';
import type { AnyContract, ChannelRef, CommandRef, InputOf, QueryRef } from '../../core/contract.js';
import type { Authenticate, Publish } from '../../server/core/handlers.js';
import type { Logger } from '../../server/core/logger.js';
import { createLiveClock } from '../live-clock.js';
import { createScriptedRules, type Answer, type ReceivedCommand, type ScriptOptions } from '../scripted-rules.js';
import { createSeededDice } from '../seeded-dice.js';
import { createSimulatedNetwork } from '../simulated-network.js';
import { createSimulatedServer } from '../simulated-server.js';
import { createSimulatedTrace } from '../simulated-trace.js';
import { platform, stage } from './platform.js';
import { createTestPage, type TestPage } from './test-page.js';

export interface TestServerOptions<C extends AnyContract> extends ScriptOptions<C> {
  /** Lets a page in by its token. @default a page is whoever the `user` of its provider says, or nobody in particular */
  readonly authenticate?: Authenticate | undefined;
  /** Told when a handler throws, or what it answers does not fit the contract. @default `console` */
  readonly logger?: Logger | undefined;
}

/**
 * A server for tests of components. What returns a promise does its work when it is called; the promise resolves when all
 * pages have come to rest and show what followed from it, as {@link TestServer.settle} does.
 */
export interface TestServer {
  readonly contract: AnyContract;
  /**
   * The commands that the handlers have seen, in order.
   *
   * @example
   * ```ts
   * expect(server.received).toEqual([{ name: 'post', input: { room: '42', text: 'hello' } }]);
   * ```
   */
  readonly received: readonly ReceivedCommand[];
  /**
   * From now on the query or command is answered so: with this value, or by this handler, written as for `createRealtimeServer`.
   *
   * @example
   * ```ts
   * server.reply(api.queries.history, [{ id: '1', text: 'hello' }]);
   * server.reply(api.commands.post, ({ id, input, publish }) => {
   *   publish(api.channels.room, { id: input.room }, 'message', { id, text: input.text });
   * });
   * ```
   */
  reply<Ref extends QueryRef | CommandRef>(ref: Ref, answer: Answer<Ref>): void;
  /**
   * From now on the command is refused with this error of the contract.
   *
   * @example
   * ```ts
   * server.reject(api.commands.post, 'banned', { until: 5 });
   * ```
   */
  reject<Ref extends CommandRef, Name extends keyof Ref['errors'] & string>(ref: Ref, reason: Name, data: InputOf<Ref['errors'][Name]>): void;
  /**
   * From now on answers wait until the returned function is called: time to look at what a component shows meanwhile.
   *
   * @example
   * ```ts
   * const release = server.hold(api.commands.post);
   * fireEvent.click(screen.getByText('Send'));
   * await screen.findByText('Sending …');
   * await release();
   * screen.getByText('Sent');
   * ```
   */
  hold(ref: QueryRef | CommandRef): () => Promise<void>;
  /**
   * Somebody says something: an event, as the server's own code or another user's command publishes it.
   *
   * @example
   * ```ts
   * await server.publish(api.channels.room, { id: 42 }, 'message', { id: '1', text: 'hello' });
   * screen.getByText('hello');
   * ```
   */
  readonly publish: Publish<Promise<void>>;
  /**
   * The network is gone, for everybody or for one user: pages are told at once, and reach nothing.
   *
   * @example
   * ```ts
   * await server.offline();
   * fireEvent.click(screen.getByText('Send'));
   * await screen.findByText('Waits for the connection');
   * await server.online();
   * await screen.findByText('Sent');
   * ```
   */
  offline(user?: string): Promise<void>;
  /**
   * The network is back: pages connect again, resume their channels and send what has waited.
   *
   * @example
   * ```ts
   * await server.online();
   * ```
   */
  online(user?: string): Promise<void>;
  /**
   * Nothing arrives any more, in neither direction, and nobody is told: a dead access point, a server that hangs. Pages
   * suspect it after 7.25 s without a word, and give the connection up after 8.5 s.
   *
   * @example
   * ```ts
   * await server.freeze();
   * await server.advance(8_000);
   * screen.getByText('The server is slow to answer');
   * ```
   */
  freeze(user?: string): Promise<void>;
  /**
   * Ends {@link TestServer.freeze}: what was under way arrives.
   *
   * @example
   * ```ts
   * await server.thaw();
   * ```
   */
  thaw(user?: string): Promise<void>;
  /**
   * The process is killed, and a new one starts at once, which remembers no event and no command. Its answers stay.
   *
   * @example
   * ```ts
   * await server.restart();
   * screen.getByText('Some messages are missing');
   * ```
   */
  restart(): Promise<void>;
  /**
   * The server closes every connection with this code; what pages do then follows from its range (`docs/PROTOCOL.md`).
   *
   * @example
   * ```ts
   * await server.close(4403, 'closed for today');
   * ```
   */
  close(code: number, reason?: string): Promise<void>;
  /**
   * Ends a user's subscription of a channel.
   *
   * @example
   * ```ts
   * await server.kick('ada', api.channels.room, { id: 42 });
   * ```
   */
  kick<Ref extends ChannelRef>(user: string, ref: Ref, ...params: ParamsArgs<Ref>): Promise<void>;
  /**
   * From now on nobody may: subscribe to the channel, ask the query, send the command. Who listens already goes on.
   *
   * @example
   * ```ts
   * server.forbid(api.queries.history);
   * ```
   */
  forbid(ref: ChannelRef | QueryRef | CommandRef): void;
  /**
   * Resolves when nothing is under way between pages and server, and React shows it. Faked timers do not hinder it. It waits
   * for answers that are held, and for handlers that wait for something outside, as little as for a network that is gone.
   *
   * @example
   * ```ts
   * render(<RealtimeTestProvider server={server}><Room /></RealtimeTestProvider>);
   * await server.settle();
   * screen.getByText('hello');
   * ```
   */
  settle(): Promise<void>;
  /**
   * `ms` milliseconds pass at once for pages and server: pings, time limits, waits. Timers of components are not theirs;
   * for those fake the timers of your test.
   *
   * @example
   * ```ts
   * await server.advance(10_000);
   * ```
   */
  advance(ms: number): Promise<void>;
}

/** The server as its provider knows it. */
export interface PageServer extends TestServer {
  readonly url: string;
  createPage(user: string | undefined): TestPage;
}

const HOST = 'test-server';
/** One hop takes so long: enough to see what happens between two of them, too short to wait for. */
const WEATHER = { floorMs: 1, meanMs: 0, tailChance: 0 };

/**
 * Makes the server that `<RealtimeTestProvider>` connects to: the real server core, with a memory broker, in the process of
 * the test, over a network without sockets. Everybody may do everything, and what has no answer fails with a sentence that
 * says so. It needs `zod`, as every Holdfast server does.
 *
 * @example
 * ```tsx
 * const server = createTestServer({ contract: api, queries: { history: () => [] } });
 * render(<RealtimeTestProvider server={server}><Room id="42" /></RealtimeTestProvider>);
 * await server.publish(api.channels.room, { id: 42 }, 'message', { id: '1', text: 'hello' });
 * screen.getByText('hello');
 * ```
 */
export function createTestServer<C extends AnyContract>(options: TestServerOptions<C>): TestServer {
  const clock = createLiveClock(platform, stage);
  const dice = createSeededDice('test server');
  const trace = createSimulatedTrace(clock);
  const network = createSimulatedNetwork({ clock, dice, trace, weather: WEATHER });
  const pages = new Set<TestPage>();
  const faults = new Map<string | undefined, 'offline' | 'frozen'>();
  let lastPage = 0;

  /** Who a page is when its provider names nobody, by the name that its address has. */
  const anonymous = (url: string): string => /[?&]page=([^&]*)/.exec(url)?.[1] ?? '';
  const nameOf = ({ tag }: { readonly tag: string }): string | undefined => ([...pages].some((page) => page.name === tag && page.user === undefined) ? undefined : tag);
  const rules = createScriptedRules(options, nameOf);
  const server = createSimulatedServer<AnyContract>({ clock, dice, network }, HOST, {
    contract: options.contract,
    authenticate: options.authenticate ?? (({ token, request }) => ({ id: token ?? anonymous(request.url) })),
    authorize: rules.authorize,
    queries: rules.queries,
    commands: rules.commands,
    logger: options.logger ?? console,
    explain: (error, plain) => (error instanceof Error ? error.message.slice(0, 500) : plain),
  });

  const faultOf = (page: TestPage): 'offline' | 'frozen' | undefined => faults.get(undefined) ?? faults.get(page.user);
  const refresh = (): Promise<void> => {
    for (const page of pages) page.setFault(faultOf(page));
    return clock.settle();
  };
  const afterwards = async (work: () => void): Promise<void> => {
    work();
    await clock.settle();
  };
  const setFault = (fault: 'offline' | 'frozen', user?: string): Promise<void> => {
    faults.set(user, fault);
    return refresh();
  };
  const heal = (user?: string): Promise<void> => {
    if (user === undefined) faults.clear();
    else faults.delete(user);
    return refresh();
  };

  const made: PageServer = {
    url: `ws://${HOST}/`,
    contract: options.contract,
    received: rules.received,
    reply: (ref, answer) => rules.reply(ref, answer),
    reject: (ref, reason, data) => rules.reject(ref, reason, data),
    hold(ref) {
      const release = rules.hold(ref);
      return () => afterwards(release);
    },
    async publish(ref, params, event, data) {
      await server.core().publish(ref, params, event, data);
      await clock.settle();
    },
    offline: (user) => setFault('offline', user),
    freeze: (user) => setFault('frozen', user),
    online: heal,
    thaw: heal,
    restart: () => afterwards(server.start),
    close: (code, reason) => afterwards(() => server.close(code, reason)),
    kick: (user, ref, ...params) => afterwards(() => server.core().kick(user, channelName(ref, ...params))),
    forbid: (ref) => rules.forbid(ref),
    settle: () => clock.settle(),
    advance: (ms) => clock.advance(ms),
    createPage: (user) =>
      createTestPage({
        name: `page-${++lastPage}`,
        user,
        clock,
        dice,
        network,
        trace,
        show: stage.now,
        onOpened(page) {
          pages.add(page);
          page.setFault(faultOf(page));
        },
        onClosed: (page) => void pages.delete(page),
      }),
  };
  return made;
}
