/**
 * A feature: one part of the client (channels, queries, the outbox …) that is built by the first that needs it. A page pays
 * for the features that its hooks import.
 *
 * The core notifies every feature that exists, in the order of `rank`:
 * 1 channels, 2 queries, 3 the outbox, 4 what is made of them (views, live queries). After a connect, wanted channels are
 * therefore subscribed before queries are asked, and commands are sent last.
 *
 * A new feature wants nothing yet, so it is not told of links that are ready already: it asks `core.pool` when it wants one.
 * Not here: any feature. A feature reaches another one through `core.use` alone.
 */
import type { ContractId } from './contract.js';
import type { SettledCommand } from './data/command-status.js';
import type { ConnectionStatus } from './data/connection-status.js';
import type { Flusher } from './data/flush.js';
import type { Readable } from './data/store.js';
import { DEV, RealtimeError } from './errors.js';
import type { Bounds, Timings } from './options.js';
import type { Pool } from './pool/pool.js';
import type { ServerFrame } from './protocol/frames.js';
import type { Session } from './session.js';
import type { Clock, Dice } from './world.js';

/** What the core notifies a feature of. */
export interface FeatureLife {
  /** Called for every frame but `welcome` and `pong`, which end in the link; a feature ignores the frames of others. */
  onFrame?(frame: ServerFrame, link: number): void;
  /** The link is ready, or it takes over from one that was lost. `isReturn`: there was no ready link, and there was one before. */
  onReady?(link: number, isReturn: boolean): void;
  /** What was under way over this link waits again. */
  onLinkLost?(link: number): void;
  /** No link will come until the application or the server changes its mind, or that has ended. */
  onPaused?(isPaused: boolean): void;
  /** The storage behind the server is another one. */
  onStorageChanged?(): void;
  /** Another user has signed in: nothing of the former user may remain. */
  onUserChanged?(): void;
  /** No timer and no open promise may remain. */
  dispose?(): void;
}

export interface BuiltFeature<Api> extends FeatureLife {
  readonly api: Api;
}

/** The identity of this object is the feature's key. */
export interface Feature<Api> {
  readonly rank: 1 | 2 | 3 | 4;
  create(core: Core): BuiltFeature<Api>;
}

/** The client's core: one pool of links, and the features that were needed so far. */
export interface Core {
  readonly contract: ContractId;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly timings: Timings;
  readonly bounds: Bounds;
  readonly session: Session;
  readonly flusher: Flusher;
  readonly pool: Pool;
  readonly connection: Readable<ConnectionStatus>;
  /** Whether a command has no outcome yet. Known here, so that a provider can warn of it without the outbox in its page. */
  readonly isUnsent: Readable<boolean>;
  setUnsent(isUnsent: boolean): void;
  /** The smoothed round trip; null until it was measured. */
  readonly rttMs: number | null;
  /** False: the server answers neither queries nor commands. */
  readonly canAnswer: boolean;
  readonly isPaused: boolean;
  readonly isDisposed: boolean;
  /** Gives the feature's API, and builds the feature if this is its first use. */
  use<Api>(feature: Feature<Api>): Api;
  onError(error: RealtimeError): void;
  /** Called with each command that has its outcome. */
  readonly onCommandSettled: ((command: SettledCommand) => void) | undefined;
  /** Ends everything: no socket, no timer, no open promise is left. */
  dispose(): void;
}

/** @throws RealtimeError `disposed` */
export function assertLive({ isDisposed }: Core): void {
  if (isDisposed) throw new RealtimeError('disposed', DEV && 'This client was disposed. Make a new one.');
}
