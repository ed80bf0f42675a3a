'use client';
/** The connection in a component: its state in few words, and the two things a person can do about it. */
import { useMemo } from 'react';
import type { ConnectionStatus } from '../core/data/connection-status.js';
import { useCore } from './provider.js';
import { useSelected } from './use-selected.js';

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
  const {
    connection,
    pool: { reconnect, disconnect },
  } = useCore();
  const selected = useSelected(connection, select);
  const isWhole = select === undefined;
  return useMemo(() => (isWhole ? { ...(selected as ConnectionStatus), reconnect, disconnect } : selected), [isWhole, selected, reconnect, disconnect]);
}
