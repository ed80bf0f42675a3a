/**
 * Where one is in a channel's history, and how an event is judged by it (rules R2 and R5).
 * Not here: segments and lineage; only storage knows those.
 */

/** The last event applied. Offset 0 is the beginning, before the first event. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

export type Verdict =
  /** The run continues where one is; `skip` of its first events are known already. */
  | { readonly kind: 'next'; readonly skip: number }
  /** Everything in it is known already. */
  | { readonly kind: 'known' }
  /** Something is missing in between, or it belongs to another history. */
  | { readonly kind: 'apart' };

const KNOWN: Verdict = { kind: 'known' };
const APART: Verdict = { kind: 'apart' };
const NEXT: Verdict = { kind: 'next', skip: 0 };

/** Judges a run of `count` events whose first has `offset`: same epoch and next, lower, higher; or another epoch. */
export function judge(at: Position, epoch: string, offset: number, count: number): Verdict {
  if (at.epoch !== epoch) return APART;
  const next = at.offset + 1;
  if (offset === next) return NEXT;
  if (offset > next) return APART;
  return offset + count <= next ? KNOWN : { kind: 'next', skip: next - offset };
}

export function isSamePosition(a: Position | null, b: Position | null): boolean {
  return a === b || (a !== null && b !== null && a.epoch === b.epoch && a.offset === b.offset);
}
