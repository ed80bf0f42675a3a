/** Where the last send of a command is, as one union. */
import type { RealtimeError } from '../errors.js';
import type { Readable } from './store.js';

interface Flags<Pending extends boolean, Success extends boolean, Failed extends boolean> {
  /** `queued` or `sent`. */
  readonly isPending: Pending;
  readonly isSuccess: Success;
  readonly isError: Failed;
}

/** What a component sees of a command; every field is there in every state. */
export type CommandSnapshot<Input = unknown, Output = unknown, Failure extends RealtimeError = RealtimeError> =
  | ({ readonly status: 'idle'; readonly input: undefined; readonly data: undefined; readonly error: null; readonly attempt: 0 } & Flags<false, false, false>)
  /** In the outbox; not on the wire yet. */
  | ({ readonly status: 'queued'; readonly input: Input; readonly data: undefined; readonly error: null; readonly attempt: 0 } & Flags<true, false, false>)
  /** On the wire; it may be run by now. */
  | ({ readonly status: 'sent'; readonly input: Input; readonly data: undefined; readonly error: null; readonly attempt: number } & Flags<true, false, false>)
  /** A server that answers no command has it on its socket; more cannot be known. Only with a dialect. */
  | ({ readonly status: 'handed-over'; readonly input: Input; readonly data: undefined; readonly error: null; readonly attempt: number } & Flags<false, false, false>)
  | ({ readonly status: 'success'; readonly input: Input; readonly data: Output; readonly error: null; readonly attempt: number } & Flags<false, true, false>)
  | ({ readonly status: 'error'; readonly input: Input; readonly data: undefined; readonly error: Failure; readonly attempt: number } & Flags<false, false, true>);

/** A command with its outcome. */
export type SettledCommand = {
  /** That of its {@link Sent}. */
  readonly id: string;
  /** The contract's name of it; `$publish` is a kept client event. */
  readonly name: string;
} & Extract<CommandSnapshot, { readonly status: 'success' | 'error' | 'handed-over' }>;

export function commandSnapshot(status: CommandSnapshot['status'], input: unknown, attempt = 0, data?: unknown, error: RealtimeError | null = null): CommandSnapshot {
  return { status, input, data, error, attempt, isPending: status === 'queued' || status === 'sent', isSuccess: status === 'success', isError: status === 'error' } as CommandSnapshot;
}

type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: RealtimeError };

export function settledSnapshot(input: unknown, attempt: number, answer: Answer, isHandedOver: boolean): CommandSnapshot {
  if (!answer.ok) return commandSnapshot('error', input, attempt, undefined, answer.error);
  return commandSnapshot(isHandedOver ? 'handed-over' : 'success', input, attempt, answer.value);
}

export const IDLE_COMMAND = /* @__PURE__ */ commandSnapshot('idle', undefined) as CommandSnapshot<never, never>;

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

/** What is called with the outcome of a send. */
export interface CommandCallbacks<Input, Output, Failure> {
  /** The command took effect, and its output is here. */
  readonly onSuccess?: ((output: Output, input: Input) => void) | undefined;
  /** Every other outcome; two of its codes do not say that nothing happened: `result-expired` and `outcome-unknown`. */
  readonly onError?: ((error: Failure, input: Input) => void) | undefined;
  /** Every outcome, after the other two. Without output and error: the command was handed over, and more cannot be known. */
  readonly onSettled?: ((output: Output | undefined, error: Failure | null, input: Input) => void) | undefined;
}

/** Watches the newest of many sends. */
export interface CommandObserver<Input, Output, Options> extends Readable<CommandSnapshot<Input, Output>> {
  send(input: Input): Sent<Input, Output>;
  /** Sends with these options, and calls these callbacks, from now on. */
  setOptions(options: Options): void;
  cancel(): void;
  reset(): void;
}

/** @param send - calls its last argument with the outcome of this send */
export function createCommandObserver<Input, Output, Options extends CommandCallbacks<Input, Output, never>>(
  send: (input: Input, options: Options | undefined, onOutcome: (command: SettledCommand) => void) => Sent<Input, Output>,
): CommandObserver<Input, Output, Options> {
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
  const onOutcome = ({ status, data, error, input }: SettledCommand): void => {
    // Nobody subscribes: the component is unmounted or hidden.
    if (listeners.size === 0 || options === undefined) return;
    try {
      if (status === 'success') options.onSuccess?.(data as Output, input as Input);
      if (status === 'error') options.onError?.(error as never, input as Input);
    } finally {
      options.onSettled?.(data as Output, error as never, input as Input);
    }
  };
  return {
    get: () => last?.progress.get() ?? IDLE_COMMAND,
    getInitial: () => IDLE_COMMAND,
    subscribe(onChange) {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
    send(input) {
      const sent = send(input, options, onOutcome);
      watch(sent);
      return sent;
    },
    setOptions: (next) => void (options = next),
    cancel: () => last?.cancel(),
    reset: () => watch(null),
  };
}
