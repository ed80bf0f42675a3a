/** What a person is told of the connection: the many inner states of links as few words. */
import type { RealtimeErrorCode } from '../errors.js';
import type { PoolStatus } from '../pool/pool.js';
import type { LinkStatus } from '../reconnect/link.js';

/** What a component sees of the connection. */
export interface ConnectionStatus {
  /**
   * - `idle` – nobody needs a connection
   * - `connecting` – for the first time
   * - `connected` – a link is ready
   * - `reconnecting` – it was lost and is being sought again
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
  /** Connected, but overdue: nothing was heard for longer than it should be. */
  readonly isSuspect: boolean;
  readonly links: readonly { readonly state: LinkStatus['state']['tag']; readonly isSuspect: boolean }[];
}

export interface ConnectionReason {
  /** `asked`: by `disconnect()`; `lost`: it may come back; else the error that ended it. */
  readonly kind: 'asked' | 'lost' | RealtimeErrorCode;
  /** The close code, where there was one. */
  readonly code: number | null;
  readonly message: string;
}

/** @param wallOffset - wall clock minus monotonic clock, now */
export function describeConnection(pool: PoolStatus<LinkStatus>, hasEverConnected: boolean, wallOffset: number): ConnectionStatus {
  const [first] = pool.links;
  const state = first?.state ?? { tag: 'idle', generation: 0 };
  const links = pool.links.map((link) => ({ state: link.state.tag, isSuspect: link.isSuspect }));
  const status: ConnectionStatus = {
    status: 'idle',
    reason: null,
    attempt: 'attempt' in state ? state.attempt : 0,
    nextRetryAt: state.tag === 'waiting' ? Math.round(state.retryAt + wallOffset) : null,
    hasEverConnected,
    isSuspect: first?.isSuspect ?? false,
    links,
  };
  if (pool.isPaused) return { ...status, status: 'disconnected', reason: { kind: 'asked', code: null, message: 'disconnect() was called; reconnect() ends it.' } };
  switch (state.tag) {
    case 'idle':
      return status;
    case 'ready':
      return { ...status, status: 'connected' };
    case 'stopped':
      return { ...status, status: 'disconnected', reason: { kind: state.code, code: state.loss.code, message: stopMessage(state.code) } };
    case 'waiting':
    case 'authorizing':
    case 'connecting':
    case 'greeting': {
      const reason = state.loss && { kind: 'lost' as const, code: state.loss.code, message: state.loss.reason || 'The connection was lost.' };
      return { ...status, status: hasEverConnected ? 'reconnecting' : 'connecting', reason };
    }
    default:
      return state satisfies never;
  }
}

function stopMessage(code: RealtimeErrorCode): string {
  switch (code) {
    case 'unauthorized':
      return 'The server refused the token. Sign in again, then call reconnect().';
    case 'incompatible':
      return 'This page is of another version than the server. Reload it.';
    case 'bad-frame':
    case 'too-large':
      return 'The server did not accept what this page sent. Reload the page.';
    default:
      return 'The server does not let this client in.';
  }
}
