// One question with one answer, and the signal that cancels it.
import { beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineContract, query } from '../../../src/contract/index.js';
import { ask, type CancelSignal } from '../../../src/core/data/ask.js';
import type { Core } from '../../../src/core/feature.js';
import { noAnswer } from '../../../src/core/queries/parts.js';
import type { Queries, Question } from '../../../src/core/queries/queries.js';

const { queries } = defineContract({ queries: { sum: query({ input: z.array(z.number()), output: z.number() }) } });

/** A signal that counts its listeners. */
class Signal implements CancelSignal {
  aborted = false;
  readonly listeners = new Set<() => void>();
  addEventListener(_: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }
  removeEventListener(_: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }
  abort(): void {
    this.aborted = true;
    for (const listener of [...this.listeners]) listener();
  }
}

let signal: Signal;
let log: string[];
/** What is done with the question in the moment in which it is asked. */
let onAsk: (question: Question) => void;
let core: Core;

beforeEach(() => {
  signal = new Signal();
  log = [];
  onAsk = () => {};
  const asked: Queries = {
    ask(question) {
      log.push('asked');
      onAsk(question);
      return () => log.push('cancelled');
    },
  };
  core = { isDisposed: false, timings: { queryMs: 10_000 }, use: () => asked } as unknown as Core;
});
const codeOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'answered', (error: { code: string }) => error.code);

it('a question is cancelled by its signal, once', async () => {
  const ended = codeOf(ask(core, queries.sum, [1], { signal }));
  signal.abort();
  signal.abort();
  expect([await ended, log, signal.listeners.size]).toEqual(['cancelled', ['asked', 'cancelled'], 0]);
});

it('a question whose signal has been aborted before is cancelled', async () => {
  signal.abort();
  expect([await codeOf(ask(core, queries.sum, [1], { signal })), signal.listeners.size]).toEqual(['cancelled', 0]);
});

it.each<[string, string, (question: Question) => void]>([
  ['at once, as where the server answers no queries', 'unsupported', ({ onAnswer }) => onAnswer(noAnswer('x', 'unsupported'))],
  ['later', 'answered', ({ onAnswer }) => queueMicrotask(() => onAnswer({ t: 'response', id: 'x', result: 1 }))],
])('a question that is answered %s (%s) keeps no listener at its signal', async (_, code, answer) => {
  onAsk = answer;
  expect([await codeOf(ask(core, queries.sum, [1], { signal })), signal.listeners.size]).toEqual([code, 0]);
});

it('a question that is not asked keeps no listener at its signal', async () => {
  expect(await codeOf(ask(core, queries.sum, ['one'] as never, { signal }))).toBe('invalid');
  core = { ...core, isDisposed: true };
  expect(await codeOf(ask(core, queries.sum, [1], { signal }))).toBe('disposed');
  expect([log, signal.listeners.size]).toEqual([[], 0]);
});

it('a question whose answer is ignored may fail: no rejection is unhandled', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  void ask(core, queries.sum, [1], { signal });
  signal.abort();
  await new Promise((done) => void setImmediate(done));
  process.off('unhandledRejection', note);
  expect([log, unhandled]).toEqual([['asked', 'cancelled'], []]);
});
