/** How many handlers run, and for whom: a user cannot get more of them by leaving and coming back. Not here: what they do. */
export interface Running {
  /** Users for whom a handler runs; no other user costs anything. */
  readonly users: number;
  isFull(user: string): boolean;
  /** Counts a handler until it has ended; `settled` never rejects. */
  add(user: string, settled: Promise<unknown>): void;
}

/** @param counts - running handlers by user; a user without one has no entry, so the map does not grow with former users */
export function createRunning(maxPerUser: number, counts = new Map<string, number>()): Running {
  return {
    get users() {
      return counts.size;
    },
    isFull: (user) => (counts.get(user) ?? 0) >= maxPerUser,
    add(user, settled) {
      counts.set(user, (counts.get(user) ?? 0) + 1);
      void settled.then(() => {
        const left = (counts.get(user) ?? 0) - 1;
        if (left > 0) counts.set(user, left);
        else counts.delete(user);
      });
    },
  };
}
