/**
 * What happens to a connection, as three events for people: it was lost for a while, it is back, it will not come back.
 * A loss that is over sooner is told to nobody. Not here: how a component shows it.
 */
import type { Core } from '../feature.js';
import type { Cancel } from '../world.js';
import type { ConnectionReason } from './connection-status.js';

/** Told what happens to the connection. */
export interface ConnectionListener {
  /** It was connected and has been sought again for `lostAfterMs`. */
  readonly onLost?: (() => void) | undefined;
  /** It is connected again, after an `onLost`. */
  readonly onRestored?: (() => void) | undefined;
  /** It stays away: the server said so, or attempts ran out. Not called for `disconnect()`; no `onLost` comes after it. */
  readonly onFailed?: ((reason: ConnectionReason) => void) | undefined;
  /** How long it must be away before it counts as lost. @default 5000 ms */
  readonly lostAfterMs?: number | undefined;
}

const LOST_AFTER_MS = 5_000;

/** @param newest - gives the listener of the moment at which something is told */
export function listenToConnection({ clock, connection, flusher: { tell } }: Pick<Core, 'clock' | 'connection' | 'flusher'>, newest: () => ConnectionListener): () => void {
  let cancel: Cancel | null = null;
  let isLost = false;
  let isFailed = false;

  const look = (): void => {
    const { status, reason, hasEverConnected } = connection.get();
    const isSought = status === 'reconnecting' && hasEverConnected;
    if (!isSought) {
      cancel?.();
      cancel = null;
    } else if (!isLost) {
      cancel ??= clock.after(newest().lostAfterMs ?? LOST_AFTER_MS, () => {
        isLost = true;
        tell(() => newest().onLost?.());
      });
    }
    if (status === 'connected' && isLost) {
      isLost = false;
      tell(() => newest().onRestored?.());
    }
    const wasFailed = isFailed;
    isFailed = status === 'disconnected' && reason?.kind !== 'asked';
    if (isFailed && !wasFailed && reason !== null) tell(() => newest().onFailed?.(reason));
  };

  const stop = connection.subscribe(look);
  look();
  return () => {
    stop();
    cancel?.();
  };
}
