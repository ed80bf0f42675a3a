/**
 * Still there? A link is alive while both of its directions are: something is heard from the server, and the server says that it
 * has read what was sent. One rule for both: silence makes a link suspect, then dead.
 * Not here: who pings (the server does) and what happens to a dead link (the link decides).
 */
import type { Decision as DecisionOf, StateTimer, TimerFired } from '../machine.js';
import { DEAD_AFTER_MS, SUSPECT_AFTER_MS } from '../protocol/limits.js';

/** Frames that were sent at about the same time and are not known to have been read. */
export interface Sent {
  /** When the first of them was sent. */
  readonly at: number;
  /** From when on the missing word that they were read counts as silence. */
  readonly since: number;
}

interface Watched {
  readonly everyMs: number;
  readonly heardAt: number;
  /** The oldest first. Null: the server never says what it has read, so nothing follows from its not saying it. */
  readonly unread: readonly Sent[] | null;
  /** The last known round trip: no word about a frame can come earlier. */
  readonly tripMs: number;
  /** When the timer fires, to see how things stand. It is not set anew for each frame. */
  readonly lookAt: number;
}

export type HeartbeatState =
  /** `answerDueAt`: when something must have come, as an answer to what was sent; null: nothing waits for one. */
  | (Watched & { readonly tag: 'live'; readonly answerDueAt: number | null })
  /** Overdue and probed, not yet dead. `isExcused`: its verdict was put off once, as it came late. */
  | (Watched & { readonly tag: 'suspect'; readonly isExcused: boolean })
  | { readonly tag: 'dead' };

export type HeartbeatEvent =
  | { readonly type: 'heard'; readonly now: number }
  /** A frame was sent. `isRequest`: something must come back soon. */
  | { readonly type: 'sent'; readonly now: number; readonly bytes: number; readonly isRequest: boolean }
  /** The server says how long ago it last read anything, and perhaps how long the round trip takes. */
  | { readonly type: 'read'; readonly now: number; readonly agoMs: number; readonly tripMs?: number | undefined }
  /** The server has named its interval, in a frame that was heard. */
  | { readonly type: 'interval-named'; readonly now: number; readonly everyMs: number }
  /** Something makes the link doubtful: the network changed, the page woke up, a sibling died. */
  | { readonly type: 'doubted'; readonly now: number }
  | TimerFired;

type Live = HeartbeatState & { tag: 'live' };
type Suspect = HeartbeatState & { tag: 'suspect' };

export type HeartbeatEffect =
  | { readonly type: 'send-probe' }
  /** `isHeard`: the server can be heard; it is the server that does not read. */
  | { readonly type: 'declare-dead'; readonly isHeard: boolean };

type Decision = DecisionOf<HeartbeatState, HeartbeatEffect>;
/** One that changes something. */
type Change = NonNullable<Decision>;

/** A timer this late ran on a throttled or sleeping machine: its silence proves nothing. */
const LATE_MS = 1_000;
/** A request that waits this long while nothing else comes makes the link doubtful, however long the interval. */
const ANSWER_MS = 3_000;
/** The slowest upload that is waited for: a large request is under way for a while before it can be answered. */
const UPLOAD_BYTES_PER_MS = 5;
/** Times nearer than this count as one: few are kept then, and clocks may be as coarse or drift as much. */
const GRAIN_MS = 100;
const PROBE: HeartbeatEffect = { type: 'send-probe' };

export interface HeartbeatStart {
  readonly everyMs: number;
  /** How long the greeting took: until the server has measured it, the best that is known of the round trip. */
  readonly tripMs: number;
  /** Whether the server says what it has read. */
  readonly saysRead: boolean;
}

/** One timer: it fires when something may be overdue. */
export function heartbeatTimer(state: HeartbeatState, now: number): StateTimer {
  return state.tag === 'dead' ? undefined : [state.lookAt, Math.max(0, state.lookAt - now)];
}

export function startHeartbeat(now: number, { everyMs, tripMs, saysRead }: HeartbeatStart): HeartbeatState {
  return live({ everyMs, heardAt: now, unread: saysRead ? [] : null, tripMs: withinReason(tripMs) });
}

