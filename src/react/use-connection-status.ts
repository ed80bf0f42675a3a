'use client';
/** The connection in a component: its state in few words, and the two things a person can do about it. */
import { useMemo } from 'react';
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/shim/with-selector';
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
export function useConnectionStatus<Selected>(select: (connection: ConnectionResult) => Selected): Selected;
export function useConnectionStatus(select: (connection: ConnectionResult) => unknown = (connection) => connection): unknown {
  const client = useRealtimeClient();
  const { connection, reconnect, disconnect } = client;
  const withActions = useMemo(() => {
    let last: { readonly of: ConnectionStatus; readonly result: ConnectionResult } | null = null;
    return (status: ConnectionStatus): ConnectionResult => {
      if (last?.of !== status) last = { of: status, result: { ...status, reconnect, disconnect } };
      return last.result;
    };
  }, [reconnect, disconnect]);
  return useSyncExternalStoreWithSelector(connection.subscribe, connection.get, connection.get, (status) => select(withActions(status)));
}
