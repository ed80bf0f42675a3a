/** One question with one answer, as a promise. Not here: answers that are kept (`live-queries.ts`). */
import type { InputArgs, OutputOf, QueryRef } from '../contract.js';
import { DEV, RealtimeError } from '../errors.js';
import { assertLive, type Core } from '../feature.js';
import { readAnswer, takeInput, timeoutError, type Answer } from '../payloads.js';
import { QUERIES } from '../queries/queries.js';

/** What is used of an `AbortSignal`: the core knows no DOM. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** How a question is asked. */
export interface AskOptions {
  /** An `AbortSignal` that cancels the question: its promise rejects with `cancelled`. */
  readonly signal?: CancelSignal;
}

/** Asks once. The time limit runs from the call. Rejects with a {@link RealtimeError}. */
export function ask<Ref extends QueryRef>(core: Core, ref: Ref, ...rest: [...InputArgs<Ref>, options?: AskOptions | undefined]): Promise<OutputOf<Ref['output']>>;
export function ask(core: Core, ref: QueryRef, input?: unknown, { signal }: AskOptions = {}): Promise<unknown> {
  const { queryMs } = core.timings;
  const result = new Promise<unknown>((resolve, reject) => {
    let cancel = (): void => {};
    const settle = (answer: Answer): void => {
      signal?.removeEventListener('abort', onAbort);
      if (answer.ok) resolve(answer.value);
      else reject(answer.error);
    };
    const onAbort = (): void => {
      cancel();
      settle({ ok: false, error: new RealtimeError('cancelled', DEV && `Query '${ref.key}' was cancelled.`) });
    };
    assertLive(core);
    const taken = takeInput(ref, input);
    // Before the question: an answer may come while it is asked.
    signal?.addEventListener('abort', onAbort);
    cancel = core.use(QUERIES).ask({
      name: ref.key,
      input: taken.input,
      limitMs: queryMs,
      startsAt: 'call',
      onAnswer: (frame) => settle(frame === 'timeout' ? { ok: false, error: timeoutError(ref, queryMs) } : readAnswer(ref, frame)),
    });
    if (signal?.aborted) onAbort();
  });
  // The caller may ignore the answer, and may look at it after it has come.
  result.catch(() => {});
  return result;
}
