/** A dialect of two functions: for servers that do not speak JSON. For those that do, see `plain-json.ts`. */
import { DEV, RealtimeError } from '../core/errors.js';
import type { Dialect, DialectCan } from '../core/protocol/dialect.js';
import { createStandIn } from './stand-in.js';
import type { DialectWords } from './words.js';

const CANNOT: DialectCan = { greet: false, ping: false, confirm: false, answer: false, acknowledge: false, resume: false };
/** As often as our own servers ping a page that is seen. */
const PING_MS = 6_000;

/**
 * Makes a dialect of what the server can, and of two functions that say our words in its own.
 *
 * @example
 * ```ts
 * const lines = defineDialect({
 *   can: {},
 *   encode: (saying) => (saying.t === 'subscribe' ? `SUB ${saying.channel}` : null),
 *   decode(text) {
 *     const [channel = '', data] = text.split('\t');
 *     return { t: 'event', channel, data };
 *   },
 * });
 * ```
 */
export function defineDialect(words: DialectWords): Dialect {
  const can: DialectCan = { ...CANNOT, ...words.can };
  const pingMs = words.pingMs ?? PING_MS;
  if (can.ping && !(pingMs > 0 && pingMs <= 2 ** 31 - 1)) throw new RealtimeError('misuse', DEV && `A dialect cannot ping each ${pingMs} ms. Give pingMs in milliseconds.`);
  return {
    can,
    protocols: words.subprotocol === undefined ? [] : [words.subprotocol],
    createStandIn: (port) => createStandIn(can, words, pingMs, port),
  };
}