export function stepHeartbeat(state: HeartbeatState, event: HeartbeatEvent): Decision {
  if (state.tag === 'dead') return;
  switch (event.type) {
    case 'heard':
      if (state.tag === 'live') return [{ ...state, heardAt: event.now, answerDueAt: null }];
      return [revived({ ...state, heardAt: event.now }, event.now)];
    case 'sent':
      return [waiting(noteSent(state, event.now, event.now + state.tripMs), event)];
    case 'read': {
      const { unread, tripMs } = state;
      const until = event.now - event.agoMs + GRAIN_MS;
      const next = { ...state, unread: unread && unread.filter(({ at }) => at > until), tripMs: withinReason(event.tripMs ?? tripMs) };
      return [next.tag === 'live' ? next : revived(next, event.now)];
    }
    case 'interval-named':
      return event.everyMs === state.everyMs ? undefined : [live({ ...state, everyMs: event.everyMs })];
    case 'doubted':
      return doubt(state, event.now);
    case 'timer-fired':
      return state.tag === 'live' ? judgeLive(state, event.now) : judgeSuspect(state, event.now, event.lateMs);
  }
}

/** Since when one of the two directions has been silent. */
function silentSince({ heardAt, unread }: Pick<Watched, 'heardAt' | 'unread'>): number {
  return (unread ?? []).reduce((earliest, { since }) => Math.min(earliest, since), heardAt);
}

/** Looks again when the silence would be long enough for a suspicion. */
function live({ everyMs, heardAt, unread, tripMs }: Omit<Watched, 'lookAt'>): Live {
  return { tag: 'live', everyMs, heardAt, unread, tripMs, lookAt: silentSince({ heardAt, unread }) + everyMs + SUSPECT_AFTER_MS, answerDueAt: null };
}

/** Live again, if neither direction is overdue any more. */
function revived(state: Suspect, now: number): Live | Suspect {
  const next = live(state);
  return next.lookAt > now ? next : state;
}

function waiting(state: Live | Suspect, { now, bytes, isRequest }: HeartbeatEvent & { type: 'sent' }): Live | Suspect {
  if (!isRequest || state.tag === 'suspect' || state.answerDueAt !== null) return state;
  const answerDueAt = now + Math.max(ANSWER_MS, bytes / UPLOAD_BYTES_PER_MS);
  return { ...state, answerDueAt, lookAt: Math.min(state.lookAt, answerDueAt) };
}

function noteSent<State extends Watched>(state: State, at: number, since: number): State {
  const { unread } = state;
  const last = unread?.at(-1);
  if (unread === null || (last !== undefined && at - last.at < GRAIN_MS && last.since <= since)) return state;
  return { ...state, unread: [...unread, { at, since }] };
}

function doubt(state: Live | Suspect, now: number): Change {
  // Doubted already: asked once more, but the verdict is not put off.
  if (state.tag === 'suspect') return [state, PROBE];
  // As if the next ping were due now: suspect after the usual grace, dead after twice that. Both ways: the probe must have been read.
  const due = now - state.everyMs;
  return [live(noteSent({ ...state, heardAt: Math.min(state.heardAt, due) }, now, due + state.tripMs)), PROBE];
}

function judgeLive(state: Live, now: number): Change {
  const { everyMs, heardAt, unread, tripMs, answerDueAt } = state;
  const { lookAt } = live(state);
  if (lookAt <= now) return [{ tag: 'suspect', everyMs, heardAt, unread, tripMs, lookAt: now + DEAD_AFTER_MS - SUSPECT_AFTER_MS, isExcused: false }, PROBE];
  if (answerDueAt !== null && answerDueAt <= now) return doubt(state, now);
  return [{ ...state, lookAt: Math.min(lookAt, answerDueAt ?? lookAt) }];
}

function judgeSuspect(state: Suspect, now: number, lateMs: number): Change {
  // Something was heard or read meanwhile, only not enough of it.
  const lookAt = silentSince(state) + state.everyMs + DEAD_AFTER_MS;
  if (lookAt > now) return [{ ...state, lookAt }];
  // Once only: where every timer is throttled, each comes late, and a dead link must be noticed all the same.
  if (lateMs > LATE_MS && !state.isExcused) return [{ ...state, isExcused: true, lookAt: now + DEAD_AFTER_MS - SUSPECT_AFTER_MS }, PROBE];
  return [{ tag: 'dead' }, { type: 'declare-dead', isHeard: state.heardAt + state.everyMs + SUSPECT_AFTER_MS > now }];
}

/** A round trip that is longer than the grace itself is no measure of it. */
function withinReason(tripMs: number): number {
  return Math.min(tripMs, DEAD_AFTER_MS);
}
