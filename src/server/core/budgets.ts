/**
 * What each user, or each address, may still do: buckets by a key, which outlive the sockets of that key. A bucket that is full
 * again is forgotten, so that only those who have just used theirs cost memory. Without a timer: a sweep is asked for.
 * Not here: what follows when a bucket is empty.
 */
import { createBucket, type Bucket } from './bucket.js';

/** What a user has one of each of, for all of its connections. */
export type UserBudget = 'frames' | 'bytes' | 'pages' | 'fanOut';

export interface Rate {
  readonly perSecond: number;
  readonly size: number;
}

export interface Budgets<Kind extends string> {
  /** A bucket that all with the same key and kind share. Ask again for each use: one that was full may be forgotten. */
  bucket(key: string, kind: Kind): Bucket;
  /** Forgets who has used nothing. */
  sweep(now: number): void;
  /** How many keys are known. */
  readonly size: number;
}

export function createBudgets<Kind extends string>(rates: Readonly<Record<Kind, Rate>>): Budgets<Kind> {
  const budgets = new Map<string, Partial<Record<Kind, Bucket>>>();
  const isFull = (its: Partial<Record<Kind, Bucket>>, now: number): boolean => {
    for (const kind in its) if ((its[kind]?.fullInMs(now) ?? 0) > 0) return false;
    return true;
  };
  return {
    get size() {
      return budgets.size;
    },
    bucket(key, kind) {
      let its = budgets.get(key);
      if (its === undefined) budgets.set(key, (its = {}));
      return (its[kind] ??= createBucket(rates[kind].perSecond, rates[kind].size));
    },
    sweep(now) {
      for (const [key, its] of budgets) if (isFull(its, now)) budgets.delete(key);
    },
  };
}

/** A bucket of one connection that draws on its user's at the same time: to take from it needs both. */
export function createDoubleBucket<Kind extends string>(own: Bucket, budgets: Pick<Budgets<Kind>, 'bucket'>, key: string, kind: Kind): Bucket {
  const shared = (): Bucket => budgets.bucket(key, kind);
  return {
    take: (now, amount) => own.take(now, amount) && shared().take(now, amount),
    reserve: (now) => Math.max(own.reserve(now), shared().reserve(now)),
    give(amount) {
      own.give(amount);
      shared().give(amount);
    },
    fullInMs: (now) => Math.max(own.fullInMs(now), shared().fullInMs(now)),
  };
}
