'use client';
/** A command in a component: sends, and shows where the last send is. */
import { useInsertionEffect, useMemo, useSyncExternalStore } from 'react';
import type { CommandError, CommandRef, InputArgs, InputOf, OutputOf } from '../core/contract.js';
import { sendCommand, type SendOptions, type SentCommand } from '../core/data/commands.js';
import { createCommandObserver, type CommandSnapshot } from '../core/data/command-status.js';
import { useServingCore } from './provider.js';

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
 *   optimistic(local, input, id) {
 *     local.view(messages, { id: input.room }, (list) => [...list, { id, text: input.text }]);
 *   },
 * });
 * ```
 */
export function useCommand<Ref extends CommandRef>(ref: Ref, options: SendOptions<Ref> = {}): CommandResult<Ref> {
  const core = useServingCore(ref);
  const observer = useMemo(
    () => createCommandObserver((input: InputOf<Ref['input']>, latest?: SendOptions<Ref>) => sendCommand(core, ref, ...([input, latest] as unknown as InputArgs<Ref>))),
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
