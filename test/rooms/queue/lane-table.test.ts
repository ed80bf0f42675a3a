// The tables of one lane, and of all lanes together: what each call does in each situation. Why it is so: lane.machine.test.ts, outbox.test.ts.
import { describe, expect, it } from 'vitest';
import type { ClientFrame, ErrorFrame, LaneFrame, ResponseFrame } from '../../../src/core/protocol/frames.js';
import { createLane, type CommandDraft, type Lane, type LaneEffect } from '../../../src/core/queue/lane.machine.js';
import { createOutboxState, type OutboxEffect, type OutboxState } from '../../../src/core/queue/outbox.machine.js';
import { brief, containerTable } from '../table.js';

const WINDOW = 2;
const RECORD_MS = 600_000;

const draft = (id: string, expiresAt = 50_000): CommandDraft => ({ id, name: 'post', input: id, bytes: 10, expiresAt });
const lane = (last: number | null, name = 'lane1'): LaneFrame => ({ t: 'lane', lane: name, last, fence: 'f' });
const response = (id: string): ResponseFrame => ({ t: 'response', id });
const error = (id: string, code: ErrorFrame['code'], final: boolean, retryAfterMs?: number): ErrorFrame => ({
  t: 'error', id, code, message: '', final, ...(retryAfterMs !== undefined && { retryAfterMs }),
});

/** `say lane1#2 b over 0`, `a done`. */
function show(effect: unknown): string {
  const told = effect as LaneEffect | OutboxEffect;
  if (typeof told !== 'object' || told === null) return brief(told);
  if (told.type === 'say') return `say ${said(told.frame)} over ${told.link}`;
  if (told.type === 'settle') return `${told.id} ends ${told.outcome.kind}`;
  return brief(told);
}
function said(frame: ClientFrame): string {
  if (frame.t === 'lane') return `${frame.lane}? last=${frame.last}${frame.create === true ? ' create' : ''}`;
  return frame.t === 'command' ? `${frame.lane}#${frame.n} ${frame.id}${frame.void === true ? ' void' : ''}` : frame.t;
}

function laneAfter(...steps: readonly ((lane: Lane) => unknown)[]): () => Lane {
  return () => {
    let names = 0;
    const made = createLane({ freshName: () => `lane${++names}`, recordMs: RECORD_MS });
    for (const step of steps) step(made);
    return made;
  };
}
const add = (...ids: string[]) => (to: Lane) => ids.forEach((id) => to.add(draft(id), 0, 0));
const opened = (to: Lane) => to.laneAnswered(lane(0), 0, 0, WINDOW);
const answeredA = (to: Lane) => to.answered(response('a'), 0, 1_000, WINDOW);
const lost = (to: Lane) => to.linkLost(0, 2_000);

const laneTable = containerTable<Lane>({
  title: 'Lane',
  about: 'The window is 2; a server keeps the record for 600,000 ms. Commands expire at 50,000. It is 3,000 by the clock where nothing else is said.',
  situations: {
    'nothing to do': laneAfter(),
    'away, a and b wait': laneAfter((to) => to.add(draft('a'), null, 0), (to) => to.add(draft('b'), null, 0)),
    'asking for the lane, a waits': laneAfter(add('a')),
    'open, a and b sent, c waits': laneAfter(add('a', 'b', 'c'), opened),
    'open, a answered, b and c sent': laneAfter(add('a', 'b', 'c'), opened, answeredA),
    'open, a sent and withdrawn': laneAfter(add('a'), opened, (to) => to.cancel('a', 2_000)),
    'resting, a and b sent': laneAfter(add('a', 'b'), opened, (to) => to.answered(error('a', 'unavailable', false), 0, 1_000, WINDOW)),
    'away, a answered, b and c perhaps executed': laneAfter(add('a', 'b', 'c'), opened, answeredA, lost),
    'asking again, a answered, b and c perhaps executed': laneAfter(add('a', 'b', 'c'), opened, answeredA, lost, (to) => to.linkReady(1, 3_000)),
  },
  calls: {
    linkReady: { 'linkReady 1': (to) => to.linkReady(1, 3_000) },
    linkLost: { 'linkLost 0': (to) => to.linkLost(0, 3_000), 'linkLost 1': (to) => to.linkLost(1, 3_000) },
    add: { 'add d, link 1 is there': (to) => to.add(draft('d'), 1, 3_000), 'add d, no link': (to) => to.add(draft('d'), null, 3_000) },
    laneAnswered: {
      'lane1 last=0 over 0': (to) => to.laneAnswered(lane(0), 0, 3_000, WINDOW),
      'lane1 last=1 over 1': (to) => to.laneAnswered(lane(1), 1, 3_000, WINDOW),
      'lane1 last=0 over 1 (went back)': (to) => to.laneAnswered(lane(0), 1, 3_000, WINDOW),
      'lane1 last=9 over 1 (never sent)': (to) => to.laneAnswered(lane(9), 1, 3_000, WINDOW),
      'lane1 forgotten, over 0': (to) => to.laneAnswered(lane(null), 0, 3_000, WINDOW),
      'lane1 forgotten, over 1': (to) => to.laneAnswered(lane(null), 1, 3_000, WINDOW),
      'another lane over 0': (to) => to.laneAnswered(lane(0, 'lane9'), 0, 3_000, WINDOW),
    },
    answered: {
      'a done': (to) => to.answered(response('a'), 0, 3_000, WINDOW),
      'b done': (to) => to.answered(response('b'), 0, 3_000, WINDOW),
      'a rejected, final': (to) => to.answered(error('a', 'rejected', true), 0, 3_000, WINDOW),
      'a void': (to) => to.answered(error('a', 'void', true), 0, 3_000, WINDOW),
      'a result expired': (to) => to.answered(error('a', 'result-expired', true), 0, 3_000, WINDOW),
      'a outcome unknown': (to) => to.answered(error('a', 'outcome-unknown', true), 0, 3_000, WINDOW),
      'a handed over': (to) => to.answered(error('a', 'handed-over', true), 0, 3_000, WINDOW),
      'a not now, after 5,000': (to) => to.answered(error('a', 'unavailable', false, 5_000), 0, 3_000, WINDOW),
      'a out of order, not now': (to) => to.answered(error('a', 'out-of-order', false), 0, 3_000, WINDOW),
      'a lane unknown': (to) => to.answered(error('a', 'lane-unknown', true), 0, 3_000, WINDOW),
      'a lane conflict': (to) => to.answered(error('a', 'lane-conflict', true), 0, 3_000, WINDOW),
      'somebody else’s': (to) => to.answered(response('z'), 0, 3_000, WINDOW),
    },
    rested: { rested: (to) => to.rested(3_000) },
    cancel: { 'cancel a': (to) => to.cancel('a', 3_000), 'cancel c': (to) => to.cancel('c', 3_000) },
    drop: { 'drop a, if it waits': (to) => (to.waiting.some(({ id }) => id === 'a') ? to.drop('a') : undefined) },
    expire: {
      'expire at 3,000': (to) => to.expire(3_000),
      'expire at 50,000': (to) => to.expire(50_000),
      'expire at 700,000': (to) => to.expire(700_000),
    },
    abandon: { abandon: (to) => to.abandon() },
    has: { 'has a': (to) => to.has('a') },
  },
  look: ({ pending, waiting, nextExpiry }) => `pending ${pending}, waiting ${waiting.map(({ id }) => id).join(' ') || '–'}, next expiry ${nextExpiry ?? '–'}`,
  show,
});

