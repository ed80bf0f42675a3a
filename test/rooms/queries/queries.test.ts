// The hands of the questions: exactly one answer each, whatever the links do.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { ClientFrame } from '../../../src/core/protocol/frames.js';
import { createQueries, type Question } from '../../../src/core/queries/queries.js';
import { createSeededDice } from '../../../src/testing/seeded-dice.js';
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js';
import { lifeOf } from '../life.js';

function setUp(isReady = true) {
  const clock = createSimulatedClock();
  const sent: ClientFrame[] = [];
  const log: string[] = [];
  let home: number | null = isReady ? 0 : null;
  let holds = 0;
  const built = createQueries({
    clock,
    dice: createSeededDice(1, 'queries'),
    canAnswer: true,
    pool: {
      any: () => home,
      send: (frame) => (sent.push(frame), true),
      hold() {
        holds++;
        return () => holds--;
      },
    },
  });
  const queries = built.api;
  const life = lifeOf(built);
  return {
    clock,
    queries,
    life,
    log,
    take: () => sent.splice(0),
    get holds() {
      return holds;
    },
    ask: (parts: Partial<Question> = {}) =>
      queries.ask({
        name: 'history',
        input: { room: '1' },
        limitMs: 10_000,
        startsAt: 'sent',
        onAsked: (isAsked) => log.push(isAsked ? 'asked' : 'waits'),
        onAnswer: (answer) => log.push(answer === 'timeout' ? 'timeout' : answer.t === 'response' ? `answer ${String(answer.result)}` : `error ${answer.code}`),
        ...parts,
      }),
    drop() {
      home = null;
      life.onLinkLost(0);
    },
    ready() {
      home = 0;
      life.onReady(0, false);
    },
  };
}
const idOf = (frames: readonly ClientFrame[]): string => (frames[0] as { id: string }).id;

describe('queries', () => {
  it('asks at once over a ready link and ends with the first answer', () => {
    const room = setUp();
    room.ask({ stamp: ['room:1'] });
    const frames = room.take();
    expect(frames).toMatchObject([{ t: 'query', name: 'history', input: { room: '1' }, remainingMs: 10_000, stamp: ['room:1'] }]);
    const id = idOf(frames);
    room.life.onFrame({ t: 'response', id, result: 1 }, 0);
    room.life.onFrame({ t: 'response', id, result: 2 }, 0);
    expect(room.log).toEqual(['asked', 'answer 1']);
    expect([room.holds, room.clock.pending]).toEqual([0, 0]);
  });

  it('ignores answers to the commands and questions of others', () => {
    const room = setUp();
    room.ask();
    const id = idOf(room.take());
    room.life.onFrame({ t: 'response', id: 'command', result: 1 }, 0);
    room.life.onFrame({ t: 'error', id: 'command', code: 'timeout', message: '', final: true }, 0);
    expect([room.log, room.holds, room.take()]).toEqual([['asked'], 1, []]);
    room.life.onFrame({ t: 'response', id, result: 2 }, 0);
    expect(room.log).toEqual(['asked', 'answer 2']);
  });

  it('waits for a link, and is asked again on the next one when it was lost', () => {
    const room = setUp(false);
    room.ask();
    expect([room.take(), room.holds]).toEqual([[], 1]);
    room.ready();
    const id = idOf(room.take());
    room.drop();
    room.ready();
    expect(room.take()).toMatchObject([{ t: 'query', id }]);
    expect(room.log).toEqual(['asked', 'waits', 'asked']);
  });

  it('limits the time from each sending: waiting costs none', () => {
    const room = setUp(false);
    room.ask();
    room.clock.advance(3_600_000);
    room.ready();
    room.clock.advance(9_999);
    expect(room.log).toEqual(['asked']);
    room.clock.advance(1);
    expect(room.log).toEqual(['asked', 'timeout']);
    expect(room.take().map(({ t }) => t)).toEqual(['query', 'cancel']);
  });

  it('limits the time from the call where it is told to, and says what is left of it', () => {
    const room = setUp(false);
    room.ask({ startsAt: 'call' });
    room.clock.advance(4_000);
    room.ready();
    expect(room.take()).toMatchObject([{ remainingMs: 6_000 }]);
    room.clock.advance(6_000);
    expect(room.log).toEqual(['asked', 'timeout']);
    const away = setUp(false);
    away.ask({ startsAt: 'call' });
    away.clock.advance(10_000);
    expect([away.log, away.take(), away.holds]).toEqual([['timeout'], [], 0]);
  });

  it('is silent once cancelled, and tells the server if it was asked', () => {
    const room = setUp();
    const cancel = room.ask();
    const id = idOf(room.take());
    cancel();
    cancel();
    expect(room.take()).toEqual([{ t: 'cancel', id }]);
    room.life.onFrame({ t: 'response', id, result: 1 }, 0);
    expect([room.log, room.holds, room.clock.pending]).toEqual([['asked'], 0, 0]);
  });

  it('ends all as cancelled', () => {
    const room = setUp();
    room.ask();
    room.ask();
    room.life.onUserChanged();
    expect(room.log.slice(2)).toEqual(['error cancelled', 'error cancelled']);
    expect([room.holds, room.clock.pending]).toEqual([0, 0]);
  });

  it('lets an answer ask the next question', () => {
    const room = setUp();
    room.ask({ onAnswer: () => room.ask() });
    room.life.onFrame({ t: 'response', id: idOf(room.take()) }, 0);
    expect(room.take().map(({ t }) => t)).toEqual(['query']);
  });
});

