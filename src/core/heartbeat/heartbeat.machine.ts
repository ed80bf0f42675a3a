/**
 * Still there? Silence makes a link suspect, then dead; any frame is life.
 * Not here: who pings (the server does) and what happens to a dead link (the link decides).
 */
import type { TimerEffect, TimerFired } from '../machine.js';
import { DEAD_AFTER_MS, SUSPECT_AFTER_MS } from '../protocol/limits.js';

export type HeartbeatState =
  | { readonly tag: 'live'; readonly everyMs: number; readonly heardAt: number }
  /** Overdue and probed, not yet dead. */
  | { readonly tag: 'suspect'; readonly everyMs: number; readonly heardAt: number }
  | { readonly tag: 'dead' };

export type HeartbeatEvent =
  | { readonly type: 'heard'; readonly now: number }
  /** The server has named its interval, in a frame that was heard. */
  | { readonly type: 'interval-named'; readonly everyMs: number }
  /** Something makes the link doubtful: the network changed, the page woke up, a sibling died. */
  | { readonly type: 'doubted'; readonly now: number }
  | TimerFired<'silence'>;

export type HeartbeatEffect =
  | { readonly type: 'send-probe' }
  | { readonly type: 'declare-dead' }
  | TimerEffect<'silence'>;

type Decision = readonly [HeartbeatState, readonly HeartbeatEffect[]];

/** A timer this late ran on a throttled or sleeping machine: its silence proves nothing. */
const LATE_MS = 1_000;
const NOTHING: readonly HeartbeatEffect[] = [];
const startTimer = (ms: number): HeartbeatEffect => ({ type: 'start-timer', name: 'silence', ms });

export function startHeartbeat(now: number, everyMs: number): Decision {
  return [{ tag: 'live', everyMs, heardAt: now }, [startTimer(everyMs + SUSPECT_AFTER_MS)]];
}

export function stepHeartbeat(state: HeartbeatState, event: HeartbeatEvent): Decision {
  if (state.tag === 'dead') return [state, NOTHING];
  switch (event.type) {
    case 'heard':
      // The running timer looks at heardAt when it fires: nothing is started anew per frame.
      if (state.tag === 'live') return [{ ...state, heardAt: event.now }, NOTHING];
      return startHeartbeat(event.now, state.everyMs);
    case 'interval-named':
      if (event.everyMs === state.everyMs) return [state, NOTHING];
      return startHeartbeat(state.heardAt, event.everyMs);
    case 'doubted':
      // Overdue or doubted already: asked once more, but the verdict is not put off.
      if (state.tag === 'suspect' || event.now - state.heardAt >= state.everyMs) return [state, [{ type: 'send-probe' }]];
      // As if the next ping were due now: suspect after the usual grace, dead after twice that.
      return [
        { ...state, heardAt: event.now - state.everyMs },
        [{ type: 'send-probe' }, startTimer(SUSPECT_AFTER_MS)],
      ];
    case 'timer-fired':
      return state.tag === 'live' ? judgeSilence(state, event.now) : judgeSuspect(state, event.lateMs);
    default:
      return event satisfies never;
  }
}

function judgeSilence(state: HeartbeatState & { tag: 'live' }, now: number): Decision {
  const leftMs = state.heardAt + state.everyMs + SUSPECT_AFTER_MS - now;
  if (leftMs > 0) return [state, [startTimer(leftMs)]];
  return [{ ...state, tag: 'suspect' }, [{ type: 'send-probe' }, startTimer(DEAD_AFTER_MS - SUSPECT_AFTER_MS)]];
}

function judgeSuspect(state: HeartbeatState & { tag: 'suspect' }, lateMs: number): Decision {
  if (lateMs > LATE_MS) return [state, [{ type: 'send-probe' }, startTimer(DEAD_AFTER_MS - SUSPECT_AFTER_MS)]];
  return [{ tag: 'dead' }, [{ type: 'declare-dead' }]];
}
