'use client';
/** A channel in a component: as a view, folded once for all, or as a tap, event by event. */
import { useCallback, useMemo } from 'react';
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector';
import type { Gap } from '../core/channels/reader.js';
import type { ChannelRef, EventOf, ParamsOf, VolatileEventOf } from '../core/contract.js';
import type { ViewRef } from '../core/data/define-view.js';
import { initialView, type ViewSnapshot } from '../core/data/view.js';
import type { Params } from '../core/handles.js';
import type { Readable } from '../core/data/store.js';
import { useServingClient } from './provider.js';
import { nothingOf, skipToken, type SkipToken } from './skip-token.js';
import { useKept, useLatest } from './use-kept.js';

/** `Skip`: what else may stand in their place. */
export type ParamsOption<Ref extends ChannelRef, Skip = never> = Record<never, never> extends ParamsOf<Ref['pattern']>
  ? { readonly params?: ParamsOf<Ref['pattern']> | Skip }
  : { readonly params: ParamsOf<Ref['pattern']> | Skip };

interface SwitchOption {
  /** `false`: subscribe to nothing, as with {@link skipToken}. @default true */
  readonly enabled?: boolean;
}

interface ViewOptions<State, Selected> extends SwitchOption {
  /** What this component shows of the state; it renders only when that has changed. */
  readonly select?: (state: State) => Selected;
  /** Whether two selections are the same to it. @default `Object.is` */
  readonly isEqual?: (a: Selected, b: Selected) => boolean;
}

export interface ChannelResult<Data> extends ViewSnapshot<Data> {
  /** Starts again from the history, and clears the gap. */
  readonly resync: () => void;
}

/** How what has come reaches a component. */
export interface FlushOption {
  /** `frame`: at most once a frame; `sync`: this hook is told at once, of each change, for the echo of what a person types. @default 'frame' */
  readonly flush?: 'frame' | 'sync' | undefined;
}

interface TapOptions<Ref extends ChannelRef> extends SwitchOption {
  /**
   * Every event from mount on, in order. Renders nothing. Called for each in the moment in which it comes, and nothing is
   * buffered for it: a slow one holds the page up, and loses none.
   */
  readonly onEvent?: (event: EventOf<Ref>) => void;
  readonly onGap?: (gap: Gap) => void;
  /** A client event that nobody keeps, of somebody else. */
  readonly onVolatile?: (event: VolatileEventOf<Ref>) => void;
}

interface AnyOptions extends SwitchOption, FlushOption {
  readonly params?: Params | SkipToken;
  readonly select?: (state: unknown) => unknown;
  readonly isEqual?: (a: never, b: never) => boolean;
  readonly onEvent?: (event: never) => void;
  readonly onGap?: (gap: Gap) => void;
  readonly onVolatile?: (event: never) => void;
}

/**
 * A view: the state that is folded from a channel's events, shared by every component that shows it.
 *
 * @example
 * ```tsx
 * const { data, isStale, gap } = useChannel(messages, { params: { id: room }, select: (list) => list.length });
 * ```
 */
export function useChannel<Ref extends ChannelRef, State, Selected = State>(
  view: ViewRef<Ref, State>,
  options: ParamsOption<Ref, SkipToken> & FlushOption & ViewOptions<State, Selected>,
): ChannelResult<Selected>;
/** A view of a channel whose name has no parameters. */
export function useChannel<Ref extends ChannelRef, State>(view: ViewRef<Ref, State>, ...none: Record<never, never> extends ParamsOf<Ref['pattern']> ? [] : [never]): ChannelResult<State>;
/**
 * A tap: every event from mount on, in order, to `onEvent`; no render for any of them.
 *
 * @example
 * ```tsx
 * useChannel(api.channels.room, { params: { id: room }, onEvent: (event) => playSound(event.name) });
 * ```
 */
export function useChannel<Ref extends ChannelRef>(channel: Ref, options: ParamsOption<Ref, SkipToken> & TapOptions<Ref>): ChannelResult<undefined>;
export function useChannel(target: ViewRef | ChannelRef, options: AnyOptions = {}): ChannelResult<unknown> {
  const ref = (target as typeof target | undefined)?.kind === 'view' ? (target as ViewRef).channel : (target as ChannelRef);
  const client = useServingClient(ref);
  const { params: given = {}, enabled = true, select, isEqual = Object.is, flush } = options;
  const latest = useLatest(options);
  const params = useKept(enabled ? given : skipToken);
  const source = useMemo(() => {
    if (params === skipToken) return nothingOf(initialView(target.kind === 'view' ? target.initialState : undefined)) as Source;
    if (target.kind === 'view') return client.view(target, params) as Source;
    return client.channel(target, params).tap({
      onEvent: (event) => latest().onEvent?.(event as never),
      onGap: (gap) => latest().onGap?.(gap),
      onVolatile: (event) => latest().onVolatile?.(event as never),
    }) as Source;
  }, [client, target, params, latest]);
  const subscribe = useCallback((onChange: () => void) => source.subscribe(onChange, flush), [source, flush]);
  const snapshot = useSyncExternalStoreWithSelector(
    subscribe,
    source.get,
    source.getInitial,
    (state: ViewSnapshot<unknown>) => (select === undefined ? state : { ...state, data: select(state.data) }),
    select === undefined ? Object.is : (a, b) => isSameSelection(a, b, isEqual as (a: unknown, b: unknown) => boolean),
  );
  return useMemo(() => ({ ...snapshot, resync: source.resync }), [snapshot, source]);
}

type Source = Readable<ViewSnapshot<unknown>> & { resync(): void };

/** With a selection, `dataUpdatedAt` is the time at which what was selected last changed. */
function isSameSelection(a: ViewSnapshot<unknown>, b: ViewSnapshot<unknown>, isEqual: (a: unknown, b: unknown) => boolean): boolean {
  return (
    isEqual(a.data, b.data) && a.status === b.status && a.liveStatus === b.liveStatus && a.isStale === b.isStale && a.gap === b.gap && a.error === b.error
  );
}
