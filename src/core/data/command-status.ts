/** Where the last send of a command is, as one union. */
import type { RealtimeError } from '../errors.js';

/** What a component sees of a command; every field is there in every state. */
export type CommandSnapshot<Input = unknown, Output = unknown> =
  | { readonly status: 'idle'; readonly input: undefined; readonly data: undefined; readonly error: null; readonly attempt: 0 }
  /** In the outbox; not on the wire yet. */
  | { readonly status: 'queued'; readonly input: Input; readonly data: undefined; readonly error: null; readonly attempt: 0 }
  /** On the wire; it may be run by now. */
  | { readonly status: 'sent'; readonly input: Input; readonly data: undefined; readonly error: null; readonly attempt: number }
  | { readonly status: 'success'; readonly input: Input; readonly data: Output; readonly error: null; readonly attempt: number }
  | { readonly status: 'error'; readonly input: Input; readonly data: undefined; readonly error: RealtimeError; readonly attempt: number };

export const IDLE_COMMAND: CommandSnapshot<never, never> = { status: 'idle', input: undefined, data: undefined, error: null, attempt: 0 };