describe('a question that is over', () => {
  // The collector is asked for by its flag, so that a test may see what is still held.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  it.each<[string, boolean, (room: ReturnType<typeof setUp>, cancel: () => void) => void]>([
    ['was answered', false, (room) => room.life.onFrame({ t: 'response', id: idOf(room.take()), result: 'a' }, 0)],
    ['was cancelled', false, (_, cancel) => cancel()],
    ['was too late', false, (room) => room.clock.advance(10_000)],
    ['was ended with all others', false, (room) => room.life.onUserChanged()],
    ['is not over', true, () => {}],
  ])('because it %s: held still: %s', async (_, isHeld, end) => {
    const room = setUp();
    const ask = (): WeakRef<object> => {
      const input = { room: 'large' };
      end(room, room.ask({ input }));
      room.take();
      return new WeakRef(input);
    };
    const input = ask();
    // What a weak reference was made of is held until the task is over.
    await new Promise((done) => void setImmediate(done));
    collect();
    expect(input.deref() !== undefined).toBe(isHeld);
    expect(room.queries).toBeDefined();
  });
});

describe('an answer in parts', () => {
  const part = (id: string, result: unknown, index: number, last = false) => ({ t: 'response' as const, id, result, part: { index, last } });

  it('is one answer when it is whole, with what comes with the last part', () => {
    const room = setUp();
    room.ask({ onAnswer: (frame) => room.log.push(JSON.stringify(frame)) });
    const id = idOf(room.take());
    room.life.onFrame(part(id, '{"a":', 0), 0);
    room.life.onFrame(part(id, '[1,2', 1), 0);
    expect(room.log).toEqual(['asked']);
    room.life.onFrame({ ...part(id, ']}', 2, true), positions: [{ channel: 'room:1', epoch: 'e', offset: 3 }] }, 0);
    expect(JSON.parse(room.log[1] as string)).toEqual({ t: 'response', id, result: { a: [1, 2] }, positions: [{ channel: 'room:1', epoch: 'e', offset: 3 }] });
  });

  it('begins anew on the next link, whatever the former one had said or still says', () => {
    const room = setUp();
    room.ask({ onAnswer: (frame) => room.log.push(JSON.stringify((frame as { result: unknown }).result)) });
    const id = idOf(room.take());
    room.life.onFrame(part(id, '[1,', 0), 0);
    room.life.onLinkLost(0);
    room.life.onReady(1, false);
    room.life.onFrame(part(id, '9]', 1, true), 0);
    room.life.onFrame(part(id, '[1,', 0), 1);
    room.life.onFrame(part(id, '2]', 1, true), 1);
    expect(room.log.at(-1)).toBe('[1,2]');
    expect(room.clock.pending).toBe(0);
  });

  it.each([
    [0, 'answer'],
    [1, 'error'],
  ])('may be as large as the protocol says (%i bytes more: %s)', (more, kind) => {
    const room = setUp();
    room.ask({ onAnswer: (frame) => room.log.push(frame === 'timeout' || frame.t === 'error' ? 'error' : 'answer') });
    const id = idOf(room.take());
    const half = 512 * 1_024;
    room.life.onFrame(part(id, `"${'x'.repeat(half - 1)}`, 0), 0);
    room.life.onFrame(part(id, `${'x'.repeat(half - 1 + more)}"`, 1, true), 0);
    expect(room.log).toEqual(['asked', kind]);
  });

  it.each<[string, (id: string) => readonly ReturnType<typeof part>[]]>([
    ['with a hole', (id) => [part(id, '[1,', 0), part(id, '2]', 2, true)]],
    ['twice the same', (id) => [part(id, '[1,', 0), part(id, '[1,', 0)]],
    ['that is no text', (id) => [part(id, [1], 0, true)]],
    ['that is no JSON', (id) => [part(id, '[1,', 0, true)]],
    ['that never ends', (id) => Array.from({ length: 12 }, (_, index) => part(id, 'x'.repeat(100_000), index))],
    ['that is too deep', (id) => [part(id, '['.repeat(40) + ']'.repeat(40), 0, true)]],
  ])('%s ends it with an error, and nothing hangs', (_, frames) => {
    const room = setUp();
    room.ask();
    for (const frame of frames(idOf(room.take()))) room.life.onFrame(frame, 0);
    expect(room.log).toEqual(['asked', 'error internal']);
    expect([room.holds, room.clock.pending]).toEqual([0, 0]);
  });

  it('may end with an error instead of its rest', () => {
    const room = setUp();
    room.ask();
    const id = idOf(room.take());
    room.life.onFrame(part(id, '[1,', 0), 0);
    room.life.onFrame({ t: 'error', id, code: 'timeout', message: '', final: true }, 0);
    expect(room.log).toEqual(['asked', 'error timeout']);
  });
});
