import { describe, expect, it } from 'vitest';
import { createLog, type Log, type LogLimits } from '../../src/server/core/log.js';
import type { LaneKey, Outcome } from '../../src/server/core/lane-log.js';
import { countingDice } from './fake-world.js';

const key: LaneKey = { principal: 'ann', client: 'c', lane: 'default' };
const done = (result: string): Outcome => ({ kind: 'done', result });
const logOf = (limits: Partial<LogLimits> = {}): Log => createLog({ dice: countingDice(), limits });
const event = { text: '{}', bytes: 2 };

function finish(log: Log, n: number, over: Partial<LaneKey> = {}, now = 0): void {
  const its = { ...key, ...over };
  log.begin(its, n, `id${n}`, now);
  expect(log.commit(its, n, `id${n}`, done(`${n}`), [], now).kind).toBe('committed');
}

/** A lane in which 1 to 3 are finished; the results of 2 and 3 are stored. */
function opened(): Log {
  const log = logOf({ resultsPerLane: 2 });
  log.openLane(key, 0, 0);
  for (const n of [1, 2, 3]) finish(log, n);
  return log;
}

describe('opening', () => {
  it('tells the last number, or null for what is not known', () => {
    const log = logOf();
    expect(log.openLane(key, null, 0)).toBe(null);
    expect(log.openLane(key, 0, 0)).toBe(0);
    finish(log, 1);
    expect(log.openLane(key, 0, 0)).toBe(1);
  });

  it('makes a lane with the head that the client names, and leaves one that is there alone', () => {
    const log = logOf();
    expect(log.openLane(key, 7, 0)).toBe(7);
    expect(log.openLane(key, 9, 0)).toBe(7);
    expect(log.begin(key, 7, 'id7', 0)).toEqual({ kind: 'finished-long-ago' });
    expect(log.begin(key, 8, 'id8', 0)).toEqual({ kind: 'run', attempt: 1 });
  });

  it('keeps lanes of other principals, clients and names apart', () => {
    const log = opened();
    for (const over of [{ principal: 'bob' }, { client: 'd' }, { lane: 'orders' }, { client: 'c","default', lane: '' }]) {
      expect(log.openLane({ ...key, ...over }, null, 0)).toBe(null);
    }
  });
});

describe('begin', () => {
  it.each([
    ['the next', 4, 'id4', { kind: 'run', attempt: 1 }],
    ['a finished one again', 3, 'id3', { kind: 'finished', outcome: done('3'), positions: [] }],
    ['a finished number of another command', 3, 'other', { kind: 'conflict' }],
    ['a finished one whose result is gone', 1, 'id1', { kind: 'finished-long-ago' }],
    ['one too far', 5, 'id5', { kind: 'out-of-order', next: 4 }],
  ])('%s', (_, n, id, expected) => {
    expect(opened().begin(key, n, id, 0)).toEqual(expected);
  });

  it('does not know a lane that was never opened', () => {
    expect(logOf().begin(key, 1, 'id1', 0)).toEqual({ kind: 'unknown' });
  });

  it('is a conflict while another command has begun the number', () => {
    const log = opened();
    log.begin(key, 4, 'id4', 0);
    expect(log.begin(key, 4, 'other', 0)).toEqual({ kind: 'conflict' });
  });

  it('ends the third time as poisoned, for good', () => {
    const log = opened();
    expect(log.begin(key, 4, 'id4', 0)).toEqual({ kind: 'run', attempt: 1 });
    expect(log.begin(key, 4, 'id4', 0)).toEqual({ kind: 'run', attempt: 2 });
    expect(log.begin(key, 4, 'id4', 0)).toMatchObject({ kind: 'finished', outcome: { code: 'poisoned' } });
    expect(log.begin(key, 4, 'id4', 0)).toMatchObject({ kind: 'finished', outcome: { code: 'poisoned' } });
    expect(log.commit(key, 4, 'id4', done('late'), [{ channel: 'c', events: [event] }], 0)).toEqual({ kind: 'stale' });
    expect(log.openLane(key, null, 0)).toBe(4);
  });
});

