'use client';
/** A channel in a component: as a view, folded once for all, or as a tap, event by event. */
import { useCallback, useInsertionEffect, useMemo, useRef } from 'react';
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector';
import type { Gap } from '../core/channels/reader.js';
import { channelName } from '../core/channel-name.js';
import type { ChannelRef, EventOf, ParamsOf, VolatileEventOf } from '../core/contract.js';
import type { ViewRef } from '../core/data/define-view.js';
import type { ViewSnapshot } from '../core/data/view.js';
import type { Params } from '../core/handles.js';
import type { Readable } from '../core/data/store.js';
import { useServingClient } from './provider.js';

export type ParamsOption<Ref extends ChannelRef> = keyof ParamsOf<Ref['pattern']> extends never
  ? { readonly params?: Params }
  : { readonly params: ParamsOf<Ref['pattern']> };

export interface ChannelResult<Data> extends ViewSnapshot<Data> {
  /** Starts again from the history, and clears the gap. */
  readonly resync: () => void;
}

/** How what has come reaches a component. */
export interface FlushOption {
  /** `frame`: at most once a frame; `sync`: this hook is told at once, of each change, for the echo of what a person types. @default 'frame' */
  readonly flush?: 'frame' | 'sync' | undefined;
}

interface TapOptions<Ref extends ChannelRef> {
  /**
   * Every event from mount on, in order. Renders nothing. Called for each in the moment in which it comes, and nothing is
   * buffered for it: a slow one holds the page up, and loses none.
   */
  readonly onEvent?: (event: EventOf<Ref>) => void;
  readonly onGap?: (gap: Gap) => void;
  /** A client event that nobody keeps, of somebody else. */
  readonly onVolatile?: (event: VolatileEventOf<Ref>) => void;
}

interface AnyOptions extends FlushOption {
  readonly params?: Params;
  readonly select?: (state: unknown) => unknown;
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
  options: ParamsOption<Ref> & FlushOption & { readonly select?: (state: State) => Selected },
): ChannelResult<Selected>;
/** A view of a channel whose name has no parameters. */
export function useChannel<Ref extends ChannelRef, State>(view: ViewRef<Ref, State>, ...none: keyof ParamsOf<Ref['pattern']> extends never ? [] : [never]): ChannelResult<State>;
/**
 * A tap: every event from mount on, in order, to `onEvent`; no render for any of them.
 *
 * @example
 * ```tsx
 * useChannel(api.channels.room, { params: { id: room }, onEvent: (event) => playSound(event.name) });
 * ```
 */
export function useChannel<Ref extends ChannelRef>(channel: Ref, options: ParamsOption<Ref> & TapOptions<Ref>): ChannelResult<undefined>;
export function useChannel(target: ViewRef | ChannelRef, options: AnyOptions = {}): ChannelResult<unknown> {
  const ref = (target as typeof target | undefined)?.kind === 'view' ? (target as ViewRef).channel : (target as ChannelRef);
  const client = useServingClient(ref);
  const { params = {}, select, flush } = options;
  const latest = useRef(options);
  useInsertionEffect(() => {
    latest.current = options;
  });
  const name = channelName(ref, params);
  const source = useMemo(() => {
    if (target.kind === 'view') return client.view(target, params) as Source;
    return client.channel(target, params).tap({
      onEvent: (event) => latest.current.onEvent?.(event as never),
      onGap: (gap) => latest.current.onGap?.(gap),
      onVolatile: (event) => latest.current.onVolatile?.(event as never),
    }) as Source;
    // `name` stands for `params`, which is a new object on every render.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [client, target, name]);
  const subscribe = useCallback((onChange: () => void) => source.subscribe(onChange, flush), [source, flush]);
  const snapshot = useSyncExternalStoreWithSelector(
    subscribe,
    source.get,
    source.getInitial,
    (state: ViewSnapshot<unknown>) => (select === undefined ? state : { ...state, data: select(state.data) }),
    select === undefined ? Object.is : isSameSelection,
  );
  return useMemo(() => ({ ...snapshot, resync: source.resync }), [snapshot, source]);
}

type Source = Readable<ViewSnapshot<unknown>> & { resync(): void };

/** With a selection, `dataUpdatedAt` is the time at which what was selected last changed. */
function isSameSelection(a: ViewSnapshot<unknown>, b: ViewSnapshot<unknown>): boolean {
  return (
    Object.is(a.data, b.data) && a.status === b.status && a.liveStatus === b.liveStatus && a.isStale === b.isStale && a.gap === b.gap && a.error === b.error
  );
}
