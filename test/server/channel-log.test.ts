import { describe, expect, it } from 'vitest';
import { createLog, type Log, type LogLimits } from '../../src/server/core/log.js';
import type { ReadAsk, ReadResult, StoredEvent } from '../../src/server/core/channel-log.js';
import { countingDice } from './fake-world.js';

const LARGE = 1_000_000;
const logOf = (limits: Partial<LogLimits> = {}): Log => createLog({ dice: countingDice(), limits });
const event = (text: string, bytes = text.length): StoredEvent => ({ text, bytes });
const fill = (log: Log, channel: string, count: number, now = 0): void => {
  for (let i = 0; i < count; i++) log.append(channel, [event(`${log.head(channel, now).offset + 1}`)], now);
};
const texts = (result: ReadResult): string => result.events.map(({ text }) => text).join(' ');

describe('reading a channel', () => {
  // Ten events, of which the last six are kept.
  const build = (): { log: Log; epoch: string } => {
    const log = logOf({ eventsPerChannel: 6 });
    fill(log, 'c', 10);
    return { log, epoch: log.head('c', 0).epoch };
  };
  const at = (offset: number): Partial<ReadAsk> => ({ position: { epoch: 'EPOCH', offset } });
  it.each<[string, Partial<ReadAsk>, Partial<ReadResult>, string]>([
    ['nothing asked', {}, { state: 'live', from: 11 }, ''],
    ['history 0', { history: 0 }, { state: 'live', from: 11 }, ''],
    ['history', { history: 2 }, { state: 'live', from: 9 }, '9 10'],
    ['more history than is kept', { history: 50 }, { state: 'live', from: 5 }, '5 6 7 8 9 10'],
    ['at the top', at(10), { state: 'recovered', from: 11 }, ''],
    ['a little behind', at(7), { state: 'recovered', from: 8 }, '8 9 10'],
    ['just before the oldest', at(4), { state: 'recovered', from: 5 }, '5 6 7 8 9 10'],
    ['beyond the oldest', at(3), { state: 'gap', reason: 'trimmed', missed: { from: 4, to: 10 }, from: 11 }, ''],
    ['beyond the oldest, with history', { ...at(1), history: 3 }, { state: 'gap', reason: 'trimmed', missed: { from: 2, to: 7 }, from: 8 }, '8 9 10'],
    ['ahead', at(11), { state: 'gap', reason: 'ahead', from: 11 }, ''],
    ['ahead, with history', { ...at(11), history: 1 }, { state: 'gap', reason: 'ahead', from: 10 }, '10'],
    ['another epoch', { position: { epoch: 'other', offset: 10 } }, { state: 'gap', reason: 'epoch', from: 11 }, ''],
    ['another epoch, with history', { position: { epoch: 'other', offset: 1 }, history: 2 }, { state: 'gap', reason: 'epoch', from: 9 }, '9 10'],
    ['history further back than the position', { ...at(9), history: 4 }, { state: 'recovered', from: 7 }, '7 8 9 10'],
    ['history past retention and position', { ...at(9), history: 40 }, { state: 'recovered', from: 5 }, '5 6 7 8 9 10'],
    ['the position further back than history', { ...at(5), history: 1 }, { state: 'recovered', from: 6 }, '6 7 8 9 10'],
  ])('%s', (_, ask, expected, run) => {
    const { log, epoch } = build();
    const position = ask.position && { ...ask.position, epoch: ask.position.epoch === 'EPOCH' ? epoch : ask.position.epoch };
    const result = log.read('c', { ...ask, ...(position && { position }), maxBytes: LARGE }, 0);
    const { events: _events, ...rest } = result;
    expect(rest).toEqual({ ...expected, position: { epoch, offset: 10 }, more: false });
    expect(texts(result)).toBe(run);
  });

  it('is cut into pages of whole events, which join on', () => {
    const log = logOf();
    for (let i = 1; i <= 5; i++) log.append('c', [event(`${i}`, 40)], 0);
    let result = log.read('c', { history: 5, maxBytes: 82 }, 0);
    const pages = [texts(result)];
    while (result.more) {
      result = log.read('c', { position: result.position, maxBytes: 82 }, 0);
      expect(result.state).toBe('recovered');
      pages.push(texts(result));
    }
    expect(pages).toEqual(['1 2', '3 4', '5']);
    expect(texts(log.read('c', { history: 1, maxBytes: 1 }, 0))).toBe('5');
    // Each event is counted with a comma.
    expect(texts(log.read('c', { history: 5, maxBytes: 81 }, 0))).toBe('1');
  });
});