describe('void', () => {
  it('records what was not run, and the lane goes on', () => {
    const log = opened();
    expect(log.void(key, 4, 'id4', 0)).toMatchObject({ kind: 'finished', outcome: { kind: 'failed', code: 'void' } });
    expect(log.begin(key, 4, 'id4', 0)).toMatchObject({ kind: 'finished', outcome: { code: 'void' } });
    expect(log.begin(key, 5, 'id5', 0)).toEqual({ kind: 'run', attempt: 1 });
  });

  it('wins over one that was begun and never finished', () => {
    const log = opened();
    log.begin(key, 4, 'id4', 0);
    expect(log.void(key, 4, 'id4', 0)).toMatchObject({ outcome: { code: 'void' } });
    expect(log.commit(key, 4, 'id4', done('late'), [], 0)).toEqual({ kind: 'stale' });
  });

  it('answers what was run with its outcome, and the rest as begin does', () => {
    const log = opened();
    expect(log.void(key, 3, 'id3', 0)).toEqual({ kind: 'finished', outcome: done('3'), positions: [] });
    expect(log.void(key, 1, 'id1', 0)).toEqual({ kind: 'finished-long-ago' });
    expect(log.void(key, 3, 'other', 0)).toEqual({ kind: 'conflict' });
    expect(log.void(key, 6, 'id6', 0)).toEqual({ kind: 'out-of-order', next: 4 });
    expect(log.void({ ...key, lane: 'x' }, 1, 'id1', 0)).toEqual({ kind: 'unknown' });
  });
});

describe('commit', () => {
  it('stores outcome, events and positions together', () => {
    const log = opened();
    log.begin(key, 4, 'id4', 0);
    const appends = [
      { channel: 'a', events: [event, event] },
      { channel: 'b', events: [event] },
      { channel: 'a', events: [event] },
    ];
    const committed = log.commit(key, 4, 'id4', done('4'), appends, 0);
    const positions = [
      { channel: 'a', ...log.head('a', 0) },
      { channel: 'b', ...log.head('b', 0) },
    ];
    expect(committed).toEqual({ kind: 'committed', positions });
    expect(positions.map(({ offset }) => offset)).toEqual([3, 1]);
    expect(log.begin(key, 4, 'id4', 0)).toEqual({ kind: 'finished', outcome: done('4'), positions });
  });

  it.each<[string, number, string, (log: Log) => void]>([
    ['not begun', 4, 'id4', () => undefined],
    ['begun by another', 4, 'other', (log) => log.begin(key, 4, 'id4', 0)],
    ['finished before', 3, 'id3', () => undefined],
    ['not the next, though begun', 5, 'id4', (log) => log.begin(key, 4, 'id4', 0)],
    ['not the next', 5, 'id5', (log) => log.begin(key, 4, 'id4', 0)],
    [
      'of a lane that was forgotten meanwhile',
      4,
      'id4',
      (log) => {
        log.begin(key, 4, 'id4', -600_000);
      },
    ],
  ])('does nothing at all if it is %s', (_, n, id, before) => {
    const log = opened();
    before(log);
    expect(log.commit(key, n, id, done('x'), [{ channel: 'a', events: [event] }], 0)).toEqual({ kind: 'stale' });
    expect(log.head('a', 0).offset).toBe(0);
  });
});

