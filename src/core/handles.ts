/**
 * What the application holds in its hands: channels, views, queries and commands of a contract, bound to the rooms.
 * Not here: the rooms themselves; a handle translates and registers, and decides nothing.
 */
import type { Channels, ChannelStatus } from './channels/channels.js';
import type { Gap } from './channels/reader.js';
import { channelName, type ChannelEvent, type ChannelRef, type CommandRef, type QueryRef } from './contract.js';
import type { CommandSnapshot } from './data/command-status.js';
import type { ViewRef } from './data/define-view.js';
import type { Flusher } from './data/flush.js';
import { createLiveQuery, type LiveQuery } from './data/live-query.js';
import { createCell, type Readable } from './data/store.js';
import { createView, refusalError, type View } from './data/view.js';
import { RealtimeError } from './errors.js';
import type { Timings } from './options.js';
import { checkInput, eventDecoder, readAnswer, readOutcome, timeoutError, type Answer } from './payloads.js';
import type { Position } from './protocol/position.js';
import type { Queries } from './queries/queries.js';
import type { Outbox } from './queue/outbox.js';
import type { Clock } from './world.js';

export type Params = Readonly<Record<string, string | number>>;

/** Whoever listens to a channel without a view: every event from now on, in order. */
export interface ChannelListener {
  onEvent?(event: ChannelEvent): void;
  onGap?(gap: Gap): void;
  onStatus?(status: ChannelStatus & { readonly error: RealtimeError | null }): void;
}

/** One send of a command. */
export interface Sent<Input = unknown, Output = unknown> {
  readonly id: string;
  /** Resolves when the outbox has taken it; rejects if it did not. */
  readonly queued: Promise<void>;
  /** Its outcome. Nothing is reported as unhandled if you do not look at it. */
  readonly result: Promise<Output>;
  readonly progress: Readable<CommandSnapshot<Input, Output>>;
  /** Ends it if it was not run yet. */
  cancel(): void;
}

/** What a query follows. */
export interface FollowTarget {
  readonly channel: ChannelRef;
  readonly params: Params;
}

export interface Handles {
  listen(ref: ChannelRef, params: Params, listener: ChannelListener): () => void;
  view(ref: ViewRef, params: Params): View<unknown>;
  liveQuery(ref: QueryRef, input: unknown, follow: FollowTarget | null): LiveQuery<unknown>;
  query(ref: QueryRef, input: unknown, onCancel: ((cancel: () => void) => void) | null): Promise<unknown>;
  send(ref: CommandRef, input: unknown): Sent;
  reconnected(): void;
  fenceChanged(): void;
}

export interface HandlesParts {
  readonly clock: Clock;
  readonly flusher: Flusher;
  readonly timings: Timings;
  readonly channels: Channels;
  readonly queries: Queries;
  readonly outbox: Outbox;
  isDisposed(): boolean;
  onError(error: RealtimeError): void;
}

