/**
 * Checks what views and followed queries showed: it is what the truth folds to, up to the position that they have reached.
 * Long because both are judged at any moment and once more at rest.
 */
import type { Published, QueryRecord, ViewRecord } from '../record.js';
import type { Complaints } from './complaints.js';
import type { Retention } from './listener-check.js';
import type { Truth } from './truth.js';

export interface FoldCheck {
  view(record: ViewRecord): void;
  query(record: QueryRecord): void;
  /** At rest: what is shown reaches the top, and no optimistic edit is left. */
  rest(views: readonly string[], queries: readonly string[]): void;
  /** A command has failed: its optimistic edit may be shown no more. */
  failed(command: string): void;
  readonly views: number;
  readonly queries: number;
}

export function createFoldCheck(truth: Truth, retention: Retention, complaints: Complaints): FoldCheck {
  const lastViews = new Map<string, ViewRecord>();
  const lastQueries = new Map<string, QueryRecord>();
  const failures = new Set<string>();
  let views = 0;
  let queries = 0;

  /** A view without a gap is one contiguous run; with one it may have a hole there, and still nothing twice. */
  function judgeRun({ v, channel, lines, gap }: ViewRecord): void {
    const known = truth.channel(channel);
    lines.forEach(([epoch, offset, id], index) => {
      const at = `${v} of ${channel} shows ${epoch}/${offset}`;
      if (known.find(epoch, offset)?.id !== id) return complaints.add('view: false event', `${at} as ${id}, the storage has ${known.find(epoch, offset)?.id ?? 'nothing'}`);
      const before = lines[index - 1];
      if (before === undefined) return;
      const isBack = before[0] === epoch ? offset <= before[1] : (known.epoch(epoch)?.index ?? 0) < (known.epoch(before[0])?.index ?? 0);
      if (isBack) complaints.add('view: again', `${at} after ${before[0]}/${before[1]}`);
      else if (gap === null && (before[0] !== epoch || offset !== before[1] + 1)) complaints.add('view: missing', `${at} after ${before[0]}/${before[1]} without a gap`);
    });
  }

  /** A view with history that is live and names no gap has all of the history that the server keeps. */
  function judgeLength({ v, channel, history, lines, t }: ViewRecord): void {
    const last = lines.at(-1);
    if (last === undefined) return;
    const kept = (truth.channel(channel).epoch(last[0])?.events ?? []).slice(0, last[1]).filter((event) => t - event.t < retention.ms / 2);
    const owed = Math.min(history, kept.length, retention.events);
    if (lines.length < owed) complaints.add('view: a part only', `${v} of ${channel} shows ${lines.length} events up to ${last[0]}/${last[1]} of ${owed}, live and without a gap`);
  }

  const isAt = (top: Published, epoch: string | undefined, offset: number | undefined): boolean => top.epoch === epoch && top.offset === offset;

  return {
    view(record) {
      views += 1;
      lastViews.set(record.v, record);
      judgeRun(record);
      if (record.isLive && record.gap === null) judgeLength(record);
      for (const command of record.pending) if (failures.has(command)) complaints.add('view: edit of a failed command', `${record.v} of ${record.channel} still shows ${command}`);
    },
    query(record) {
      queries += 1;
      lastQueries.set(record.q, record);
      if (!record.isFresh) return;
      const { positionOf } = truth.channel(record.channel);
      const places = record.ids.map(positionOf);
      places.forEach((place, index) => {
        const before = places[index - 1];
        if (place === undefined) complaints.add('query: false item', `${record.q} of ${record.channel} has ${record.ids[index]}`);
        else if (before && (before.epoch !== place.epoch || before.offset + 1 !== place.offset)) complaints.add('query: not the fold', `${record.q} of ${record.channel} has ${place.epoch}/${place.offset} after ${before.epoch}/${before.offset}`);
      });
    },
    rest(restingViews, restingQueries) {
      for (const name of restingViews) {
        const view = lastViews.get(name);
        const top = view && truth.channel(view.channel).top;
        if (view === undefined || top === undefined) complaints.add('view: not at the top', `${name} has shown nothing`);
        else if (!view.isLive || !isAt(top, view.lines.at(-1)?.[0], view.lines.at(-1)?.[1])) complaints.add('view: not at the top', `${name} of ${view.channel}, live: ${view.isLive}, ends with ${view.lines.at(-1)?.join(' ')}, the top is ${top.epoch}/${top.offset}`);
        if (view !== undefined && view.pending.length > 0) complaints.add('view: edit left', `${name} of ${view.channel} shows ${view.pending.length} optimistic edits at rest`);
      }
      for (const name of restingQueries) {
        const query = lastQueries.get(name);
        const top = query && truth.channel(query.channel).top;
        if (query === undefined || top === undefined) complaints.add('query: not at the top', `${name} has shown nothing`);
        else if (!query.isFresh || query.ids.at(-1) !== top.id) complaints.add('query: not at the top', `${name} of ${query.channel}, fresh: ${query.isFresh}, error: ${query.error}, ends with ${query.ids.at(-1)}, the top is ${top.id}`);
      }
    },
    failed: (command) => void failures.add(command),
    get views() {
      return views;
    },
    get queries() {
      return queries;
    },
  };
}
