/**
 * How much somebody may do: a bucket that fills steadily up to its size. Who finds anything in it may take more than it
 * holds, and waits that much longer: so what is larger than the whole bucket is rare, not impossible.
 * Not here: what follows when it is empty.
 */
export interface Bucket {
  /** False: it is empty. */
  take(now: number, amount?: number): boolean;
  /** Takes one in any case; how long to wait until it would have been in it. */
  reserve(now: number): number;
  /** Puts back what was taken. */
  give(amount: number): void;
  /** When it will be full again. */
  fullInMs(now: number): number;
}

export function createBucket(perSecond: number, size: number): Bucket {
  return new LeanBucket(perSecond, size);
}

/** Stands for Infinity, which would make NaN in the sums below. */
const MOST = 1e12;

/** A class of few numbers, because every connection has one. */
class LeanBucket implements Bucket {
  readonly #perSecond: number;
  readonly #size: number;
  /** What it holds follows from this alone. */
  #fullAt = -Infinity;

  constructor(perSecond: number, size: number) {
    // A rate of 0 would never fill, and divisions by it would give NaN.
    this.#perSecond = Math.min(MOST, Math.max(perSecond, 1e-6));
    this.#size = Math.min(MOST, size);
  }
  take(now: number, amount = 1): boolean {
    if (this.#size - (this.fullInMs(now) * this.#perSecond) / 1_000 < 1) return false;
    this.#fullAt = Math.max(this.#fullAt, now) + (amount * 1_000) / this.#perSecond;
    return true;
  }
  reserve(now: number): number {
    this.#fullAt = Math.max(this.#fullAt, now) + 1_000 / this.#perSecond;
    return Math.max(0, this.fullInMs(now) - (this.#size * 1_000) / this.#perSecond);
  }
  give(amount: number): void {
    this.#fullAt -= (amount * 1_000) / this.#perSecond;
  }
  fullInMs(now: number): number {
    return Math.max(0, this.#fullAt - now);
  }
}
