/**
 * The whole client: every feature of the core, under one roof.
 * Not here: the outside (`create-core.ts`).
 */
import { OPEN_CONTRACT, type ChannelRef, type CommandRef, type ContractId, type InputArgs, type OpenChannelRef, type OutputOf, type ParamsArgs, type QueryRef } from '../core/contract.js';
import { ask, type AskOptions } from '../core/data/ask.js';
import { sendCommand, type SendOptions, type SentCommand } from '../core/data/commands.js';
import { listenToConnection, type ConnectionListener } from '../core/data/connection-listener.js';
import { METRICS, type ConnectionMetrics } from '../core/data/connection-metrics.js';
import type { ConnectionStatus } from '../core/data/connection-status.js';
import type { FlushScheduler } from '../core/data/flush.js';
import { LIVE_QUERIES, type LiveQueriesApi } from '../core/data/live-queries.js';
import { OUTBOX_STATUS, type OutboxStatus } from '../core/data/outbox-status.js';
import { publisher, type Publish, type PublishOpen } from '../core/data/publish.js';
import type { Readable } from '../core/data/store.js';
import { openTap, type Tap, type TypedListener } from '../core/data/tap.js';
import { VIEWS, type ViewsApi } from '../core/data/views.js';
import { DEV, RealtimeError } from '../core/errors.js';
import type { Core, Feature } from '../core/feature.js';
import { createClientCore, type RealtimeClientOptions } from './create-core.js';

/** One channel, to listen to and to publish on. */
export interface ChannelHandle<Ref extends ChannelRef> {
  /** Listens until the returned function is called. */
  subscribe(listener: TypedListener<Ref>): () => void;
  /** The same with a status to look at; listening begins with its `subscribe`. */
  tap(listener: TypedListener<Ref>): Tap;
  readonly publish: Publish<Ref>;
}

/** One channel without a contract, to listen to and to publish on. */
export interface OpenChannelHandle<Pattern extends string, Data> extends Omit<ChannelHandle<OpenChannelRef<Pattern, Data>>, 'publish'> {
  readonly publish: PublishOpen<Data>;
}

/** What hooks build on; of no use to an application. */
export interface ClientCore {
  /** Which contract it serves. */
  readonly contract: ContractId;
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
export interface RealtimeClient extends ViewsApi, LiveQueriesApi {
  /** What hooks build on. */
  readonly core: ClientCore;
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
  /** Asks once. The time limit runs from the call. Rejects with a {@link RealtimeError}. */
  query<Ref extends QueryRef>(ref: Ref, ...rest: [...InputArgs<Ref>, options?: AskOptions | undefined]): Promise<OutputOf<Ref['output']>>;
  /** Sends a command; it waits in the outbox until it has an outcome. */
  send<Ref extends CommandRef>(ref: Ref, ...rest: [...InputArgs<Ref>, options?: SendOptions<Ref> | undefined]): SentCommand<Ref>;
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
  return createClientCore(options).use(CLIENT);
}

/** Every feature of one core; the same object for all who ask. */
export const CLIENT: Feature<RealtimeClient> = { rank: 4, create: (core) => ({ api: composeClient(core) }) };

function composeClient(core: Core): RealtimeClient {
  const served = <Ref extends ChannelRef | QueryRef | CommandRef>(ref: Ref): Ref => {
    if (ref.contract === core.contract || ref.contract === OPEN_CONTRACT) return ref;
    throw new RealtimeError('misuse', DEV && `${ref.kind} '${ref.key}' is not of the contract that this client serves. Pass the client's own contract's parts.`);
  };
  const { view } = core.use(VIEWS);
  const { liveQuery } = core.use(LIVE_QUERIES);
  const { pool, session } = core;
  return {
    core,
    contract: core.contract,
    connection: core.connection,
    outbox: core.use(OUTBOX_STATUS),
    metrics: core.use(METRICS),
    listen: (newest) => listenToConnection(core, newest),
    channel: ((ref: ChannelRef, ...params: ParamsArgs<ChannelRef>): ChannelHandle<ChannelRef> => {
      served(ref);
      const tap = (listener: TypedListener<ChannelRef>): Tap => openTap(core, ref, listener, ...params);
      return { tap, subscribe: (listener) => tap(listener).subscribe(() => {}), publish: publisher(core, ref, ...params) };
    }) as RealtimeClient['channel'],
    view(ref, ...params) {
      served(ref.channel);
      return view(ref, ...params);
    },
    liveQuery(ref, input, follow, gcTimeMs) {
      if (follow) served(follow.channel);
      return liveQuery(served(ref), input, follow, gcTimeMs);
    },
    query: (ref, ...rest) => ask(core, served(ref), ...rest),
    send: (ref, ...rest) => sendCommand(core, served(ref), ...rest),
    hold: pool.hold,
    reconnect: pool.reconnect,
    disconnect: pool.disconnect,
    scheduleFlushes: core.flusher.scheduleWith,
    setUser: session.setUser,
    dispose: core.dispose,
  };
}
