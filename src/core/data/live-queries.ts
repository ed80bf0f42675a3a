/** The live queries of a client: each is asked once, for all components that show it. Not here: how one loads and follows (`live-query.ts`). */
import { CHANNELS } from '../channels/channels.js';
import { channelName, type Params } from '../channel-name.js';
import type { ChannelEvent, ChannelRef, InputOf, OutputOf, QueryRef } from '../contract.js';
import { RealtimeError } from '../errors.js';
import type { BuiltFeature, Core, Feature } from '../feature.js';
import { eventDecoder, readAnswer, takeInput, timeoutError } from '../payloads.js';
import { QUERIES } from '../queries/queries.js';
import { assertGcTime } from './define-view.js';
import { createLiveQuery, INITIAL_QUERY, type Apply, type AskingQuery, type LiveQueryPort, type QuerySnapshot } from './live-query.js';
import { LAYERS, queryKey } from './optimistic.js';
import { createShelf, lookAt } from './shelf.js';
import { stableKey } from './stable-key.js';
import { createStill, type Readable } from './store.js';

/** A kept answer as the application sees it: subscribing keeps it, and a while after. */
export interface LiveQuery<Data> extends Readable<QuerySnapshot<Data>> {
  refetch(): void;
  /** Applies later events of the followed channel with this function from now on. */
  setApply(apply: Apply): void;
  /** Notifies of what others hold, and neither asks nor keeps anything itself. */
  readonly watch: Readable<QuerySnapshot<Data>>['subscribe'];
}

/** The channel whose later events keep an answer true. */
export interface FollowOption<Data> {
  readonly channel: ChannelRef;
  readonly params: Params;
  /** Puts an event into the answer; must be idempotent. Left out: say it with `setApply` before you subscribe. */
  readonly apply?: ((data: Data, event: ChannelEvent) => Data) | undefined;
}

/** The kept answers of a client. */
export interface LiveQueriesApi {
  /** An answer that is kept while it has a subscriber and for `gcTimeMs` after (default `timings.channelLeaseMs`), and follows a channel if asked to. */
  liveQuery<Ref extends QueryRef>(ref: Ref, input: InputOf<Ref['input']>, follow?: FollowOption<OutputOf<Ref['output']>>, gcTimeMs?: number): LiveQuery<OutputOf<Ref['output']>>;
}

export const LIVE_QUERIES: Feature<LiveQueriesApi> = { rank: 4, create: createLiveQueries };

function createLiveQueries(core: Core): BuiltFeature<LiveQueriesApi> {
  const { clock, dice, flusher, onError, timings } = core;
  const channels = core.use(CHANNELS);
  const queries = core.use(QUERIES);
  const layers = core.use(LAYERS);
  const liveQueries = createShelf<QuerySnapshot<unknown>, AskingQuery>(clock, timings.channelLeaseMs);

  function liveQuery(ref: QueryRef, input: unknown, follow?: FollowOption<unknown>, gcTimeMs?: number): LiveQuery<unknown> {
    assertGcTime(gcTimeMs);
    const channel = follow ? channelName(follow.channel, follow.params) : null;
    let taken: unknown;
    try {
      taken = takeInput(ref, input).input;
    } catch (error) {
      // It is looked at while rendering: what a person typed must be an answer there, not the end of the page.
      if (error instanceof RealtimeError) return stillQuery({ ...INITIAL_QUERY, status: 'error', error, isPending: false, isError: true });
      throw error;
    }
    const make = (): AskingQuery =>
      createLiveQuery({
        clock,
        dice,
        flusher,
        layers,
        key: queryKey(ref, taken),
        name: channel ?? ref.key,
        ask: (handlers) => ask(ref, taken, channel, handlers),
        follow: follow && channel !== null ? (reader) => channels.join(channel, eventDecoder(follow.channel), reader) : null,
        onError,
      });
    const { item, readable, watch } = lookAt(liveQueries, `${ref.key} ${channel ?? ''} ${stableKey(taken)}`, make, INITIAL_QUERY as QuerySnapshot<unknown>, gcTimeMs);
    let latest = (follow?.apply ?? null) as Apply | null;
    const setApply = (apply: Apply): void => {
      latest = apply;
      item()?.setApply(apply);
    };
    if (latest !== null) setApply(latest);
    return {
      ...readable,
      subscribe(onChange, flush) {
        const stop = readable.subscribe(onChange, flush);
        if (latest !== null) item()?.setApply(latest);
        return stop;
      },
      watch: (onChange, flush) => watch(() => flusher.tell(onChange), flush),
      refetch: () => item()?.refetch(),
      setApply,
    };
  }

  function ask(ref: QueryRef, input: unknown, stamp: string | null, handlers: Parameters<LiveQueryPort['ask']>[0]): () => void {
    // The answer joins on to the channel's subscription: that goes first, as after a connect.
    if (stamp !== null) channels.say();
    return queries.ask({
      name: ref.key,
      input,
      ...(stamp !== null && { stamp: [stamp] }),
      limitMs: timings.queryMs,
      startsAt: 'sent',
      onAsked: handlers.onAsked,
      onAnswer(frame) {
        if (frame === 'timeout') return handlers.onAnswer({ ok: false, error: timeoutError(ref, timings.queryMs) }, null);
        const stamped = frame.t === 'response' ? frame.positions?.find((position) => position.channel === stamp) : undefined;
        handlers.onAnswer(readAnswer(ref, frame), stamped ?? null);
      },
    });
  }

  return {
    api: { liveQuery } as LiveQueriesApi,
    onReady(_, isReturn) {
      if (isReturn) for (const query of liveQueries.items) query.reconnected();
    },
    onStorageChanged() {
      for (const query of liveQueries.items) query.fenceChanged();
    },
    onUserChanged() {
      for (const query of liveQueries.items) query.forget();
    },
    dispose: liveQueries.dispose,
  };
}

/** A query that asks nothing, and shows this snapshot alone. */
export function stillQuery(snapshot: QuerySnapshot<never>): LiveQuery<never> {
  const still = createStill(snapshot);
  return { ...still, watch: still.subscribe, refetch() {}, setApply() {} };
}
