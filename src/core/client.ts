/**
 * The hall: builds the staircase and hands out what stands on it. It decides nothing.
 *
 * Down: hook → data → channels, queries or queue → pool → link → codec → socket.
 * Up: socket → link → router → channels, queries or queue → data → hook.
 */
import { createChannels } from './channels/channels.js';
import { OPEN_CONTRACT, type AnyContract, type ContractId } from './contract.js';
import { listenToConnection, type ConnectionListener } from './data/connection-listener.js';
import { createConnectionMetrics, type ConnectionMetrics } from './data/connection-metrics.js';
import { describeConnection, type ConnectionStatus } from './data/connection-status.js';
import { createFlusher, type Flusher } from './data/flush.js';
import { createCell, type Readable } from './data/store.js';
import type { RealtimeError } from './errors.js';
import { createHandles, type Handles } from './handles.js';
import { createHeartbeat } from './heartbeat/heartbeat.js';
import { smoothRtt } from './heartbeat/rtt.js';
import { logLink, type ClientLogger } from './link-log.js';
import { DEFAULT_BOUNDS, DEFAULT_POOL, DEFAULT_TIMINGS, withDefaults, type Bounds, type PoolOptions, type TimingOptions, type Timings } from './options.js';
import { createPool, type PoolStatus } from './pool/pool.js';
import type { Dialect } from './protocol/dialect.js';
import { createQueries } from './queries/queries.js';
import { createOutbox, type OutboxStatus } from './queue/outbox.js';
import { createLink, type LinkPort } from './reconnect/link.js';
import { resume, standBy } from './resume.js';
import { createRouter } from './router.js';
import { createSession } from './session.js';
import type { World } from './world.js';

export interface CoreOptions {
  /** The address for one link of the pool. */
  url(link: number): string;
  readonly contract: AnyContract | undefined;
  readonly dialect?: Dialect | undefined;
  readonly fetchToken: LinkPort['fetchToken'];
  readonly user?: string | null | undefined;
  readonly timings?: TimingOptions | undefined;
  readonly pool?: Partial<PoolOptions> | undefined;
  readonly bounds?: Partial<Bounds> | undefined;
  readonly logger?: ClientLogger | undefined;
  onError(error: RealtimeError): void;
}

/** The client without React, DOM or Node: the core that `./client` and the provider bind to the outside. */
export interface CoreClient {
  readonly contract: ContractId;
  readonly handles: Handles;
  readonly connection: Readable<ConnectionStatus>;
  readonly outbox: Readable<OutboxStatus>;
  readonly metrics: Readable<ConnectionMetrics>;
  listen(newest: () => ConnectionListener): () => void;
  /** Keeps a connection until the release is called, and a while after. */
  hold(): () => void;
  reconnect(): void;
  disconnect(): void;
  scheduleFlushes: Flusher['scheduleWith'];
  setUser(user: string | null | undefined): void;
  /** Ends everything: no socket, no timer, no open promise is left. */
  dispose(): void;
}

