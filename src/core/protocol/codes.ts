/**
 * Numbers and words that both ends agree on, each with its policy beside it.
 * The policy of a close code follows from its range, so a code that is not listed here still has one.
 */
import type * as closeCodes from './close-codes.js';

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

export * as CloseCode from './close-codes.js';

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

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
