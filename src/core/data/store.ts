/**
 * Where values rest for whoever shows them: immutable snapshots, made once a flush and shared by all.
 * Between two flushes everybody sees the same snapshot, so that a page never shows two moments at once.
 */
import type { Flusher } from './flush.js';

/** A value that changes, as its readers see it. Its functions may be passed on alone: `useSyncExternalStore(it.subscribe, it.get, it.getInitial)`. */
export interface Readable<T> {
  /** The newest snapshot; the same object until something has changed. */
  readonly get: () => T;
  /** The snapshot before anything has come: what a server has rendered, and what hydration must find. */
  readonly getInitial: () => T;
  /** Tells of a new snapshot. Not called at once. */
  readonly subscribe: (onChange: () => void) => () => void;
}

export interface Cell<T> extends Readable<T> {
  /** Something behind the snapshot has changed. */
  changed(): void;
}

/** A value that never changes. */
export function createStill<T>(value: T): Readable<T> {
  const get = (): T => value;
  return { get, getInitial: get, subscribe: () => () => {} };
}

/** @param snapshot - makes the snapshot; it may answer with the former one if nothing that shows has changed */
export function createCell<T>(flusher: Flusher, snapshot: (former: T | undefined) => T): Cell<T> {
  const listeners = new Set<() => void>();
  const initial = snapshot(undefined);
  let current = initial;
  let isDirty = false;

  const refresh = (): boolean => {
    isDirty = false;
    const next = snapshot(current);
    if (Object.is(next, current)) return false;
    current = next;
    return true;
  };
  const flush = (): void => {
    if (!isDirty || !refresh()) return;
    for (const listener of [...listeners]) flusher.tell(listener);
  };

  return {
    get() {
      // Nobody watches: there is no frame to be consistent with.
      if (isDirty && listeners.size === 0) refresh();
      return current;
    },
    getInitial: () => initial,
    subscribe(onChange) {
      if (isDirty && listeners.size === 0) refresh();
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
    changed() {
      isDirty = true;
      if (listeners.size > 0) flusher.mark(flush);
    },
  };
}
