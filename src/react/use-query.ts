'use client';
/** A query in a component: asked over the socket, shared by input, and kept true by the channel that it follows. */
import { useEffect, useMemo } from 'react';
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector';
import type { Params } from '../core/channel-name.js';
import type { ChannelRef, EventOf, InputOf, OutputOf, QueryRef, Schema } from '../core/contract.js';
import { INITIAL_QUERY, type Apply, type QuerySnapshot } from '../core/data/live-query.js';
import { LIVE_QUERIES, stillQuery, type LiveQuery } from '../core/data/live-queries.js';
import { skipToken, type SkipToken } from '../core/data/skip-token.js';
import { stableKey } from '../core/data/stable-key.js';
import { useServingCore } from './provider.js';
import { isSameSelection } from './same-selection.js';
import type { ParamsOption } from './use-channel.js';
import { useKept } from './use-kept.js';
import { useSubscribe, type FlushOption } from './use-subscribe.js';

/**
 * The channel whose later events keep the answer true. `apply` must be idempotent (`upsert`, not `append`): the answer may hold
 * later events already, and they come again. If the answer is limited to the newest items, let it hold more of them than are
 * published while the handler runs; else `upsert` puts an item at the end that has left the answer already.
 */
export type Follow<Data, Channel extends ChannelRef> = ParamsOption<Channel> & {
  readonly channel: Channel;
  readonly apply: (data: Data, event: EventOf<Channel>) => Data;
};

export type QueryOptions<Ref extends QueryRef, Channel extends ChannelRef, Selected> = FlushOption & {
  readonly follow?: Follow<OutputOf<Ref['output']>, Channel> | undefined;
  /** The part of the answer that is shown; the component renders only when that changes. */
  readonly select?: (data: OutputOf<Ref['output']>) => Selected;
  /** Whether two of what `select` gave are the same to the component. @default Object.is */
  readonly isEqual?: ((a: NoInfer<Selected>, b: NoInfer<Selected>) => boolean) | undefined;
  /** How long the answer is kept after the last component has gone; of the one that leaves last. @default the client's `timings.channelLeaseMs`, 30 s */
  readonly gcTimeMs?: number | undefined;
  /** False: asks nothing, and shows what somebody else holds, if anybody does. @default true */
  readonly enabled?: boolean | undefined;
} & (Ref['input'] extends undefined ? { readonly input?: undefined | SkipToken } : { readonly input: InputOf<Ref['input']> | SkipToken });

export interface QueryResult<Data> extends QuerySnapshot<Data> {
  /** Asks again, unless it is being asked. */
  readonly refetch: () => void;
}

/**
 * Asks, and shows the answer. Every component with the same input shares one question.
 * With `input: skipToken` nothing is asked.
 *
 * @example
 * ```tsx
 * const history = useQuery(api.queries.history, {
 *   input: { room: id },
 *   follow: { channel: api.channels.room, params: { id }, apply: upsert('id') },
 * });
 * ```
 */
export function useQuery<Ref extends QueryRef, Channel extends ChannelRef = ChannelRef, Selected = OutputOf<Ref['output']>>(
  ref: Ref,
  options: QueryOptions<Ref, Channel, Selected>,
): QueryResult<Selected>;
/** A query without input. */
export function useQuery<Out extends Schema>(ref: QueryRef<undefined, Out>): QueryResult<OutputOf<Out>>;
export function useQuery<Ref extends QueryRef, Selected>(ref: Ref, options = {} as QueryOptions<Ref, ChannelRef, Selected>): QueryResult<Selected> {
  const core = useServingCore(ref);
  const { select, isEqual = Object.is, enabled = true, gcTimeMs } = options;
  const input: unknown = options.input;
  const isSkipped = input === skipToken;
  const follow = options.follow as { channel: ChannelRef; params?: Params; apply: Apply } | undefined;
  const followed = follow?.channel;
  const source = useKept([core, ref, followed, enabled, gcTimeMs, isSkipped || stableKey([input, follow?.params])], (): LiveQuery<OutputOf<Ref['output']>> => {
    if (isSkipped) return SKIPPED;
    const query = core.use(LIVE_QUERIES).liveQuery(ref, input as InputOf<Ref['input']>, followed && { channel: followed, params: follow?.params ?? {} }, gcTimeMs);
    return enabled ? query : { ...query, subscribe: query.watch, setApply() {} };
  });
  const snapshot = useSyncExternalStoreWithSelector(
    useSubscribe(source, options.flush),
    source.get,
    source.getInitial,
    (state: QuerySnapshot<OutputOf<Ref['output']>>): QuerySnapshot<unknown> =>
      select === undefined || state.data === undefined ? state : { ...state, data: select(state.data) },
    select === undefined ? Object.is : // Before the answer there is nothing that was selected.
      isSameSelection((a, b) => (a === undefined || b === undefined ? a === b : isEqual(a as Selected, b as Selected))),
  );
  const apply = follow?.apply;
  useEffect(() => {
    if (apply !== undefined) source.setApply(apply);
  });
  return useMemo(() => ({ ...snapshot, refetch: source.refetch }) as QueryResult<Selected>, [snapshot, source]);
}

const SKIPPED = stillQuery(INITIAL_QUERY);
