/**
 * How much somebody may do: a bucket that fills steadily up to its size. Who finds anything in it may take more than it
 * holds, and waits that much longer: so what is larger than the whole bucket is rare, not impossible.
 * Not here: what follows when it is empty.
 */
export interface Bucket {
  /** False: it is empty. */
  take(now: number, amount?: number): boolean;
  /** When it will be full again. */
  fullInMs(now: number): number;
}

export function createBucket(perSecond: number, size: number, now: number): Bucket {
  let held = size;
  let at = now;
  const fill = (to: number): void => {
    held = Math.min(size, held + ((to - at) * perSecond) / 1_000);
    at = to;
  };
  return {
    take(when, amount = 1) {
      fill(when);
      if (held < 1) return false;
      held -= amount;
      return true;
    },
    fullInMs(when) {
      fill(when);
      return ((size - held) / perSecond) * 1_000;
    },
  };
}
