/**
 * Numbers and words that both ends agree on, each with its policy beside it.
 * The policy of a close code follows from its range, so a code that is not listed here still has one.
 */

/** What a client does after a close. */
export type ClosePolicy =
  /** Come back with backoff and resume. */
  | 'reconnect'
  /** Come back after the delay that the reason names, `retry-after=MS`. */
  | 'wait'
  /** Fetch a fresh token, then come back. Twice without a welcome in between: stop. */
  | 'authenticate'
  /** Do not come back by yourself. */
  | 'stop';

export const CloseCode = {
  /** The client leaves on purpose. */
  leaving: 1000,
  /** The server goes away; another one, or this one, will be back. */
  restart: 4000,
  /** The client gives the socket up: it was silent for too long. */
  silent: 4001,
  /** The server gives the client up: it was silent for too long. */
  unheard: 4002,
  /** The client did not say hello in time, or the server no welcome. */
  greetingLate: 4003,
  /** The client reads more slowly than its channels speak. */
  slowReader: 4004,
  /** The server has no room now; the reason names the delay. */
  busy: 4200,
  /** The client asked for too much; the reason names the delay. */
  rateLimited: 4201,
  /** The token was refused. */
  unauthorized: 4300,
  /** The token has run out. */
  tokenExpired: 4301,
  /** A frame broke the protocol. */
  badFrame: 4400,
  /** The two ends speak no common version. */
  incompatible: 4401,
  /** This client may not connect. */
  forbidden: 4403,
  /**
   * The same client and link has a socket with a higher number, or with the same one. A client lets go of a socket before it opens
   * the next one, so a client that reads this code on its newest socket shares its client id with another client.
   */
  replaced: 4404,
  /** A frame was larger than the limit. */
  tooLarge: 4409,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

const POLICY_OF_HUNDRED: Readonly<Record<number, ClosePolicy>> = { 42: 'wait', 43: 'authenticate', 44: 'stop' };

export function closePolicy(code: number): ClosePolicy {
  return POLICY_OF_HUNDRED[Math.floor(code / 100)] ?? 'reconnect';
}

const RETRY_AFTER = /^retry-after=(\d{1,9})$/;

/** The delay named by a close reason, in milliseconds, or null. */
export function retryAfterMs(reason: string): number | null {
  const found = RETRY_AFTER.exec(reason)?.[1];
  return found === undefined ? null : Number(found);
}

/** What a `hello` may ask for and a `welcome` grant. */
export const FEATURES = [
  'parts', // a query's response in several frames
  'volatile', // client events that nobody keeps
] as const;

export type Feature = (typeof FEATURES)[number];

/** The `code` of an `error` frame. A client treats a code that it does not know as `internal`. */
export const WIRE_ERRORS = [
  'invalid', // the input does not fit the contract
  'rejected', // the handler said no, with a name and data of the contract
  'forbidden', // not for this user; unknown names look the same
  'unsupported', // the server does not know this kind of request
  'timeout', // the handler took longer than the request had
  'too-large', // the answer, or the request, is over its limit
  'unavailable', // not now; not final
  'out-of-order', // an earlier command of the lane is missing; not final
  'lane-conflict', // the number was used by another command
  'lane-unknown', // the server does not know the lane (any more); not final
  'void', // recorded as never to be run
  'poisoned', // begun three times and never finished
  'result-expired', // the command took effect; its result is not stored any more
  'outcome-unknown', // whether the command took effect is not known any more
  'cancelled', // the client asked to stop
  'internal', // the handler failed
] as const;

export type WireError = (typeof WIRE_ERRORS)[number];

/** Why events are missing. */
export const GAP_REASONS = [
  'trimmed', // beyond retention
  'epoch', // another history: the storage was lost or replaced
  'ahead', // the storage went back behind the client
  'limit', // more than the server recovers at once
  'no-resume', // the server cannot recover (foreign servers)
  'invalid', // an event did not fit the contract and was left out
] as const;

export type GapReason = (typeof GAP_REASONS)[number];

/** A later version may add words: one that is not known says that nothing joins on. */
export function gapReason(word: string | undefined): GapReason {
  return GAP_REASONS.find((known) => known === word) ?? 'epoch';
}

/** Why a subscription ended without being asked. */
export const UNSUBSCRIBE_REASONS = ['forbidden', 'kicked', 'limit'] as const;

export type UnsubscribeReason = (typeof UNSUBSCRIBE_REASONS)[number];

/** A word that is not known keeps one out as surely as those that are. */
export function unsubscribeReason(word: string): UnsubscribeReason {
  return UNSUBSCRIBE_REASONS.find((known) => known === word) ?? 'forbidden';
}
