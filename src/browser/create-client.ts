/**
 * Binds the core to the real outside and gives its handles the types of the contract.
 * Long because the client's public face, with what it promises, is one page.
 * Not here: React (`react/`), and any decision (`core/`).
 */
import type { Gap } from '../core/channels/reader.js';
import { createCoreClient } from '../core/client.js';
import { OPEN_CONTRACT, type AnyContract, type ChannelEvent, type ChannelRef, type ClientEventSchema, type CommandError, type CommandRef, type ContractId, type EventOf, type InputOf, type OpenChannelRef, type OutputOf, type ParamsArgs, type QueryRef, type Volatile, type VolatileEventOf } from '../core/contract.js';
import type { Sent } from '../core/data/command-status.js';
import type { ConnectionListener } from '../core/data/connection-listener.js';
import type { ConnectionMetrics } from '../core/data/connection-metrics.js';
import type { ConnectionStatus } from '../core/data/connection-status.js';
import type { ViewRef } from '../core/data/define-view.js';
import type { FlushScheduler } from '../core/data/flush.js';
import type { Optimistic } from '../core/data/optimistic.js';
import type { Readable } from '../core/data/store.js';
import type { ChannelListener, Tap } from '../core/data/tap.js';
import { RealtimeError } from '../core/errors.js';
import type { LiveQuery, Params, View } from '../core/handles.js';
import type { ClientLogger } from '../core/link-log.js';
import type { Bounds, PoolOptions, TimingOptions } from '../core/options.js';
import type { Dialect } from '../core/protocol/dialect.js';
import type { OutboxStatus } from '../core/queue/outbox.js';
import type { World } from '../core/world.js';
import type { WebSocketClass } from './attempt-socket.js';
import { createBrowserWorld } from './world.js';

export type { ParamsArgs, WebSocketClass };

/** Gives the token for one attempt, or null for none. */
export type Auth = (context: { readonly signal: AbortSignal }) => string | null | Promise<string | null>;

export interface ClientSettings {
  /**
   * Where the server listens: `'/realtime'` on the page's own host, or a whole `ws:`, `wss:`, `http:` or `https:` URL.
   */
  readonly url: string;
  /**
   * Fetches a token before each attempt. Throw a {@link RealtimeError} with code `unauthorized` when it makes no sense
   * to try again; any other failure is tried again with backoff. Leave it out where cookies say who the user is.
   */
  readonly auth?: Auth | undefined;
  /**
   * Who is signed in at the start, as the server will name them: their user tag; null for nobody. See {@link RealtimeClient.setUser}.
   * @default undefined: who it is, only the server's welcome says
   */
  readonly user?: string | null | undefined;
  /** Told of everything that went wrong and has no other place to go. @default `console.error` */
  readonly onError?: ((error: RealtimeError) => void) | undefined;
  /** Told what each link does: its states, and why it was lost. @default nobody */
  readonly logger?: ClientLogger | undefined;
  /** Times; change them in tests, rarely elsewhere. */
  readonly timings?: TimingOptions | undefined;
  /** How many links share the work. */
  readonly pool?: Partial<PoolOptions> | undefined;
  /** Sizes of what waits. */
  readonly bounds?: Partial<Bounds> | undefined;
  /** The class to open sockets with, where the platform has none (Node 20: `ws`). @default `globalThis.WebSocket` */
  readonly WebSocket?: WebSocketClass | undefined;
  /** The outside: for tests in a simulated world. */
  readonly world?: World | undefined;
}

/** A contract, or a dialect, or both: without either nobody would know what is said. */
export type RealtimeClientOptions = ClientSettings &
  (
    | {
        /** The contract that client and server share. */
        readonly contract: AnyContract;
        /** How a server that is not ours says our words; of `holdfast/dialects`. Left out: it speaks protocol v1. */
        readonly dialect?: Dialect | undefined;
      }
    | { readonly contract?: AnyContract | undefined; readonly dialect: Dialect }
  );

/** `input` may be left out where the contract names none. */
export type InputArgs<Ref extends QueryRef | CommandRef> = Ref['input'] extends undefined ? [input?: undefined] : [input: InputOf<Ref['input']>];

