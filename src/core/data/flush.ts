/**
 * Decides when subscribers are notified: at most once a frame, and soon after the first change that follows a quiet frame.
 * A renderer may have each flush wait for its turn.
 * Not here: what a cell holds.
 */
import { DEV, RealtimeError } from '../errors.js';
import type { Cancel, Clock } from '../world.js';

/**
 * When a subscriber is notified. `frame`: at most once a frame, when the renderer has time; `sync`: at once, of each change;
 * `everyMs`: at most once in so many milliseconds, with a frame.
 */
export type Flush = 'frame' | 'sync' | { readonly everyMs: number };

/** Calls `flush` when the renderer has time for it. */
export type FlushScheduler = (flush: () => void) => void;

export interface Flusher {
  /** Has `flush` called with the next flush; once, however often it is marked. With `everyMs` at most once in so many milliseconds. */
  mark(flush: () => void, everyMs?: number): void;
  /** Flushes what is marked now. */
  now(): void;
  /** Notifies a subscriber; a throw is reported, and the next subscribers are notified all the same. */
  tell(listener: () => void): void;
  /** Each flush waits for this scheduler, until the returned function is called. The newest scheduler counts. */
  scheduleWith(scheduler: FlushScheduler): () => void;
  dispose(): void;
}

type FlushState =
  | { readonly tag: 'idle' }
  /** The leading flush comes at the end of this task's microtasks: a burst in one task is one flush. */
  | { readonly tag: 'leading' }
  /** Waits for the scheduler, not without end. */
  | { readonly tag: 'scheduled'; readonly cancel: Cancel }
  /** Flushed in this frame; what comes now waits for the next paint. */
  | { readonly tag: 'cooling'; readonly cancel: Cancel };

/** A flush waits no longer than this for the scheduler: React lets a transition expire after the same time. */
const SCHEDULED_MS = 5_000;

export interface FlushPort {
  readonly clock: Pick<Clock, 'after'>;
  paint(run: () => void): Cancel;
  show?: ((run: () => void) => void) | undefined;
  onError(error: RealtimeError): void;
}

export function createFlusher({ clock, paint, show = (run) => run(), onError }: FlushPort): Flusher {
  const marked = new Map<() => void, number>();
  /** Those that were called less than their `everyMs` ago. */
  const resting = new Map<() => void, Cancel>();
  const schedulers = new Set<FlushScheduler>();
  let state: FlushState = { tag: 'idle' };

  const tell = (listener: () => void): void => {
    try {
      listener();
    } catch (cause) {
      onError(new RealtimeError('misuse', DEV && 'A listener threw; the others were still called. See cause.', { cause }));
    }
  };
  const due = (): (() => void)[] => [...marked.keys()].filter((run) => !resting.has(run));
  const flush = (those: readonly (() => void)[]): void => {
    for (const run of those) {
      const everyMs = marked.get(run) ?? 0;
      marked.delete(run);
      if (everyMs > 0 && !resting.has(run)) resting.set(run, clock.after(everyMs, () => resting.delete(run) && begin()));
    }
    those.forEach(tell);
  };
  const begin = (): void => {
    if (state.tag === 'idle' && due().length > 0) lead();
  };
  const lead = (): void => {
    state = { tag: 'leading' };
    void Promise.resolve().then(() => state.tag === 'leading' && schedule());
  };
  /** An update of an external store interrupts what React renders: the scheduler says when React is not in the middle of a transition. */
  const schedule = (): void => {
    const scheduler = [...schedulers].at(-1);
    if (scheduler === undefined) {
      state = { tag: 'scheduled', cancel() {} };
      show(onTurn);
      return;
    }
    // In a task of its own: React begins before that what waits since the last flush.
    wait(0, () => {
      wait(SCHEDULED_MS, () => show(onTurn));
      show(() => scheduler(onTurn));
    });
  };
  const wait = (ms: number, run: () => void): void => {
    state = { tag: 'scheduled', cancel: clock.after(ms, run) };
  };
  const onTurn = (): void => {
    if (state.tag !== 'scheduled') return;
    state.cancel();
    state = { tag: 'cooling', cancel: paint(onPaint) };
    flush(due());
  };
  const onPaint = (): void => {
    if (due().length > 0) schedule();
    else state = { tag: 'idle' };
  };

  return {
    mark(run, everyMs = 0) {
      marked.set(run, everyMs);
      begin();
    },
    now: () => show(() => flush([...marked.keys()])),
    tell,
    scheduleWith(scheduler) {
      schedulers.add(scheduler);
      return () => {
        schedulers.delete(scheduler);
        // The turn that was asked for may never come.
        if (state.tag !== 'scheduled') return;
        state.cancel();
        lead();
      };
    },
    dispose() {
      if ('cancel' in state) state.cancel();
      state = { tag: 'idle' };
      marked.clear();
      for (const cancel of resting.values()) cancel();
    },
  };
}
