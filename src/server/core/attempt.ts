/**
 * Runs the application's code with an end: it returns, fails, is late or is cancelled, whichever comes first.
 * What it does after that is heard by nobody; only that it has ended. Not here: what follows from it.
 */
import type { Clock } from '../../core/world.js';
import type { AbortHandle } from './abort.js';

export type Ended<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'late' }
  | { readonly kind: 'cancelled' };

export interface Attempt<T> {
  /** Never rejects. */
  readonly ended: Promise<Ended<T>>;
  /** The work itself is over; after an end that was late or cancelled this may come later, or never. Never rejects. */
  readonly settled: Promise<void>;
  cancel(): void;
}

export function attempt<T>(parts: {
  readonly clock: Clock;
  readonly ms: number;
  /** Aborted when the attempt ends late or cancelled. */
  readonly abort: AbortHandle;
  readonly work: () => Promise<T>;
}): Attempt<T> {
  let end: (ended: Ended<T>) => void = () => undefined;
  const ended = new Promise<Ended<T>>((resolve) => {
    end = resolve;
  });
  const cancelTimer = parts.clock.after(parts.ms, () => {
    end({ kind: 'late' });
    parts.abort.abort(new Error('The time for this request is over.'));
  });
  const settled = parts.work().then(
    (value) => end({ kind: 'returned', value }),
    (error: unknown) => end({ kind: 'threw', error }),
  );
  void ended.then(cancelTimer);
  return {
    ended,
    settled,
    cancel() {
      end({ kind: 'cancelled' });
      parts.abort.abort(new Error('This request was cancelled.'));
    },
  };
}
