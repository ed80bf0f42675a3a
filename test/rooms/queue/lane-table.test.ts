// The tables of one lane, and of all lanes together: what each call does in each situation. Why it is so: lane.machine.test.ts, outbox.test.ts.
import { describe, expect, it } from 'vitest';
import type { ClientFrame, ErrorFrame, LaneFrame, ResponseFrame } from '../../../src/core/protocol/frames.js';
import type { RealtimeError } from '../../../src/core/errors.js';
import type { CommandDraft } from '../../../src/core/queue/lane.machine.js';
import { loneOutbox, type LoneOutbox } from './lone-outbox.js';
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js';
import { brief, containerTable } from '../table.js';
import { bindLane, type BoundEffect, type BoundLane } from './bound-lane.js';

const WINDOW = 2;
const RECORD_MS = 600_000;

const draft = (id: string, expiresAt = 50_000): CommandDraft => ({ id, name: 'post', input: id, expiresAt });
const lane = (last: number | null, name = 'lane1'): LaneFrame => ({ t: 'lane', lane: name, last, fence: 'f' });
const response = (id: string): ResponseFrame => ({ t: 'response', id });
const error = (id: string, code: ErrorFrame['code'], final: boolean, retryAfterMs?: number): ErrorFrame => ({
  t: 'error', id, code, message: '', final, ...(retryAfterMs !== undefined && { retryAfterMs }),
});

/** `say lane1#2 b over 0`, `a done`. */
function show(effect: unknown): string {
  const told = effect as BoundEffect;
  if (typeof told !== 'object' || told === null) return brief(told);
  if (told.type === 'say') return `say ${said(told.frame)} over ${told.link}`;
  if (told.type === 'settle') return `${told.id} ends ${told.outcome.kind}`;
  return brief(told);
}
function said(frame: ClientFrame): string {
  if (frame.t === 'lane') return `${frame.lane}? last=${frame.last}${frame.create === true ? ' create' : ''}`;
  return frame.t === 'command' ? `${frame.lane}#${frame.n} ${frame.id}${frame.void === true ? ' void' : ''}` : frame.t;
}

function laneAfter(...steps: readonly ((lane: BoundLane) => unknown)[]): () => BoundLane {
  return () => {
    let names = 0;
    const made = bindLane({ freshName: () => `lane${++names}`, recordMs: RECORD_MS });
    for (const step of steps) step(made);
    return made;
  };
}
const add = (...ids: string[]) => (to: BoundLane) => ids.forEach((id) => to.add(draft(id), 0, 0));
const opened = (to: BoundLane) => to.laneAnswered(lane(0), 0, 0, WINDOW);
const answeredA = (to: BoundLane) => to.answered(response('a'), 0, 1_000, WINDOW);
const lost = (to: BoundLane) => to.linkLost(0, 2_000);

const laneTable = containerTable<BoundLane>({
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
    drop: { 'drop a, if it waits': (to) => (to.waiting.includes('a') ? to.drop('a') : undefined) },
    wake: {
      'wake at 3,000': (to) => to.wake(3_000),
      'wake at 50,000': (to) => to.wake(50_000),
      'wake at 700,000': (to) => to.wake(700_000),
    },
    abandon: { abandon: (to) => to.abandon() },
    has: { 'has a': (to) => to.has('a') },
  },
  look: ({ pending, waiting, nextWake }) => `pending ${pending}, waiting ${waiting.join(' ') || '–'}, next wake ${nextWake ?? '–'}`,
  show,
});

/** The outbox with all that it does to its port as the answer of each call. */
interface ObservedOutbox {
  readonly outbox: LoneOutbox;
  readonly nextWake: string;
  send(lane: string, id: string, bytes?: number, link?: number | null): readonly unknown[];
  resume(link: number): readonly unknown[];
  linkLost(link: number): readonly unknown[];
  laneAnswered(frame: LaneFrame): readonly unknown[];
  answered(frame: ResponseFrame | ErrorFrame): readonly unknown[];
  wait(ms: number): readonly unknown[];
  cancel(id: string): readonly unknown[];
  abandon(): readonly unknown[];
  has(id: string): boolean;
}

