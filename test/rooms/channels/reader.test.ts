// A reader's judgement of runs: a table of the cases, then a property against a naive model of one history.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepChannel, NEW_CHANNEL, type ChannelEffect, type ChannelEvent, type ChannelState, type Run } from '../../../src/core/channels/channel.machine.js';
import { lowestPosition, readRun, type Gap } from '../../../src/core/channels/reader.js';
import type { SubscribedFrame, WireEvent } from '../../../src/core/protocol/frames.js';
import type { Position } from '../../../src/core/protocol/position.js';

const at = (text: string | null): Position | null => (text === null ? null : { epoch: text[0] ?? '', offset: Number(text.slice(2)) });
const wire = (n: number): WireEvent => ({ name: 'm', data: n, time: 0 });

function run(epoch: string, first: number, count: number, answer: Pick<SubscribedFrame, 'state' | 'more'> & Partial<SubscribedFrame> | null): Run {
  const events = Array.from({ length: count }, (_, index) => wire(first + index));
  const end = { epoch, offset: first + count - 1 };
  const frame: SubscribedFrame | null = answer && { t: 'subscribed', channel: 'c', generation: 1, events, position: end, fence: 'f', ...answer };
  return { epoch, first, events, end, answer: frame };
}
const LIVE = { state: 'live', more: false } as const;
const RECOVERED = { state: 'recovered', more: false } as const;
const GAP = { state: 'gap', reason: 'trimmed', more: false } as const;

const CASES: readonly [what: string, at: string | null, history: number, run: Run, asked: string | null, reading: string][] = [
  ['new, no history: from now on', null, 0, run('e', 4, 2, LIVE), null, 'skip 2'],
  ['new, no history, a page with more: not yet', null, 0, run('e', 4, 2, { state: 'recovered', more: true }), 'e:3', 'nothing'],
  ['new with history: all that came', null, 10, run('e', 4, 2, LIVE), null, 'skip 0'],
  ['new with history beside a gap of others: no gap', null, 10, run('e', 4, 2, GAP), 'e:1', 'skip 0'],
  ['live, next', 'e:3', 0, run('e', 4, 2, null), null, 'skip 0'],
  ['live, overlapping', 'e:4', 0, run('e', 4, 2, null), null, 'skip 1'],
  ['live, known', 'e:5', 0, run('e', 4, 2, null), null, 'nothing'],
  ['live, ahead of it (a stamp)', 'e:9', 0, run('e', 4, 2, null), null, 'nothing'],
  ['recovered from where one is', 'e:3', 0, run('e', 4, 2, RECOVERED), 'e:3', 'skip 0'],
  ['recovered with more history than needed', 'e:5', 0, run('e', 4, 4, RECOVERED), 'e:5', 'skip 2'],
  ['recovered into the next epoch', 'e:5', 0, run('g', 6, 2, RECOVERED), 'e:5', 'skip 0'],
  ['recovered for a lower reader, one is within', 'e:5', 0, run('e', 4, 4, RECOVERED), 'e:3', 'skip 2'],
  ['recovered for a lower reader, one is at the end', 'e:7', 0, run('e', 4, 4, RECOVERED), 'e:3', 'nothing'],
  ['recovered for another, of another epoch: a gap', 'd:5', 0, run('e', 4, 4, RECOVERED), 'e:3', 'gap epoch, skip 0'],
  ['nothing new', 'e:7', 0, run('e', 8, 0, RECOVERED), 'e:7', 'skip 0'],
  ['gap', 'e:3', 0, run('e', 6, 2, GAP), 'e:3', 'gap trimmed 4–5, skip 0'],
  ['gap for a lower reader, one goes on', 'e:5', 0, run('e', 6, 2, GAP), 'e:3', 'skip 0'],
  ['gap for a lower reader, one is within', 'e:6', 0, run('e', 6, 2, GAP), 'e:3', 'skip 1'],
  ['gap for a lower reader, one has it all', 'e:7', 0, run('e', 6, 2, GAP), 'e:3', 'nothing'],
  ['gap with nothing after it', 'e:3', 0, run('e', 8, 0, GAP), 'e:3', 'gap trimmed 4–7, skip 0'],
  ['gap: the storage went back', 'e:9', 0, run('e', 6, 2, { ...GAP, reason: 'ahead' }), 'e:9', 'gap ahead, skip 0'],
  ['gap: another epoch', 'e:9', 0, run('g', 1, 2, { ...GAP, reason: 'epoch' }), 'e:9', 'gap epoch, skip 0'],
];

