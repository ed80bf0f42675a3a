/** How a hook is told that there is nothing to do yet. */
import type { Readable } from '../core/data/store.js';

/**
 * In the place of `params` or `input`: subscribe to nothing, ask nothing. TypeScript then knows that there are no parameters
 * yet, which `enabled: false` does not tell it.
 *
 * @example
 * ```tsx
 * const history = useQuery(api.queries.history, { input: room === null ? skipToken : { room } });
 * ```
 */
export const skipToken: unique symbol = Symbol('holdfast.skip');
export type SkipToken = typeof skipToken;

/** What a hook looks at that was told to skip: it never changes, and nothing is behind it. */
export function nothingOf<T>(snapshot: T): Readable<T> & { readonly resync: () => void; readonly refetch: () => void } {
  const get = (): T => snapshot;
  return { get, getInitial: get, subscribe: () => ignore, resync: ignore, refetch: ignore };
}

function ignore(): void {}
