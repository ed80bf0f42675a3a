/**
 * What the application holds in its hands: channels, views, queries and commands of a contract, bound to the rooms.
 * Long because each kind of handle is a translation of its own.
 * Not here: the rooms themselves; a handle translates and registers, and decides nothing.
 */
import type { Channels } from './channels/channels.js';
import { channelName } from './channel-name.js';
import type { ChannelRef, CommandRef, QueryRef } from './contract.js';
import type { CommandSnapshot, Sent } from './data/command-status.js';
import { assertGcTime, type ViewRef } from './data/define-view.js';
import type { Flusher } from './data/flush.js';
import { createLiveQuery, INITIAL_QUERY, type Apply, type AskingQuery, type QuerySnapshot } from './data/live-query.js';
import { createLayers, type Local, type LocalEdit, type Optimistic } from './data/optimistic.js';
import { createShelf, lookAt } from './data/shelf.js';
import { createCell, createStill, type Readable } from './data/store.js';
import { createTap, type ChannelListener, type Tap } from './data/tap.js';
import { createView, initialView, type FoldingView, type ViewSnapshot } from './data/view.js';
import { RealtimeError } from './errors.js';
import type { Timings } from './options.js';
import { clientEventOf, effectPositions, eventDecoder, publishCommand, readAnswer, readOutcome, readVolatile, takeInput, takeVolatile, timeoutError, type Answer } from './payloads.js';
import type { Position } from './protocol/position.js';
import type { Queries } from './queries/queries.js';
import type { Outbox } from './queue/outbox.js';
import type { Clock, Dice } from './world.js';

/** How many views that no component shows keep their state and position, to go on when they are shown again. */
const STOPPED_VIEWS = 100;

export type Params = Readonly<Record<string, string | number>>;

/** A view as the application sees it: subscribing keeps it, and a while after. */
export interface View<State> extends Readable<ViewSnapshot<State>> {
  /** Starts again from the view's history, and clears the gap. */
  resync(): void;
}

/** A kept answer as the application sees it: subscribing keeps it, and a while after. */
export interface LiveQuery<Data> extends Readable<QuerySnapshot<Data>> {
  refetch(): void;
  /** Applies later events of the followed channel with this function from now on. */
  setApply(apply: Apply): void;
  /** Tells of what somebody else holds, and neither asks nor keeps anything itself. */
  readonly watch: Readable<QuerySnapshot<Data>>['subscribe'];
}

/** One question under way. */
export interface Asked {
  readonly result: Promise<unknown>;
  cancel(): void;
}

/** What a query follows. */
export interface FollowTarget {
  readonly channel: ChannelRef;
  readonly params: Params;
}

export interface Handles {
  tap(ref: ChannelRef, params: Params, listener: ChannelListener): Tap;
  view(ref: ViewRef, params: Params): View<unknown>;
  /** @param gcTimeMs - how long the answer is kept after the last subscriber */
  liveQuery(ref: QueryRef, input: unknown, follow: FollowTarget | null, gcTimeMs?: number): LiveQuery<unknown>;
  query(ref: QueryRef, input: unknown): Asked;
  send(ref: CommandRef, input: unknown, optimistic?: Optimistic<unknown>): Sent;
  /** A client event: kept ones go through the outbox; of a volatile one it is only known whether a socket took it. */
  publish(ref: ChannelRef, params: Params, name: string, data: unknown): Sent | boolean;
  reconnected(): void;
  fenceChanged(): void;
  /** Another user has signed in: nothing of the former one's answers may remain. */
  forget(): void;
  /** Ends what lingers. */
  dispose(): void;
}

export interface HandlesParts {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly flusher: Flusher;
  readonly timings: Timings;
  readonly channels: Channels;
  readonly queries: Queries;
  readonly outbox: Outbox;
  isDisposed(): boolean;
  onError(error: RealtimeError): void;
}

