/**
 * Still there? Silence makes a link suspect, then dead; any frame is life.
 * Not here: who pings (the server does) and what happens to a dead link (the link decides).
 */
import type { TimerEffect, TimerFired } from '../machine.js';
import { DEAD_AFTER_MS, SUSPECT_AFTER_MS } from '../protocol/limits.js';

export type HeartbeatState =
  /** `askedAt`: since when something that was sent waits for its answer, and nothing at all has come. */
  | { readonly tag: 'live'; readonly everyMs: number; readonly heardAt: number; readonly askedAt: number | null }
  /** Overdue and probed, not yet dead. `isExcused`: its verdict was put off once, as it came late. */
  | { readonly tag: 'suspect'; readonly everyMs: number; readonly heardAt: number; readonly isExcused: boolean }
  | { readonly tag: 'dead' };

export type HeartbeatTimer = 'silence' | 'answer';

export type HeartbeatEvent =
  | { readonly type: 'heard'; readonly now: number }
  /** The server has named its interval, in a frame that was heard. */
  | { readonly type: 'interval-named'; readonly everyMs: number }
  /** Something makes the link doubtful: the network changed, the page woke up, a sibling died. */
  | { readonly type: 'doubted'; readonly now: number }
  /** Something was sent that will be answered. */
  | { readonly type: 'asked'; readonly now: number }
  | TimerFired<HeartbeatTimer>;

type Beating = Exclude<HeartbeatState, { tag: 'dead' }>;

export type HeartbeatEffect =
  | { readonly type: 'send-probe' }
  | { readonly type: 'declare-dead' }
  | TimerEffect<HeartbeatTimer>;

type Decision = readonly [HeartbeatState, readonly HeartbeatEffect[]];

/** A timer this late ran on a throttled or sleeping machine: its silence proves nothing. */
const LATE_MS = 1_000;
/** A request that waits this long while nothing else comes makes the link doubtful, however long the interval. */
const ANSWER_MS = 3_000;
const NOTHING: readonly HeartbeatEffect[] = [];
const startTimer = (ms: number, name: HeartbeatTimer = 'silence'): HeartbeatEffect => ({ type: 'start-timer', name, ms });

export function startHeartbeat(now: number, everyMs: number): Decision {
  return [{ tag: 'live', everyMs, heardAt: now, askedAt: null }, [startTimer(everyMs + SUSPECT_AFTER_MS)]];
}

export function stepHeartbeat(state: HeartbeatState, event: HeartbeatEvent): Decision {
  if (state.tag === 'dead') return [state, NOTHING];
  switch (event.type) {
    case 'heard':
      // The running timer looks at heardAt when it fires: nothing is started anew per frame.
      if (state.tag === 'live') return [{ ...state, heardAt: event.now, askedAt: null }, NOTHING];
      return startHeartbeat(event.now, state.everyMs);
    case 'interval-named':
      if (event.everyMs === state.everyMs) return [state, NOTHING];
      return startHeartbeat(state.heardAt, event.everyMs);
    case 'doubted':
      return doubt(state, event.now);
    case 'asked':
      if (state.tag === 'suspect' || state.askedAt !== null) return [state, NOTHING];
      return [{ ...state, askedAt: event.now }, [startTimer(ANSWER_MS, 'answer')]];
    case 'timer-fired':
      if (event.name === 'answer') return judgeAnswer(state, event.now);
      return state.tag === 'live' ? judgeSilence(state, event.now) : judgeSuspect(state, event.lateMs);
    default:
      return event satisfies never;
  }
}

function doubt(state: Beating, now: number): Decision {
  // Overdue or doubted already: asked once more, but the verdict is not put off.
  if (state.tag === 'suspect' || now - state.heardAt >= state.everyMs) return [state, [{ type: 'send-probe' }]];
  // As if the next ping were due now: suspect after the usual grace, dead after twice that.
  return [
    { ...state, heardAt: now - state.everyMs },
    [{ type: 'send-probe' }, startTimer(SUSPECT_AFTER_MS)],
  ];
}

function judgeAnswer(state: Beating, now: number): Decision {
  if (state.tag === 'suspect' || state.askedAt === null) return [state, NOTHING];
  const leftMs = state.askedAt + ANSWER_MS - now;
  return leftMs > 0 ? [state, [startTimer(leftMs, 'answer')]] : doubt(state, now);
}

function judgeSilence(state: HeartbeatState & { tag: 'live' }, now: number): Decision {
  const leftMs = state.heardAt + state.everyMs + SUSPECT_AFTER_MS - now;
  if (leftMs > 0) return [state, [startTimer(leftMs)]];
  return [{ tag: 'suspect', everyMs: state.everyMs, heardAt: state.heardAt, isExcused: false }, [{ type: 'send-probe' }, startTimer(DEAD_AFTER_MS - SUSPECT_AFTER_MS)]];
}

function judgeSuspect(state: HeartbeatState & { tag: 'suspect' }, lateMs: number): Decision {
  // Once only: where every timer is throttled, each comes late, and a dead link must be noticed all the same.
  if (lateMs > LATE_MS && !state.isExcused) return [{ ...state, isExcused: true }, [{ type: 'send-probe' }, startTimer(DEAD_AFTER_MS - SUSPECT_AFTER_MS)]];
  return [{ tag: 'dead' }, [{ type: 'declare-dead' }]];
}
