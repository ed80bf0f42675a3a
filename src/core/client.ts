/**
 * The composition root: session, pool, flusher, connection state, and the features. It decides nothing.
 *
 * Down: hook → feature (data, channels, queries or queue) → pool → link → codec → socket.
 * Up: socket → link → pool → core → each feature → data → hook.
 */
import { OPEN_CONTRACT, type AnyContract } from './contract.js';
import type { SettledCommand } from './data/command-status.js';
import { describeConnection, type ConnectionStatus } from './data/connection-status.js';
import { createFlusher } from './data/flush.js';
import { createCell } from './data/store.js';
import type { RealtimeError } from './errors.js';
import type { BuiltFeature, Core, Feature, FeatureLife } from './feature.js';
import { createHeartbeat } from './heartbeat/heartbeat.js';
import { smoothRtt } from './heartbeat/rtt.js';
import { logLink, type ClientLogger } from './link-log.js';
import { DEFAULT_BOUNDS, DEFAULT_POOL, DEFAULT_TIMINGS, withDefaults, type Bounds, type PoolOptions, type TimingOptions, type Timings } from './options.js';
import { createPool, type PoolStatus } from './pool/pool.js';
import type { Dialect } from './protocol/dialect.js';
import { createLink, type LinkPort } from './reconnect/link.js';
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
  readonly onCommandSettled?: ((command: SettledCommand) => void) | undefined;
}

/** Long because it is the one place that joins layers, a paragraph each. */
export function createCore(options: CoreOptions, world: World): Core {
  const { clock, dice } = world;
  const { onError } = options;
  const timings: Timings = withDefaults(DEFAULT_TIMINGS, { ...options.timings, backoff: withDefaults(DEFAULT_TIMINGS.backoff, options.timings?.backoff) });
  let rttMs: number | null = null;
  let hasEverConnected = false;
  let isPaused = false;
  let isDisposed = false;

  /** By rank. A new list each time, so that a feature that is built while the others are notified starts with the next news. */
  let features: readonly { readonly feature: Feature<unknown>; readonly built: BuiltFeature<unknown> }[] = [];
  function use<Api>(feature: Feature<Api>): Api {
    const known = features.find((entry) => entry.feature === feature);
    if (known !== undefined) return known.built.api as Api;
    const built = feature.create(core);
    features = [...features, { feature, built }].sort((a, b) => a.feature.rank - b.feature.rank);
    return built.api;
  }
  function notify<Name extends keyof FeatureLife>(name: Name, ...news: Parameters<NonNullable<FeatureLife[Name]>>): void {
    for (const { built } of features) (built[name] as ((...args: unknown[]) => void) | undefined)?.(...news);
  }

  const flusher = createFlusher({ clock, paint: (run) => world.paint(run), show: world.show, onError });
  const session = createSession({
    clientId: dice.id(),
    user: options.user,
    isVisible: () => world.isVisible(),
    // First of all: nothing of the new user may go over a link of the former one.
    onIdentityChanged(link) {
      pool.voidOthers(link);
      notify('onUserChanged');
    },
    onUserChanged(hasFormer) {
      pool.renew();
      if (!hasFormer) return;
      notify('onUserChanged');
      // No frame may be painted with what was the former user's.
      flusher.now();
    },
    onError,
    onFenceChanged: () => notify('onStorageChanged'),
  });
  const pool = createPool({
    clock,
    // Without resume, moving a channel to another connection causes a gap, so the default is one connection.
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
        },
      }),
    onFrame(frame, link) {
      if (frame.t === 'subscribed' || frame.t === 'lane') session.fenceSeen(frame.fence);
      notify('onFrame', frame, link);
    },
    onReady(link, isFirst) {
      const isReturn = isFirst && hasEverConnected;
      hasEverConnected = true;
      notify('onReady', link, isReturn);
    },
    onLost: (link) => notify('onLinkLost', link),
    onStatus(status) {
      const wasPaused = isPaused;
      isPaused = describe(status).status === 'disconnected';
      if (isPaused !== wasPaused) notify('onPaused', isPaused);
      connection.changed();
    },
  });

  const describe = (status: PoolStatus): ConnectionStatus => describeConnection(status, hasEverConnected, clock.wall() - clock.now());
  const connection = createCell<ConnectionStatus>(flusher, (former) => {
    const next = describe(pool.status);
    // Most changes of a pool do not show.
    return JSON.stringify(next) === JSON.stringify(former) ? (former ?? next) : next;
  });
  let hasUnsent = false;
  const isUnsent = createCell(flusher, () => hasUnsent);

  const core: Core = {
    contract: options.contract?.id ?? OPEN_CONTRACT,
    clock,
    dice,
    timings,
    bounds: withDefaults(DEFAULT_BOUNDS, options.bounds),
    session,
    flusher,
    pool,
    connection,
    isUnsent,
    setUnsent(now) {
      if (now === hasUnsent) return;
      hasUnsent = now;
      isUnsent.changed();
    },
    get rttMs() {
      return rttMs;
    },
    canAnswer: options.dialect?.can.answer !== false,
    get isPaused() {
      return isPaused;
    },
    get isDisposed() {
      return isDisposed;
    },
    use,
    onError,
    onCommandSettled: options.onCommandSettled,
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      notify('dispose');
      pool.dispose();
      // Subscribers are told how it ended.
      flusher.now();
      flusher.dispose();
    },
  };
  return core;
}
