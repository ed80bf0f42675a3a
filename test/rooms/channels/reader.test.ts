// What of a run is new to a reader: a table of the cases.
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/core/channels/channel.machine.js';
import { lowestPosition, readRun, topAfter, type Ask, type Gap } from '../../../src/core/channels/reader.js';
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

const CASES: readonly [what: string, at: string | null, history: number, run: Run, asked: string | null, askedHistory: number, reading: string][] = [
  ['new, no history: from now on', null, 0, run('e', 4, 2, LIVE), null, 0, 'begin e:5'],
  ['new, no history, pages for another: after the head', null, 0, run('e', 4, 2, { state: 'recovered', more: true, head: 9 }), 'e:3', 0, 'begin e:9'],
  ['new, no history, pages of a server that names no head: not yet', null, 0, run('e', 4, 2, { state: 'recovered', more: true }), 'e:3', 0, 'nothing'],
  ['new with history: all that came', null, 10, run('e', 4, 2, LIVE), null, 10, 'skip 0'],
  ['new with history, less was asked for: not this one', null, 10, run('e', 4, 2, LIVE), null, 3, 'ask-again'],
  ['new with history beside a gap of others: no gap', null, 10, run('e', 4, 2, GAP), 'e:1', 10, 'skip 0'],
  ['live, next', 'e:3', 0, run('e', 4, 2, null), null, 0, 'skip 0'],
  ['live, overlapping', 'e:4', 0, run('e', 4, 2, null), null, 0, 'skip 1'],
  ['live, known to the end', 'e:5', 0, run('e', 4, 2, null), null, 0, 'skip 2'],
  ['live, ahead of it (a stamp)', 'e:9', 0, run('e', 4, 2, null), null, 0, 'nothing'],
  ['recovered from where one is', 'e:3', 0, run('e', 4, 2, RECOVERED), 'e:3', 0, 'skip 0'],
  ['recovered with more history than needed', 'e:5', 0, run('e', 4, 4, RECOVERED), 'e:5', 9, 'skip 2'],
  ['a page of history that ends before one is', 'e:9', 0, run('e', 4, 4, { ...RECOVERED, more: true }), 'e:9', 9, 'nothing'],
  ['recovered into the next epoch', 'e:5', 0, run('g', 6, 2, RECOVERED), 'e:5', 0, 'skip 0'],
  ['recovered for a lower reader, one is within', 'e:5', 0, run('e', 4, 4, RECOVERED), 'e:3', 0, 'skip 2'],
  ['recovered for a lower reader, one is at the end', 'e:7', 0, run('e', 4, 4, RECOVERED), 'e:3', 0, 'skip 4'],
  ['recovered for another, of another epoch: it was not asked for', 'd:5', 0, run('e', 4, 4, RECOVERED), 'e:3', 0, 'ask-again'],
  ['nothing new', 'e:7', 0, run('e', 8, 0, RECOVERED), 'e:7', 0, 'skip 0'],
  ['recovered, and does not join on: a gap, whatever the server calls it', 'e:3', 0, run('e', 6, 2, RECOVERED), 'e:3', 0, 'gap trimmed 4–5, skip 0'],
  ['gap', 'e:3', 0, run('e', 6, 2, GAP), 'e:3', 0, 'gap trimmed 4–5, skip 0'],
  ['gap for a lower reader, one goes on', 'e:5', 0, run('e', 6, 2, GAP), 'e:3', 0, 'skip 0'],
  ['gap for a lower reader, one is within', 'e:6', 0, run('e', 6, 2, GAP), 'e:3', 0, 'skip 1'],
  ['gap for a lower reader, one has it all', 'e:7', 0, run('e', 6, 2, GAP), 'e:3', 0, 'skip 2'],
  ['trimmed for a lower reader: not for one further on, who is asked for', 'e:5', 0, run('e', 8, 0, GAP), 'e:3', 0, 'ask-again'],
  ['gap with nothing after it', 'e:3', 0, run('e', 8, 0, GAP), 'e:3', 0, 'gap trimmed 4–7, skip 0'],
  ['gap: the storage went back', 'e:9', 0, run('e', 6, 2, { ...GAP, reason: 'ahead' }), 'e:9', 0, 'gap ahead, skip 0'],
  ['gap: the storage went back, one is further ahead', 'e:12', 0, run('e', 6, 2, { ...GAP, reason: 'ahead' }), 'e:9', 0, 'gap ahead, skip 0'],
  ['gap: the storage went back, the first of its pages does not reach one who is still in it', 'e:9', 0, run('e', 6, 2, { ...GAP, reason: 'ahead', more: true, head: 10 }), 'e:12', 0, 'nothing'],
  ['gap: another epoch', 'e:9', 0, run('g', 1, 2, { ...GAP, reason: 'epoch' }), 'e:9', 0, 'gap epoch, skip 0'],
  ['gap: another epoch, for everybody of the former one', 'e:9', 0, run('g', 1, 2, { ...GAP, reason: 'epoch' }), 'e:7', 0, 'gap epoch, skip 0'],
  ['gap: another epoch, not for one of a third', 'd:9', 0, run('g', 1, 2, { ...GAP, reason: 'epoch' }), 'e:7', 0, 'ask-again'],
];

