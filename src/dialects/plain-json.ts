/** A dialect of a few small functions, for the many servers that speak JSON messages of their own. */
import { DEV, RealtimeError } from '../core/errors.js';
import type { Dialect } from '../core/protocol/dialect.js';
import { defineDialect } from './define-dialect.js';
import type { DialectWords, Heard, Saying } from './words.js';

/** What each function returns is sent as JSON; null or undefined: nothing is sent. Leave out what the server does not know. */
export interface PlainJson<Message> extends Pick<DialectWords, 'closePolicy' | 'subprotocol' | 'pingMs'> {
  /** The first message of a socket. `token`: what the client's `auth` gave, or null. */
  authenticate?(token: string | null): unknown;
  subscribe?(channel: string): unknown;
  unsubscribe?(channel: string): unknown;
  publish?(channel: string, data: unknown, event: string): unknown;
  /** `id` is to come back with the answer. */
  query?(name: string, input: unknown, id: string): unknown;
  /** `id` is to come back with the answer. */
  command?(name: string, input: unknown, id: string): unknown;
  ping?(): unknown;
  /** What a message of the server's says; null or undefined: nothing that counts. */
  read?(message: Message): Heard;
  /**
   * What the server can. It follows from the functions that are given: `authenticate` → greet, `ping` → ping, `query` → answer,
   * `command` → acknowledge. Say here what they do not tell: that it confirms subscriptions, or does not answer after all.
   */
  readonly can?: DialectWords['can'];
}

/**
 * Makes a dialect for a server that speaks JSON.
 *
 * @example
 * ```ts
 * const dialect = plainJson({
 *   subscribe: (channel) => ({ action: 'subscribe', channel }),
 *   unsubscribe: (channel) => ({ action: 'unsubscribe', channel }),
 *   publish: (channel, data) => ({ action: 'publish', channel, data }),
 *   read: (message: { channel: string; data: unknown }) => ({ t: 'event', ...message }),
 * });
 * const client = createClient({ url: 'wss://prices.example', dialect });
 * ```
 */
export function plainJson<Message = unknown>(words: PlainJson<Message>): Dialect {
  const { authenticate, ping, query, command, read, can, closePolicy, subprotocol, pingMs } = words;
  return defineDialect({
    can: { greet: authenticate !== undefined, ping: ping !== undefined, answer: query !== undefined, acknowledge: command !== undefined, ...can },
    encode: (saying) => write(messageFor(words, saying)),
    decode: (text) => read?.(parse(text) as Message),
    closePolicy,
    subprotocol,
    pingMs,
  });
}

function messageFor(words: PlainJson<never>, saying: Saying): unknown {
  switch (saying.t) {
    case 'hello':
      return words.authenticate?.(saying.token);
    case 'subscribe':
      return words.subscribe?.(saying.channel);
    case 'unsubscribe':
      return words.unsubscribe?.(saying.channel);
    case 'publish':
      return words.publish?.(saying.channel, saying.data, saying.name);
    case 'query':
      return words.query?.(saying.name, saying.input, saying.id);
    case 'command':
      return words.command?.(saying.name, saying.input, saying.id);
    case 'ping':
      return words.ping?.();
  }
}

function write(message: unknown): string | null {
  if (message === undefined || message === null) return null;
  // JSON would make an empty object of it, and the server would wonder.
  if (message instanceof Promise) {
    message.catch(() => {});
    throw new TypeError('a promise cannot be sent: the function must not be async');
  }
  const text = JSON.stringify(message) as string | undefined;
  if (text === undefined) throw new TypeError(`a ${typeof message} is not JSON`);
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RealtimeError('bad-frame', DEV && 'The server sent what is not JSON, and it was ignored. Check that the URL is that of the server which the dialect is for.', { cause });
  }
}