/** Long because it is the one place that joins rooms, a paragraph each. */
export function createCoreClient(options: CoreOptions, world: World): CoreClient {
  const { clock, dice } = world;
  const { onError } = options;
  const timings: Timings = withDefaults(DEFAULT_TIMINGS, { ...options.timings, backoff: withDefaults(DEFAULT_TIMINGS.backoff, options.timings?.backoff) });
  const bounds = withDefaults(DEFAULT_BOUNDS, options.bounds);
  let rttMs: number | null = null;
  let hasEverConnected = false;
  let isDisposed = false;

  const flusher = createFlusher({ clock, paint: (run) => world.paint(run), show: world.show, onError });
  const session = createSession({
    clientId: dice.id(),
    user: options.user,
    isVisible: () => world.isVisible(),
    // First of all: nothing of the new user may go over a link of the former one.
    onIdentityChanged(link) {
      pool.voidOthers(link);
      wipe();
    },
    onUserChanged(hasFormer) {
      pool.renew();
      if (!hasFormer) return;
      wipe();
      // No frame may be painted with what was the former user's.
      flusher.now();
    },
    onError,
    onFenceChanged: () => handles.fenceChanged(),
  });

  const wipe = (): void => {
    outbox.abandon();
    queries.cancel();
    channels.forget();
    handles.forget();
  };
  const pool = createPool({
    clock,
    // Where nothing resumes, a channel that moves to another link has a gap: one link is what such a server expects.
    options: withDefaults({ ...DEFAULT_POOL, ...(options.dialect && { size: 1 }) }, options.pool),
    lingerMs: timings.linkLeaseMs,
    maxChannels: () => session.limits.channels,
    watch: (onSignal) => world.watch(onSignal),
    createLink: (id, above) =>
      createLink({
        ...above,
        onStatus: logLink(options.logger, id, above.onStatus),
        clock,
        dice,
        timings,
        onError,
        createHeartbeat,
        url: options.url(id),
        dialect: options.dialect,
        fetchToken: options.fetchToken,
        open: (url, protocols, events) => world.open(url, protocols, events),
        hello: (token, attempt) => session.hello(id, attempt, token),
        pong: session.pong,
        probe: session.probe,
        onWelcome: (frame) => session.welcomed(frame, id),
        onRtt(sampleMs) {
          rttMs = smoothRtt(rttMs, sampleMs);
          metrics.rtt(rttMs);
        },
      }),
    onFrame: (frame, link) => route(frame, link),
    onReady(link, isFirst) {
      const isReturn = isFirst && hasEverConnected;
      hasEverConnected = true;
      resume([channels, queries, outbox], link);
      if (isReturn) handles.reconnected();
    },
    onLost: (link) => standBy([channels, queries, outbox], link),
    onStatus(status) {
      // No link will come until the application or the server changes its mind.
      channels.setPaused(describe(status).status === 'disconnected');
      connection.changed();
    },
  });
  const overPool = { clock, dice, home: pool.any, send: pool.send, hold: pool.hold };
  const outbox = createOutbox({
    ...overPool,
    bounds,
    commandMs: timings.commandMs,
    window: () => session.limits.windowPerLane,
    onChange: () => outboxStatus.changed(),
  });
  const channels = createChannels({ ...overPool, home: pool.home, anyLink: pool.any, leave: pool.leave, leaseMs: timings.channelLeaseMs, fence: () => session.fence, onError });
  const queries = createQueries({ ...overPool, canAnswer: options.dialect?.can.answer !== false });
  const route = createRouter({ session, channels, queries, outbox, onEvents: (count) => metrics.events(count) });
  const handles = createHandles({ clock, dice, flusher, timings, channels, queries, outbox, isDisposed: () => isDisposed, onError });

  const describe = (status: PoolStatus): ConnectionStatus => describeConnection(status, hasEverConnected, clock.wall() - clock.now());
  const connection = createCell<ConnectionStatus>(flusher, (former) => {
    const next = describe(pool.status);
    // Much changes in a pool that nobody is told of.
    return JSON.stringify(next) === JSON.stringify(former) ? (former ?? next) : next;
  });
  const outboxStatus = createCell<OutboxStatus>(flusher, () => outbox.status);
  const metrics = createConnectionMetrics(flusher, clock);
  return {
    contract: options.contract?.id ?? OPEN_CONTRACT,
    handles,
    connection,
    outbox: outboxStatus,
    metrics,
    listen: (newest) => listenToConnection({ clock, connection, tell: flusher.tell }, newest),
    hold: pool.hold,
    reconnect: pool.reconnect,
    disconnect: pool.disconnect,
    scheduleFlushes: flusher.scheduleWith,
    setUser: session.setUser,
    dispose() {
      isDisposed = true;
      outbox.abandon();
      queries.cancel();
      handles.dispose();
      channels.dispose();
      pool.dispose();
      metrics.dispose();
      // Whoever still looks is told how it ended.
      flusher.now();
      flusher.dispose();
    },
  };
}
