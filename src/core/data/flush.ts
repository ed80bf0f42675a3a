/**
 * One gate between what arrives and who shows it: at most one flush a frame, and one at once after a quiet time.
 * Not here: what a cell holds.
 */
import { DEV, RealtimeError } from '../errors.js';
import type { Cancel } from '../world.js';

export interface Flusher {
  /** Has `flush` called with the next flush; once, however often it is marked. */
  mark(flush: () => void): void;
  /** Flushes what is marked now. */
  now(): void;
  /** Calls somebody who watches; a throw is reported, and costs nobody else the news. */
  tell(listener: () => void): void;
  dispose(): void;
}

type FlushState =
  | { readonly tag: 'idle' }
  /** The leading flush comes at the end of this task's microtasks: a burst in one task is one flush. */
  | { readonly tag: 'leading' }
  /** Flushed in this frame; what comes now waits for the next paint. */
  | { readonly tag: 'cooling'; readonly cancel: Cancel };

export interface FlushPort {
  paint(run: () => void): Cancel;
  show?: ((run: () => void) => void) | undefined;
  onError(error: RealtimeError): void;
}

export function createFlusher({ paint, show = (run) => run(), onError }: FlushPort): Flusher {
  const marked = new Set<() => void>();
  let state: FlushState = { tag: 'idle' };

  const tell = (listener: () => void): void => {
    try {
      listener();
    } catch (cause) {
      onError(new RealtimeError('misuse', DEV && 'A listener threw; the others were still called. See cause.', { cause }));
    }
  };
  const flush = (): void => {
    const due = [...marked];
    marked.clear();
    show(() => due.forEach(tell));
  };
  const cool = (): void => {
    state = { tag: 'cooling', cancel: paint(onPaint) };
  };
  const onPaint = (): void => {
    if (marked.size === 0) {
      state = { tag: 'idle' };
      return;
    }
    cool();
    flush();
  };
  const onLeading = (): void => {
    if (state.tag !== 'leading') return;
    cool();
    flush();
  };

  return {
    mark(run) {
      marked.add(run);
      if (state.tag !== 'idle') return;
      state = { tag: 'leading' };
      void Promise.resolve().then(onLeading);
    },
    now: flush,
    tell,
    dispose() {
      if (state.tag === 'cooling') state.cancel();
      state = { tag: 'idle' };
      marked.clear();
    },
  };
}