describe('bounds', () => {
  it('forgets idle lanes', () => {
    const log = logOf();
    log.openLane(key, 0, 0);
    expect(log.openLane(key, null, 599_999)).toBe(0);
    expect(log.openLane(key, null, 1_199_999)).toBe(null);
  });

  it('keeps 64 lanes a principal, and forgets the longest idle one', () => {
    const log = logOf();
    for (let i = 0; i < 64; i++) log.openLane({ ...key, lane: `${i}` }, 0, i);
    log.openLane({ ...key, lane: '0' }, null, 100);
    log.openLane({ ...key, lane: 'one too many' }, 0, 101);
    expect(log.openLane({ ...key, lane: '0' }, null, 102)).toBe(0);
    expect(log.openLane({ ...key, lane: '1' }, null, 102)).toBe(null);
    log.openLane({ ...key, principal: 'bob' }, 0, 103);
    expect(log.openLane({ ...key, lane: '2' }, null, 104)).toBe(0);
  });

  it('keeps so many lanes in all', () => {
    const log = logOf({ lanes: 2 });
    for (const principal of ['a', 'b', 'c']) log.openLane({ ...key, principal }, 0, 0);
    expect(['a', 'b', 'c'].map((principal) => log.openLane({ ...key, principal }, null, 0))).toEqual([null, 0, 0]);
  });

  describe('in all, past which lanes are forgotten', () => {
    const open = (log: Log, principal: string, lane = 'default'): void => void log.openLane({ ...key, principal, lane }, 0, 0);
    const use = (log: Log, principal: string, lane = 'default'): void => {
      open(log, principal, lane);
      finish(log, 1, { principal, lane });
    };
    const has = (log: Log, principal: string, ...lanes: readonly string[]): boolean[] => lanes.map((lane) => log.openLane({ ...key, principal, lane }, null, 0) !== null);
    const names = Array.from({ length: 20 }, (_, i) => `${i}`);

    it('are those of who has the most, used or not: others keep theirs, and may come', () => {
      for (const fill of [open, use]) {
        const log = logOf({ lanes: 10 });
        use(log, 'ann');
        for (const name of names) fill(log, 'mallory', name);
        open(log, 'bob');
        for (const name of names) fill(log, 'mallory', `${name}'`);
        expect([...has(log, 'ann', 'default'), ...has(log, 'bob', 'default')]).toEqual([true, true]);
        expect(has(log, 'mallory', ...names.map((name) => `${name}'`)).filter((isKnown) => isKnown)).toHaveLength(8);
      }
    });

    it('are those that nobody has used, before those of who uses a few: names are free to make', () => {
      const log = logOf({ lanes: 10 });
      for (const lane of ['a', 'b', 'c']) use(log, 'ann', lane);
      use(log, 'bob');
      for (const name of names) open(log, name);
      expect([...has(log, 'ann', 'a', 'b', 'c'), ...has(log, 'bob', 'default')]).toEqual([true, true, true, true]);
      expect(names.filter((name) => has(log, name, 'default')[0])).toEqual(['14', '15', '16', '17', '18', '19']);
    });

    it('are one’s own where nobody has more: first what was never used, then what is idle longest', () => {
      const log = logOf({ lanes: 4 });
      use(log, 'ann', 'a');
      open(log, 'ann', 'unused');
      use(log, 'ann', 'b');
      use(log, 'bob');
      use(log, 'ann', 'c');
      expect(has(log, 'ann', 'a', 'unused', 'b', 'c')).toEqual([true, false, true, true]);
      use(log, 'ann', 'd');
      expect(has(log, 'ann', 'a', 'b', 'c', 'd')).toEqual([false, true, true, true]);
      expect(has(log, 'bob', 'default')).toEqual([true]);
      const even = logOf({ lanes: 2 });
      use(even, 'bob');
      use(even, 'ann', 'a');
      use(even, 'ann', 'b');
      expect([...has(even, 'bob', 'default'), ...has(even, 'ann', 'a', 'b')]).toEqual([true, false, true]);
    });

    it('are not those in which a command is being run', () => {
      const log = logOf({ lanes: 2 });
      open(log, 'ann');
      log.begin({ ...key, principal: 'ann' }, 1, 'id1', 0);
      for (const name of names) open(log, name);
      expect(log.commit({ ...key, principal: 'ann' }, 1, 'id1', done('1'), [], 0).kind).toBe('committed');
    });
  });

  it('keeps so many bytes of results a principal, the newest of the lane in use in any case', () => {
    const log = logOf({ resultBytesPerPrincipal: 700 });
    const idle = { ...key, lane: 'idle' };
    const run = (its: LaneKey, n: number, size: number): void => {
      log.begin(its, n, `id${n}`, n);
      log.commit(its, n, `id${n}`, done('x'.repeat(size)), [], n);
    };
    log.openLane(idle, 0, 0);
    log.openLane(key, 0, 0);
    run(idle, 1, 200);
    run(key, 1, 200);
    run(key, 2, 200);
    expect(log.begin(idle, 1, 'id1', 3)).toEqual({ kind: 'finished-long-ago' });
    expect(log.begin(key, 1, 'id1', 3).kind).toBe('finished');
    run(key, 3, 2_000);
    expect(log.begin(key, 2, 'id2', 3)).toEqual({ kind: 'finished-long-ago' });
    expect(log.begin(key, 3, 'id3', 3).kind).toBe('finished');
  });

  it('keeps so many bytes of results in all: who was idle longest loses theirs first, the newest one stays in any case', () => {
    const log = logOf({ resultBytesInAll: 1_000 });
    const ran: (readonly [principal: string, n: number])[] = [];
    const run = (principal: string, n: number, size: number): void => {
      ran.push([principal, n]);
      const its = { ...key, principal };
      log.openLane(its, 0, n);
      log.begin(its, n, `id${n}`, n);
      log.commit(its, n, `id${n}`, done('x'.repeat(size)), [], n);
    };
    const kept = (): string[] =>
      ran.filter(([principal, n]) => log.begin({ ...key, principal }, n, `id${n}`, 9).kind === 'finished').map(([principal, n]) => `${principal} ${n}`);
    run('ann', 1, 200);
    run('bob', 1, 200);
    run('ann', 2, 200);
    expect(kept()).toEqual(['ann 1', 'bob 1', 'ann 2']);
    run('cy', 1, 200);
    expect(kept()).toEqual(['ann 1', 'ann 2', 'cy 1']);
    run('bob', 2, 200);
    expect(kept()).toEqual(['ann 2', 'cy 1', 'bob 2']);
    run('cy', 2, 2_000);
    expect(kept()).toEqual(['cy 2']);
    for (const [n, principal] of ['a', 'b', 'c'].entries()) run(principal, 1, 200 + n);
    expect(kept()).toEqual(['a 1', 'b 1', 'c 1']);
  });
});
