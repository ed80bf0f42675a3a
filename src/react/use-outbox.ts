'use client';
/** What waits for an outcome, in a component. */
import { OUTBOX_STATUS, type OutboxStatus } from '../core/data/outbox-status.js';
import { useCore } from './provider.js';
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
  return useSelected(useCore().use(OUTBOX_STATUS), select);
}