/** One send of a contract's command. */
export type SentCommand<Ref extends CommandRef> = Sent<InputOf<Ref['input']>, OutputOf<Ref['output']>, CommandError<Ref>>;

/** How a command is sent. */
export interface SendOptions<Ref extends CommandRef> {
  /** Shows at once what it will do, until that has come or it has failed. */
  readonly optimistic?: Optimistic<InputOf<Ref['input']>> | undefined;
}

export interface TypedListener<Ref extends ChannelRef> {
  /**
   * Every event from now on, in order. Called for each in the moment in which it comes, and nothing is buffered for it: a slow
   * one holds the page up, and loses none.
   */
  readonly onEvent?: (event: EventOf<Ref>) => void;
  /** A hole that cannot be filled; it comes before the next event. */
  readonly onGap?: (gap: Gap) => void;
  /** A client event that nobody keeps (who is typing), of somebody else; missed while the channel is not live. */
  readonly onVolatile?: (event: VolatileEventOf<Ref>) => void;
}

/** What {@link ChannelHandle.publish} gives. */
export type Published<Part> = Part extends Volatile ? boolean : Sent<unknown, undefined>;

/** One channel, to listen to and to publish on. */
export interface ChannelHandle<Ref extends ChannelRef> {
  /** Listens until the returned function is called. */
  subscribe(listener: TypedListener<Ref>): () => void;
  /** The same with a status to look at; listening begins with its `subscribe`. */
  tap(listener: TypedListener<Ref>): Tap;
  /**
   * Publishes one of the contract's client events. A kept one goes through the outbox and waits while there is no
   * connection. A volatile one goes now or not at all: false says that there was no socket for it.
   *
   * @throws RealtimeError for a volatile event: `invalid` or `too-large` (1 kB) if it cannot be sent
   * @example
   * ```ts
   * client.channel(api.channels.room, { id: 42 }).publish('typing', { on: true });
   * ```
   */
  publish<Name extends keyof Ref['clientEvents'] & string>(event: Name, data: InputOf<ClientEventSchema<Ref['clientEvents'][Name]>>): Published<Ref['clientEvents'][Name]>;
}

/** One channel without a contract, to listen to and to publish on. */
export interface OpenChannelHandle<Pattern extends string, Data> extends Omit<ChannelHandle<OpenChannelRef<Pattern, Data>>, 'publish'> {
  /**
   * Publishes, through the outbox: it waits while there is no connection. With a server that answers no publish it ends
   * `handed-over` when the socket has taken it.
   */
  publish(data: Data): Sent;
}

/** The channel whose later events keep an answer true. */
export interface FollowOption<Data> {
  readonly channel: ChannelRef;
  readonly params: Params;
  /** Puts an event into the answer; it must bear one twice. Left out: say it with `setApply` before you subscribe. */
  readonly apply?: ((data: Data, event: ChannelEvent) => Data) | undefined;
}

/**
 * The client: one pool of connections, and everything that goes over it.
 *
 * @example
 * ```ts
 * const client = createClient({ url: '/realtime', contract: api });
 * const leave = client.channel(api.channels.room, { id: 42 }).subscribe({ onEvent: (event) => console.log(event.data) });
 * const { result } = client.send(api.commands.post, { room: '42', text: 'hello' });
 * ```
 */
