/**
 * Which events of a run are new to a reader of a channel (rules R5, R7, R8): a pure judgement by the reader's own position.
 * One subscription on the wire serves readers that came at different times; what one reader asks for never moves another.
 */
import { gapReason, type GapReason } from '../protocol/codes.js';
import { isSamePosition, type Position } from '../protocol/position.js';
import type { Run } from './channel.machine.js';

/** A hole that cannot be filled. */
export interface Gap {
  readonly reason: GapReason;
  /** The offsets that are missing, where that is known. */
  readonly missed: { readonly from: number; readonly to: number } | null;
}

/** What the newest subscription asked for. */
export interface Ask {
  /** The position to go on from; null: no reader has a position yet. */
  readonly position: Position | null;
  /** Past events for the readers that start; 0: no reader starts. */
  readonly history: number;
}

export type Reading =
  | { readonly kind: 'nothing' }
  /** The run begins after the reader's position, and the subscription did not ask from that position: no gap, but ask again. */
  | { readonly kind: 'ask-again' }
  /** The reader begins here, with the events that come after this position. */
  | { readonly kind: 'begin'; readonly position: Position }
  /** Take the events from `skip` on; before them comes the gap, if there is one. */
  | { readonly kind: 'take'; readonly skip: number; readonly gap: Gap | null };

const NOTHING: Reading = { kind: 'nothing' };
const ASK_AGAIN: Reading = { kind: 'ask-again' };
/** The reasons that say that the channel has another history: every reader's position is lost. Any other reason counts only for the position that was asked for. */
const LOST_HISTORY: ReadonlySet<GapReason> = new Set<GapReason>(['epoch', 'ahead', 'no-resume']);

/**
 * @param at - the reader's position; null: it has none yet
 * @param history - how many past events it wants at the start
 * @param ask - what the run answers
 */
export function readRun(at: Position | null, history: number, run: Run, ask: Ask): Reading {
  if (at === null) return history > 0 ? start(history, run, ask) : begin(run);
  const { first, end, answer } = run;
  const gap = gapFor(at, run, ask);
  if (at.epoch === run.epoch) {
    if (at.offset > end.offset) return gap?.reason === 'ahead' && at.offset > headOf(run) ? { kind: 'take', skip: 0, gap } : NOTHING;
    if (first <= at.offset + 1) return { kind: 'take', skip: at.offset + 1 - first, gap: null };
  } else if (answer?.state === 'recovered' && isSamePosition(at, ask.position)) {
    // Storage has judged that the history goes on in another epoch.
    return { kind: 'take', skip: 0, gap: null };
  }
  return gap === null ? ASK_AGAIN : { kind: 'take', skip: 0, gap };
}

/** The offset of the channel's last event, as far as the run names it. */
function headOf({ end, answer }: Run): number {
  return Math.max(end.offset, answer?.head ?? 0);
}

/**
 * The channel's position after a run. Pages of history never move it back. If all readers are starting, it is the head of the
 * channel at once: the pages that follow are history.
 */
export function topAfter(top: Position | null, run: Run, ask: Ask): Position {
  const offset = ask.position === null ? headOf(run) : run.end.offset;
  const isKnown = top?.epoch === run.epoch && top.offset > offset;
  const isWentBack = run.answer?.state === 'gap' && gapReason(run.answer.reason) === 'ahead';
  return isKnown && !isWentBack ? top : { epoch: run.epoch, offset };
}

function start(history: number, { answer }: Run, ask: Ask): Reading {
  return answer !== null && ask.history >= history ? { kind: 'take', skip: 0, gap: null } : ASK_AGAIN;
}

/** A reader without history begins after the head, also between pages for other readers: it is owed what is published after the answer. */
function begin(run: Run): Reading {
  if (run.answer?.more === true && run.answer.head === undefined) return NOTHING;
  return { kind: 'begin', position: { epoch: run.epoch, offset: headOf(run) } };
}

/** The answer's gap, if it concerns a reader at `at`: a reader with a later position may miss nothing. */
function gapFor(at: Position, { epoch, first, answer }: Run, ask: Ask): Gap | null {
  const { position } = ask;
  if (answer === null || position === null) return null;
  // An answer that does not continue the position that was asked for is a gap, whatever its `state` says.
  const reason = answer.state === 'gap' ? gapReason(answer.reason) : at.epoch === epoch ? 'trimmed' : 'epoch';
  const isHit = isSamePosition(at, position) || (LOST_HISTORY.has(reason) && at.epoch === position.epoch);
  if (!isHit) return null;
  return { reason, missed: at.epoch === epoch && first > at.offset + 1 ? { from: at.offset + 1, to: first - 1 } : null };
}

/**
 * The position that one subscription for all readers asks to go on from. A position of another epoch than the head's comes first,
 * since only the server knows whether the history continues it; else the lowest one.
 */
export function lowestPosition(positions: Iterable<Position | null>, head: Position | null): Position | null {
  let lowest = head;
  let isForeign = false;
  for (const position of positions) {
    if (position === null) continue;
    const isOther = head !== null && position.epoch !== head.epoch;
    if (lowest === null || (isOther && !isForeign) || (position.epoch === lowest.epoch && position.offset < lowest.offset)) {
      lowest = position;
      isForeign = isOther;
    }
  }
  return lowest;
}
