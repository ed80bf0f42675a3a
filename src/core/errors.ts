/**
 * The one error of the library: a code from a closed set and a sentence that says what to do.
 * Not here: what travels on the wire (`protocol/codes.ts`).
 */

/** Replaced by the builds (vite.config.ts, vite.production.config.ts); a source that runs unbuilt is in development. */
declare const __DEV__: boolean | undefined;

/**
 * Empty in what a page loads in production: with `DEV && sentence`, a text either way, the sentence is not in it.
 * The server and `holdfast/testing` keep theirs.
 */
export const DEV: true | '' = typeof __DEV__ === 'undefined' || __DEV__ ? true : '';

/**
 * Why something failed; `docs/errors.md` has a section for each.
 *
 * - `invalid` – the value does not fit the contract; fix the value
 * - `rejected` – the server's handler said no; see `name` and `data`
 * - `result-expired` – the command took effect, and its result is not stored any more; read the state again
 * - `expired` – the command waited longer than it may and was never run
 * - `cancelled` – you, or `dispose`, ended it before it was sent
 * - `queue-full` – the outbox is full; wait until it drains (or, with `overflow: 'drop-oldest'`, it was dropped for newer ones)
 * - `outcome-unknown` – it was sent, and whether it was run cannot be known any more
 * - `timeout` – no answer in time
 * - `unauthorized` – the server refused the token
 * - `forbidden` – not for this user
 * - `replaced` – another page with a copy of this client's id has taken its place
 * - `incompatible` – client and server speak different versions
 * - `too-large` – over a size limit
 * - `unsupported` – the server does not know this request
 * - `unavailable` – the server cannot now
 * - `bad-frame` – the other end broke the protocol
 * - `no-provider` – a hook was used outside a provider that serves its contract
 * - `disposed` – the client was disposed
 * - `misuse` – a wrong call; the message says which
 * - `internal` – the server's handler failed
 */
export type RealtimeErrorCode =
  | 'invalid'
  | 'rejected'
  | 'result-expired'
  | 'expired'
  | 'cancelled'
  | 'queue-full'
  | 'outcome-unknown'
  | 'timeout'
  | 'unauthorized'
  | 'forbidden'
  | 'replaced'
  | 'incompatible'
  | 'too-large'
  | 'unsupported'
  | 'unavailable'
  | 'bad-frame'
  | 'no-provider'
  | 'disposed'
  | 'misuse'
  | 'internal';

/** What {@link RealtimeError} can carry besides its code and sentence. */
export interface RealtimeErrorDetails {
  /** The contract's name of a `rejected` error. */
  readonly reason?: string | undefined;
  /** The contract's data of a `rejected` error, validated. */
  readonly data?: unknown;
  readonly cause?: unknown;
}

/**
 * Every failure that Holdfast reports, thrown or handed over.
 *
 * A page's production build has the codes alone: `message` is a sentence in development and in Node, followed by the place
 * in `docs/errors.md` where its code is explained, and `holdfast: CODE` in production. Show people your own words, chosen by
 * `code` and `reason`.
 *
 * @example
 * ```ts
 * post.send(input).result.catch((error) => {
 *   if (error instanceof RealtimeError && error.code === 'outcome-unknown') askThePerson();
 * });
 * ```
 */
export class RealtimeError extends Error {
  override readonly name = 'RealtimeError';
  readonly code: RealtimeErrorCode;
  /** With code `rejected`: which of the contract's errors. */
  readonly reason: string | undefined;
  /** With code `rejected`: what the contract's error carries. */
  readonly data: unknown;

  constructor(code: RealtimeErrorCode, message: string, details: RealtimeErrorDetails = {}) {
    super(message ? `${message} (holdfast/docs/errors.md#${code})` : `holdfast: ${code}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.reason = details.reason;
    this.data = details.data;
  }
}

type Failure<Code, Reason, Data> = RealtimeError & { readonly code: Code; readonly reason: Reason; readonly data: Data };

/**
 * A {@link RealtimeError} whose rejections are those of a contract: the `reason` tells them apart, each with its data.
 * `undefined` stands for every other failure, and for a rejection that this end's contract does not know.
 *
 * @typeParam Reasons - what each named rejection carries
 */
export type RejectionOf<Reasons> =
  | { [Name in keyof Reasons & string]: Failure<'rejected', Name, Reasons[Name]> }[keyof Reasons & string]
  | Failure<RealtimeErrorCode, undefined, undefined>;
