'use client';
/** A channel in a component: as a view, folded once for all, or as a tap, event by event. */
import { useInsertionEffect, useMemo } from 'react';
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector';
import type { Gap } from '../core/channels/reader.js';
import { channelName, type Params } from '../core/channel-name.js';
import type { ChannelRef, EventOf, ParamsOf, VolatileEventOf } from '../core/contract.js';
import type { ViewRef } from '../core/data/define-view.js';
import { skipToken, type SkipToken } from '../core/data/skip-token.js';
import { createStill, type Readable } from '../core/data/store.js';
import { openTap, type ChannelListener, type Tap } from '../core/data/tap.js';
import { initialView, type ViewSnapshot } from '../core/data/view.js';
import { VIEWS } from '../core/data/views.js';
import { useServingCore } from './provider.js';
import { isSameSelection } from './same-selection.js';
import { useKept } from './use-kept.js';
import { useSubscribe, type FlushOption } from './use-subscribe.js';

/** May be left out where the channel's name has no parameters. */
export type ParamsOption<Ref extends ChannelRef, Skip = never> = Record<never, never> extends ParamsOf<Ref['pattern']>
  ? { readonly params?: ParamsOf<Ref['pattern']> | Skip }
  : { readonly params: ParamsOf<Ref['pattern']> | Skip };

/** Which of a kind's channels, and whether to listen at all. */
export type ChannelOptions<Ref extends ChannelRef> = ParamsOption<Ref, SkipToken> & {
  /** False: subscribes nothing, and shows what is there before anything has come. @default true */
  readonly enabled?: boolean | undefined;
};

/** What is shown of a view. */
export interface ViewOptions<State, Selected> extends FlushOption {
  /** The part of the state that is shown; the component renders only when that changes. */
  readonly select?: (state: State) => Selected;
  /** Whether two of what `select` gave are the same to the component. @default Object.is */
  readonly isEqual?: ((a: Selected, b: Selected) => boolean) | undefined;
}

export interface ChannelResult<Data> extends ViewSnapshot<Data> {
  /** Starts again from the history, and clears the gap. */
  readonly resync: () => void;
}

/** Whom a tap tells; the newest functions are called. */
export interface TapOptions<Ref extends ChannelRef> {
  /**
   * Every event from mount on, in order. Renders nothing. Called for each in the moment in which it comes, and nothing is
   * buffered for it: a slow one holds the page up, and loses none. Not called while the component is hidden (`<Activity>`); when
   * the component is shown again, it is first called for each missed event, or `onGap` is called.
   */
  readonly onEvent?: ((event: EventOf<Ref>) => void) | undefined;
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** A client event that nobody keeps, of somebody else. */
  readonly onVolatile?: ((event: VolatileEventOf<Ref>) => void) | undefined;
}

interface AnyOptions extends FlushOption {
  readonly params?: Params | SkipToken;
  readonly enabled?: boolean | undefined;
  readonly select?: (state: unknown) => unknown;
  readonly isEqual?: ((a: unknown, b: unknown) => boolean) | undefined;
  readonly onEvent?: ((event: never) => void) | undefined;
  readonly onGap?: ((gap: Gap) => void) | undefined;
  readonly onVolatile?: ((event: never) => void) | undefined;
}

// The view stands last: of several signatures the compiler explains the last one, and most mistakes are made with the one that is used most.
/**
 * A tap: every event from mount on, in order, to `onEvent`; no render for any of them.
 *
 * @example
 * ```tsx
 * useChannel(api.channels.room, { params: { id: room }, onEvent: (event) => playSound(event.name) });
 * ```
 */
export function useChannel<Ref extends ChannelRef>(channel: Ref, options: ChannelOptions<Ref> & TapOptions<Ref>): ChannelResult<undefined>;
/** A view of a channel whose name has no parameters. */
export function useChannel<Ref extends ChannelRef, State>(view: ViewRef<Ref, State>, ...none: Record<never, never> extends ParamsOf<Ref['pattern']> ? [] : [never]): ChannelResult<State>;
/**
 * A view: the state that is folded from a channel's events, shared by every component that shows it.
 * With `params: skipToken` or `enabled: false` nothing is subscribed, and it shows the view's initial state.
 *
 * @example
 * ```tsx
 * const { data, isStale, gap } = useChannel(messages, { params: { id: room }, select: (list) => list.length });
 * ```
 */
export function useChannel<Ref extends ChannelRef, State, Selected = State>(
  view: ViewRef<Ref, State>,
  options: ChannelOptions<Ref> & ViewOptions<State, Selected>,
): ChannelResult<Selected>;
export function useChannel(target: ViewRef | ChannelRef, options: AnyOptions = {}): ChannelResult<unknown> {
  const ref = (target as typeof target | undefined)?.kind === 'view' ? (target as ViewRef).channel : (target as ChannelRef);
  const core = useServingCore(ref);
  const { params, select, isEqual = Object.is, enabled = true, flush } = options;
  const name = enabled && params !== skipToken ? channelName(ref, params) : null;
  const source = useKept([core, target, name], (): Source => {
    const isView = target.kind === 'view';
    if (name === null || params === skipToken) return { ...createStill(initialView<unknown>(isView ? target.initialState : undefined)), resync() {} };
    return isView ? core.use(VIEWS).view(target, params as Params) : openTap(core, target, {}, params as Params);
  });
  useInsertionEffect(() => source.setListener?.(options as ChannelListener));
  const subscribe = useSubscribe(source, flush);
  const snapshot = useSyncExternalStoreWithSelector(
    subscribe,
    source.get,
    source.getInitial,
    (state: ViewSnapshot<unknown>) => (select === undefined ? state : { ...state, data: select(state.data) }),
    select === undefined ? Object.is : isSameSelection(isEqual),
  );
  return useMemo(() => ({ ...snapshot, resync: source.resync }), [snapshot, source]);
}

type Source = Readable<ViewSnapshot<unknown>> & { resync(): void; setListener?: Tap['setListener'] };
