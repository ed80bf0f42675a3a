/**
 * Things that many look at and that exist while somebody does, and a while after: views and live queries.
 * Looking a thing up makes nothing, so that a render which is thrown away leaves nothing behind.
 * A stopped item may stay as data, without a subscription and without a timer. It goes on when it is held again.
 */
import { createLease, type Lease } from '../lease.js';
import type { Clock } from '../world.js';
import type { Readable } from './store.js';

export interface Shelved<T> extends Readable<T> {
  start(): void;
  stop(): void;
}

export interface Shelf<T, Item extends Shelved<T>> {
  readonly items: Iterable<Item>;
  find(key: string): Item | null;
  /** Tells, until the returned function is called, that something was put on the shelf or taken away. */
  watch(onShift: () => void): () => void;
  /** The item under this key, made if it is not there, kept until the release is called and for `lingerMs` after. */
  hold(key: string, make: () => Item, lingerMs?: number): { readonly item: Item; readonly release: () => void };
  /** Forgets all stopped items. */
  dropStopped(): void;
  /** Ends everything at once, held or not. */
  dispose(): void;
}

/** @param stoppedItems - how many stopped items stay; past it, the item that was stopped first is forgotten */
export function createShelf<T, Item extends Shelved<T>>(clock: Clock, lingerMs: number, stoppedItems = 0): Shelf<T, Item> {
  const items = new Map<string, { readonly item: Item; readonly lease: Lease }>();
  /** Keys, in the order in which they were stopped. */
  const stopped = new Set<string>();
  const watching = new Set<() => void>();
  const shifted = (): void => {
    for (const onShift of [...watching]) onShift();
  };

  const trim = (most: number): void => {
    for (const key of stopped) {
      if (stopped.size <= most) return;
      stopped.delete(key);
      items.delete(key);
    }
  };

  const put = (key: string, item: Item): { readonly item: Item; readonly lease: Lease } => {
    const lease = createLease({
      clock,
      lingerMs,
      onStart() {
        stopped.delete(key);
        item.start();
      },
      onEnd() {
        item.stop();
        stopped.add(key);
        trim(stoppedItems);
        shifted();
      },
    });
    const entry = { item, lease };
    items.set(key, entry);
    shifted();
    return entry;
  };

  return {
    get items() {
      return [...items.values()].map(({ item }) => item);
    },
    find: (key) => items.get(key)?.item ?? null,
    watch(onShift) {
      watching.add(onShift);
      return () => void watching.delete(onShift);
    },
    hold(key, make, lingerMs) {
      const { item, lease } = items.get(key) ?? put(key, make());
      const release = lease.hold();
      return { item, release: () => release(lingerMs) };
    },
    dropStopped() {
      trim(0);
      shifted();
    },
    dispose() {
      for (const { lease } of [...items.values()]) lease.end();
      trim(0);
    },
  };
}

/** A shelved thing as somebody sees it who may be looking before it is there. */
export function lookAt<T, Item extends Shelved<T>>(
  shelf: Shelf<T, Item>,
  key: string,
  make: () => Item,
  initial: T,
  lingerMs?: number,
): { readonly item: () => Item | null; readonly readable: Readable<T>; readonly watch: Readable<T>['subscribe'] } {
  const item = (): Item | null => shelf.find(key);
  return {
    item,
    /** Tells what others hold, and holds nothing itself. */
    watch(onChange, flush) {
      let seen: Item | null = null;
      let stop = (): void => {};
      const look = (): boolean => {
        const now = item();
        if (now === seen) return false;
        stop();
        seen = now;
        stop = now?.subscribe(onChange, flush) ?? (() => {});
        return true;
      };
      const leave = shelf.watch(() => look() && onChange());
      look();
      return () => {
        leave();
        stop();
      };
    },
    readable: {
      get: () => item()?.get() ?? initial,
      getInitial: () => initial,
      subscribe(onChange, flush) {
        const { item: held, release } = shelf.hold(key, make, lingerMs);
        const stop = held.subscribe(onChange, flush);
        return () => {
          stop();
          release();
        };
      },
    },
  };
}
