'use client';
/** A command in a component: sends, and shows where the last send is. */
import { useInsertionEffect, useMemo, useSyncExternalStore } from 'react';
import type { CommandError, CommandRef, InputArgs, InputOf, OutputOf } from '../core/contract.js';
import { sendCommand, type SendOptions, type SentCommand } from '../core/data/commands.js';
import { createCommandObserver, type CommandCallbacks, type CommandSnapshot, type SettledCommand } from '../core/data/command-status.js';
import { useServingCore } from './provider.js';

/**
 * How a command is sent, and what is called with its outcome.
 *
 * The callbacks are called once for each send of this hook, earlier ones too, while the component is mounted and not hidden; the
 * functions of the newest render are called. To learn of an outcome also later, use `onCommandSettled` of the provider; to
 * go on after one send, await its `result`. If a callback throws, `onError` of the provider is called, and nothing ends.
 */
export interface CommandOptions<Ref extends CommandRef> extends SendOptions<Ref>, CommandCallbacks<InputOf<Ref['input']>, OutputOf<Ref['output']>, CommandError<Ref>> {}

export type CommandResult<Ref extends CommandRef> = CommandSnapshot<InputOf<Ref['input']>, OutputOf<Ref['output']>, CommandError<Ref>> & {
  /** Puts a command into the outbox. Never throws for what the person typed: the outcome says it. */
  readonly send: (...input: InputArgs<Ref>) => SentCommand<Ref>;
  /** Ends the last send if it was not run yet. */
  readonly cancel: () => void;
  /** Shows nothing of the last send any more; it goes on. */
  readonly reset: () => void;
};

/**
 * Sends a command and shows its state.
 *
 * @example
 * ```tsx
 * const post = useCommand(api.commands.post);
 * <button onClick={() => post.send({ room: id, text })}>Send</button>
 * {post.status === 'error' && <p role="alert">{post.error.reason === 'banned' ? `Banned until ${post.error.data.until}` : 'That was not sent.'}</p>}
 * ```
 * @example
 * ```tsx
 * const post = useCommand(api.commands.post, {
 *   onSuccess: (message) => toast(`Sent: ${message.text}`),
 *   onError: (error, input) => error.reason === 'banned' && setDraft(input.text),
 * });
 * ```
 * @example
 * ```tsx
 * const post = useCommand(api.commands.post, {
 *   optimistic(local, input, id) {
 *     local.view(messages, { id: input.room }, (list) => [...list, { id, text: input.text }]);
 *   },
 * });
 * ```
 */
export function useCommand<Ref extends CommandRef>(ref: Ref, options: CommandOptions<Ref> = {}): CommandResult<Ref> {
  const core = useServingCore(ref);
  const observer = useMemo(
    () =>
      createCommandObserver((input: InputOf<Ref['input']>, latest: CommandOptions<Ref> | undefined, onOutcome: (command: SettledCommand) => void) =>
        sendCommand(core, ref, ...([input, { optimistic: latest?.optimistic, onOutcome }] as unknown as InputArgs<Ref>)),
      ),
    [core, ref],
  );
  useInsertionEffect(() => {
    observer.setOptions(options);
  });
  const snapshot = useSyncExternalStore(observer.subscribe, observer.get, observer.getInitial);
  return useMemo(
    () => ({ ...snapshot, send: observer.send, cancel: observer.cancel, reset: observer.reset }) as unknown as CommandResult<Ref>,
    [snapshot, observer],
  );
}
