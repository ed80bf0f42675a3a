/**
 * Commands that have arrived and whose handlers have not been called: how many one user has, on all its connections, and
 * which of them must not be called any more. Not here: whose turn it is (lane-queue), and handlers that run (running).
 */
import type { User } from './handlers.js';

export interface Ticket {
  /** Its user was closed: it is not run now. */
  readonly isWithdrawn: boolean;
  /** Its client has withdrawn it: it is recorded as never to be run. */
  readonly isVoid: boolean;
  /** It waits no longer; once more does nothing. */
  leave(): void;
}

export interface Waiting {
  /** Null: too many commands of this user wait. `command` identifies lane, number and id. */
  enter(user: User, command: string): Ticket | null;
  /** Marks what waits under this name now: it will not be run. */
  void(user: User, command: string): void;
  /** What waits now of these users will not be run. */
  withdraw(isTheirs: (user: User) => boolean): void;
}

export function createWaiting(maxPerUser: number): Waiting {
  const waiting = new Map<string, Set<Ticket & { readonly user: User; readonly command: string; isWithdrawn: boolean; isVoid: boolean }>>();
  return {
    enter(user, command) {
      const its = waiting.get(user.id) ?? new Set();
      if (its.size >= maxPerUser) return null;
      const ticket = {
        user,
        command,
        isWithdrawn: false,
        isVoid: false,
        leave() {
          if (its.delete(ticket) && its.size === 0) waiting.delete(user.id);
        },
      };
      waiting.set(user.id, its.add(ticket));
      return ticket;
    },
    void(user, command) {
      for (const ticket of waiting.get(user.id) ?? []) if (ticket.command === command) ticket.isVoid = true;
    },
    withdraw(isTheirs) {
      for (const its of waiting.values()) {
        for (const ticket of its) if (isTheirs(ticket.user)) ticket.isWithdrawn = true;
      }
    },
  };
}