describe('readRun', () => {
  it.each(CASES)('%s', (_, from, history, ran, asked, askedHistory, expected) => {
    const reading = readRun(at(from), history, ran, { position: at(asked), history: askedHistory });
    const gap = (found: Gap | null): string => (found === null ? '' : `gap ${found.reason}${found.missed === null ? '' : ` ${found.missed.from}–${found.missed.to}`}, `);
    const text =
      reading.kind === 'take' ? `${gap(reading.gap)}skip ${reading.skip}`
      : reading.kind === 'begin' ? `begin ${reading.position.epoch}:${reading.position.offset}`
      : reading.kind;
    expect(text).toBe(expected);
  });
});

describe('topAfter', () => {
  const ask = (position: string | null): Ask => ({ position: at(position), history: 0 });
  it.each<[what: string, top: string | null, run: Run, asked: string | null, expected: string]>([
    ['is the end of what came', 'e:3', run('e', 4, 2, null), null, 'e:5'],
    ['is not moved back by pages of history', 'e:9', run('e', 4, 2, { ...RECOVERED, more: true, head: 9 }), 'e:9', 'e:9'],
    ['is past the history that is still to come, where nobody was before', null, run('e', 4, 2, { ...LIVE, more: true, head: 9 }), null, 'e:9'],
    ['goes on page by page, where somebody catches up', 'e:3', run('e', 4, 2, { ...RECOVERED, more: true, head: 9 }), 'e:3', 'e:5'],
    ['goes back with the storage', 'e:9', run('e', 4, 2, { ...GAP, reason: 'ahead' }), 'e:9', 'e:5'],
    ['is of the newest epoch', 'e:9', run('g', 1, 2, { ...GAP, reason: 'epoch' }), 'e:9', 'g:2'],
  ])('%s', (_, top, ran, asked, expected) => expect(topAfter(at(top), ran, ask(asked))).toEqual(at(expected)));
});

describe('lowestPosition', () => {
  it.each<[readonly (string | null)[], string | null, string | null]>([
    [[], null, null],
    [[null, null], null, null],
    [[null], 'e:5', 'e:5'],
    [['e:3', null, 'e:7'], 'e:5', 'e:3'],
    [['e:7'], 'e:5', 'e:5'],
    // Only the server knows whether that epoch goes on.
    [['d:1'], 'e:5', 'd:1'],
    [['e:2', 'd:7', 'd:4', 'e:1'], 'e:5', 'd:4'],
    [['e:3', 'e:2'], null, 'e:2'],
  ])('of %j with the head at %s is %s', (positions, head, lowest) => expect(lowestPosition(positions.map(at), at(head))).toEqual(at(lowest)));
});