function outboxAfter(overflow: 'reject' | 'drop-oldest', ...steps: readonly ((to: ObservedOutbox) => unknown)[]): () => ObservedOutbox {
  return () => {
    const clock = createSimulatedClock();
    const log: unknown[] = [];
    let link: number | null = 0;
    let names = 0;
    let timer = '–';
    const outbox = loneOutbox({
      clock: {
        ...clock,
        now: () => clock.now(),
        after(ms, run) {
          timer = `${clock.now() + ms}`;
          const cancel = clock.after(ms, run);
          return () => ((timer = '–'), cancel());
        },
      },
      dice: { id: () => `${++names}`, roll: () => 0 },
      bounds: { outboxCommands: 3, outboxBytes: 100, overflow },
      commandMs: 50_000,
      any: () => link,
      send: (frame, over) => (log.push({ type: 'say', frame, link: over }), true),
      hold: () => (log.push('holds a link'), () => log.push('lets the link go')),
      window: WINDOW,
    });
    const seen = (run: () => void): readonly unknown[] => (run(), log.splice(0));
    const made: ObservedOutbox = {
      outbox,
      get nextWake() {
        return timer;
      },
      send: (lane, id, bytes = 10, over = 0) =>
        seen(() => {
          link = over;
          try {
            outbox.send({ id, lane, name: 'post', input: id, bytes: bytes - 'post'.length, onProgress: ({ status }) => log.push(`${id} ${status}`), onOutcome: (outcome) => log.push({ type: 'settle', id, outcome }) });
          } catch (cause) {
            log.push((cause as RealtimeError).code);
          }
        }),
      resume: (over) => seen(() => outbox.resume(over)),
      linkLost: (over) => seen(() => outbox.onLinkLost(over)),
      laneAnswered: (frame) => seen(() => outbox.onFrame(frame, 0)),
      answered: (frame) => seen(() => outbox.onFrame(frame, 0)),
      wait: (ms) => seen(() => clock.advance(ms)),
      cancel: (id) => seen(() => outbox.cancel(id)),
      abandon: () => seen(() => outbox.dispose()),
      has: (id) => outbox.has(id),
    };
    for (const step of steps) step(made);
    return made;
  };
}
const full = [
  (to: ObservedOutbox) => to.send('main', 'a'),
  (to: ObservedOutbox) => (to.wait(1_000), to.send('side', 's')),
  (to: ObservedOutbox) => to.laneAnswered(lane(0, 'main.1')),
  (to: ObservedOutbox) => (to.wait(1_000), to.send('side', 'u')),
];

const outboxTable = containerTable<ObservedOutbox>({
  title: 'Outbox',
  about: 'At most 3 commands and 100 bytes, each has 10 where nothing else is said and expires 50,000 ms after it was sent: a at 0, s at 1,000, u at 2,000. Lanes `main` and `side`; their names on the wire have a number. No chance is in the rests.',
  situations: {
    empty: outboxAfter('reject'),
    'lane main open and a sent; lane side is asked for and s waits': outboxAfter('reject', ...full.slice(0, 3)),
    'full: a sent, s and u wait': outboxAfter('reject', ...full),
    'full, and the oldest may be dropped: a sent, s and u wait': outboxAfter('drop-oldest', ...full),
  },
  calls: {
    send: {
      'send d to main': (to) => to.send('main', 'd'),
      'send d to a new lane': (to) => to.send('new', 'd'),
      'send d to a new lane, no link': (to) => to.send('new', 'd', 10, null),
      'send d of 80 bytes, no link': (to) => to.send('new', 'd', 80, null),
      'send d of 81 bytes, no link': (to) => to.send('new', 'd', 81, null),
      'send d of 90 bytes, no link': (to) => to.send('new', 'd', 90, null),
      'send d of 100 bytes, no link': (to) => to.send('new', 'd', 100, null),
      'send d of 101 bytes, no link': (to) => to.send('new', 'd', 101, null),
    },
    resume: { 'resume 1': (to) => to.resume(1) },
    linkLost: { 'linkLost 0': (to) => to.linkLost(0) },
    laneAnswered: { 'side.2 last=0': (to) => to.laneAnswered(lane(0, 'side.2')), 'side.2 forgotten': (to) => to.laneAnswered(lane(null, 'side.2')) },
    answered: { 'a done': (to) => to.answered(response('a')), 'a not now': (to) => to.answered(error('a', 'unavailable', false, 5_000)), 'somebody else’s': (to) => to.answered(response('z')) },
    wait: {
      'wait 49,000 ms': (to) => to.wait(49_000),
      'a not now, and wait 4,999 ms': (to) => (to.answered(error('a', 'unavailable', false, 5_000)), to.wait(4_999)),
      'a not now, and wait 5,000 ms': (to) => (to.answered(error('a', 'unavailable', false, 5_000)), to.wait(5_000)),
    },
    cancel: { 'cancel a': (to) => to.cancel('a'), 'cancel s': (to) => to.cancel('s') },
    abandon: { abandon: (to) => to.abandon() },
    has: { 'has a': (to) => to.has('a') },
  },
  look: ({ outbox: { status }, nextWake }) => `pending ${status.pending}, ${status.bytes} bytes, timer ${nextWake}`,
  show,
});

describe('lane.machine', () => {
  it('does what the table says', () => expect(laneTable).toMatchFileSnapshot('../tables/lane.md'));
});

describe('outbox', () => {
  it('does what the table says', () => expect(outboxTable).toMatchFileSnapshot('../tables/lane-outbox.md'));
});
