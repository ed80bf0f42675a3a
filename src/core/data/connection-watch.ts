/**
 * Who is told of the connection only when it takes long: most losses are over before a person has to know.
 * Not here: what the connection is doing (`connection-status.ts`).
 */
import type { Cancel, Clock } from '../world.js';
import type { ConnectionReason, ConnectionStatus } from './connection-status.js';
import type { Readable } from './store.js';

/** Each is told once a time, from now on. */
export interface ConnectionListener {
  /** It was connected, and has not been for `lostAfterMs`. */
  readonly onLost?: () => void;
  /** It is connected again, after `onLost` or `onFailed`. */
  readonly onRestored?: () => void;
  /** It stays away: the server or the application's `auth` has said no. Not told of `disconnect()`. */
  readonly onFailed?: (reason: ConnectionReason) => void;
  /** @default 5000 ms */
  readonly lostAfterMs?: number;
}

const LOST_AFTER_MS = 5_000;

export function watchConnection(connection: Readable<ConnectionStatus>, clock: Clock, listener: ConnectionListener): () => void {
  const { lostAfterMs = LOST_AFTER_MS } = listener;
  let told: 'nothing' | 'lost' | 'failed' = 'nothing';
  let cancelLost: Cancel | null = null;
  const look = (): void => {
    const { status, reason, hasEverConnected } = connection.get();
    if (status === 'reconnecting' && hasEverConnected) {
      if (told === 'nothing') {
        cancelLost ??= clock.after(lostAfterMs, () => {
          told = 'lost';
          listener.onLost?.();
        });
      }
      return;
    }
    cancelLost?.();
    cancelLost = null;
    if (status === 'connected' && told !== 'nothing') {
      told = 'nothing';
      listener.onRestored?.();
    }
    if (status === 'disconnected' && told !== 'failed' && reason !== null && reason.kind !== 'asked') {
      told = 'failed';
      listener.onFailed?.(reason);
    }
  };
  const stop = connection.subscribe(look);
  look();
  return () => {
    stop();
    cancelLost?.();
  };
}
