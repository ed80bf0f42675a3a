/**
 * The invariants of a view: what it shows is the fold of the storage's truth from its first event to its last, without an event twice
 * and without a hole that it does not show; with a history it is whole or still loading (rules R7, R9).
 */
import { defineView } from '../../src/contract/index.js';
import type { ViewSnapshot } from '../../src/core/data/view.js';
import type { Position } from '../../src/core/protocol/position.js';
import { boardName, contract } from './contract.js';
import type { Complaints } from './complaints.js';
import type { Reached } from './sometimes.js';
import type { Truth } from './truth.js';

/** What the view folds: where it began, where it is, and what was wrong on the way. */
export interface Fold {
  readonly first: Position | null;
  readonly last: Position | null;
  readonly count: number;
  readonly twice: string;
  readonly hole: string;
  readonly untrue: string;
  /** Ids of commands whose optimistic update is shown. */
  readonly pending: readonly string[];
}

const EMPTY: Fold = { first: null, last: null, count: 0, twice: '', hole: '', untrue: '', pending: [] };

type BoardView = ReturnType<typeof defineBoardView>;
export type { BoardView };

/** Judges each event while it is folded: the reducer knows the board by the truth at the position. */
export function defineBoardView(truth: Truth, history: number) {
  return defineView(contract.channels.board, {
    history,
    initialState: EMPTY,
    reduce(state, { epoch, offset, data }): Fold {
      const { last } = state;
      const at = { epoch, offset };
      const next = { ...state, first: state.first ?? at, last: at, count: state.count + 1 };
      if (last?.epoch === epoch && offset <= last.offset) return { ...next, twice: `${offset} after ${last.offset}` };
      if (last !== null && (last.epoch !== epoch || offset !== last.offset + 1)) return { ...next, hole: `${last.epoch.slice(-8)}/${last.offset} to ${epoch.slice(-8)}/${offset}` };
      return truth.isSomewhere(epoch, offset, data.key) ? next : { ...next, untrue: `${data.key} at ${offset}` };
    },
  });
}

export interface ViewObserver {
  readonly board: number;
  onChange(snapshot: ViewSnapshot<Fold>): void;
  /** Between changes: what lasts too long. */
  check(snapshot: ViewSnapshot<Fold>): void;
  checkRest(snapshot: ViewSnapshot<Fold>): void;
}

/** A view on a live channel shows something within this. */
const PENDING_MS = 3_000;
const FRAME_MS = 16;

export function createViewObserver(parts: {
  readonly who: string;
  readonly board: number;
  readonly history: number;
  readonly now: () => number;
  /** When everything was last flushed at once, outside of any frame. */
  readonly flushedAt: () => number;
  /** When somebody last had the view start again, or asked for it to be let in: until it is live, its place is not what it shows. */
  readonly restartedAt: () => number;
  /** The hole whose gap was shown and then cleared by `resync`: an observer that comes later sees the hole without a gap. */
  readonly acknowledged: () => string;
  readonly truth: Truth;
  readonly complaints: Complaints;
  readonly reached: Reached;
}): ViewObserver {
  const { board, history, now, truth, complaints, reached } = parts;
  const channel = boardName(board);
  const who = `${parts.who} view(${history}) of ${channel}`;
  let former: ViewSnapshot<Fold> | null = null;
  let judged = '';
  let changedAt = -Infinity;
  let liveAt = -Infinity;
  let pendingSince: number | null = null;

  const judge = (snapshot: ViewSnapshot<Fold>): void => {
    const { data, gap, status } = snapshot;
    const { first, last } = data;
    if (data.twice !== '' && data.twice !== former?.data.twice) complaints.add('view-event-twice', who, `folded ${data.twice}`);
    if (data.untrue !== '' && data.untrue !== former?.data.untrue) complaints.add('view-untrue', who, `folded ${data.untrue}, which no storage has there`);
    if (data.hole !== '' && data.hole !== (former?.data.hole ?? parts.acknowledged()) && (gap === null || history > 0)) complaints.add('view-missed', who, `went on from ${data.hole} ${gap === null ? 'and shows no gap' : 'within one history'}`);
    if (gap !== null && gap !== former?.gap) judgeGap(gap.reason, snapshot);
    if (history === 0 || status !== 'success' || gap !== null || first === null || last === null) return;
    const key = `${first.epoch}/${first.offset}`;
    if (key === judged) return;
    judged = key;
    if (truth.head(channel).epoch !== first.epoch) return;
    const latest = Math.max(truth.oldest(channel), last.offset - history + 1);
    if (first.offset > latest) complaints.add('view-partial', who, `shows ${first.offset} to ${last.offset} as its newest ${history}; ${latest} and later are kept`);
  };

  const judgeGap = (reason: string, { data }: ViewSnapshot<Fold>): void => {
    const from = former?.data.last ?? null;
    reached.addSeen(`view gap: ${reason}`);
    if (from === null || parts.restartedAt() > liveAt) return;
    const head = truth.head(channel);
    const isTrue = head.epoch !== from.epoch || (reason === 'trimmed' && !truth.isKept(channel, from));
    if (!isTrue) complaints.add('view-gap-spurious', who, `shows a gap (${reason}) after ${from.offset}, and goes on with ${data.first?.offset}; the storage keeps what follows`);
  };

  return {
    board,
    onChange(snapshot) {
      const sinceMs = now() - changedAt;
      if (sinceMs < FRAME_MS - 0.5 && parts.flushedAt() < changedAt) complaints.add('flush-too-often', who, `was told twice within ${sinceMs} ms`);
      changedAt = now();
      judge(snapshot);
      if (snapshot.liveStatus === 'live' && snapshot.status === 'success') liveAt = now();
      former = snapshot;
    },
    check({ status, liveStatus }) {
      if (status !== 'pending' || liveStatus !== 'live') pendingSince = null;
      else if (pendingSince === null) pendingSince = now();
      else if (now() - pendingSince > PENDING_MS) {
        complaints.add('view-pending', who, `has been pending for ${now() - pendingSince} ms on a live channel`);
        pendingSince = Infinity;
      }
    },
    checkRest({ status, liveStatus, data, gap }) {
      const head = truth.head(channel);
      if (status !== 'success' || liveStatus !== 'live') return complaints.add('rest-view', who, `is ${status} and ${liveStatus}`);
      // A gap may reach to the head, with nothing since.
      if (gap === null && head.offset > 0 && (data.last?.epoch !== head.epoch || data.last.offset !== head.offset)) complaints.add('rest-view', who, `stands at ${data.last?.offset}, the channel at ${head.offset}`);
    },
  };
}
