/**
 * From where each reader of a channel goes on: a pure judgement of a run by a reader's own position.
 * One subscription on the wire serves readers that came at different times.
 */
import { gapReason, type GapReason } from '../protocol/codes.js';
import { isSamePosition, judge, type Position } from '../protocol/position.js';
import type { Run } from './channel.machine.js';

/** A hole that cannot be filled. */
export interface Gap {
  readonly reason: GapReason;
  /** The offsets that are missing, where that is known. */
  readonly missed: { readonly from: number; readonly to: number } | null;
}

export type Reading =
  | { readonly kind: 'nothing' }
  /** Take the events from `skip` on; before them comes the gap, if there is one. */
  | { readonly kind: 'take'; readonly skip: number; readonly gap: Gap | null };

const NOTHING: Reading = { kind: 'nothing' };

/**
 * @param at - the reader's position; null: it has none yet
 * @param history - how many past events it wants at the start
 * @param asked - the position that the run answers to; a recovery continues it even where the epoch changes
 */
export function readRun(at: Position | null, history: number, run: Run, asked: Position | null): Reading {
  const count = run.events.length;
  if (at === null) {
    if (history > 0) return { kind: 'take', skip: 0, gap: null };
    return run.answer?.more === true ? NOTHING : { kind: 'take', skip: count, gap: null };
  }
  const { answer } = run;
  if (answer === null || answer.state !== 'gap') {
    if (answer?.state === 'recovered' && isSamePosition(at, asked)) return { kind: 'take', skip: skipTo(at, run), gap: null };
    const verdict = judge(at, run.epoch, run.first, count);
    if (verdict.kind === 'next') return { kind: 'take', skip: verdict.skip, gap: null };
    // Known to the end, or ahead of it: a query's stamp may be newer than what has come.
    if (at.epoch === run.epoch && at.offset >= run.end.offset) return NOTHING;
    return { kind: 'take', skip: 0, gap: { reason: at.epoch === run.epoch ? 'trimmed' : 'epoch', missed: missing(at, run) } };
  }
  // A gap for the position that was asked for need not be one for a reader further on.
  if (at.epoch === run.epoch && at.offset === run.end.offset) return NOTHING;
  const verdict = judge(at, run.epoch, run.first, count);
  if (verdict.kind === 'next' && count > 0) return { kind: 'take', skip: verdict.skip, gap: null };
  return { kind: 'take', skip: 0, gap: { reason: gapReason(answer.reason), missed: missing(at, run) } };
}

function skipTo(at: Position, run: Run): number {
  return at.epoch === run.epoch ? Math.max(0, at.offset + 1 - run.first) : 0;
}

function missing(at: Position, run: Run): Gap['missed'] {
  if (at.epoch !== run.epoch || run.first <= at.offset + 1) return null;
  return { from: at.offset + 1, to: run.first - 1 };
}

/** The lowest of the readers' positions: what one subscription for all of them has to ask from. */
export function lowestPosition(positions: Iterable<Position | null>, head: Position | null): Position | null {
  let lowest = head;
  for (const position of positions) {
    if (position === null) continue;
    if (lowest === null || (position.epoch === lowest.epoch && position.offset < lowest.offset)) lowest = position;
  }
  return lowest;
}
