/* oxlint-disable max-lines -- Long because loading, following and edits are about one and the same data: `createLiveQuery` holds it. */
/**
 * An answer that is kept while somebody looks at it, and kept true by the channel that it follows.
 * The position is stamped before the answer is made, so that no event between the two can be missed or taken twice.
 * Not here: any cache policy beyond a lease.
 */
import type { Gap } from '../channels/reader.js';
import type { Reading } from '../channels/channels.js';
import type { Reader } from '../channels/delivery.js';
import type { ChannelEvent } from '../contract.js';
import { DEV, RealtimeError, type RealtimeErrorCode } from '../errors.js';
import type { Answer } from '../payloads.js';
import type { UnsubscribeReason } from '../protocol/codes.js';
import type { ChannelPosition } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { Clock, Dice } from '../world.js';
import type { Flusher } from './flush.js';
import { createOverlay, type Layers } from './optimistic.js';
import type { Shelved } from './shelf.js';
import { createCell } from './store.js';
import { refusalError } from './view.js';

/** What a component sees of a query, in TanStack Query's words. */
export interface QuerySnapshot<Data> {
  readonly data: Data | undefined;
  readonly error: RealtimeError | null;
  readonly status: 'pending' | 'success' | 'error';
  /** `paused`: it waits for a link. */
  readonly fetchStatus: 'fetching' | 'paused' | 'idle';
  readonly isPending: boolean;
  readonly isSuccess: boolean;
  readonly isError: boolean;
  readonly isFetching: boolean;
  /** It may lag behind: it is being asked again, or what it follows is not live. */
  readonly isStale: boolean;
  readonly dataUpdatedAt: number;
}

export interface AskingQuery extends Shelved<QuerySnapshot<unknown>> {
  refetch(): void;
  /** Applies later events with this function from now on. */
  setApply(apply: Apply): void;
  /** Another user has signed in: what is here belongs to the former one. */
  forget(): void;
  /** The link is back. A query that follows nothing is asked again. */
  reconnected(): void;
  /** The storage behind the server is another one: ask again. */
  fenceChanged(): void;
}

/** Puts an event into the data of a query. It must bear an event twice: put, do not add. */
export type Apply = (data: unknown, event: ChannelEvent) => unknown;

export interface LiveQueryPort {
  readonly clock: Clock;
  readonly dice: Pick<Dice, 'roll'>;
  readonly flusher: Flusher;
  readonly layers: Layers;
  /** What edits of it are filed under. */
  readonly key: string;
  readonly name: string;
  /** Asks once; the returned function cancels. */
  ask(handlers: {
    onAsked(isAsked: boolean): void;
    onAnswer(answer: Answer, stamped: Position | null): void;
  }): () => void;
  /** Joins the channel that is followed; null: nothing is. */
  readonly follow: ((reader: Reader) => Reading) | null;
  onError(error: RealtimeError): void;
}

type Load =
  | { readonly tag: 'none' }
  | { readonly tag: 'loading'; readonly cancel: () => void; readonly isAsked: boolean; /** The question is not sent yet: a delay runs. */ readonly isDelayed: boolean };

/** Where nothing is followed, no place in a channel says when the data holds an outcome. */
const NEXT_ANSWER: Position = { epoch: '', offset: 0 };
/** Events that came while the answer was on its way; past this many they are fetched again instead. */
const HELD_EVENTS = 1_000;
/** After a change of fence every page asks again: not all in the same moment. */
const FENCE_JITTER_MS = 1_000;
/** Errors that may pass: a followed query is asked again after them. */
const MAY_PASS: ReadonlySet<RealtimeErrorCode> = new Set<RealtimeErrorCode>(['timeout', 'unavailable', 'internal']);
/** Reloads that follow each other faster than this wait ever longer. */
const CALM_MS = 10_000;
const RELOAD_BASE_MS = 500;
const RELOAD_CAP_MS = 30_000;

