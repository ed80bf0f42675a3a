'use client';
/** A value of the client in a component, whole or a part of it. */
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector';
import type { Readable } from '../core/data/store.js';

/** Renders when what is selected is another value by `Object.is`; without `select`, when the snapshot is. */
export function useReadable<T>(readable: Readable<T>, select?: (snapshot: T) => unknown): unknown {
  return useSyncExternalStoreWithSelector<T, unknown>(readable.subscribe, readable.get, readable.getInitial, select ?? asItIs);
}

function asItIs<T>(snapshot: T): T {
  return snapshot;
}
