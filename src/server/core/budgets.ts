/**
 * Token buckets by user or by address, which outlive the sockets of that user or address. A bucket that is full again is
 * forgotten, so only recent use costs memory. There is no timer here: the server calls `sweep`.
 * Not here: what follows when a bucket is empty. To add a budget: a `UserBudget`, its rate in `userRates` (`server.ts`), its option
 * in `LimitOptions` (`handlers.ts`).
 */
import { createBucket, type Bucket } from './bucket.js';

/** The budgets of a user: one bucket of each, shared by all connections of the user. */
export type UserBudget = 'frames' | 'bytes' | 'pages' | 'fanOut';

export interface Rate {
  readonly perSecond: number;
  readonly size: number;
}

export interface Budgets<Kind extends string> {
  /** The bucket of a key and a kind. Call this for each use and do not store the bucket: a full one may be forgotten meanwhile. */
  bucket(key: string, kind: Kind): Bucket;
  /** Forgets the keys whose buckets are all full. */
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

/** The bucket of one connection together with its user's: each call uses both, and `take` needs both. */
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
