/**
 * A view: state folded from a channel's events, described once and shared by server-free code.
 * Not here: the folding itself (`view.ts`).
 */
import type { ChannelRef, EventOf } from '../contract.js';
import { DEV, RealtimeError } from '../errors.js';
import { HISTORY_EVENTS } from '../protocol/limits.js';

export interface ViewRef<Ref extends ChannelRef = ChannelRef, State = unknown> {
  readonly kind: 'view';
  readonly channel: Ref;
  readonly history: number;
  readonly initialState: State;
  readonly reduce: (state: State, event: EventOf<Ref>) => State;
  readonly gcTimeMs: number | undefined;
}

/**
 * Describes state that is folded from a channel's events: once a channel, shared by all components. Define it in a module:
 * one that is made while rendering is another view each time, and the component renders without end.
 *
 * @param parts.history - how many past events to start from, and to start again from after a gap, at most 1,000. Default 0: from now on.
 * @param parts.gcTimeMs - how long the channel stays subscribed after the last component has gone, if it is not the client's `timings.channelLeaseMs`
 * @param parts.reduce - pure; gives a new state, or the same one if the event changes nothing
 * @example
 * ```ts
 * export const messages = defineView(api.channels.room, { history: 50, initialState: [] as Message[], reduce: append(200) });
 * ```
 */
export function defineView<Ref extends ChannelRef, State>(
  channel: Ref,
  parts: {
    readonly history?: number;
    readonly initialState: State;
    readonly reduce: (state: NoInfer<State>, event: EventOf<Ref>) => NoInfer<State>;
    readonly gcTimeMs?: number | undefined;
  },
): ViewRef<Ref, State> {
  const { history = 0, gcTimeMs } = parts;
  if (!Number.isInteger(history) || history < 0 || history > HISTORY_EVENTS) {
    throw new RealtimeError('misuse', DEV && `A view cannot start from ${history} past events: history is a whole number from 0 to ${HISTORY_EVENTS}.`);
  }
  assertGcTime(gcTimeMs);
  return { kind: 'view', channel, history, gcTimeMs, initialState: parts.initialState, reduce: parts.reduce };
}

/** @throws RealtimeError `misuse` for what is no time: a wait of NaN would be none */
export function assertGcTime(gcTimeMs = 0): void {
  if (!(gcTimeMs >= 0)) throw new RealtimeError('misuse', DEV && `The option gcTimeMs is ${gcTimeMs}. Pass a number that is not negative, or leave it out.`);
}

/**
 * A reducer that keeps the data of the newest `limit` events in a list. Where a channel has events of several kinds the list
 * holds all of them; to keep one kind, ask for its name first.
 *
 * @throws RealtimeError `misuse` if the limit is not a number from 1 on
 * @example
 * ```ts
 * reduce: (list, event) => (event.name === 'message' ? append(200)(list, event) : list)
 * ```
 */
export function append(limit: number) {
  // Nothing is ever longer than NaN: the list would grow without end.
  if (!(limit >= 1)) throw new RealtimeError('misuse', DEV && `append(${limit}) keeps nothing: give a limit from 1 on.`);
  return <Item>(list: readonly Item[], event: { readonly data: Item }): Item[] => {
    const next = list.length >= limit ? list.slice(list.length - limit + 1) : list.slice();
    next.push(event.data);
    return next;
  };
}

/** A reducer that puts an event's data into a list, in the place of the item with the same `key`, else at the end. */
export function upsert<Key extends string>(key: Key) {
  return <Item extends Readonly<Record<Key, unknown>>>(list: readonly Item[], event: { readonly data: Item }): Item[] => {
    const at = list.findIndex((item) => item[key] === event.data[key]);
    return at < 0 ? [...list, event.data] : list.map((item, index) => (index === at ? event.data : item));
  };
}
