// Server frames that are joined from texts: each is the JSON of a frame, none is over its size, and nothing is lost between two.
import { describe, expect, it } from 'vitest';
import { utf8Bytes } from '../../src/core/protocol/codec.js';
import { SERVER_FRAME_SCHEMA_CHECKS } from '../../src/core/protocol/schemas.js';
import { EVENT_RUN_BYTES, eventsTexts, failedText, notNowText, partTexts, responseText, retryAfter, storeEvent, subscribedText, volatileText } from '../../src/server/core/frame-text.js';

interface Frame {
  readonly t: string;
  readonly offset?: number;
  readonly events?: readonly { readonly data: unknown }[];
  readonly result?: string;
  readonly part?: { readonly index: number; readonly last: boolean };
  readonly positions?: readonly unknown[];
  readonly [field: string]: unknown;
}
const FRAME_BYTES = 12 * 1_024;

/** Reads a text as a frame that the protocol knows. */
function read(text: string): Frame {
  const frame = JSON.parse(text) as Frame;
  const check = SERVER_FRAME_SCHEMA_CHECKS.get(frame.t);
  expect(check && check(frame), text.slice(0, 200)).toBeNull();
  expect(utf8Bytes(text)).toBeLessThanOrEqual(FRAME_BYTES);
  return frame;
}
const event = (data: unknown, name = 'said') => storeEvent({ name, time: 5 }, data === undefined ? undefined : JSON.stringify(data));
/** An event of so many bytes. */
const sized = (bytes: number) => event('x'.repeat(bytes - event('').bytes));

it('a frame of 12 kB leaves 1 kB for what stands around its events', () => {
  expect(EVENT_RUN_BYTES).toBe(11 * 1_024);
});

describe('an event that is stored', () => {
  it('is the JSON of itself, with its size', () => {
    expect(JSON.parse(event({ a: 'ü' }).text)).toEqual({ name: 'said', data: { a: 'ü' }, time: 5 });
    expect(JSON.parse(event(undefined).text)).toEqual({ name: 'said', time: 5 });
    expect(JSON.parse(storeEvent({ name: 'a "b"', time: 1, by: 'ann', command: 'x1' }, 'null').text)).toEqual({ name: 'a "b"', data: null, time: 1, by: 'ann', command: 'x1' });
    expect(event('ü').bytes).toBe(event('u').bytes + 1);
    expect(sized(500).bytes).toBe(500);
  });
});

describe('live events', () => {
  it('are one frame where they fit, each with the offset of its first, and as few as possible where they do not', () => {
    expect(eventsTexts('room:1', 'e', 7, [])).toEqual([]);
    const events = Array.from({ length: 40 }, (_, index) => event(index));
    const [one, ...more] = eventsTexts('room:1', 'e"1', 7, events).map(read);
    expect([one?.offset, one?.['epoch'], one?.events?.map(({ data }) => data), more]).toEqual([7, 'e"1', events.map((_, index) => index), []]);

    const large = Array.from({ length: 9 }, () => sized(4_000));
    expect(eventsTexts('room:1', 'e', 1, large).map(read).map(({ offset, events: its }) => [offset, its?.length])).toEqual([[1, 2], [3, 2], [5, 2], [7, 2], [9, 1]]);
  });

  it.each([
    [0, 1],
    [1, 2],
  ])('fill a frame to the byte, commas included (%i more: %i frames)', (more, frames) => {
    const half = EVENT_RUN_BYTES / 2 - 1;
    expect(eventsTexts('room:1', 'e', 1, [sized(half), sized(half + more)])).toHaveLength(frames);
  });

  it('that are larger than a run alone have a frame of their own', () => {
    const large = { text: event('x').text, bytes: EVENT_RUN_BYTES + 1 };
    expect(eventsTexts('room:1', 'e', 1, [large, large, large])).toHaveLength(3);
  });

  it('that nobody keeps may have no data', () => {
    expect(read(volatileText('room:1', 'typing', 'true', 'ann'))).toEqual({ t: 'volatile', channel: 'room:1', name: 'typing', by: 'ann', data: true });
    expect(read(volatileText('room:1', 'typing', undefined, 'ann'))).toEqual({ t: 'volatile', channel: 'room:1', name: 'typing', by: 'ann' });
  });
});

