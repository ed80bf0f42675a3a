/** What the checker found: each complaint has a stable kind, so that a run can count them and a violation can be found by itself. */
import type { Clock } from '../../src/core/world.js';

/** One violated invariant. */
export const COMPLAINTS = {
  'event-twice': 'a listener was told an event twice, or an older one after a newer one',
  'missed-after-refusal': 'a listener was removed and let in again, and events are missing without a gap',
  'missed-while-away': 'a listener was mounted while the channel was away or joining, and events after its mount are missing without a gap',
  'missed-in-callback': 'a listener was mounted inside onEvent, and the events after that event are missing without a gap',
  'missed': 'events are missing for a listener without a gap',
  'event-untrue': 'an event differs from what the storage holds at its position',
  'gap-spurious': 'a gap was told to a listener that had missed nothing',
  'gap-repeated': 'two gaps without an event between them',
  'view-event-twice': 'a view folded an event twice',
  'view-missed': 'a view went on over a hole and shows no gap',
  'view-untrue': 'a view folded an event that differs from the storage',
  'view-partial': 'a view shows a part of its history as if it were all of it',
  'view-gap-spurious': 'a view shows a gap and had missed nothing',
  'view-pending': 'a view stays pending on a live channel',
  'outcome-pending': 'a command has no outcome',
  'outcome-twice': 'a command had more than one outcome',
  'outcome-done-wrong': 'a command ended done, and its handler did not finish or its result is another one',
  'outcome-failed-wrong': 'a command ended failed, and the handler did something else',
  'outcome-unknown-wrong': 'a command ended outcome-unknown, and nothing made it unknown',
  'outcome-early': 'a command ended expired, timeout or cancelled without a reason',
  'effect-twice': 'the effect of a command was stored twice, or its handler ran twice without a crash',
  'effect-after-failure': 'a command failed and its effect is stored',
  'effect-order': 'commands of one lane took effect out of order',
  'edit-outlives-outcome': 'an optimistic update is shown long after the outcome of its command',
  'query-wrong': 'a query ended in a way that nothing explains',
  'query-error-stays': 'a followed query stays in error without a present reason',
  'query-stuck': 'a followed query does not show what the server has',
  'replaced-by-own-socket': 'a client was stopped by an older socket of its own',
  'stopped-without-reason': 'a client stays disconnected without a present reason',
  'rest-connection': 'a client is not connected at rest',
  'rest-listener': 'a listener is not at the head of its channel at rest',
  'rest-view': 'a view is not at the head of its channel at rest',
  'rest-outbox': 'the outbox is not empty at rest',
  'dead-link-unnoticed': 'a link that is dead in one direction or both was not given up within 10 s',
  'link-silent': 'a link stays connected in silence',
  'links-too-many': 'more sockets than the pool allows, or two that connect at once',
  'links-hammer': 'too many sockets in a short time',
  'links-unneeded': 'more links than the channels need, long after the last disturbance',
  'link-order': 'a frame on a socket that is not welcome yet, or a channel or lane on two links',
  'link-orphan': 'a channel has no link while one is ready',
  'flush-too-often': 'a subscriber was told more than once a frame',
  'leftover': 'timers, sockets, watchers or promises remain after dispose',
  'stray-error': 'onError was told something that no fault explains',
} as const;

export type ComplaintKind = keyof typeof COMPLAINTS;

export interface Complaint {
  readonly kind: ComplaintKind;
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

export interface Complaints {
  readonly all: readonly Complaint[];
  add(kind: ComplaintKind, who: string, what: string): void;
}

/** Past this many the world is broken enough. */
const MOST = 2_000;

export function createComplaints(clock: Clock, onFirst: () => void = () => {}): Complaints {
  const all: Complaint[] = [];
  return {
    all,
    add(kind, who, what) {
      if (all.length === 0) onFirst();
      if (all.length < MOST) all.push({ kind, at: Math.round(clock.now()), who, what });
    },
  };
}

export const textOf = ({ kind, at, who, what }: Complaint): string => `[${kind}] ${who} at ${at} ms: ${what}`;
