/**
 * Every number that the client goes by, with its unit and its default, once.
 * Not here: what the protocol fixes (`protocol/limits.ts`) and what the server names (`session.ts`).
 */
import { DEV, RealtimeError } from './errors.js';

/** When to come back. */
export interface BackoffOptions {
  /** The first attempt after a loss comes within this time, at a random point. @default 1000 ms */
  readonly firstMs: number;
  /** Later waits are random between 0 and `baseMs × factor^attempt`. @default 1000 ms */
  readonly baseMs: number;
  /** @default 2 */
  readonly factor: number;
  /** No wait is longer. @default 30000 ms */
  readonly capMs: number;
  /** A link that has lived this long after its welcome starts counting anew. @default 10000 ms */
  readonly provenMs: number;
  /** So many attempts in a row may fail; then the client gives up with code `unavailable`, until `reconnect()`. @default no limit */
  readonly maxAttempts?: number;
}

/** How many links share the work. */
export interface PoolOptions {
  /** The most links at a time. The first is opened at once, a further one only when the others are silent or full. @default 3, with a dialect 1 */
  readonly size: number;
  /** A link with more channels than this is full, and a further one is opened. @default 100 */
  readonly channelsPerLink: number;
}

export interface Timings {
  readonly backoff: BackoffOptions;
  /** From opening a socket until it is open. @default 4000 ms */
  readonly connectMs: number;
  /** From `hello` until `welcome`. @default 5000 ms */
  readonly welcomeMs: number;
  /** For the token callback. @default 10000 ms */
  readonly tokenMs: number;
  /** For a query, from when it was sent. @default 10000 ms */
  readonly queryMs: number;
  /** For a command that waits to be sent. @default 600000 ms */
  readonly commandMs: number;
  /** A channel is left this long after its last user, and a query's answer kept; `gcTimeMs` of a view or a query says otherwise. @default 30000 ms */
  readonly channelLeaseMs: number;
  /** A further link is closed this long after its last use, and the last one this long after its last holder. @default 30000 ms */
  readonly linkLeaseMs: number;
}

/** The times to change, of `backoff` as well; what is left out keeps its default. */
export type TimingOptions = Partial<Omit<Timings, 'backoff'>> & { readonly backoff?: Partial<BackoffOptions> };

export interface Bounds {
  /** Commands in the outbox. @default 1000 */
  readonly outboxCommands: number;
  /** Size of the outbox, as it would be sent. @default 1000000 bytes */
  readonly outboxBytes: number;
  /**
   * What happens to a command when the outbox is full. `'drop-oldest'` makes room by dropping what has waited longest and was
   * never sent (it ends `queue-full`); for state of which only the newest counts. @default 'reject': the new one is refused
   */
  readonly overflow: 'reject' | 'drop-oldest';
}

export const DEFAULT_TIMINGS: Timings = {
  backoff: { firstMs: 1_000, baseMs: 1_000, factor: 2, capMs: 30_000, provenMs: 10_000 },
  connectMs: 4_000,
  welcomeMs: 5_000,
  tokenMs: 10_000,
  queryMs: 10_000,
  commandMs: 600_000,
  channelLeaseMs: 30_000,
  linkLeaseMs: 30_000,
};

export const DEFAULT_BOUNDS: Bounds = { outboxCommands: 1_000, outboxBytes: 1_000_000, overflow: 'reject' };
export const DEFAULT_POOL: PoolOptions = { size: 3, channelsPerLink: 100 };

/**
 * What is given as undefined was left out: it often comes from a prop that is not there.
 *
 * @throws RealtimeError `misuse` for a number that is none: a wait of NaN would be a loop without one
 */
export function withDefaults<Options extends object>(defaults: Options, given: Partial<Options> = {}): Options {
  const filled = { ...defaults };
  for (const [name, value] of Object.entries(given) as [keyof Options & string, never][]) {
    if (value === undefined) continue;
    const isNumber = typeof value === 'number';
    if (isNumber ? !(value >= 0) : typeof defaults[name] === 'number') {
      throw new RealtimeError('misuse', DEV && `The option ${name} is ${String(value)}. Pass a number that is not negative, or leave it out.`);
    }
    filled[name] = value;
  }
  return filled;
}

