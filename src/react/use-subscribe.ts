'use client';
/** When a component is notified of what has changed. Not here: what it shows of that. */
import { useCallback } from 'react';
import type { Flush } from '../core/data/flush.js';
import type { Readable } from '../core/data/store.js';

/** When a component renders what has changed. */
export interface FlushOption {
  /**
   * `frame`: at most once a frame, and not in the middle of a transition. `sync`: at once, of each change, for the echo of what a person
   * types. `{ everyMs }`: at most once in so many milliseconds, for a component that is expensive to render. Nothing is lost: what is shown is
   * the newest state.
   *
   * @default 'frame'
   */
  readonly flush?: Flush | undefined;
}

/** Another object with the same `everyMs` does not subscribe again. */
export function useSubscribe(source: Readable<unknown>, flush: Flush = 'frame'): (onChange: () => void) => () => void {
  const when = typeof flush === 'object' ? flush.everyMs : flush;
  return useCallback((onChange: () => void) => source.subscribe(onChange, typeof when === 'number' ? { everyMs: when } : when), [source, when]);
}
