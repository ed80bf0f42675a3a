// What the connection did, and what was done to it: a small store outside React that anybody may write into.
import type { ConnectionStatus } from 'holdfast';

export type LineState = ConnectionStatus['status'] | 'overdue';
export type MarkKind = 'fault' | 'gap' | 'done' | 'failed';

export type TimelineEntry = { readonly key: number; readonly at: number; readonly text: string } & (
  | { readonly kind: 'state'; readonly state: LineState }
  | { readonly kind: MarkKind }
);

/** More than two minutes can show. */
const KEPT = 400;

let entries: readonly TimelineEntry[] = [];
let next = 0;
const listeners = new Set<() => void>();

function write(entry: { kind: 'state'; state: LineState } | { kind: MarkKind }, text: string): void {
  const kept = entries.slice(1 - KEPT);
  // The band begins with a state, however many marks have come since.
  const state = kept.some(({ kind }) => kind === 'state') ? undefined : entries.findLast(({ kind }) => kind === 'state');
  entries = [...(state === undefined ? [] : [state]), ...kept, { ...entry, text, key: next++, at: Date.now() }];
  listeners.forEach((tell) => tell());
}

export const timeline = {
  get: (): readonly TimelineEntry[] => entries,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  /** The same state again is no news. */
  state(state: LineState, text: string): void {
    const last = entries.findLast((entry) => entry.kind === 'state');
    if (last?.kind !== 'state' || last.state !== state) write({ kind: 'state', state }, text);
  },
  mark: (kind: MarkKind, text: string): void => write({ kind }, text),
};
