/** How long to wait before the next attempt: full jitter, so that a crowd that fell together does not return together. */
import type { BackoffOptions } from '../options.js';

/**
 * @param attempt - how many attempts have failed since the link last proved itself; 0 just after a loss
 * @param roll - a random number in [0, 1)
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempt: number, roll: number, options: BackoffOptions): number {
  if (attempt === 0) return Math.floor(roll * options.firstMs);
  return Math.floor(roll * Math.min(options.capMs, options.baseMs * options.factor ** attempt));
}
