/**
 * What is shown before the server has said so: edits over what was folded or answered, each until what its command does is in there.
 * The base itself is never touched. Private containers, pure in their answers.
 * Not here: how far the base of a view (`view.ts`) or of a query (`live-query.ts`) has come.
 */
import type { ChannelRef, InputOf, OutputOf, ParamsOf, QueryRef } from '../contract.js';
import { DEV, RealtimeError } from '../errors.js';
import type { Feature } from '../feature.js';
import type { ChannelPosition } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { ViewRef } from './define-view.js';
import { stableKey } from './stable-key.js';

/** What an {@link Optimistic} function edits with. An edit is pure, is applied again whenever what lies below it changes, and gives new data. */
export interface Local {
  /** Edits a view, for everybody who shows it. Where nobody does, nothing is edited. */
  view<Ref extends ChannelRef, State>(
    ref: ViewRef<Ref, State>,
    params: ParamsOf<Ref['pattern']>,
    edit: (state: NoInfer<State>) => NoInfer<State>,
  ): void;
  /** Edits every live query with this input that has an answer. */
  query<Ref extends QueryRef>(ref: Ref, input: InputOf<Ref['input']>, edit: (data: OutputOf<Ref['output']>) => OutputOf<Ref['output']>): void;
}

/**
 * Shows at once what a command will do. Called synchronously, once for each command that the outbox takes.
 *
 * An edit goes by itself: when an event of the command has come, when its outcome is known and the channel has passed it, or when it failed.
 * A query that follows no channel is asked again after success, when no other edit of it is pending, and the edit goes with that answer.
 * With a foreign server that answers no command it goes with the hand-over: nothing more would ever be told of it.
 *
 * Who comes to show data while the command is under way may find in it already what the command has done: an edit that puts
 * by key (see `upsert`), rather than adds, bears that.
 *
 * @param id - the command's, as in the events that it causes
 */
export type Optimistic<Input> = (local: Local, input: Input, id: string) => void;

export type Edit = (data: unknown) => unknown;

/** One edit of a command, and whom it is for. */
export interface LocalEdit {
  readonly key: string;
  readonly edit: Edit;
}

/** Somebody who shows the data under a key. */
export interface Showing {
  readonly key: string;
  readonly overlay: Overlay;
  /** There is one edit more. */
  changed(): void;
  /** @param positions - where the command's events are; null: it failed */
  settle(id: string, positions: readonly ChannelPosition[] | null): void;
}

/** The edits of the commands that have no outcome yet: whoever comes to show the data meanwhile gets them, too. */
export interface Layers {
  /** What the edits of a view are filed under. */
  viewKey(ref: ViewRef, name: string): string;
  /** Until the returned function is called. */
  show(showing: Showing): () => void;
  add(id: string, edits: readonly LocalEdit[]): void;
  settle(id: string, positions: readonly ChannelPosition[] | null): void;
}

export const LAYERS: Feature<Layers> = { rank: 4, create: () => ({ api: createLayers() }) };

/** What the edits of a query are filed under. No name of a query or number of a view has such a sign in it. */
export function queryKey(ref: QueryRef, input: unknown): string {
  return `${ref.key}?${stableKey(input)}`;
}

export function createLayers(): Layers {
  const viewNumbers = new WeakMap<ViewRef, number>();
  let viewCount = 0;
  const layers = new Map<string, readonly LocalEdit[]>();
  const all = new Set<Showing>();
  const put = (id: string, edits: readonly LocalEdit[], showing: Showing): void => {
    for (const { key, edit } of edits) {
      if (key !== showing.key) continue;
      showing.overlay.add(id, edit);
      showing.changed();
    }
  };
  return {
    viewKey(ref, name) {
      // Two views of one channel are told apart by identity, as they are defined once, in a module.
      const number = viewNumbers.get(ref) ?? ++viewCount;
      viewNumbers.set(ref, number);
      return `${number} ${name}`;
    },
    show(showing) {
      all.add(showing);
      for (const [id, edits] of layers) put(id, edits, showing);
      return () => void all.delete(showing);
    },
    add(id, edits) {
      layers.set(id, edits);
      for (const showing of all) put(id, edits, showing);
    },
    settle(id, positions) {
      if (layers.delete(id)) for (const showing of all) showing.settle(id, positions);
    },
  };
}

/** The edits over one base. */
export interface Overlay {
  /** There is one of a command without an outcome. */
  readonly isPending: boolean;
  /** The base with the edits over it; the same object until one of the two has changed. */
  over(base: unknown): unknown;
  add(id: string, edit: Edit): void;
  /**
   * What this command does is in the base, or never will be; with `until` it will be at that position. False: nothing here is of it.
   */
  settle(id: string | undefined, until?: Position): boolean;
  /** The base is at this position now; null: it will not come to one. Another epoch has what was asked for, or a gap instead. */
  pass(at: Position | null): void;
  clear(): void;
}

interface Laid {
  readonly id: string;
  readonly edit: Edit;
  until: Position | undefined;
}

/** @param name - of what is edited, for whoever reads the error */
export function createOverlay(name: string, onError: (error: RealtimeError) => void): Overlay {
  let edits: readonly Laid[] = [];
  /** For what `shown` was made. */
  let from: unknown;
  let shown: unknown;
  /** So many edits are in `shown`: those that have come since are laid on top. Below 0: it must be made anew. */
  let height = -1;

  const keep = (isKept: (laid: Laid) => boolean): void => {
    const kept = edits.filter(isKept);
    if (kept.length === edits.length) return;
    edits = kept;
    height = -1;
  };
  /** False: it threw, and is left out from now on. */
  const lay = ({ edit }: Laid): boolean => {
    try {
      shown = edit(shown);
      return true;
    } catch (cause) {
      onError(new RealtimeError('misuse', DEV && `An optimistic edit of '${name}' threw and was dropped; the command goes on. See cause.`, { cause }));
      return false;
    }
  };

  return {
    get isPending() {
      return edits.some(({ until }) => until === undefined);
    },
    over(base) {
      if (height < 0 || from !== base) {
        from = shown = base;
        height = 0;
      }
      if (height < edits.length) edits = [...edits.slice(0, height), ...edits.slice(height).filter(lay)];
      height = edits.length;
      return shown;
    },
    add(id, edit) {
      edits = [...edits, { id, edit, until: undefined }];
    },
    settle(id, until) {
      const isOwn = (laid: Laid): boolean => laid.id === id;
      if (!edits.some(isOwn)) return false;
      if (until === undefined) keep((laid) => !isOwn(laid));
      else for (const laid of edits) if (isOwn(laid)) laid.until = until;
      return true;
    },
    pass: (at) => keep(({ until }) => until === undefined || (at !== null && at.epoch === until.epoch && at.offset < until.offset)),
    clear: () => keep(() => false),
  };
}