function outboxAfter(overflow: 'reject' | 'drop-oldest', ...steps: readonly ((to: OutboxState) => unknown)[]): () => OutboxState {
  return () => {
    let names = 0;
    const made = createOutboxState({
      bounds: { outboxCommands: 3, outboxBytes: 100, overflow },
      laneRecordMs: RECORD_MS,
      freshName: (name) => `${name}${++names}`,
    });
    for (const step of steps) step(made);
    return made;
  };
}
const put = (name: string, id: string, expiresAt?: number) => (to: OutboxState) => to.add(name, draft(id, expiresAt), 0, 0);
const full = [put('main', 'a'), put('side', 's', 40_000), (to: OutboxState) => to.laneAnswered(lane(0, 'main1'), 0, 0, WINDOW), put('side', 'u', 45_000)];

const outboxTable = containerTable<OutboxState>({
  title: 'Outbox',
  about: 'At most 3 commands and 100 bytes, each has 10. Lanes `main` and `side`; their names on the wire have a number. It is 3,000 by the clock where nothing else is said.',
  situations: {
    empty: outboxAfter('reject'),
    'lane main open and a sent; lane side is asked for and s waits': outboxAfter('reject', ...full.slice(0, 3)),
    'full: a sent, s and u wait': outboxAfter('reject', ...full),
    'full, and the oldest may be dropped: a sent, s and u wait': outboxAfter('drop-oldest', ...full),
  },
  calls: {
    makeRoom: { 'makeRoom for 10 bytes': (to) => to.makeRoom(10), 'makeRoom for 95 bytes': (to) => to.makeRoom(95) },
    linkReady: { 'linkReady 1': (to) => to.linkReady(1, 3_000) },
    linkLost: { 'linkLost 0': (to) => to.linkLost(0, 3_000) },
    add: { 'add d to main': (to) => to.add('main', draft('d'), 0, 3_000), 'add d to a new lane': (to) => to.add('new', draft('d'), 0, 3_000), 'add d to a new lane, no link': (to) => to.add('new', draft('d'), null, 3_000) },
    laneAnswered: { 'side2 last=0': (to) => to.laneAnswered(lane(0, 'side2'), 0, 3_000, WINDOW), 'side2 forgotten': (to) => to.laneAnswered(lane(null, 'side2'), 0, 3_000, WINDOW) },
    answered: { 'a done': (to) => to.answered(response('a'), 0, 3_000, WINDOW), 'a not now': (to) => to.answered(error('a', 'unavailable', false, 5_000), 0, 3_000, WINDOW) },
    rested: { 'main rested': (to) => to.rested('main', 3_000), 'a lane that is not there rested': (to) => to.rested('none', 3_000) },
    cancel: { 'cancel a': (to) => to.cancel('a', 3_000), 'cancel s': (to) => to.cancel('s', 3_000) },
    expire: { 'expire at 45,000': (to) => to.expire(45_000) },
    abandon: { abandon: (to) => to.abandon() },
    has: { 'has a': (to) => to.has('a') },
  },
  look: ({ pending, bytes, nextExpiry }) => `pending ${pending}, ${bytes} bytes, next expiry ${nextExpiry ?? '–'}`,
  show,
});

describe('lane.machine', () => {
  it('does what the table says', () => expect(laneTable).toMatchFileSnapshot('../tables/lane.md'));
});

describe('outbox.machine', () => {
  it('does what the table says', () => expect(outboxTable).toMatchFileSnapshot('../tables/outbox.md'));
});
