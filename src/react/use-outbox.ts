'use client';
/** What was sent and has no outcome yet, in a component. */
import type { OutboxStatus } from '../core/queue/outbox.js';
import { useRealtimeClient } from './provider.js';
import { useReadable } from './use-readable.js';

/**
 * The outbox of the nearest provider: what waits, what is under way, since when. Renders only when what is selected changes.
 *
 * @example
 * ```tsx
 * const { commands } = useOutbox();
 * const pending = useOutbox((outbox) => outbox.pending);
 * ```
 */
export function useOutbox(): OutboxStatus;
export function useOutbox<Selected>(select: (outbox: OutboxStatus) => Selected): Selected;
export function useOutbox(select?: (outbox: OutboxStatus) => unknown): unknown {
  return useReadable(useRealtimeClient().outbox, select);
}