export interface RealtimeClient {
  /** Which contract it serves. */
  readonly contract: ContractId;
  readonly connection: Readable<ConnectionStatus>;
  /** What waits for an outcome. */
  readonly outbox: Readable<OutboxStatus>;
  /** Figures that change all the time: the smoothed round trip, and how many events come. Sampled once a second while somebody subscribes. */
  readonly metrics: Readable<ConnectionMetrics>;
  /**
   * Tells what happens to the connection, until the returned function is called.
   *
   * @param newest - asked for the listener each time that something is told
   * @example
   * ```ts
   * const stop = client.listen(() => ({ onLost: showBanner, onRestored: hideBanner }));
   * ```
   */
  listen(newest: () => ConnectionListener): () => void;
  channel<Pattern extends string, Data>(ref: OpenChannelRef<Pattern, Data>, ...params: ParamsArgs<OpenChannelRef<Pattern, Data>>): OpenChannelHandle<Pattern, Data>;
  channel<Ref extends ChannelRef>(ref: Ref, ...params: ParamsArgs<Ref>): ChannelHandle<Ref>;
  /** State folded from a channel's events, shared by all who ask for it. */
  view<Ref extends ChannelRef, State>(ref: ViewRef<Ref, State>, ...params: ParamsArgs<Ref>): View<State>;
  /** An answer that is kept while it has a subscriber and for `gcTimeMs` after (default `timings.channelLeaseMs`), and follows a channel if asked to. */
  liveQuery<Ref extends QueryRef>(ref: Ref, input: InputOf<Ref['input']>, follow?: FollowOption<OutputOf<Ref['output']>>, gcTimeMs?: number): LiveQuery<OutputOf<Ref['output']>>;
  /** Asks once. The time limit runs from the call. Rejects with a {@link RealtimeError}. */
  query<Ref extends QueryRef>(ref: Ref, ...rest: [...InputArgs<Ref>, options?: { readonly signal?: AbortSignal }]): Promise<OutputOf<Ref['output']>>;
  /** Sends a command; it waits in the outbox until it has an outcome. */
  send<Ref extends CommandRef>(ref: Ref, ...rest: [...InputArgs<Ref>, options?: SendOptions<Ref>]): SentCommand<Ref>;
  /** Keeps a connection, whether anything is wanted over it or not, until the release is called. */
  hold(): () => void;
  reconnect(): void;
  disconnect(): void;
  /**
   * Has each flush wait for its turn: from now on `scheduler` is given the function that notifies the subscribers, and calls it when there
   * is time to render, until the returned function is called. The newest scheduler counts. The provider has one, so that React's transitions are not
   * interrupted. Optimistic updates and subscribers with `flush: 'sync'` do not wait.
   */
  scheduleFlushes(scheduler: FlushScheduler): () => void;
  /**
   * Says who is signed in now, as the server will name them: their user tag; null for nobody. If that is another one than
   * before, everything of the former user is gone at once (unsent commands end `cancelled`, sent ones `outcome-unknown`;
   * views, queries and channels begin from nothing), and the links connect again, with a new token. If the server then
   * names somebody else, that stands, and `onError` is told `unauthorized`. With undefined only the server's word counts.
   *
   * @example
   * ```ts
   * onSignOut(() => client.setUser(null));
   * ```
   */
  setUser(user: string | null | undefined): void;
  /** Ends everything: unsent commands are cancelled, sent ones end `outcome-unknown`, no socket and no timer is left. */
  dispose(): void;
}

/**
 * Makes a client. It connects when something is wanted over it or it is held, and not before.
 *
 * @throws RealtimeError `misuse` if `url` cannot be opened, if there is neither contract nor dialect, or for a number that is none
 */
export function createClient(options: RealtimeClientOptions): RealtimeClient {
  const { url, contract, dialect, auth } = options as Partial<RealtimeClientOptions>;
  if (url === undefined || (contract ?? dialect) === undefined) throw new RealtimeError('misuse', 'A client needs url and contract (or dialect), and so does a <RealtimeProvider> that is given no client.');
  const onError = calm<[RealtimeError]>((error) => (options.onError ?? console.error)(error));
  const { handles, ...shared } = createCoreClient(
    {
      ...options,
      contract,
      url: linkUrl(url, dialect !== undefined),
      fetchToken: auth === undefined ? null : (onAbort) => callAuth(auth, onAbort),
      logger: options.logger && { debug: calm((...words) => options.logger?.debug(...words)) },
      onError,
    },
    options.world ?? createBrowserWorld(options.WebSocket ?? platformWebSocket(), onError),
  );

  const assertServed = (ref: ChannelRef | QueryRef | CommandRef): void => {
    if (ref.contract === shared.contract || ref.contract === OPEN_CONTRACT) return;
    throw new RealtimeError('misuse', `${ref.kind} '${ref.key}' is not of the contract that this client serves. Pass the client's own contract's parts.`);
  };

  const client: Untyped = {
    ...shared,
    channel(ref, params = {}) {
      assertServed(ref);
      const tap = (listener: TypedListener<ChannelRef>): Tap => handles.tap(ref, params, listener as ChannelListener);
      return {
        tap,
        subscribe: (listener) => tap(listener).subscribe(() => {}),
        publish: (...said: readonly unknown[]) => handles.publish(ref, params, said.length < 2 ? 'message' : String(said[0]), said.at(-1)),
      };
    },
    view(ref, params = {}) {
      assertServed(ref.channel);
      return handles.view(ref, params);
    },
    liveQuery(ref, input, follow, gcTimeMs) {
      assertServed(ref);
      if (follow) assertServed(follow.channel);
      const query = handles.liveQuery(ref, input, follow ?? null, gcTimeMs);
      if (follow?.apply) query.setApply(follow.apply);
      return query;
    },
    query(ref, input, asked) {
      assertServed(ref);
      const { result, cancel } = handles.query(ref, input);
      const signal = asked?.signal;
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
      const stopListening = (): void => signal?.removeEventListener('abort', cancel);
      result.then(stopListening, stopListening);
      return result;
    },
    send(ref, input, options) {
      assertServed(ref);
      return handles.send(ref, input, options?.optimistic);
    },
  };
  return client as RealtimeClient;
}

