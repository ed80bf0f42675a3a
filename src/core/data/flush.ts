/**
 * Decides when subscribers are notified: at most once a frame, and soon after the first change that follows a quiet frame.
 * A renderer may have each flush wait for its turn.
 * Not here: what a cell holds.
 */
import { RealtimeError } from '../errors.js';
import type { Cancel, Clock } from '../world.js';

/**
 * When a subscriber is notified. `frame`: at most once a frame, when the renderer has time; `sync`: at once, of each change;
 * `everyMs`: at most once in so many milliseconds, with a frame.
 */
export type Flush = 'frame' | 'sync' | { readonly everyMs: number };

/** Calls `flush` when the renderer has time for it. */
export type FlushScheduler = (flush: () => void) => void;

/** Has `flush` called with a later flush; once, however often it is marked. */
export type Mark = (flush: () => void) => void;

export interface Flusher {
  /** With the next flush. */
  readonly mark: Mark;
  /** The mark function of those that are notified at most once in so many milliseconds. Callers with the same number share one. */
  every(ms: number): Mark;
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

/** Notifies at most once in `everyMs`: a flush through `mark`, then a pause. */
interface Pacer {
  readonly mark: Mark;
  flush(): void;
  dispose(): void;
}

export function createFlusher({ clock, paint, show = (run) => run(), onError }: FlushPort): Flusher {
  const marked = new Set<() => void>();
  const pacers = new Map<number, Pacer>();
  const schedulers = new Set<FlushScheduler>();
  let state: FlushState = { tag: 'idle' };

  const tell = (listener: () => void): void => {
    try {
      listener();
    } catch (cause) {
      onError(new RealtimeError('misuse', 'A subscriber of a store threw; the others were still told. See cause.', { cause }));
    }
  };
  const tellAll = (those: Set<() => void>): void => {
    const due = [...those];
    those.clear();
    due.forEach(tell);
  };
  const mark: Mark = (run) => {
    marked.add(run);
    if (state.tag === 'idle') lead();
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
    tellAll(marked);
  };
  const onPaint = (): void => {
    if (marked.size > 0) schedule();
    else state = { tag: 'idle' };
  };

  return {
    mark,
    every(ms) {
      let pacer = pacers.get(ms);
      if (pacer === undefined) {
        pacer = createPacer(clock, ms, mark, tellAll);
        pacers.set(ms, pacer);
      }
      return pacer.mark;
    },
    now() {
      show(() => {
        tellAll(marked);
        for (const pacer of pacers.values()) pacer.flush();
      });
    },
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
      for (const pacer of pacers.values()) pacer.dispose();
    },
  };
}

function createPacer(clock: Pick<Clock, 'after'>, everyMs: number, mark: Mark, tellAll: (those: Set<() => void>) => void): Pacer {
  const marked = new Set<() => void>();
  let cancel: Cancel | null = null;
  const onPaused = (): void => {
    cancel = null;
    if (marked.size > 0) mark(flush);
  };
  const flush = (): void => {
    if (marked.size === 0) return;
    cancel ??= clock.after(everyMs, onPaused);
    tellAll(marked);
  };
  return {
    mark(run) {
      marked.add(run);
      if (cancel === null) mark(flush);
    },
    flush,
    dispose() {
      marked.clear();
      cancel?.();
    },
  };
}
