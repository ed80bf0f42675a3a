/**
 * Where values rest for whoever shows them: immutable snapshots, made once a flush and shared by all.
 * Between two flushes everybody sees the same snapshot, so that a page never shows two moments at once: who cannot wait has
 * the snapshot made at once, for all, and the others are told of it with the flush.
 */
import type { Flush, Flusher } from './flush.js';

/** A value that changes, as its readers see it. Its functions may be passed on alone: `useSyncExternalStore(it.subscribe, it.get, it.getInitial)`. */
export interface Readable<T> {
  /** The newest snapshot; the same object until something has changed. */
  readonly get: () => T;
  /** The snapshot before anything has come: what a server has rendered, and what hydration must find. */
  readonly getInitial: () => T;
  /** Notifies of a new snapshot. @param flush - when; see {@link Flush}. @default 'frame' */
  readonly subscribe: (onChange: () => void, flush?: Flush) => () => void;
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

/** Subscribers that are notified together. */
interface Group<T> {
  readonly listeners: Set<() => void>;
  /** The snapshot of which they were notified last. */
  seen: T;
  flush(): void;
  /** Asks for a flush. */
  mark(): void;
}

/** @param snapshot - makes the snapshot; it may answer with the former one if nothing that shows has changed */
export function createCell<T>(flusher: Flusher, snapshot: (former: T | undefined) => T): Cell<T> {
  /** By when they are notified. A group without listeners is removed. */
  const groups = new Map<'frame' | 'sync' | number, Group<T>>();
  const initial = snapshot(undefined);
  let current = initial;
  let isDirty = false;

  const refresh = (): void => {
    if (!isDirty) return;
    isDirty = false;
    current = snapshot(current);
  };
  /** Without a subscriber there is no frame to be consistent with. */
  const refreshUnwatched = (): void => {
    if (groups.size === 0) refresh();
  };
  const createGroup = (when: 'frame' | 'sync' | number): Group<T> => {
    const listeners = new Set<() => void>();
    const group: Group<T> = {
      listeners,
      seen: current,
      flush() {
        refresh();
        if (Object.is(group.seen, current)) return;
        group.seen = current;
        for (const listener of [...listeners]) flusher.tell(listener);
      },
      mark: () => flusher.mark(group.flush, typeof when === 'number' ? when : 0),
    };
    groups.set(when, group);
    return group;
  };

  return {
    get() {
      refreshUnwatched();
      return current;
    },
    getInitial: () => initial,
    subscribe(onChange, flush = 'frame') {
      refreshUnwatched();
      const when = typeof flush === 'object' ? flush.everyMs : flush;
      const group = groups.get(when) ?? createGroup(when);
      // Its own: one function may subscribe twice.
      const listener = (): void => onChange();
      group.listeners.add(listener);
      // What the others wait for may come later than this group's flush.
      if (isDirty) group.mark();
      return () => {
        group.listeners.delete(listener);
        if (group.listeners.size === 0 && groups.get(when) === group) groups.delete(when);
      };
    },
    changed() {
      isDirty = true;
      for (const [when, group] of groups) if (when !== 'sync') group.mark();
      groups.get('sync')?.flush();
    },
  };
}
