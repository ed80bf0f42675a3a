/**
 * The hands of all questions: ids, frames, time limits.
 * Not here: caching and following (`data/live-query.ts`), schemas (`payloads.ts`).
 */
import { drive, type Driven } from '../machine.js';
import type { ClientFrame, ErrorFrame, ResponseFrame } from '../protocol/frames.js';
import type { Clock, Dice } from '../world.js';
import { createParts, noAnswer, type Parts } from './parts.js';
import { createQueryStep, type QueryEffect, type QueryEvent, type QueryState } from './query.machine.js';

export interface Question {
  readonly name: string;
  readonly input: unknown;
  /** Channels whose positions are to be read before the answer is made. */
  readonly stamp?: readonly string[];
  readonly limitMs: number;
  /** Whether the limit runs from the sending or from the call. */
  readonly startsAt: 'sent' | 'call';
  /** Whether it is under way now, or waits for a link. */
  onAsked?(isAsked: boolean): void;
  /** Called once, unless the question is cancelled. */
  onAnswer(answer: ResponseFrame | ErrorFrame | 'timeout'): void;
}

export interface QueriesPort {
  readonly clock: Clock;
  readonly dice: Dice;
  home(query: string): number | null;
  send(frame: ClientFrame, link: number): boolean;
  hold(): () => void;
  /** False: nobody will ever answer. Default true. */
  readonly canAnswer?: boolean;
}

export interface Queries {
  /** Asks, now or when there is a link. The returned function cancels. */
  ask(question: Question): () => void;
  resume(link: number): void;
  linkLost(link: number): void;
  answered(frame: ResponseFrame | ErrorFrame, link: number): void;
  /** Ends every question: nobody here wants to know any more. */
  cancel(): void;
}

type Deed = Exclude<QueryEffect, { name: 'limit' }>;

interface Open {
  readonly machine: Driven<QueryState, QueryEvent>;
  /** Of the answer to its last asking. */
  parts: Parts;
  answer: ResponseFrame | ErrorFrame | null;
}

export function createQueries(port: QueriesPort): Queries {
  const { clock, dice } = port;
  const open = new Map<string, Open>();

  function ask(question: Question): () => void {
    const id = dice.id();
    if (port.canAnswer === false) {
      question.onAnswer(noAnswer(id, 'unsupported'));
      return () => {};
    }
    const release = port.hold();
    const askedAt = clock.now();
    const remaining = (): number => (question.startsAt === 'sent' ? question.limitMs : Math.max(0, Math.ceil(askedAt + question.limitMs - clock.now())));
    const perform = (effect: Deed): void => {
      switch (effect.type) {
        case 'ask':
          entry.parts = createParts();
          question.onAsked?.(true);
          port.send(frameOf(id, question, remaining()), effect.link);
          return;
        case 'say-cancel':
          port.send({ t: 'cancel', id }, effect.link);
          return;
        case 'end': {
          const answer = entry.answer;
          open.delete(id);
          machine.stop();
          release();
          if (effect.how === 'timeout') question.onAnswer('timeout');
          else if (answer !== null) question.onAnswer(answer);
          return;
        }
      }
    };
    const machine = drive<QueryState, QueryEvent, Deed, 'limit'>({
      clock,
      initial: { tag: 'waiting' },
      first: question.startsAt === 'call' ? [{ type: 'start-timer', name: 'limit', ms: question.limitMs }] : [],
      step: createQueryStep(question.limitMs, question.startsAt),
      perform,
      onState: (state, previous) => {
        if (state.tag === 'waiting' && previous.tag === 'asked') question.onAsked?.(false);
      },
    });
    const entry: Open = { machine, parts: createParts(), answer: null };
    open.set(id, entry);
    const link = port.home(id);
    if (link !== null) machine.send({ type: 'link-ready', link });
    return () => machine.send({ type: 'cancelled' });
  }

  const each = (event: QueryEvent): void => {
    for (const { machine } of [...open.values()]) machine.send(event);
  };

  return {
    ask,
    resume: (link) => each({ type: 'link-ready', link }),
    linkLost: (link) => each({ type: 'link-lost', link }),
    answered(frame, link) {
      const entry = open.get(frame.id);
      const { state } = entry?.machine ?? {};
      // What a former link has begun to say is said anew on this one.
      if (entry === undefined || state?.tag !== 'asked' || state.link !== link) return;
      entry.answer = entry.parts.take(frame);
      if (entry.answer !== null) entry.machine.send({ type: 'answered', link });
    },
    cancel() {
      for (const [id, entry] of [...open]) {
        entry.answer = noAnswer(id, 'cancelled');
        entry.machine.send({ type: 'cancelled' });
      }
    },
  };
}

function frameOf(id: string, { name, input, stamp }: Question, remainingMs: number): ClientFrame {
  return { t: 'query', id, name, input, remainingMs, ...(stamp !== undefined && stamp.length > 0 && { stamp }) };
}
