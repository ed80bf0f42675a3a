/**
 * Checks commands and questions: each ended exactly once, ran at most once, in the order of its lane, and ended as its handler says.
 * Long because the outcome of a command is judged by what was sent and by what its handler did.
 */
import type { AskRecord, CommandRecord } from '../record.js';
import type { Complaints } from './complaints.js';
import type { HandlerTruth, Truth } from './truth.js';

type Sent = Extract<CommandRecord, { k: 'send' }>;
type Outcome = Extract<CommandRecord, { k: 'outcome' }>;

export interface CommandCheck {
  take(record: CommandRecord | AskRecord): void;
  /** After the last record. */
  end(): void;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  readonly answeredBytes: number;
}

/** The handler was never called. */
const NOT_RUN = new Set(['cancelled', 'expired', 'queue-full', 'forbidden', 'invalid', 'too-large', 'unsupported', 'unavailable', 'disposed']);
/** No valid command of the soak may end like this. */
const NEVER = new Set(['invalid', 'forbidden', 'too-large', 'unsupported', 'internal', 'misuse']);
const MAY_HAVE_EFFECT = new Set(['done', 'result-expired', 'outcome-unknown']);
/** A client notices a dead link within 10 s; until then it may give a command to a socket of a server that was killed. With room for a busy machine. */
const DEAD_LINK_MS = 15_000;
/** How a question may end when connections break. */
const ANSWERS = new Set(['done', 'timeout', 'unavailable', 'cancelled']);

/** The server keeps the kind of an outcome longer than what it carries. */
const isDataGone = ({ code, mark }: Outcome): boolean => code === 'rejected' && mark === null;

export function createCommandCheck(truth: Truth, complaints: Complaints): CommandCheck {
  const sent = new Map<string, Sent>();
  const ended = new Map<string, Outcome>();
  const asked = new Map<string, number>();
  const outcomes: Record<string, number> = {};
  const answers: Record<string, number> = {};
  let answeredBytes = 0;

  function judgeOutcome(outcome: Outcome, { t }: Sent): void {
    const { id, code, mark, c } = outcome;
    const { begins = [], ends = [] }: Partial<HandlerTruth> = truth.handler(id) ?? {};
    const at = `command ${id} of ${c} ended ${code}`;
    const [end] = ends;
    if (NEVER.has(code)) complaints.add('wrong outcome', `${at}; its handler: ${end?.how ?? `${begins.length} begins`}`);
    else if (NOT_RUN.has(code) && begins.length > 0) complaints.add('wrong outcome', `${at}, and was run`);
    else if ((code === 'done' || code === 'rejected') && (end?.how !== code || (end.mark !== mark && !isDataGone(outcome)))) complaints.add('wrong outcome', `${at} with '${mark}'; its handler: ${end === undefined ? 'never ended' : `${end.how} '${end.mark}'`}`);
    else if (code === 'result-expired' && end?.how !== 'done') complaints.add('wrong outcome', `${at}; its handler: ${end?.how ?? 'never ended'}`);
    else if (code === 'outcome-unknown' && !truth.isRestarted(t - DEAD_LINK_MS, outcome.t)) complaints.add('outcome unknown without a cause', `${at}; its handler: ${end?.how ?? `${begins.length} begins`}`);
    if (code === 'done' && truth.published(id) !== 1) complaints.add('wrong effect', `${at}, and ${truth.published(id)} events were published`);
    if (!MAY_HAVE_EFFECT.has(code) && truth.published(id) !== 0) complaints.add('wrong effect', `${at}, and its event was published`);
  }

  function takeOutcome(record: Outcome): void {
    const kind = isDataGone(record) ? 'rejected, its data gone' : record.code;
    outcomes[kind] = (outcomes[kind] ?? 0) + 1;
    const its = sent.get(record.id);
    if (its === undefined) return complaints.add('outcome of nothing', `command ${record.id} of ${record.c}`);
    if (ended.has(record.id)) return complaints.add('ended twice', `command ${record.id} of ${record.c}: ${ended.get(record.id)?.code}, then ${record.code}`);
    ended.set(record.id, record);
    judgeOutcome(record, its);
  }

  /** The handlers of one lane ran one after the other, in the order in which their commands were sent. */
  function judgeLanes(): void {
    const lanes = new Map<string, { readonly id: string; readonly serial: number; readonly from: number; readonly to: number }[]>();
    for (const [id, { begins, ends }] of truth.handlers) {
      const [begin] = begins;
      if (begins.length > 1) complaints.add('ran twice', `command ${id}: ${begins.length} runs`);
      if (ends.some(({ how }) => how === 'rejected') && truth.published(id) !== 0) complaints.add('wrong effect', `command ${id} was rejected, and its event was published`);
      if (truth.published(id) > 1) complaints.add('ran twice', `command ${id}: ${truth.published(id)} events`);
      if (begin === undefined) continue;
      const key = `${begin.client} ${begin.lane}`;
      const runs = lanes.get(key) ?? [];
      lanes.set(key, runs);
      runs.push({ id, serial: begin.serial, from: begin.t, to: ends[0]?.t ?? begin.t });
    }
    for (const [lane, runs] of lanes) {
      runs.sort((a, b) => a.from - b.from);
      runs.forEach((run, index) => {
        const before = runs[index - 1];
        if (before === undefined) return;
        if (run.serial < before.serial) complaints.add('out of lane order', `lane ${lane}: ${run.serial} ran after ${before.serial}`);
        if (run.from < before.to) complaints.add('out of lane order', `lane ${lane}: ${run.serial} began before ${before.serial} had ended`);
      });
    }
  }

  return {
    take(record) {
      switch (record.k) {
        case 'send':
          sent.set(record.id, record);
          return;
        case 'outcome':
          return takeOutcome(record);
        case 'ask':
          asked.set(record.a, record.bytes);
          return;
        case 'answer': {
          const bytes = asked.get(record.a);
          answers[record.code] = (answers[record.code] ?? 0) + 1;
          if (bytes === undefined) return complaints.add('ended twice', `question ${record.a}, or it was never asked`);
          asked.delete(record.a);
          answeredBytes += record.bytes;
          if (!ANSWERS.has(record.code)) complaints.add('wrong answer', `question ${record.a} ended ${record.code}`);
          if (record.code === 'done' && record.bytes !== bytes) complaints.add('wrong answer', `question ${record.a} for ${bytes} bytes was answered with ${record.bytes}`);
          return;
        }
        default:
          record satisfies never;
      }
    },
    end() {
      judgeLanes();
      for (const [id, { c }] of sent) if (!ended.has(id)) complaints.add('never ended', `command ${id} of ${c}`);
      for (const [a] of asked) complaints.add('never ended', `question ${a}`);
    },
    outcomes,
    answers,
    get answeredBytes() {
      return answeredBytes;
    },
  };
}
