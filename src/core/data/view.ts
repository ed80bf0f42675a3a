/**
 * A view at work: folds one channel's events into state, for everybody who looks at it.
 * Not here: which events come and in what order (`channels/`).
 */
import type { Reading } from '../channels/channels.js';
import type { ChannelStatus, LiveStatus, Reader } from '../channels/delivery.js';
import type { Gap } from '../channels/reader.js';
import type { ChannelEvent } from '../contract.js';
import { DEV, RealtimeError } from '../errors.js';
import type { UnsubscribeReason } from '../protocol/codes.js';
import type { ChannelPosition } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { Clock } from '../world.js';
import type { ViewRef } from './define-view.js';
import type { Flusher } from './flush.js';
import { createOverlay, type Layers } from './optimistic.js';
import type { Shelved } from './shelf.js';
import { createCell } from './store.js';

/** What a component sees of a channel. */
export interface ViewSnapshot<State> {
  readonly data: State;
  /** `pending` until the channel has answered for the first time. */
  readonly status: 'pending' | 'success' | 'error';
  readonly liveStatus: LiveStatus;
  /** The data may lag behind: the channel is not live. */
  readonly isStale: boolean;
  /** A hole in what the data was folded from; stays until `resync` or a reload. */
  readonly gap: Gap | null;
  readonly error: RealtimeError | null;
  /** Wall clock of the last change, ms since 1970; 0 before the first. */
  readonly dataUpdatedAt: number;
}

/** State that is folded from the history and not shown before the last page has come. */
interface Draft {
  state: unknown;
  /** Of its events. */
  readonly commands: (string | undefined)[];
}

export interface FoldingView extends Shelved<ViewSnapshot<unknown>> {
  /** Starts again from the view's history, and clears the gap. */
  resync(): void;
}

export interface ViewPort {
  readonly clock: Clock;
  readonly flusher: Flusher;
  readonly layers: Layers;
  join(reader: Reader, from: Position | null): Reading;
  onError(error: RealtimeError): void;
}

/** @param key - what edits of it are filed under */
export function createView(ref: ViewRef, name: string, key: string, port: ViewPort): FoldingView {
  const reduce = ref.reduce as (state: unknown, event: ChannelEvent) => unknown;
  const initial = ref.initialState;
  const startDraft = (): Draft | null => (ref.history > 0 ? { state: initial, commands: [] } : null);
  let data = initial;
  /** Not null while the history loads. Until then the former state is shown, never a part of the new one. */
  let draft = startDraft();
  /** Counts its starts: what an event was folded from counts only until the next one. */
  let starts = 0;
  let isAnswered = false;
  let updatedAt = 0;
  let gap: Gap | null = null;
  let channel: ChannelStatus = { liveStatus: 'idle', refusal: null };
  let reading: Reading | null = null;
  /** The position at which the view was stopped, to go on from (rule R9). */
  let stoppedAt: Position | null = null;
  let unlay = (): void => {};
  const overlay = createOverlay(name, port.onError);

  const cell = createCell<ViewSnapshot<unknown>>(port.flusher, () => ({
    data: overlay.over(data),
    status: channel.refusal !== null ? 'error' : isAnswered ? 'success' : 'pending',
    liveStatus: channel.liveStatus,
    isStale: isAnswered && channel.liveStatus !== 'live',
    gap,
    error: channel.refusal === null ? null : refusalError(name, channel.refusal),
    dataUpdatedAt: updatedAt,
  }));

  const reader: Reader = {
    history: ref.history,
    onEvent(event) {
      if (draft === null) overlay.settle(event.command);
      else draft.commands.push(event.command);
      fold(event);
    },
    onEnd(end, isLast) {
      if (draft !== null && !isLast) return;
      if (draft !== null) {
        data = draft.state;
        for (const command of draft.commands) overlay.settle(command);
        draft = null;
      }
      overlay.pass(end);
      isAnswered = true;
      updatedAt = port.clock.wall();
      cell.changed();
    },
    onGap(found) {
      // A view with history starts again from it; one without keeps what it has. One bad event is a hole in either.
      if (found.reason !== 'invalid') draft = startDraft();
      gap = found;
      cell.changed();
    },
    onStatus(status) {
      channel = status;
      // The subscription was refused: the positions in the outcome will never be reached.
      if (status.refusal !== null) overlay.pass(null);
      cell.changed();
    },
    onReset() {
      starts++;
      data = initial;
      draft = startDraft();
      isAnswered = false;
      gap = null;
      overlay.clear();
      cell.changed();
    },
  };

  function fold(event: ChannelEvent): void {
    const began = starts;
    try {
      const next = reduce(draft === null ? data : draft.state, event);
      // It may have started the view again.
      if (began !== starts) return;
      if (draft === null) data = next;
      else draft.state = next;
    } catch (cause) {
      port.onError(new RealtimeError('misuse', DEV && `The reduce function of a view of '${name}' threw at offset ${event.offset}; the event was left out. See cause.`, { cause }));
    }
  }

  function settle(id: string, positions: readonly ChannelPosition[] | null): void {
    if (!overlay.settle(id, positions?.find((position) => position.channel === name))) return;
    const at = reading?.position ?? null;
    if (channel.refusal !== null) overlay.pass(null);
    // While the history loads, the shown state has not reached `at`.
    else if (at !== null && draft === null) overlay.pass(at);
    cell.changed();
  }

  return {
    ...cell,
    start() {
      // A view that has only a part of its history starts again.
      reading = port.join(reader, draft === null ? stoppedAt : null);
      // Another subscriber has the channel's answer already, and a view without history needs nothing more.
      if (draft === null && reading.position !== null) isAnswered = true;
      channel = reading.status;
      unlay = port.layers.show({ key, overlay, changed: cell.changed, settle });
      cell.changed();
    },
    stop() {
      unlay();
      overlay.clear();
      stoppedAt = reading?.position ?? null;
      draft &&= startDraft();
      channel = { liveStatus: 'idle', refusal: null };
      // It lingered already: the channel need not linger once more.
      reading?.leave(0);
      reading = null;
      cell.changed();
    },
    resync() {
      // A refused view without history goes on with its state, and so with the hole in it.
      if (channel.refusal !== null && ref.history === 0) return reading?.rejoin();
      gap = null;
      starts++;
      draft = startDraft();
      if (draft === null) data = initial;
      reading?.rewind(null);
      cell.changed();
    },
  };
}

/** What is seen of a view that nobody holds yet. */
export function initialView<State>(data: State): ViewSnapshot<State> {
  return { data, status: 'pending', liveStatus: 'idle', isStale: false, gap: null, error: null, dataUpdatedAt: 0 };
}

export function refusalError(name: string, reason: UnsubscribeReason): RealtimeError {
  switch (reason) {
    case 'forbidden':
      return new RealtimeError('forbidden', DEV && `The server does not let this user into '${name}'. Check authorize.channels, or show that it is closed.`);
    case 'kicked':
      return new RealtimeError('forbidden', DEV && `The server has removed this user from '${name}'. Call resync() to ask to be let in again.`);
    case 'limit':
      return new RealtimeError('forbidden', DEV && `The server takes no more channels from this connection. Leave some before joining '${name}'.`);
  }
}