/** It is called in the middle of everything; its own failure must end nothing. */
function calm<Args extends unknown[]>(run: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    try {
      run(...args);
    } catch (cause) {
      console.error(cause);
    }
  };
}

/** The same methods before the contract gives them types. */
interface Untyped extends Omit<RealtimeClient, 'channel' | 'view' | 'liveQuery' | 'query' | 'send'> {
  channel(ref: ChannelRef, params?: Params): Omit<ChannelHandle<ChannelRef>, 'publish'> & { publish(...said: readonly unknown[]): Sent | boolean };
  view(ref: ViewRef, params?: Params): View<unknown>;
  liveQuery(ref: QueryRef, input: unknown, follow?: FollowOption<unknown>, gcTimeMs?: number): LiveQuery<unknown>;
  query(ref: QueryRef, input?: unknown, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
  send(ref: CommandRef, input?: unknown, options?: SendOptions<CommandRef>): Sent;
}

async function callAuth(auth: Auth, onAbort: (abort: () => void) => void): Promise<string | null> {
  const controller = new AbortController();
  onAbort(() => controller.abort());
  return auth({ signal: controller.signal });
}

/** Our own addresses say which link of the pool it is, for whoever reads a network panel or a log. */
function linkUrl(url: string, isForeign: boolean): (link: number) => string {
  const base = typeof location === 'undefined' ? undefined : location.href;
  // Where a page is only rendered, a path has nothing to stand on; and nothing is opened there.
  const isPathOnly = base === undefined && url.startsWith('/');
  if (isPathOnly) return () => url;
  let resolved: URL;
  try {
    resolved = new URL(url, base);
  } catch (cause) {
    throw new RealtimeError('misuse', `'${url}' is not a URL. Pass a path, such as '/realtime', or a whole one, such as 'wss://app.example/realtime'.`, { cause });
  }
  resolved.protocol = resolved.protocol.replace(/^http/, 'ws');
  resolved.hash = '';
  if (!/^wss?:$/.test(resolved.protocol)) {
    throw new RealtimeError('misuse', `'${url}' cannot be opened: use ws:, wss:, http:, https: or a path.`);
  }
  return (link) => {
    const address = new URL(resolved);
    // What a foreign server makes of a parameter that it does not know is its own affair.
    if (!isForeign) address.searchParams.set('link', String(link));
    return address.href;
  };
}

function platformWebSocket(): WebSocketClass {
  // Looked up when it is needed: where a page is only rendered (SSR), there is none and none is opened.
  return function PlatformWebSocket(url: string, protocols?: string | string[]) {
    const Impl = globalThis.WebSocket as WebSocketClass | undefined;
    if (Impl === undefined) throw new RealtimeError('misuse', "This platform has no WebSocket. Pass one, createClient({ WebSocket }), for instance that of the package 'ws'.");
    return new Impl(url, protocols);
  } as unknown as WebSocketClass;
}
