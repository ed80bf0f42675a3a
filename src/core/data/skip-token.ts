/** What a hook is given in the place of params or input that are not there yet. */

/**
 * In the place of `params` or `input`: subscribes nothing and asks nothing until there is something to name.
 * Unlike `enabled: false` it needs no value that would never be used.
 *
 * @example
 * ```tsx
 * const room = useChannel(messages, { params: id === null ? skipToken : { id } });
 * const history = useQuery(api.queries.history, { input: id === null ? skipToken : { room: id } });
 * ```
 */
// Registered, so that two copies of this module mean the same.
export const skipToken: unique symbol = Symbol.for('holdfast.skip');

/** The type of {@link skipToken}. */
export type SkipToken = typeof skipToken;
