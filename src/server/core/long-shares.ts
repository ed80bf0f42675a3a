/**
 * How much of their long answers users have in memory, on all of their connections together: handlers that run, and results that
 * wait to be taken. A user that has nothing costs nothing. Not here: the share of one connection (queries, parts).
 */
export interface LongShares {
  /** Whether this user has so much that none of its further long answers may be made. */
  isFull(user: string): boolean;
  /** Adds to what a user has, or takes off it. */
  count(user: string, more: { readonly handlers?: number; readonly chars?: number }): void;
  /** Calls `wake` each time that the share of the user stops being full, until the returned function is called. */
  watch(user: string, wake: () => void): () => void;
  /** How many users have something. */
  readonly users: number;
}

interface Share {
  handlers: number;
  chars: number;
  readonly waiters: Set<() => void>;
}

export function createLongShares(limits: { readonly handlers: number; readonly chars: number }): LongShares {
  const shares = new Map<string, Share>();
  const isOver = ({ handlers, chars }: Share): boolean => handlers >= limits.handlers || chars > limits.chars;
  const find = (user: string): Share => {
    const share = shares.get(user) ?? { handlers: 0, chars: 0, waiters: new Set() };
    shares.set(user, share);
    return share;
  };
  const forgetEmpty = (user: string, { handlers, chars, waiters }: Share): void => {
    if (handlers === 0 && chars === 0 && waiters.size === 0) shares.delete(user);
  };
  return {
    get users() {
      return shares.size;
    },
    isFull(user) {
      const share = shares.get(user);
      return share !== undefined && isOver(share);
    },
    count(user, { handlers = 0, chars = 0 }) {
      const share = find(user);
      const wasOver = isOver(share);
      share.handlers += handlers;
      share.chars += chars;
      if (wasOver && !isOver(share)) for (const wake of [...share.waiters]) wake();
      forgetEmpty(user, share);
    },
    watch(user, wake) {
      const share = find(user);
      share.waiters.add(wake);
      return () => {
        share.waiters.delete(wake);
        forgetEmpty(user, share);
      };
    },
  };
}