describe('readRun', () => {
  it.each(CASES)('%s', (_, from, history, ran, asked, expected) => {
    const reading = readRun(at(from), history, ran, at(asked));
    const gap = (found: Gap | null): string => (found === null ? '' : `gap ${found.reason}${found.missed === null ? '' : ` ${found.missed.from}–${found.missed.to}`}, `);
    expect(reading.kind === 'nothing' ? 'nothing' : `${gap(reading.gap)}skip ${reading.skip}`).toBe(expected);
  });
});

describe('lowestPosition', () => {
  it.each<[readonly (string | null)[], string | null, string | null]>([
    [[], null, null],
    [[null, null], null, null],
    [[null], 'e:5', 'e:5'],
    [['e:3', null, 'e:7'], 'e:5', 'e:3'],
    [['e:7'], 'e:5', 'e:5'],
    [['d:1'], 'e:5', 'e:5'],
    [['e:3', 'e:2'], null, 'e:2'],
  ])('of %j with the head at %s is %s', (positions, head, lowest) => expect(lowestPosition(positions.map(at), at(head))).toEqual(at(lowest)));
});

/* A server that keeps one history: epochs with their events, the oldest of which may be gone. */

interface Model {
  epochs: { readonly name: string; readonly first: number; top: number }[];
  /** The lowest offset that is kept. */
  oldest: number;
}
const topOf = (model: Model) => model.epochs[model.epochs.length - 1] as Model['epochs'][number];

/** Whether a position is on the line, and the history therefore goes on from it. */
function isOnLine(model: Model, position: Position): boolean {
  const epoch = model.epochs.find(({ name }) => name === position.epoch);
  return epoch !== undefined && position.offset <= epoch.top && position.offset >= epoch.first - 1;
}

function serve(model: Model, generation: number, asked: Position | null, history: number, page: number): SubscribedFrame {
  const top = topOf(model);
  const newest = Math.max(model.oldest, top.first, top.top - history + 1);
  const frame = (state: SubscribedFrame['state'], from: number, epoch: { readonly name: string; readonly top: number }, reason?: 'epoch' | 'ahead' | 'trimmed'): SubscribedFrame => {
    const to = Math.min(epoch.top, from + page - 1);
    return {
      t: 'subscribed', channel: 'c', generation, state, ...(reason && { reason }), fence: 'f',
      events: Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => wire(from + index)),
      position: { epoch: epoch.name, offset: Math.max(to, from - 1) },
      more: to < epoch.top || epoch.name !== top.name,
    };
  };
  if (asked === null) return frame('live', newest, top);
  const index = model.epochs.findIndex(({ name }) => name === asked.epoch);
  if (index < 0) return frame('gap', newest, top, 'epoch');
  if (!isOnLine(model, asked)) return frame('gap', newest, top, asked.epoch === top.name ? 'ahead' : 'epoch');
  if (asked.offset + 1 < model.oldest) return frame('gap', newest, top, 'trimmed');
  const epoch = model.epochs[index] as Model['epochs'][number];
  const following = model.epochs[index + 1];
  if (asked.offset === epoch.top && following !== undefined) return frame('recovered', following.first, following);
  return frame('recovered', epoch === top ? Math.min(asked.offset + 1, newest) : asked.offset + 1, epoch);
}

type Act =
  | { readonly do: 'publish'; readonly count: number }
  | { readonly do: 'trim'; readonly count: number }
  /** The storage fails over: the last events are undone, a new epoch goes on. */
  | { readonly do: 'fork'; readonly undone: number }
  /** Everything is lost. */
  | { readonly do: 'restart' }
  | { readonly do: 'drop' }
  | { readonly do: 'join'; readonly history: number }
  | { readonly do: 'answer'; readonly page: number };

const acts = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('trim' as const), count: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('fork' as const), undone: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('drop' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), history: fc.constantFrom(0, 0, 3, 10) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('answer' as const), page: fc.integer({ min: 1, max: 5 }) }) },
  ),
  { minLength: 5, maxLength: 60 },
);

interface Seat {
  readonly history: number;
  position: Position | null;
}

