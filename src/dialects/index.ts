/** Door `holdfast/dialects`: for servers that are not ours. What does not import it does not pay for it. */
export { defineDialect } from './define-dialect.js';
export { plainJson, type PlainJson } from './plain-json.js';
export type { DialectWords, Heard, HeardErrorCode, Hearing, Saying } from './words.js';
export type { Dialect, DialectCan } from '../core/protocol/dialect.js';
export type { ClosePolicy } from '../core/protocol/codes.js';
export { RealtimeError, type RealtimeErrorCode } from '../core/errors.js';
