'use client';
/** The connection in a component: its state in few words, and the two things a person can do about it. */
import { useMemo } from 'react';
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector';
import type { ConnectionStatus } from '../core/data/connection-status.js';
import { useRealtimeClient } from './provider.js';

export interface ConnectionResult extends ConnectionStatus {
  /** Connects now, whatever kept it away. */
  readonly reconnect: () => void;
  /** Stays away until `reconnect`. */
  readonly disconnect: () => void;
}

/**
 * What the nearest provider's connection is doing. Renders only when what is selected changes.
 *
 * @example
 * ```tsx
 * const { status, nextRetryAt, reconnect } = useConnectionStatus();
 * const isOnline = useConnectionStatus((connection) => connection.status === 'connected');
 * ```
 */
export function useConnectionStatus(): ConnectionResult;
export function useConnectionStatus<Selected>(select: (connection: ConnectionStatus) => Selected): Selected;
export function useConnectionStatus(select?: (connection: ConnectionStatus) => unknown): unknown {
  const { connection, reconnect, disconnect } = useRealtimeClient();
  const selected = useSyncExternalStoreWithSelector<ConnectionStatus, unknown>(connection.subscribe, connection.get, connection.getInitial, select ?? asItIs);
  const isWhole = select === undefined;
  return useMemo(() => (isWhole ? { ...(selected as ConnectionStatus), reconnect, disconnect } : selected), [isWhole, selected, reconnect, disconnect]);
}

function asItIs(connection: ConnectionStatus): ConnectionStatus {
  return connection;
}