export function createHandles(parts: HandlesParts): Handles {
  const { clock, flusher, timings, channels, queries, outbox, onError } = parts;
  const views = new Map<unknown, Map<string, View<unknown>>>();
  const liveQueries = new Map<string, LiveQuery<unknown>>();

  const assertLive = (): void => {
    if (parts.isDisposed()) throw new RealtimeError('disposed', 'This client was disposed. Make a new one.');
  };

  function listen(ref: ChannelRef, params: Params, listener: ChannelListener): () => void {
    const name = channelName(ref, params);
    const showStatus = (status: ChannelStatus): void =>
      listener.onStatus?.({ ...status, error: status.refusal === null ? null : refusalError(name, status.refusal) });
    const reading = channels.join(name, eventDecoder(ref), {
      history: 0,
      onEvents: (events) => {
        for (const event of events) listener.onEvent?.(event);
      },
      onGap: (gap) => listener.onGap?.(gap),
      onStatus: showStatus,
      onReset: () => {},
    });
    showStatus(reading.status);
    return () => reading.leave();
  }

  function view(ref: ViewRef, params: Params): View<unknown> {
    const channel: ChannelRef = ref.channel;
    const name = channelName(channel, params);
    const ofRef = views.get(ref) ?? new Map<string, View<unknown>>();
    views.set(ref, ofRef);
    const found = ofRef.get(name);
    if (found !== undefined) return found;
    const made = createView(ref, name, {
      clock,
      flusher,
      leaseMs: timings.channelLeaseMs,
      join: (reader) => channels.join(name, eventDecoder(channel), reader),
      onEnd: () => ofRef.get(name) === made && ofRef.delete(name),
      onError,
    });
    ofRef.set(name, made);
    return made;
  }

  function liveQuery(ref: QueryRef, input: unknown, follow: FollowTarget | null): LiveQuery<unknown> {
    const channel = follow === null ? null : channelName(follow.channel, follow.params);
    const key = `${ref.key} ${channel ?? ''} ${stableKey(input)}`;
    const found = liveQueries.get(key);
    if (found !== undefined) return found;
    const made: LiveQuery<unknown> = createLiveQuery({
      clock,
      flusher,
      leaseMs: timings.channelLeaseMs,
      name: channel ?? ref.key,
      ask: (handlers) => ask(ref, input, channel, handlers),
      follow: follow && channel !== null ? (reader) => channels.join(channel, eventDecoder(follow.channel), reader) : null,
      onEnd: () => liveQueries.get(key) === made && liveQueries.delete(key),
      onError,
    });
    liveQueries.set(key, made);
    return made;
  }

  function ask(
    ref: QueryRef,
    input: unknown,
    stamp: string | null,
    handlers: { onAsked(isAsked: boolean): void; onAnswer(answer: Answer, stamped: Position | null): void },
  ): () => void {
    return queries.ask({
      name: ref.key,
      input: checkInput(ref, input),
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

  function query(ref: QueryRef, input: unknown, onCancel: ((cancel: () => void) => void) | null): Promise<unknown> {
    return new Promise((resolve, reject) => {
      assertLive();
      const settle = (answer: Answer): void => (answer.ok ? resolve(answer.value) : reject(answer.error));
      const cancel = queries.ask({
        name: ref.key,
        input: checkInput(ref, input),
        limitMs: timings.queryMs,
        startsAt: 'call',
        onAnswer: (frame) => settle(frame === 'timeout' ? { ok: false, error: timeoutError(ref, timings.queryMs) } : readAnswer(ref, frame)),
      });
      onCancel?.(() => {
        cancel();
        reject(new RealtimeError('cancelled', `Query '${ref.key}' was cancelled.`));
      });
    });
  }

  function send(ref: CommandRef, input: unknown): Sent {
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
    const settle = (answer: Answer): void => {
      const { attempt } = snapshot;
      if (answer.ok) {
        show({ status: 'success', input, data: answer.value, error: null, attempt });
        resolve(answer.value);
      } else {
        show({ status: 'error', input, data: undefined, error: answer.error, attempt });
        reject(answer.error);
      }
    };
    try {
      assertLive();
      const { id } = outbox.send({
        name: ref.key,
        lane: ref.lane,
        input: checkInput(ref, input),
        onProgress(at) {
          if (at.status === 'sent') show({ status: 'sent', input, data: undefined, error: null, attempt: at.attempt });
        },
        onOutcome: (outcome) => settle(readOutcome(ref, outcome)),
      });
      return { id, queued: Promise.resolve(), result, progress, cancel: () => outbox.cancel(id) };
    } catch (cause) {
      // Refused where it entered: not a throw out of a click handler, but an outcome like any other.
      if (!(cause instanceof RealtimeError) || cause.code === 'misuse') throw cause;
      settle({ ok: false, error: cause });
      const queued = Promise.reject(cause);
      queued.catch(() => {});
      return { id: '', queued, result, progress, cancel: () => {} };
    }
  }

  return {
    listen,
    view,
    liveQuery,
    query,
    send,
    reconnected() {
      for (const live of liveQueries.values()) live.reconnected();
    },
    fenceChanged() {
      for (const live of liveQueries.values()) live.fenceChanged();
    },
  };
}

/** The same text for equal inputs, whatever the order of their keys. */
export function stableKey(value: unknown): string {
  return (
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ) ?? ''
  );
}
