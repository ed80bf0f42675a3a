'use client';
/** Being told what happens to the connection, for a toast, a sound, a way to the login page. */
import { useEffect, useInsertionEffect, useRef } from 'react';
import { listenToConnection, type ConnectionListener } from '../core/data/connection-listener.js';
import { useCore } from './provider.js';

/**
 * Calls the newest of these functions when the nearest provider's connection is lost for a while, is back, or stays away.
 * Renders nothing. Who mounts while the connection stays away is told of that at once.
 *
 * @example
 * ```tsx
 * useConnectionListener({
 *   onLost: () => toast('Connection lost. What you send is kept.'),
 *   onRestored: () => toast('Back again.'),
 *   onFailed: (reason) => reason.kind === 'unauthorized' && signOut(),
 *   lostAfterMs: 5_000,
 * });
 * ```
 */
export function useConnectionListener(listener: ConnectionListener): void {
  const core = useCore();
  const newest = useRef(listener);
  useInsertionEffect(() => {
    newest.current = listener;
  });
  useEffect(() => listenToConnection(core, () => newest.current), [core]);
}
