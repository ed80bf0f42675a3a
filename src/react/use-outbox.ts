'use client';
/** What waits for an outcome, in a component. */
import type { OutboxStatus } from '../core/queue/outbox.js';
import { useRealtimeClient } from './provider.js';
import { useSelected } from './use-selected.js';

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
  return useSelected(useRealtimeClient().outbox, select);
}
