'use client';
/** Figures of the connection in a component. */
import { useSyncExternalStore } from 'react';
import { METRICS, type ConnectionMetrics } from '../core/data/connection-metrics.js';
import { useCore } from './provider.js';

/**
 * The round trip and the rate of events of the nearest provider's connection. Renders at most once a second; nothing is
 * sampled while no component shows it.
 *
 * @example
 * ```tsx
 * const { rttMs, eventsPerSecond } = useConnectionMetrics();
 * return <small>{rttMs === null ? '–' : `${Math.round(rttMs)} ms`}, {eventsPerSecond} events/s</small>;
 * ```
 */
export function useConnectionMetrics(): ConnectionMetrics {
  const metrics = useCore().use(METRICS);
  return useSyncExternalStore(metrics.subscribe, metrics.get, metrics.getInitial);
}
