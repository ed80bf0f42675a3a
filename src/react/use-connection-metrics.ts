'use client';
/** The connection's figures in a component. */
import { useSyncExternalStore } from 'react';
import type { ConnectionMetrics } from '../core/data/metrics.js';
import { useRealtimeClient } from './provider.js';

/**
 * The round trip and the rate of the nearest provider's connection: at most one render a second, and nothing is measured for it
 * while nobody looks.
 *
 * @example
 * ```tsx
 * const { rttMs, eventsPerSecond } = useConnectionMetrics();
 * ```
 */
export function useConnectionMetrics(): ConnectionMetrics {
  const { metrics } = useRealtimeClient();
  return useSyncExternalStore(metrics.subscribe, metrics.get, metrics.getInitial);
}
