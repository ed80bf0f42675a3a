'use client';
/** What waits for an outcome, in a component. */
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector';
import type { OutboxStatus } from '../core/queue/outbox.js';
import { useRealtimeClient } from './provider.js';

/**
 * The commands of the nearest provider that have no outcome yet, of every component together. Renders only when what is
 * selected changes.
 *
 * @example
 * ```tsx
 * const { queued, commands } = useOutbox();
 * const count = useOutbox((outbox) => outbox.pending);
 * ```
 */
export function useOutbox(): OutboxStatus;
export function useOutbox<Selected>(select: (outbox: OutboxStatus) => Selected): Selected;
export function useOutbox(select?: (outbox: OutboxStatus) => unknown): unknown {
  const { outbox } = useRealtimeClient();
  return useSyncExternalStoreWithSelector<OutboxStatus, unknown>(outbox.subscribe, outbox.get, outbox.getInitial, select ?? asItIs);
}

function asItIs(outbox: OutboxStatus): OutboxStatus {
  return outbox;
}
