/**
 * Where each reader of a channel stands, and what of a run is new to it (rules R5, R7, R8): a pure judgement by the reader's own position.
 * One subscription on the wire serves readers that came at different times; what one of them asks for never moves another.
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
  /** To go on from it; null: no reader has a position yet. */
  readonly position: Position | null;
  /** Past events for the readers that start; 0: no reader starts. */
  readonly history: number;
}

export type Reading =
  | { readonly kind: 'nothing' }
  /** The run does not join on to this reader, which is no gap: it was not asked for from here. */
  | { readonly kind: 'ask-again' }
  /** The reader begins here, with the events that come after this position. */
  | { readonly kind: 'begin'; readonly position: Position }
  /** Take the events from `skip` on; before them comes the gap, if there is one. */
  | { readonly kind: 'take'; readonly skip: number; readonly gap: Gap | null };

const NOTHING: Reading = { kind: 'nothing' };
const ASK_AGAIN: Reading = { kind: 'ask-again' };
/** With these the whole history is another one, so that every position in it is lost. */
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

/** The offset of the channel's last event, as far as a run tells of it. */
function headOf({ end, answer }: Run): number {
  return Math.max(end.offset, answer?.head ?? 0);
}

/**
 * The channel's position after a run. Pages of history never move it back, and with nobody but starting readers there the
 * history that is still to come is past already.
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

/** Also in the middle of somebody else's pages: what is published after the answer belongs to this reader. */
function begin(run: Run): Reading {
  if (run.answer?.more === true && run.answer.head === undefined) return NOTHING;
  return { kind: 'begin', position: { epoch: run.epoch, offset: headOf(run) } };
}

/** The answer's gap, if it is one for a reader at this position as well; one further on may be served without. */
function gapFor(at: Position, { epoch, first, answer }: Run, ask: Ask): Gap | null {
  const { position } = ask;
  if (answer === null || position === null) return null;
  // A server that was asked for what comes next and sends something else has a gap, whatever word it uses.
  const reason = answer.state === 'gap' ? gapReason(answer.reason) : at.epoch === epoch ? 'trimmed' : 'epoch';
  const isHit = isSamePosition(at, position) || (LOST_HISTORY.has(reason) && at.epoch === position.epoch);
  if (!isHit) return null;
  return { reason, missed: at.epoch === epoch && first > at.offset + 1 ? { from: at.offset + 1, to: first - 1 } : null };
}

/**
 * The position that one subscription for all readers asks to go on from: of another epoch than the head's if a reader is there,
 * since only the server knows whether the history goes on from it; else the lowest.
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