describe('keeping a channel', () => {
  it('trims by count, by bytes and by age', () => {
    const log = logOf({ eventsPerChannel: 3, bytesPerChannel: 100, keepEventsMs: 50 });
    fill(log, 'count', 5);
    expect(texts(log.read('count', { history: 9, maxBytes: LARGE }, 0))).toBe('3 4 5');
    log.append('bytes', [event('a', 60), event('b', 60), event('c', 30)], 0);
    expect(texts(log.read('bytes', { history: 9, maxBytes: LARGE }, 0))).toBe('b c');
    fill(log, 'age', 2, 0);
    log.append('age', [event('late')], 30);
    expect(texts(log.read('age', { history: 9, maxBytes: LARGE }, 49))).toBe('1 2 late');
    expect(texts(log.read('age', { history: 9, maxBytes: LARGE }, 50))).toBe('late');
  });

  it('keeps the identity of a channel whose events are all gone', () => {
    const log = logOf({ keepEventsMs: 50 });
    fill(log, 'c', 3);
    const position = log.head('c', 0);
    log.sweep(60, []);
    expect(log.read('c', { position, maxBytes: LARGE }, 60)).toMatchObject({ state: 'recovered', events: [] });
    expect(log.read('c', { position: { ...position, offset: 1 }, maxBytes: LARGE }, 60)).toMatchObject({ state: 'gap', reason: 'trimmed', missed: { from: 2, to: 3 } });
    expect(log.append('c', [event('x')], 60)).toEqual({ ...position, offset: 4 });
  });

  it('gives an empty channel the epoch that its first event gets', () => {
    const log = logOf();
    const head = log.head('c', 0);
    expect(head.offset).toBe(0);
    expect(log.append('c', [event('a')], 0)).toEqual({ epoch: head.epoch, offset: 1 });
    expect(log.read('c', { position: head, maxBytes: LARGE }, 0)).toMatchObject({ state: 'recovered', from: 1 });
  });

  it('gives a forgotten channel another epoch, whatever its offset was', () => {
    const log = logOf({ keepChannelMs: 1_000 });
    fill(log, 'c', 3);
    fill(log, 'quiet', 3);
    const was = log.head('c', 0);
    const quiet = log.head('quiet', 0);
    log.sweep(1_000, ['quiet']);
    fill(log, 'c', 5, 1_000);
    expect(log.read('c', { position: was, maxBytes: LARGE }, 1_000)).toMatchObject({ state: 'gap', reason: 'epoch' });
    expect(log.head('quiet', 1_000)).toEqual(quiet);
  });

  it('leaves an empty channel with subscribers its epoch, whichever other channels are forgotten: their next event joins on', () => {
    const log = logOf({ channels: 2 });
    log.watch('empty', true);
    log.watch('lost', true);
    const [empty, lost] = [log.head('empty', 0), log.head('lost', 0)];
    expect(log.append('lost', [event('x')], 0)).toEqual({ ...lost, offset: 1 });
    log.sweep(100_000_000, []);
    // So many names are in every part of all names.
    for (let i = 0; i < 10_000; i++) log.append(`other:${i}`, [event('x')], 100_000_001);
    expect(log.read('empty', { position: empty, maxBytes: LARGE }, 100_000_002)).toMatchObject({ state: 'recovered', events: [] });
    expect(log.read('lost', { position: lost, maxBytes: LARGE }, 100_000_002)).toMatchObject({ state: 'gap', reason: 'epoch', position: { offset: 0 } });
    expect(log.append('empty', [event('x')], 100_000_003)).toEqual({ ...empty, offset: 1 });
    const again = log.head('lost', 100_000_004);
    expect(log.append('lost', [event('x')], 100_000_004)).toEqual({ ...again, offset: 1 });
    log.watch('unused', true);
    const unused = log.head('unused', 0);
    log.watch('unused', false);
    for (let i = 0; i < 10_000; i++) log.append(`more:${i}`, [event('x')], 100_000_005);
    expect(log.head('unused', 100_000_005)).not.toEqual(unused);
  });

  it('forgets the longest unused channel past the cap, and the history of quiet ones past all bytes', () => {
    const log = logOf({ channels: 2, bytesInAll: 100 });
    log.append('a', [event('1', 40)], 0);
    log.append('b', [event('1', 40)], 1);
    log.append('b', [event('2', 40)], 2);
    expect(log.read('a', { history: 9, maxBytes: LARGE }, 3)).toMatchObject({ events: [], position: { offset: 1 } });
    const b = log.head('b', 3);
    log.head('a', 4);
    log.append('c', [event('1')], 5);
    expect(log.head('b', 6)).not.toEqual(b);
    expect(log.head('a', 6).offset).toBe(1);
  });
});
