/**
 * The part of `AbortSignal` that a handler needs, and one for worlds that have none.
 * Not here: Node's own, which `server/node` hands in.
 */

/** What every `AbortSignal` is. */
export interface AbortLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
  throwIfAborted(): void;
}

export interface AbortHandle<Signal extends AbortLike = AbortLike> {
  readonly signal: Signal;
  abort(reason: unknown): void;
}

export function createAbort(): AbortHandle {
  const listeners = new Set<() => void>();
  let isAborted = false;
  let why: unknown;
  return {
    signal: {
      get aborted() {
        return isAborted;
      },
      get reason() {
        return why;
      },
      addEventListener: (_, listener) => void listeners.add(listener),
      removeEventListener: (_, listener) => void listeners.delete(listener),
      throwIfAborted() {
        if (isAborted) throw why;
      },
    },
    abort(reason) {
      if (isAborted) return;
      isAborted = true;
      why = reason;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}
