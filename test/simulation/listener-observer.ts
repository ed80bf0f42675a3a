/**
 * The invariants of one channel listener, checked with each thing that it is told: from its mount on it gets every event, in order,
 * once, as the storage holds it, or is told of a hole before the next event; and of no hole where it has missed nothing (rules R7, R8, R9).
 */
import type { Gap } from '../../src/core/channels/reader.js';
import type { Position } from '../../src/core/protocol/position.js';
import type { ComplaintKind, Complaints } from './complaints.js';
import type { Place, Places } from './places.js';
import type { Truth } from './truth.js';

export type MountedHow = 'live' | 'away' | 'joining' | 'in-callback';

/** What the listener is told of an event. */
export interface SeenEvent {
  readonly epoch: string;
  readonly offset: number;
  readonly data: { readonly key: string };
}

export interface ListenerObserver {
  readonly channel: string;
  readonly events: number;
  readonly gaps: number;
  /** The last event that it was told; else where it was mounted, if that is known. */
  readonly position: Position | null;
  onEvent(event: SeenEvent): void;
  onGap(gap: Gap): void;
  /** At rest: it must be where the storage is. */
  checkRest(): void;
  leave(): void;
}

const textOf = (at: Position | null): string => (at === null ? 'nowhere' : `${at.epoch.slice(-8)}/${at.offset}`);

export function createListenerObserver(parts: {
  readonly who: string;
  readonly channel: string;
  readonly how: () => MountedHow;
  /** Where it was mounted inside another listener's callback. */
  readonly inside: Position | null;
  readonly now: () => number;
  readonly truth: Truth;
  readonly places: Places;
  readonly complaints: Complaints;
}): ListenerObserver {
  const { channel, how, now, truth, places, complaints } = parts;
  const who = `${parts.who} ${channel}`;
  let last: Position | null = null;
  /** It is owed everything after this. Null: not known yet. */
  let base: Position | null = parts.inside ?? places.known(channel);
  /** What it is owed is at least this; the channel may have placed it earlier, where the observers know of nobody. */
  let isExact = base !== null;
  let lastAt = now();
  let movedAt = 0;
  let isAfterGap = false;
  let events = 0;
  let gaps = 0;
  let isLeft = false;

  const place: Place = {
    get position() {
      return isAfterGap || !isExact ? null : last ?? base;
    },
    get movedAt() {
      return movedAt;
    },
    answered(position) {
      if (last === null && base === null && !isAfterGap) base = position;
    },
    forget() {
      last = base = null;
      isAfterGap = isExact = false;
    },
  };
  const leavePlace = places.join(channel, place);

  const holeKind = (): ComplaintKind => {
    if (places.refusedAt(channel) >= lastAt) return 'missed-after-refusal';
    if (last !== null) return 'missed';
    return how() === 'in-callback' ? 'missed-in-callback' : how() === 'live' ? 'missed' : 'missed-while-away';
  };

  return {
    channel,
    get events() {
      return events;
    },
    get gaps() {
      return gaps;
    },
    get position() {
      return place.position;
    },
    onEvent({ epoch, offset, data }) {
      events++;
      if (isLeft) complaints.add('event-twice', who, 'was told an event after it had left');
      const fact = truth.at(channel, epoch, offset);
      if (fact?.key !== data.key) complaints.add('event-untrue', who, `was told ${data.key} at ${textOf({ epoch, offset })}, where the storage has ${fact?.key}`);
      const from = last ?? base;
      if (last?.epoch === epoch && offset <= last.offset) complaints.add('event-twice', who, `was told ${offset} after ${last.offset}`);
      else if (!isAfterGap && from !== null && (from.epoch !== epoch || offset > from.offset + 1)) {
        complaints.add(holeKind(), who, `${last === null ? 'was mounted at' : 'went on from'} ${textOf(from)} to ${textOf({ epoch, offset })} without a gap`);
      }
      last = { epoch, offset };
      isExact = true;
      lastAt = now();
      movedAt = places.next();
      isAfterGap = false;
    },
    onGap({ reason }) {
      gaps++;
      if (isAfterGap) complaints.add('gap-repeated', who, `was told of a second gap (${reason}) and of no event in between`);
      const from = last ?? base;
      if (from !== null && isExact && !isAfterGap) {
        const head = truth.head(channel);
        const isTrue = reason === 'epoch' ? head.epoch !== from.epoch : reason === 'trimmed' && (head.epoch !== from.epoch || !truth.isKept(channel, from));
        if (!isTrue) complaints.add('gap-spurious', who, `was told of a gap (${reason}) at ${textOf(from)}; the storage is at ${textOf(head)} and keeps what follows`);
      }
      isAfterGap = true;
      lastAt = now();
      movedAt = places.next();
    },
    checkRest() {
      const head = truth.head(channel);
      if (head.offset === 0) return;
      // The hole reaches to the head, and nothing has come since.
      if (isAfterGap && (truth.at(channel, head.epoch, head.offset)?.at ?? Infinity) <= lastAt) return;
      if (last?.epoch !== head.epoch || last.offset !== head.offset) complaints.add('rest-listener', who, `stands at ${textOf(last ?? base)}${isAfterGap ? ' after a gap' : ''}, the channel at ${textOf(head)}`);
    },
    leave() {
      isLeft = true;
      leavePlace();
    },
  };
}