export function createLiveQuery(port: LiveQueryPort): AskingQuery {
  let load: Load = { tag: 'none' };
  let data: unknown;
  /** An answer may be `undefined`. */
  let isAnswered = false;
  let error: RealtimeError | null = null;
  let updatedAt = 0;
  let reloads = 0;
  let reloadedAt = -Infinity;
  let apply: Apply | null = null;
  let reading: Reading | null = null;
  let isChannelLive = false;
  let refusal: UnsubscribeReason | null = null;
  /** Where the data joins on to the channel's events: the stamp of its answer. After a gap nowhere, until a new answer has come. */
  let anchor: Position | null = null;
  let held: ChannelEvent[] = [];
  /** Where the held events begin; null: they do not reach back to anything known. */
  let heldFrom: Position | null = null;
  /** The position of the data when the load began: if the load fails, events are applied from here on. Null: the data joins on to no position. */
  let stoodAt: Position | null = null;
  /** A command has changed what was answered, or may have. Only where nothing is followed. */
  let isOutdated = false;
  let unlay = (): void => {};
  const overlay = createOverlay(port.name, port.onError);

  const cell = createCell<QuerySnapshot<unknown>>(port.flusher, () => {
    const shown = error ?? (refusal && refusalError(port.name, refusal));
    const status = shown !== null ? 'error' : isAnswered ? 'success' : 'pending';
    const fetchStatus = load.tag === 'none' ? 'idle' : load.isAsked ? 'fetching' : 'paused';
    return {
      data: isAnswered ? overlay.over(data) : data,
      error: shown,
      status,
      fetchStatus,
      isPending: status === 'pending',
      isSuccess: status === 'success',
      isError: status === 'error',
      isFetching: fetchStatus === 'fetching',
      isStale: isAnswered && (load.tag === 'loading' || (port.follow !== null && !(isChannelLive && anchor !== null))),
      dataUpdatedAt: updatedAt,
    };
  });

  function fetch(waitMs = 0): void {
    if (load.tag === 'loading') load.cancel();
    isOutdated = false;
    let isCancelled = false;
    let cancel: () => void = () => {};
    load = {
      tag: 'loading',
      isAsked: false,
      isDelayed: waitMs > 0,
      cancel() {
        isCancelled = true;
        cancel();
      },
    };
    const ask = (): void => {
      if (load.tag === 'loading') load = { ...load, isDelayed: false };
      held = [];
      heldFrom = reading?.position ?? null;
      stoodAt = anchor === null ? null : heldFrom;
      cancel = port.ask({
        onAsked(isAsked) {
          if (isCancelled || load.tag !== 'loading') return;
          load = { ...load, isAsked };
          cell.changed();
        },
        onAnswer: (answer, stamped) => !isCancelled && answered(answer, stamped),
      });
    };
    if (waitMs > 0) cancel = port.clock.after(waitMs, ask);
    else ask();
    cell.changed();
  }

  /** Whether events are held until the answer comes. While the question is delayed, they are applied as they come. */
  const isHolding = (): boolean => load.tag === 'loading' && !load.isDelayed;

  /** The data joins on to nothing any more. Asked anew within `withinMs`, or ever later while this keeps happening. */
  function reload(withinMs: number): void {
    anchor = null;
    fetchLater(withinMs);
  }

  function fetchLater(withinMs: number): void {
    const now = port.clock.now();
    const isCalm = now - reloadedAt >= CALM_MS;
    reloadedAt = now;
    // A question that waits is not put off: its answer will hold what was missed now as well.
    if (load.tag === 'loading' && load.isDelayed) return;
    reloads = isCalm ? 0 : reloads + 1;
    fetch(port.dice.roll() * (reloads === 0 ? withinMs : Math.min(RELOAD_CAP_MS, RELOAD_BASE_MS * 2 ** reloads)));
  }

  function answered(answer: Answer, stamped: Position | null): void {
    load = { tag: 'none' };
    if (answer.ok && port.follow === null && isAnswered && overlay.isPending) {
      // It may hold what is shown by an edit, which would be there twice: asked again when all outcomes are known.
      isOutdated = true;
    } else if (answer.ok) {
      data = answer.value;
      isAnswered = true;
      error = null;
      updatedAt = port.clock.wall();
      if (stamped === null) anchor = null;
      else catchUp(stamped);
    } else {
      error = answer.error;
      const events = held;
      held = [];
      if (stoodAt !== null && !reachesBackTo(stoodAt)) reading?.rewind(stoodAt);
      else for (const event of events) applyNext(event);
      // Data that follows a channel corrects itself: after an error that may pass, the query is asked again.
      if (port.follow !== null && MAY_PASS.has(error.code)) fetchLater(RELOAD_BASE_MS);
    }
    pass();
    cell.changed();
  }

  /** Edits go whose outcome the data holds now. */
  function pass(at = reading?.position ?? null): void {
    // The answer may be ahead of what has come.
    const isAhead = at === null || (anchor?.epoch === at.epoch && anchor.offset > at.offset);
    if (!isOutdated) overlay.pass(anchor === null || isAhead ? anchor : at);
  }

  function settle(id: string, positions: readonly ChannelPosition[] | null): void {
    // No event comes on a refused channel: an optimistic edit would wait for it forever.
    const until = refusal !== null ? null : port.follow === null ? positions && NEXT_ANSWER : positions?.find(({ channel }) => channel === port.name);
    const isOwn = overlay.settle(id, until ?? undefined);
    if (port.follow === null) {
      if (isOwn && until) isOutdated = true;
      if (isOutdated && !overlay.isPending) fetch();
    } else if (isOwn && !isHolding()) {
      if (anchor !== null) pass();
      else if (until) fetch();
    }
    if (isOwn) cell.changed();
  }

  /** From the stamp on: out of what was held, if that reaches back so far, else by asking the channel again. */
  function catchUp(stamped: Position): void {
    const reachesBack = reachesBackTo(stamped);
    const events = held;
    held = [];
    anchor = stamped;
    for (const event of events) if (isKnown(event)) overlay.settle(event.command);
    if (!reachesBack) return reading?.rewind(stamped);
    for (const event of events) applyNext(event);
  }

  function reachesBackTo(position: Position): boolean {
    return heldFrom !== null && heldFrom.epoch === position.epoch && heldFrom.offset <= position.offset;
  }

  /** The answer has it already, and perhaps something newer. */
  function isKnown(event: ChannelEvent): boolean {
    return anchor?.epoch === event.epoch && event.offset <= anchor.offset;
  }

  function applyNext(event: ChannelEvent): void {
    if (anchor === null || apply === null) return;
    overlay.settle(event.command);
    if (isKnown(event)) return;
    try {
      const next = apply(data, event);
      // It may have named another user.
      if (!isAnswered) return;
      data = next;
      updatedAt = port.clock.wall();
    } catch (cause) {
      port.onError(new RealtimeError('misuse', DEV && `The apply function of a query that follows '${port.name}' threw at offset ${event.offset}; the event was left out. See cause.`, { cause }));
    }
  }

  const reader: Reader = {
    history: 0,
    onEvent(event) {
      if (!isHolding()) return applyNext(event);
      if (held.push(event) <= HELD_EVENTS) return;
      held = [];
      heldFrom = null;
    },
    onEnd(end) {
      if (isHolding()) {
        // Nothing is held yet, so held events begin here: after the channel's first answer, and after too many were dropped.
        if (held.length === 0) heldFrom ??= end;
        return;
      }
      if (anchor !== null) pass(end);
      cell.changed();
    },
    onGap(gap: Gap) {
      if (gap.reason !== 'invalid') reload(0);
    },
    onStatus(status) {
      isChannelLive = status.liveStatus === 'live';
      refusal = status.refusal;
      // The subscription was refused: the positions in the outcome will never be reached.
      if (refusal !== null) overlay.pass(null);
      cell.changed();
    },
    // `forget` is for queries that follow nothing, too.
    onReset() {},
  };

  return {
    ...cell,
    start() {
      reading = port.follow?.(reader) ?? null;
      isChannelLive = reading?.status.liveStatus === 'live';
      refusal = reading?.status.refusal ?? null;
      unlay = port.layers.show({ key: port.key, overlay, changed: cell.changed, settle });
      fetch();
    },
    stop() {
      unlay();
      if (load.tag === 'loading') load.cancel();
      load = { tag: 'none' };
      // It lingered already: the channel need not linger once more.
      reading?.leave(0);
      reading = null;
    },
    refetch() {
      reading?.rejoin();
      if (load.tag === 'none' || load.isDelayed) fetch();
    },
    setApply: (next) => (apply = next),
    reconnected() {
      // One that is loading asks again by itself; one that follows goes on from its position, if it has one.
      if (load.tag === 'none' && !(port.follow !== null && anchor !== null)) fetch();
    },
    fenceChanged: () => reload(FENCE_JITTER_MS),
    forget() {
      data = undefined;
      error = null;
      anchor = null;
      isAnswered = false;
      updatedAt = 0;
      overlay.clear();
      fetch();
    },
  };
}

/** What is seen of a query that nobody holds yet. */
export const INITIAL_QUERY: QuerySnapshot<never> = {
  data: undefined,
  error: null,
  status: 'pending',
  fetchStatus: 'idle',
  isPending: true,
  isSuccess: false,
  isError: false,
  isFetching: false,
  isStale: false,
  dataUpdatedAt: 0,
};