/** Plays the channel and its readers against the model; throws where a reader is told something wrong. */
function play(script: readonly Act[]): { readonly gaps: number; readonly taken: number } {
  const model: Model = { epochs: [{ name: 'e0', first: 1, top: 0 }], oldest: 1 };
  let names = 0;
  let state: ChannelState = NEW_CHANNEL;
  let asked: Position | null = null;
  let due: { generation: number; asked: Position | null; history: number } | null = null;
  const seats: Seat[] = [];
  let gaps = 0;
  let taken = 0;

  /** What belongs to the line between two positions, or null where it cannot be told. */
  const follows = (from: Position, to: Position, events: number): boolean => {
    if (from.epoch === to.epoch) return to.offset === from.offset + events;
    return isOnLine(model, from) && to.offset === from.offset + events;
  };

  const take = (seat: Seat, ran: Run): void => {
    const reading = readRun(seat.position, seat.history, ran, asked);
    if (reading.kind === 'nothing') return;
    const before = seat.position;
    const count = ran.events.length - reading.skip;
    taken += count;
    if (reading.gap === null && before !== null) {
      if (!follows(before, ran.end, count)) throw new Error(`not contiguous: ${JSON.stringify({ before, ran, reading })}`);
    }
    if (reading.gap !== null) {
      gaps++;
      if (before === null) throw new Error('a gap for one who has nothing');
      const isWhole = before.epoch === ran.epoch ? ran.first <= before.offset + 1 && before.offset <= ran.end.offset : isOnLine(model, before) && ran.first === before.offset + 1 && reading.skip === 0;
      if (isWhole) throw new Error(`nothing is missing: ${JSON.stringify({ before, ran, reading, asked })}`);
    }
    seat.position = ran.end;
  };

  const perform = (effect: ChannelEffect): void => {
    if (effect.type === 'deliver') for (const seat of seats) take(seat, effect.run);
    if (effect.type === 'subscribe') {
      asked = lowestPosition(seats.map(({ position }) => position), state.head);
      due = { generation: effect.generation, asked, history: Math.max(0, ...seats.map(({ history }) => history)) };
    }
  };
  const send = (event: ChannelEvent): void => {
    const [next, effects] = stepChannel(state, event);
    state = next;
    for (const effect of effects) perform(effect);
  };

  for (const act of script) {
    const top = topOf(model);
    switch (act.do) {
      case 'publish': {
        const offset = top.top + 1;
        top.top += act.count;
        if (due === null && state.wire.tag === 'live') send({ type: 'events', link: 0, frame: { t: 'events', channel: 'c', epoch: top.name, offset, events: Array.from({ length: act.count }, (_, i) => wire(offset + i)) } });
        break;
      }
      case 'trim':
        model.oldest = Math.min(top.top + 1, model.oldest + act.count);
        break;
      case 'fork': {
        if (top.top - act.undone < Math.max(top.first, model.oldest) - 1) break;
        top.top -= act.undone;
        model.epochs.push({ name: `e${++names}`, first: top.top + 1, top: top.top });
        send({ type: 'resync', link: 0 });
        break;
      }
      case 'restart':
        model.epochs = [{ name: `e${++names}`, first: 1, top: 0 }];
        model.oldest = 1;
        send({ type: 'link-lost', link: 0 });
        due = null;
        break;
      case 'drop':
        send({ type: 'link-lost', link: 0 });
        due = null;
        break;
      case 'join': {
        const seat: Seat = { history: act.history, position: act.history > 0 ? null : state.wire.tag === 'live' ? state.head : null };
        seats.push(seat);
        if (seat.position === null) send({ type: 'wanted', link: 0 });
        break;
      }
      case 'answer': {
        if (due === null) {
          if (seats.length > 0) send({ type: 'link-ready', link: 0 });
          break;
        }
        const { generation, asked: from, history } = due;
        due = null;
        send({ type: 'subscribed', link: 0, frame: serve(model, generation, from, history, act.page) });
        break;
      }
    }
  }
  return { gaps, taken };
}

describe('readers of one history', () => {
  it('get contiguous events without duplicates between two gaps, and a gap only where something is missing', () => {
    let gaps = 0;
    let taken = 0;
    fc.assert(
      fc.property(acts, (script) => {
        const told = play(script);
        gaps += told.gaps;
        taken += told.taken;
      }),
      { numRuns: 2_000 },
    );
    // The scripts reach what they are about.
    expect(gaps).toBeGreaterThan(100);
    expect(taken).toBeGreaterThan(1_000);
  });
});
