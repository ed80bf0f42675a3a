/**
 * The words between a dialect and its stand-in: our frames without what a foreign server cannot know (generations, positions, lanes).
 * Types only.
 */
import type { ClosePolicy } from '../core/protocol/codes.js';
import type { DialectCan } from '../core/protocol/dialect.js';

/** What is to be said to the server. */
export type Saying =
  | { readonly t: 'hello'; readonly token: string | null }
  | { readonly t: 'subscribe'; readonly channel: string }
  | { readonly t: 'unsubscribe'; readonly channel: string }
  | { readonly t: 'publish'; readonly id: string; readonly channel: string; readonly name: string; readonly data: unknown }
  | { readonly t: 'query'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly t: 'command'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly t: 'ping' };

/** Why a foreign server did not do what it was asked. */
export type HeardErrorCode = 'invalid' | 'rejected' | 'forbidden' | 'unsupported' | 'timeout' | 'too-large' | 'unavailable' | 'internal';

/** What the server has said. */
export type Hearing =
  /** It lets us in. `tag`: the public name of the user, if it says one. */
  | { readonly t: 'welcome'; readonly tag?: string }
  /** An event of a channel. `name`: which of the contract's events, if there is a contract. Default `'message'`. */
  | { readonly t: 'event'; readonly channel: string; readonly data: unknown; readonly name?: string }
  | { readonly t: 'subscribed'; readonly channel: string }
  /** It does not let us into the channel, or not any longer. */
  | { readonly t: 'unsubscribed'; readonly channel: string }
  | { readonly t: 'response'; readonly id: string | number; readonly result?: unknown }
  /** With `id`, a query or a command failed. Without, it is reported through `onError`. `name` and `data` with code `rejected`. */
  | {
      readonly t: 'error';
      readonly id?: string | number | undefined;
      readonly message: string;
      /** @default 'internal' */
      readonly code?: HeardErrorCode;
      readonly name?: string;
      readonly data?: unknown;
    }
  /** A ping was answered. Anything that comes is life; this says nothing more. */
  | { readonly t: 'pong' };

export type Heard = Hearing | readonly Hearing[] | null | undefined;

/** What makes a dialect. Neither function may wait for anything; one that throws is reported, and hurts nothing. */
export interface DialectWords {
  /** What the server can; what is left out it cannot. */
  readonly can: Partial<DialectCan>;
  /** Text for the server; null where it has no word for it. */
  encode(saying: Saying): string | null;
  /** What a text of the server's says; null: nothing that counts. */
  decode(text: string): Heard;
  /** Offered when a socket is opened. @default none */
  readonly subprotocol?: string | undefined;
  /** What to do when the server closes. @default always `'reconnect'`, with backoff */
  readonly closePolicy?: ((code: number, reason: string) => ClosePolicy) | undefined;
  /** With `can.ping`: how often to ping. @default 6000 ms */
  readonly pingMs?: number | undefined;
}