describe('answers', () => {
  it('to a subscription carry the run, or none', () => {
    const result = { state: 'live', from: 6, position: { epoch: 'e', offset: 7 }, more: false } as const;
    expect(read(subscribedText('room:1', 3, { ...result, events: [event('a'), event('b')] }, 'f'))).toMatchObject({ t: 'subscribed', generation: 3, fence: 'f', more: false, events: [{ data: 'a' }, { data: 'b' }] });
    expect(read(subscribedText('room:1', 3, { ...result, state: 'gap', reason: 'trimmed', missed: { from: 1, to: 5 }, events: [] }, 'f'))).toMatchObject({ state: 'gap', reason: 'trimmed', missed: { from: 1, to: 5 }, events: [] });
  });

  it('to a request have a result, or none, or say why not', () => {
    const positions = [{ channel: 'room:1', epoch: 'e', offset: 3 }];
    expect(read(responseText('x', { result: '{"a":1}', fence: 'f', positions }))).toEqual({ t: 'response', id: 'x', fence: 'f', positions, result: { a: 1 } });
    expect(read(responseText('x', { positions: [] }))).toEqual({ t: 'response', id: 'x', positions: [] });
    expect(read(failedText('x', { kind: 'failed', code: 'rejected', name: 'full', data: '[1]', message: 'No.' }))).toEqual({ t: 'error', id: 'x', code: 'rejected', name: 'full', message: 'No.', final: true, data: [1] });
    expect(read(failedText('x', { kind: 'failed', code: 'timeout', message: 'Late.' }))).toEqual({ t: 'error', id: 'x', code: 'timeout', message: 'Late.', final: true });
  });

  it('that say "not now" say why, and when to come back', () => {
    expect(read(notNowText('x', 'unavailable', 500))).toEqual({ t: 'error', id: 'x', code: 'unavailable', message: 'Not now; ask again.', final: false, retryAfterMs: 500 });
    expect(read(notNowText('x', 'out-of-order', 1))).toEqual({ t: 'error', id: 'x', code: 'out-of-order', message: 'An earlier command of the lane is missing.', final: false, retryAfterMs: 100 });
    expect([0, 99.5, 100.5, 5_000, 1e12].map(retryAfter)).toEqual(['retry-after=100', 'retry-after=100', 'retry-after=101', 'retry-after=5000', 'retry-after=999999999']);
  });
});

describe('a result in parts', () => {
  const positions = [{ channel: 'room:1', epoch: 'e', offset: 3 }];
  const join = (result: string, its: readonly { readonly channel: string; readonly epoch: string; readonly offset: number }[] = positions): readonly Frame[] => {
    const parts = [...partTexts('x', result, its)].map(read);
    expect(parts.map(({ result: piece }) => piece).join('')).toBe(result);
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, index) => ({ index, last: index === parts.length - 1 })));
    expect(parts.map((part) => part.positions)).toEqual(parts.map((_, index) => (index === parts.length - 1 ? its : undefined)));
    return parts;
  };

  it.each([
    ['letters', 'x', 1],
    ['quotation marks, which are two bytes in a text', '"', 2],
    ['backslashes', '\\', 2],
    ['two bytes', 'ü', 2],
    ['the first sign of two bytes', '\u0080', 2],
    ['the last sign of two bytes', '\u07ff', 2],
    ['the first sign of three bytes', '\u0800', 3],
    ['three bytes', '€', 3],
    ['pairs of surrogates, which stay together', '😀', 4],
  ])('loses nothing of %s, and fills each part', (_, sign, bytes) => {
    const parts = join(sign.repeat(Math.ceil((3 * EVENT_RUN_BYTES) / bytes)), []);
    for (const { result = '' } of parts.slice(0, -1)) {
      expect(JSON.stringify(result).length).toBeGreaterThan(10);
      expect(utf8Bytes(JSON.stringify(result)) - 2).toBeGreaterThan(EVENT_RUN_BYTES - 4);
      expect(utf8Bytes(JSON.stringify(result)) - 2).toBeLessThanOrEqual(EVENT_RUN_BYTES);
      expect(result).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
    }
    expect(parts.length).toBeGreaterThanOrEqual(3);
  });

  it('is one part where it fits with its positions, and has a part for them alone where it does not', () => {
    const room = EVENT_RUN_BYTES - JSON.stringify(positions).length;
    expect(join('x'.repeat(room))).toHaveLength(1);
    const [first, last] = join('x'.repeat(room + 1));
    expect([first?.result?.length, last?.result]).toEqual([room + 1, '']);
    expect(join('', [])).toHaveLength(1);
  });
});
