/** Where the last send of a command is, as one union. */
import type { RealtimeError } from '../errors.js';
import type { Readable } from './store.js';

/** What a component sees of a command; every field is there in every state. */
export type CommandSnapshot<Input = unknown, Output = unknown, Failure extends RealtimeError = RealtimeError> =
  | { readonly status: 'idle'; readonly input: undefined; readonly data: undefined; readonly error: null; readonly attempt: 0 }
  /** In the outbox; not on the wire yet. */
  | { readonly status: 'queued'; readonly input: Input; readonly data: undefined; readonly error: null; readonly attempt: 0 }
  /** On the wire; it may be run by now. */
  | { readonly status: 'sent'; readonly input: Input; readonly data: undefined; readonly error: null; readonly attempt: number }
  /** A server that answers no command has it on its socket; more cannot be known. Only with a dialect. */
  | { readonly status: 'handed-over'; readonly input: Input; readonly data: undefined; readonly error: null; readonly attempt: number }
  | { readonly status: 'success'; readonly input: Input; readonly data: Output; readonly error: null; readonly attempt: number }
  | { readonly status: 'error'; readonly input: Input; readonly data: undefined; readonly error: Failure; readonly attempt: number };

export const IDLE_COMMAND: CommandSnapshot<never, never> = { status: 'idle', input: undefined, data: undefined, error: null, attempt: 0 };

/** One send of a command. */
export interface Sent<Input = unknown, Output = unknown, Failure extends RealtimeError = RealtimeError> {
  readonly id: string;
  /** Resolves when the outbox has taken it; rejects if it did not. */
  readonly queued: Promise<void>;
  /**
   * Its outcome. Nothing is reported as unhandled if you do not look at it. With a server that answers no command
   * (a dialect without `acknowledge`) it resolves with undefined when the command is handed over.
   */
  readonly result: Promise<Output>;
  readonly progress: Readable<CommandSnapshot<Input, Output, Failure>>;
  /** Ends it if it was not run yet. */
  cancel(): void;
}

/** Watches the newest of many sends. */
export interface CommandObserver<Input, Output, Options> extends Readable<CommandSnapshot<Input, Output>> {
  send(input: Input): Sent<Input, Output>;
  /** Sends with these options from now on. */
  setOptions(options: Options): void;
  cancel(): void;
  reset(): void;
}

export function createCommandObserver<Input, Output, Options>(send: (input: Input, options: Options | undefined) => Sent<Input, Output>): CommandObserver<Input, Output, Options> {
  const listeners = new Set<() => void>();
  let last: Sent<Input, Output> | null = null;
  let options: Options | undefined;
  let stop: () => void = () => {};
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const watch = (next: Sent<Input, Output> | null): void => {
    stop();
    last = next;
    stop = next?.progress.subscribe(tell) ?? (() => {});
    tell();
  };
  return {
    get: () => last?.progress.get() ?? IDLE_COMMAND,
    getInitial: () => IDLE_COMMAND,
    subscribe(onChange) {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
    send(input) {
      const sent = send(input, options);
      watch(sent);
      return sent;
    },
    setOptions: (next) => void (options = next),
    cancel: () => last?.cancel(),
    reset: () => watch(null),
  };
}
