/** What a person is told of the connection: the many inner states of links as few words. */
import type { RealtimeErrorCode } from '../errors.js';
import type { PoolStatus } from '../pool/pool.js';
import type { LinkStatus } from '../reconnect/link.js';

/** What a component sees of the connection. */
export interface ConnectionStatus {
  /**
   * - `idle` – nobody needs a connection
   * - `connecting` – for the first time
   * - `connected` – a link is ready, and every wanted channel and waiting command has one
   * - `reconnecting` – it was lost and is being sought again, or a channel waits for one more link
   * - `disconnected` – it stays away: you said so, or the server did; see `reason`
   */
  readonly status: 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected';
  /** Why it is not connected; null while it is. */
  readonly reason: ConnectionReason | null;
  /** Attempts since the connection last proved itself. */
  readonly attempt: number;
  /** When the next attempt begins, by the same wall clock as `Date.now()`; null while none is planned. */
  readonly nextRetryAt: number | null;
  readonly hasEverConnected: boolean;
  /** A link is overdue: nothing was heard over it for longer than it should be. */
  readonly isSuspect: boolean;
  /** Each link that was ever opened, by its number, with how many channels go over it. */
  readonly links: readonly { readonly state: LinkStatus['state']['tag']; readonly isSuspect: boolean; readonly channels: number }[];
}

export interface ConnectionReason {
  /** `asked`: by `disconnect()`; `lost`: it may come back; else the error that ended it. */
  readonly kind: 'asked' | 'lost' | RealtimeErrorCode;
  /** The close code, where there was one. */
  readonly code: number | null;
  readonly message: string;
}

/** @param wallOffset - wall clock minus monotonic clock, now */
export function describeConnection(pool: PoolStatus, hasEverConnected: boolean, wallOffset: number): ConnectionStatus {
  const inState = (...tags: readonly LinkStatus['state']['tag'][]) => pool.links.find(({ state }) => tags.includes(state.tag));
  const ready = inState('ready');
  // The one that tells most of where things stand.
  const seeking = inState('waiting', 'authorizing', 'connecting', 'greeting');
  const telling = (pool.isShort ? (seeking ?? ready) : (ready ?? seeking)) ?? inState('stopped');
  const state = telling?.state ?? { tag: 'idle', generation: 0 };
  const status: ConnectionStatus = {
    status: 'idle',
    reason: null,
    attempt: 'attempt' in state ? state.attempt : 0,
    nextRetryAt: state.tag === 'waiting' ? Math.round(state.retryAt + wallOffset) : null,
    hasEverConnected,
    isSuspect: pool.links.some(({ isSuspect }) => isSuspect),
    links: pool.links.map(({ state: { tag }, isSuspect, channels }) => ({ state: tag, isSuspect, channels })),
  };
  if (pool.isPaused) return { ...status, status: 'disconnected', reason: { kind: 'asked', code: null, message: 'disconnect() was called; reconnect() ends it.' } };
  if (state.tag === 'ready' && !pool.isShort) return { ...status, status: 'connected' };
  switch (state.tag) {
    case 'idle':
      return status;
    case 'stopped':
      return { ...status, status: 'disconnected', reason: { kind: state.code, code: state.loss.code, message: telling?.error?.message ?? '' } };
    case 'ready':
    case 'waiting':
    case 'authorizing':
    case 'connecting':
    case 'greeting': {
      const loss = state.loss ?? pool.loss;
      const reason = loss && { kind: 'lost' as const, code: loss.code, message: loss.reason || 'The connection was lost.' };
      return { ...status, status: hasEverConnected ? 'reconnecting' : 'connecting', reason };
    }
  }
}
