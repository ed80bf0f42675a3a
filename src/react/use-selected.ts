'use client';
/** What one component shows of something that many look at. Not here: snapshots with data and a status (`same-selection.ts`). */
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector';
import type { Readable } from '../core/data/store.js';

/** Renders only when what is selected changes; without `select` it is the whole. */
export function useSelected<T>(source: Readable<T>, select: (value: T) => unknown = asItIs): unknown {
  return useSyncExternalStoreWithSelector(source.subscribe, source.get, source.getInitial, select);
}

function asItIs(value: unknown): unknown {
  return value;
}
