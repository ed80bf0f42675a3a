/**
 * Log lines about refused clients, counted so that no client can fill the log. The first incident of a kind and a user (or
 * address) is written at once; the following ones within 10 s are counted, and the count is written. There is no timer here: the
 * server calls `sweep`. Lines have no tokens, payloads or client ids; a user is named by its public tag. Not here: what is refused.
 */
import type { Clock } from '../../core/world.js';
import type { Logger } from './logger.js';

const PERIOD_MS = 10_000;
/** How many incidents of different kinds, users and addresses are told apart in a period; the rest are counted together. */
const MOST = 1_000;
const OTHERS = { others: true } as const;

/** The cause of an incident: a user by its tag, or, before `welcome`, the address of a client. */
export type Culprit = { readonly user: string } | { readonly address: string | undefined };

export interface Incidents {
  /** `message` is a fixed sentence; `what` is a name of the contract or a close reason, never the client's text. */
  note(message: string, culprit: Culprit, what?: string): void;
  /** Writes the counts of the periods that have ended. */
  sweep(): void;
  /** Incidents whose period has not ended. */
  readonly size: number;
}

interface Counted {
  readonly message: string;
  readonly culprit: Culprit | typeof OTHERS;
  readonly endsAt: number;
  more: number;
}

export function createIncidents(logger: Pick<Logger, 'warn'>, clock: Pick<Clock, 'now'>): Incidents {
  /** The oldest first. */
  const counted = new Map<string, Counted>();

  const end = (key: string, { message, culprit, more }: Counted): void => {
    counted.delete(key);
    if (more > 0) logger.warn(message, { ...culprit, times: more, seconds: PERIOD_MS / 1_000 });
  };

  const sweep = (): void => {
    const now = clock.now();
    for (const [key, its] of counted) {
      if (its.endsAt > now) return;
      end(key, its);
    }
  };

  return {
    sweep,
    get size() {
      return counted.size;
    },
    note(message, culprit, what) {
      sweep();
      const full = JSON.stringify([message, culprit]);
      const isKnown = counted.has(full) || counted.size < MOST;
      const key = isKnown ? full : JSON.stringify([message, OTHERS]);
      const its = counted.get(key);
      if (its !== undefined) its.more++;
      else {
        counted.set(key, { message, culprit: isKnown ? culprit : OTHERS, endsAt: clock.now() + PERIOD_MS, more: isKnown ? 0 : 1 });
        if (isKnown) logger.warn(message, what === undefined ? culprit : { ...culprit, what });
      }
    },
  };
}
