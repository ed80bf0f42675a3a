/**
 * What belongs to a connection that is ready: its channels, its questions, its volatile events. Not here: what they do.
 */
import type { Feature } from '../../core/protocol/codes.js';
import type { Clock } from '../../core/world.js';
import type { AbortHandle } from './abort.js';
import type { Broker } from './broker.js';
import { createBucket } from './bucket.js';
import { createDoubleBucket, type Budgets, type UserBudget } from './budgets.js';
import type { Catalog } from './catalog.js';
import type { LimitOptions, User } from './handlers.js';
import type { Hub, VolatileSink } from './hub.js';
import type { Explain, Logger } from './logger.js';
import type { LongShares } from './long-shares.js';
import { createParts } from './parts.js';
import { createQueries, type Queries } from './queries.js';
import type { Running } from './running.js';
import { createSubscriptions, type Subscriptions } from './subscriptions.js';
import type { Turns } from './turns.js';
import { createVolatiles, type Volatiles } from './volatiles.js';

export interface Session {
  readonly subscriptions: Subscriptions;
  readonly queries: Queries;
  /** Null: this client does not know of them. */
  readonly volatiles: Volatiles | null;
  release(): void;
}

/** What a session needs of its connection. */
export interface SessionPort extends VolatileSink {
  /** Does nothing once the connection is gone. */
  send(text: string): void;
  /** The server cannot serve anybody now; the client comes back a little later. */
  fail(error: unknown): void;
  /** The client asks faster than it can be answered. */
  flood(): void;
  bufferedBytes(): number;
}

/** What all sessions of a server share. */
export interface SessionHost {
  readonly catalog: Catalog;
  readonly hub: Hub;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly createAbort: () => AbortHandle;
  readonly handlers: Running;
  readonly logger: Logger;
  readonly explain: Explain;
  /** Of all connections of each user. */
  readonly users: Budgets<UserBudget>;
  readonly turns: Turns;
  /** Of long answers, of all connections of each user. */
  readonly shares: LongShares;
  /** Names of queries that had a long answer once. */
  readonly longNames: Set<string>;
  readonly limits: Required<Pick<LimitOptions, 'channels' | 'queries' | 'handlerMs' | 'bufferedBytes' | 'fanOutPerSecond' | 'framesPerSecond' | 'frameBurst'>>;
}

export function createSession(host: SessionHost, user: User, features: readonly Feature[], port: SessionPort): Session {
  return new LazySession(host, user, features, port);
}

/** Its parts are made when they are first needed: most of a crowd is idle, and each part weighs a kilobyte. */
class LazySession implements Session {
  readonly #host: SessionHost;
  readonly #user: User;
  readonly #features: readonly Feature[];
  readonly #port: SessionPort;
  #subscriptions: Subscriptions | null = null;
  #queries: Queries | null = null;
  #volatiles: Volatiles | null = null;

  constructor(host: SessionHost, user: User, features: readonly Feature[], port: SessionPort) {
    this.#host = host;
    this.#user = user;
    this.#features = features;
    this.#port = port;
  }

  get subscriptions(): Subscriptions {
    return (this.#subscriptions ??= this.#createSubscriptions());
  }

  get queries(): Queries {
    return (this.#queries ??= this.#createQueries());
  }

  get volatiles(): Volatiles | null {
    return (this.#volatiles ??= this.#createVolatiles());
  }

  release(): void {
    this.#subscriptions?.release();
    this.#queries?.release();
    this.#volatiles?.release();
  }

  #createSubscriptions(): Subscriptions {
    const port = this.#port;
    const { channels, framesPerSecond, frameBurst } = this.#host.limits;
    return createSubscriptions({
      ...this.#host,
      user: this.#user,
      maxChannels: channels,
      pages: createDoubleBucket(createBucket(framesPerSecond, frameBurst), this.#host.users, this.#user.id, 'pages'),
      send: (text) => port.send(text),
      volatile: this.#features.includes('volatile') ? port : undefined,
      onFailed: (error) => port.fail(error),
      onFlood: () => port.flood(),
    });
  }

  #createQueries(): Queries {
    const { clock, limits, turns, shares } = this.#host;
    const port = this.#port;
    const send = (text: string): void => port.send(text);
    return createQueries({
      ...this.#host,
      user: this.#user,
      handlerMs: limits.handlerMs,
      maxQueries: limits.queries,
      send,
      long: this.#features.includes('parts') ? createParts({ clock, turns, user: this.#user.id, shares, maxWaiting: limits.bufferedBytes, send, bufferedBytes: () => port.bufferedBytes() }) : null,
    });
  }

  #createVolatiles(): Volatiles | null {
    if (!this.#features.includes('volatile')) return null;
    const { fanOutPerSecond } = this.#host.limits;
    return createVolatiles({ ...this.#host, user: this.#user, budget: createDoubleBucket(createBucket(fanOutPerSecond, 2 * fanOutPerSecond), this.#host.users, this.#user.id, 'fanOut'), own: this.#port });
  }
}