export function createHandles(parts: HandlesParts): Handles {
  const { clock, dice, flusher, timings, channels, queries, outbox, onError } = parts;
  const views = createShelf<ViewSnapshot<unknown>, FoldingView>(clock, timings.channelLeaseMs, STOPPED_VIEWS);
  const viewNumbers = new WeakMap<ViewRef, number>();
  let viewCount = 0;
  const liveQueries = createShelf<QuerySnapshot<unknown>, AskingQuery>(clock, timings.channelLeaseMs);
  const layers = createLayers();
  let userEra = 0;

  const assertLive = (): void => {
    if (parts.isDisposed()) throw new RealtimeError('disposed', 'This client was disposed. Make a new one.');
  };

  function view(ref: ViewRef, params: Params): View<unknown> {
    const name = channelName(ref.channel, params);
    const key = viewKey(ref, name);
    const make = (): FoldingView =>
      createView(ref, name, key, { clock, flusher, layers, join: (reader, from) => channels.join(name, eventDecoder(ref.channel), reader, from), onError });
    const seen = lookAt(views, key, make, initialView(ref.initialState), ref.gcTimeMs);
    return { ...seen.readable, resync: () => seen.item()?.resync() };
  }

  const viewKey = (ref: ViewRef, name: string): string => `${viewNumber(ref)} ${name}`;

  /** Two views of one channel are told apart by identity, as they are defined once, in a module. */
  function viewNumber(ref: ViewRef): number {
    const known = viewNumbers.get(ref);
    if (known !== undefined) return known;
    const number = ++viewCount;
    viewNumbers.set(ref, number);
    return number;
  }

  function tap(ref: ChannelRef, params: Params, listener: ChannelListener): Tap {
    const name = channelName(ref, params);
    return createTap(name, { flusher, join: (reader, from) => channels.join(name, eventDecoder(ref), reader, from), userEra: () => userEra, readVolatile: (frame) => readVolatile(ref, frame), isDisposed: parts.isDisposed, onError }, listener);
  }

  function publish(ref: ChannelRef, params: Params, name: string, data: unknown): Sent | boolean {
    const channel = channelName(ref, params);
    const part = clientEventOf(ref, name);
    if (part === undefined) throw new RealtimeError('misuse', `Clients publish no '${name}' on '${ref.pattern}'. Name it under clientEvents in the contract.`);
    if (!('~standard' in part)) return channels.publish(takeVolatile(channel, name, part.schema, data));
    return send(publishCommand(part), { channel, name, data });
  }

  function liveQuery(ref: QueryRef, input: unknown, follow: FollowTarget | null, gcTimeMs?: number): LiveQuery<unknown> {
    assertGcTime(gcTimeMs);
    const channel = follow === null ? null : channelName(follow.channel, follow.params);
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
    let latest: Apply | null = null;
    return {
      ...readable,
      subscribe(onChange, flush) {
        const stop = readable.subscribe(onChange, flush);
        if (latest !== null) item()?.setApply(latest);
        return stop;
      },
      watch,
      refetch: () => item()?.refetch(),
      setApply(apply) {
        latest = apply;
        item()?.setApply(apply);
      },
    };
  }

  function ask(
    ref: QueryRef,
    input: unknown,
    stamp: string | null,
    handlers: { onAsked(isAsked: boolean): void; onAnswer(answer: Answer, stamped: Position | null): void },
  ): () => void {
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

  function query(ref: QueryRef, input: unknown): Asked {
    let settle: (answer: Answer) => void = () => {};
    const result = new Promise<unknown>((resolve, reject) => {
      settle = (answer) => (answer.ok ? resolve(answer.value) : reject(answer.error));
    });
    try {
      assertLive();
      const cancel = queries.ask({
        name: ref.key,
        input: takeInput(ref, input).input,
        limitMs: timings.queryMs,
        startsAt: 'call',
        onAnswer: (frame) => settle(frame === 'timeout' ? { ok: false, error: timeoutError(ref, timings.queryMs) } : readAnswer(ref, frame)),
      });
      return {
        result,
        cancel() {
          cancel();
          settle({ ok: false, error: new RealtimeError('cancelled', `Query '${ref.key}' was cancelled.`) });
        },
      };
    } catch (cause) {
      if (!(cause instanceof RealtimeError)) throw cause;
      settle({ ok: false, error: cause });
      return { result, cancel: () => {} };
    }
  }

  /** What the function names, or nothing if it throws: the command goes all the same. */
  function localEdits(optimistic: Optimistic<unknown>, ref: CommandRef, input: unknown, id: string): readonly LocalEdit[] {
    const edits: unknown[] = [];
    const local = {
      view: (view: ViewRef, params: Params, edit: unknown) => edits.push({ key: viewKey(view, channelName(view.channel, params)), edit }),
      query: (query: QueryRef, asked: unknown, edit: unknown) => edits.push({ key: queryKey(query, takeInput(query, asked).input), edit }),
    } as Local;
    try {
      optimistic(local, input, id);
      return edits as LocalEdit[];
    } catch (cause) {
      onError(new RealtimeError('misuse', `The optimistic function of command '${ref.key}' threw; nothing is shown in advance. See cause.`, { cause }));
      return [];
    }
  }

  function send(ref: CommandRef, input: unknown, optimistic?: Optimistic<unknown>): Sent {
    let snapshot: CommandSnapshot = { status: 'queued', input, data: undefined, error: null, attempt: 0 };
    const progress = createCell(flusher, () => snapshot);
    const show = (next: CommandSnapshot): void => {
      snapshot = next;
      progress.changed();
    };
    let resolve: (value: unknown) => void = () => {};
    let reject: (error: RealtimeError) => void = () => {};
    const result = new Promise<unknown>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    result.catch(() => {});
    const settle = (answer: Answer, isHandedOver: boolean): void => {
      const { attempt } = snapshot;
      if (answer.ok) {
        show({ status: isHandedOver ? 'handed-over' : 'success', input, data: answer.value as undefined, error: null, attempt });
        resolve(answer.value);
      } else {
        show({ status: 'error', input, data: undefined, error: answer.error, attempt });
        reject(answer.error);
      }
    };
    const id = dice.id();
    try {
      const taken = takeInput(ref, input);
      const edits = optimistic && localEdits(optimistic, ref, input, id);
      assertLive();
      outbox.send({
        ...taken,
        id,
        name: ref.key,
        lane: ref.lane,
        onProgress(at) {
          if (at.status === 'sent') show({ status: 'sent', input, data: undefined, error: null, attempt: at.attempt });
        },
        onOutcome(outcome) {
          layers.settle(id, effectPositions(outcome));
          settle(readOutcome(ref, outcome), outcome.kind === 'handed-over');
        },
      });
      // Last of all: who is told of it may send the next one, or end everything.
      if (edits && outbox.has(id)) {
        layers.add(id, edits);
        // What a person has just done is seen now, not in the next frame.
        flusher.now();
      }
      return { id, queued: Promise.resolve(), result, progress, cancel: () => outbox.cancel(id) };
    } catch (cause) {
      layers.settle(id, null);
      // Refused where it entered: not a throw out of a click handler, but an outcome like any other.
      if (!(cause instanceof RealtimeError) || cause.code === 'misuse') throw cause;
      settle({ ok: false, error: cause }, false);
      const queued = Promise.reject(cause);
      queued.catch(() => {});
      return { id, queued, result, progress, cancel: () => {} };
    }
  }

  return {
    tap,
    view,
    liveQuery,
    query,
    send,
    publish,
    reconnected() {
      for (const query of liveQueries.items) query.reconnected();
    },
    fenceChanged() {
      for (const query of liveQueries.items) query.fenceChanged();
    },
    forget() {
      userEra++;
      views.dropStopped();
      for (const query of liveQueries.items) query.forget();
    },
    dispose() {
      views.dispose();
      liveQueries.dispose();
    },
  };
}

/** One that asks nothing, and shows this alone. */
export function stillQuery(snapshot: QuerySnapshot<never>): LiveQuery<never> {
  const still = createStill(snapshot);
  return { ...still, watch: still.subscribe, refetch() {}, setApply() {} };
}

/** No name of a query or number of a view has such a sign in it. */
function queryKey(ref: QueryRef, input: unknown): string {
  return `${ref.key}?${stableKey(input)}`;
}

/** The same text for equal inputs, whatever the order of their keys. What cannot be sent has a text, too: the error is told by who sends it. */
export function stableKey(value: unknown): string {
  try {
    return JSON.stringify(value, sortKeys) ?? '';
  } catch (error) {
    return String(error);
  }
}

function sortKeys(_: string, item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
}
