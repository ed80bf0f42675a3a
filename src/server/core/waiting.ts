/**
 * Commands that have arrived and whose handlers have not been called: how many one user has, on all its connections, and
 * which of them must not be called any more. Not here: whose turn it is (lane-queue), and handlers that run (running).
 */
import type { User } from './handlers.js';

export interface Ticket {
  readonly isWithdrawn: boolean;
  /** It waits no longer; once more does nothing. */
  leave(): void;
}

export interface Waiting {
  /** Null: too many of this user wait. */
  enter(user: User): Ticket | null;
  /** What waits now of these users will not be run. */
  withdraw(isTheirs: (user: User) => boolean): void;
}

export function createWaiting(maxPerUser: number): Waiting {
  const waiting = new Map<string, Set<Ticket & { readonly user: User; isWithdrawn: boolean }>>();
  return {
    enter(user) {
      const its = waiting.get(user.id) ?? new Set();
      if (its.size >= maxPerUser) return null;
      const ticket = {
        user,
        isWithdrawn: false,
        leave() {
          if (its.delete(ticket) && its.size === 0) waiting.delete(user.id);
        },
      };
      waiting.set(user.id, its.add(ticket));
      return ticket;
    },
    withdraw(isTheirs) {
      for (const its of waiting.values()) {
        for (const ticket of its) if (isTheirs(ticket.user)) ticket.isWithdrawn = true;
      }
    },
  };
}
