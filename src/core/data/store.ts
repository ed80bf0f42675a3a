/**
 * Where values rest for whoever shows them: immutable snapshots, made once a flush and shared by all.
 * Between two flushes everybody sees the same snapshot, so that a page never shows two moments at once: who cannot wait has
 * the snapshot made at once, for all, and the others are told of it with the flush.
 */
import type { Flusher } from './flush.js';

/** A value that changes, as its readers see it. Its functions may be passed on alone: `useSyncExternalStore(it.subscribe, it.get, it.getInitial)`. */
export interface Readable<T> {
  /** The newest snapshot; the same object until something has changed. */
  readonly get: () => T;
  /** The snapshot before anything has come: what a server has rendered, and what hydration must find. */
  readonly getInitial: () => T;
  /**
   * Tells of a new snapshot. Not called at once.
   *
   * @param flush - `frame`: told at most once a frame, as everything else; `sync`: told in the moment of each change. @default 'frame'
   */
  readonly subscribe: (onChange: () => void, flush?: 'frame' | 'sync') => () => void;
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
  /** Those that cannot wait. */
  const hasty = new Set<() => void>();
  const initial = snapshot(undefined);
  let current = initial;
  let isDirty = false;
  /** Only the hasty ones were told of the newest snapshot. */
  let isOwed = false;

  const refresh = (): boolean => {
    isDirty = false;
    const next = snapshot(current);
    if (Object.is(next, current)) return false;
    current = next;
    return true;
  };
  /** Nobody watches: there is no frame to be consistent with. */
  const refreshUnwatched = (): void => {
    if (isDirty && listeners.size + hasty.size === 0) refresh();
  };
  const tell = (whom: Set<() => void>): void => {
    for (const listener of [...whom]) flusher.tell(listener);
  };
  const flush = (): void => {
    const isNew = isDirty && refresh();
    const isDue = isNew || isOwed;
    isOwed = false;
    if (isNew) tell(hasty);
    if (isDue) tell(listeners);
  };

  return {
    get() {
      refreshUnwatched();
      return current;
    },
    getInitial: () => initial,
    subscribe(onChange, when) {
      refreshUnwatched();
      const own = when === 'sync' ? hasty : listeners;
      // Its own: one function may watch twice.
      const listener = (): void => onChange();
      own.add(listener);
      return () => void own.delete(listener);
    },
    changed() {
      isDirty = true;
      if (listeners.size > 0) flusher.mark(flush);
      if (hasty.size === 0 || !refresh()) return;
      isOwed = true;
      tell(hasty);
    },
  };
}
