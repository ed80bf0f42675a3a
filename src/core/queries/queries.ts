/**
 * The hands of all questions: ids, frames, time limits.
 * Not here: caching and following (`data/live-query.ts`), schemas (`payloads.ts`).
 */
import type { BuiltFeature, Core, Feature } from '../feature.js';
import { drive, type Driven } from '../machine.js';
import type { Pool } from '../pool/pool.js';
import type { ClientFrame, ErrorFrame, ResponseFrame } from '../protocol/frames.js';
import { createParts, noAnswer, type Parts } from './parts.js';
import { queryTimer, stepQuery, type QueryEffect, type QueryEvent, type QueryState } from './query.machine.js';

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

export type QueriesPort = Pick<Core, 'clock' | 'dice' | 'canAnswer'> & { readonly pool: Pick<Pool, 'any' | 'send' | 'hold'> };

export interface Queries {
  /** Asks, now or when there is a link. The returned function cancels. */
  ask(question: Question): () => void;
}

/** Who asked what. */
export const QUERIES: Feature<Queries> = { rank: 2, create: createQueries };

interface Open {
  readonly machine: Driven<QueryState, QueryEvent>;
  /** Of the answer to its last asking. */
  parts: Parts;
  answer: ResponseFrame | ErrorFrame | null;
}

export function createQueries(port: QueriesPort): BuiltFeature<Queries> {
  const { clock, dice, pool } = port;
  const open = new Map<string, Open>();

  function ask(question: Question): () => void {
    const id = dice.id();
    if (!port.canAnswer) {
      question.onAnswer(noAnswer(id, 'unsupported'));
      return () => {};
    }
    const release = pool.hold();
    const askedAt = clock.now();
    const remaining = (): number => (question.startsAt === 'sent' ? question.limitMs : Math.max(0, Math.ceil(askedAt + question.limitMs - clock.now())));
    const perform = (effect: QueryEffect): void => {
      switch (effect.type) {
        case 'ask':
          entry.parts = createParts();
          question.onAsked?.(true);
          pool.send(frameOf(id, question, remaining()), effect.link);
          return;
        case 'say-cancel':
          pool.send({ t: 'cancel', id }, effect.link);
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
    const machine = drive<QueryState, QueryEvent, QueryEffect>({
      clock,
      initial: { tag: 'waiting' },
      step: stepQuery,
      timer: (state) => queryTimer(state, question.limitMs, question.startsAt),
      perform,
      onState: (state, previous) => {
        if (state.tag === 'waiting' && previous.tag === 'asked') question.onAsked?.(false);
      },
    });
    const entry: Open = { machine, parts: createParts(), answer: null };
    open.set(id, entry);
    const link = pool.any();
    if (link !== null) machine.send({ type: 'link-ready', link });
    return () => machine.send({ type: 'cancelled' });
  }

  const each = (event: QueryEvent): void => {
    for (const { machine } of [...open.values()]) machine.send(event);
  };

  /** Ends every question. */
  function cancelAll(): void {
    for (const [id, entry] of [...open]) {
      entry.answer = noAnswer(id, 'cancelled');
      entry.machine.send({ type: 'cancelled' });
    }
  }

  return {
    api: { ask },
    onFrame(frame, link) {
      if (frame.t !== 'response' && frame.t !== 'error') return;
      const entry = open.get(frame.id);
      const { state } = entry?.machine ?? {};
      // The parts of an answer come over one link: after a change of link they begin anew.
      if (entry === undefined || state?.tag !== 'asked' || state.link !== link) return;
      entry.answer = entry.parts.take(frame);
      if (entry.answer !== null) entry.machine.send({ type: 'answered', link });
    },
    onReady: (link) => each({ type: 'link-ready', link }),
    onLinkLost: (link) => each({ type: 'link-lost', link }),
    onUserChanged: cancelAll,
    dispose: cancelAll,
  };
}

function frameOf(id: string, { name, input, stamp }: Question, remainingMs: number): ClientFrame {
  return { t: 'query', id, name, input, remainingMs, ...(stamp !== undefined && stamp.length > 0 && { stamp }) };
}
