'use client';
/** Told in a component when the connection has been away for a while. */
import { useEffect } from 'react';
import type { ConnectionListener } from '../core/data/connection-watch.js';
import { useRealtimeClient } from './provider.js';
import { useLatest } from './use-kept.js';

/**
 * Tells when the nearest provider's connection has been away for a while, is back, or stays away. Renders nothing; the newest
 * functions are called.
 *
 * @example
 * ```tsx
 * useConnectionListener({
 *   onLost: () => toast('The connection is away. What you do is kept and sent later.'),
 *   onRestored: () => toast('Back again.'),
 *   onFailed: (reason) => toast(`The connection stays away (${reason.kind}).`),
 * });
 * ```
 */
export function useConnectionListener(listener: ConnectionListener): void {
  const client = useRealtimeClient();
  const latest = useLatest(listener);
  const { lostAfterMs } = listener;
  useEffect(
    () =>
      client.watchConnection({
        ...(lostAfterMs !== undefined && { lostAfterMs }),
        onLost: () => latest().onLost?.(),
        onRestored: () => latest().onRestored?.(),
        onFailed: (reason) => latest().onFailed?.(reason),
      }),
    [client, lostAfterMs, latest],
  );
}
