/** One send of a command: its promise, its progress, what is shown of it already. Not here: order, numbers, waiting (`queue/`). */
import { channelName, type Params } from '../channel-name.js';
import type { CommandError, CommandRef, InputArgs, InputOf, OutputOf, QueryRef } from '../contract.js';
import { DEV, RealtimeError } from '../errors.js';
import { assertLive, type Core } from '../feature.js';
import { effectPositions, readOutcome, takeInput, type Answer } from '../payloads.js';
import { OUTBOX } from '../queue/outbox.js';
import { commandSnapshot, settledSnapshot, type Sent, type SettledCommand } from './command-status.js';
import type { ViewRef } from './define-view.js';
import { LAYERS, queryKey, type Layers, type Local, type LocalEdit, type Optimistic } from './optimistic.js';
import { createCell } from './store.js';

/** One send of a contract's command. */
export type SentCommand<Ref extends CommandRef> = Sent<InputOf<Ref['input']>, OutputOf<Ref['output']>, CommandError<Ref>>;

/** How a command is sent. */
export interface SendOptions<Ref extends CommandRef> {
  /** Shows at once what it will do, until that has come or it has failed. */
  readonly optimistic?: Optimistic<InputOf<Ref['input']>> | undefined;
}

/** What a hook adds to the options of a send. */
export interface SendHooks {
  readonly optimistic?: Optimistic<unknown> | undefined;
  /** Called once, after the promise of the send is settled. */
  readonly onOutcome?: ((command: SettledCommand) => void) | undefined;
}

/** Sends a command; it waits in the outbox until it has an outcome. Never throws for the input: the outcome says what is wrong with it. */
export function sendCommand<Ref extends CommandRef>(core: Core, ref: Ref, ...rest: [...InputArgs<Ref>, options?: SendOptions<Ref> | undefined]): SentCommand<Ref>;
export function sendCommand(core: Core, ref: CommandRef, input?: unknown, { optimistic, onOutcome }: SendHooks = {}): Sent {
  const { flusher, dice } = core;
  const outbox = core.use(OUTBOX);
  const layers = core.use(LAYERS);
  const id = dice.id();
  let snapshot = commandSnapshot('queued', input);
  const progress = createCell(flusher, () => snapshot);
  const show = (next: typeof snapshot): void => {
    snapshot = next;
    progress.changed();
  };
  let resolve: (value: unknown) => void = () => {};
  let reject: (error: RealtimeError) => void = () => {};
  const result = new Promise<unknown>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // In a microtask: a callback may send the next command, or dispose of the client.
  const notifySettled = (): void => {
    const command = { id, name: ref.key, ...snapshot } as SettledCommand;
    for (const callback of [onOutcome, core.onCommandSettled]) flusher.tell(() => callback?.(command));
  };
  result.then(notifySettled, notifySettled);
  const settle = (answer: Answer, isHandedOver: boolean): void => {
    show(settledSnapshot(input, snapshot.attempt, answer, isHandedOver));
    if (answer.ok) resolve(answer.value);
    else reject(answer.error);
  };
  try {
    const taken = takeInput(ref, input);
    assertLive(core);
    outbox.send({
      ...taken,
      id,
      name: ref.key,
      lane: ref.lane,
      onProgress(at) {
        if (at.status === 'sent') show(commandSnapshot('sent', input, at.attempt));
      },
      onOutcome(outcome) {
        layers.settle(id, effectPositions(outcome));
        settle(readOutcome(ref, outcome), outcome.kind === 'handed-over');
      },
    });
    // Only when the command is in: the function, and the listeners, may send the next command, name another user or dispose of the client.
    const edits = optimistic && outbox.has(id) && localEdits(core, layers, optimistic, ref, input, id);
    if (edits && outbox.has(id)) {
      layers.add(id, edits);
      // What a person has just done is seen now, not in the next frame.
      flusher.now();
    }
    return { id, queued: Promise.resolve(), result, progress, cancel: () => outbox.cancel(id) };
  } catch (cause) {
    layers.settle(id, null);
    // Refused where it entered: not a throw out of a click handler, but an outcome like any other.
    if (!(cause instanceof RealtimeError) || cause.code === 'misuse') throw cause;
    settle({ ok: false, error: cause }, false);
    const queued = Promise.reject(cause);
    queued.catch(() => {});
    return { id, queued, result, progress, cancel: () => {} };
  }
}

/** What the function names, or nothing if it throws: the command goes all the same. */
function localEdits(core: Core, layers: Layers, optimistic: Optimistic<unknown>, ref: CommandRef, input: unknown, id: string): readonly LocalEdit[] {
  const edits: unknown[] = [];
  const local = {
    view: (view: ViewRef, params: Params, edit: unknown) => edits.push({ key: layers.viewKey(view, channelName(view.channel, params)), edit }),
    query: (query: QueryRef, asked: unknown, edit: unknown) => edits.push({ key: queryKey(query, takeInput(query, asked).input), edit }),
  } as Local;
  try {
    optimistic(local, input, id);
    return edits as LocalEdit[];
  } catch (cause) {
    core.onError(new RealtimeError('misuse', DEV && `The optimistic function of command '${ref.key}' threw; nothing is shown in advance. See cause.`, { cause }));
    return [];
  }
}
