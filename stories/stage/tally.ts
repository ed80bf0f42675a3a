// Keeps the books over what came of one feed: what is missing, and what came twice or too late. Pure.
import type { Tick } from './contract.js';

/** `late`: not when it was said, but when the connection was back; `gap`: a hole that was told. */
export type Mark = 'live' | 'late' | 'missing' | 'gap';
const MARKS = 120;
/** Ticks that come closer together, or after a longer wait, were held up. */
const IN_TIME = { fromMs: 60, toMs: 1_000 };

export interface Tally {
  readonly run: string | null;
  /** The highest number that has come in this run. */
  readonly last: number;
  readonly arrived: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  /** Gaps that were told, with the reason of the last one. */
  readonly gaps: number;
  readonly reason: string | null;
  /** A gap was told, and no event has come since: the next one may leave a hole. */
  readonly isTold: boolean;
  /** Numbers that are missing without a word. */
  readonly holes: readonly number[];
  readonly lastAt: number | null;
  /** The longest wait between two events. */
  readonly longestMs: number;
  /** The fate of the newest numbers, for a picture. */
  readonly marks: readonly Mark[];
}

export const NOTHING_YET: Tally = { run: null, last: 0, arrived: 0, doubled: 0, outOfOrder: 0, gaps: 0, reason: null, isTold: false, holes: [], lastAt: null, longestMs: 0, marks: [] };

/** @param at - when it came */
export function withEvent(tally: Tally, { run, n }: Tick, at: number): Tally {
  const waitedMs = tally.lastAt === null ? 0 : at - tally.lastAt;
  const isLate = tally.lastAt !== null && (waitedMs < IN_TIME.fromMs || waitedMs > IN_TIME.toMs);
  const next: Tally = { ...marked(tally, isLate ? 'late' : 'live'), run, arrived: tally.arrived + 1, isTold: false, lastAt: at, longestMs: Math.max(tally.longestMs, waitedMs) };
  const isFirst = tally.run === null || tally.isTold;
  if (isFirst) return { ...next, last: n };
  // A new run that nobody told of: all that we know is that something is missing.
  if (tally.run !== run) return { ...next, last: n, holes: [...tally.holes, 0] };
  if (n > tally.last) {
    const holes = between(tally.last, n);
    const withHoles = marked(tally, ...holes.map(() => 'missing' as const));
    return { ...next, marks: marked(withHoles, isLate ? 'late' : 'live').marks, last: n, holes: [...tally.holes, ...holes] };
  }
  if (tally.holes.includes(n)) return { ...next, outOfOrder: tally.outOfOrder + 1, holes: tally.holes.filter((hole) => hole !== n) };
  return { ...next, doubled: tally.doubled + 1 };
}

export function withGap(tally: Tally, reason: string): Tally {
  return { ...marked(tally, 'gap'), gaps: tally.gaps + 1, reason, isTold: true };
}

function marked(tally: Tally, ...marks: readonly Mark[]): Tally {
  return { ...tally, marks: [...tally.marks, ...marks].slice(-MARKS) };
}

function between(last: number, next: number): readonly number[] {
  return Array.from({ length: next - last - 1 }, (_, index) => last + 1 + index);
}
