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

/** A lane in which 1 to 3 are finished. Of 2 and 3 the kind of outcome is known, and the result of 3 is stored. */
function opened(): Log {
  const log = logOf({ outcomesPerLane: 2, resultsPerLane: 1 });
  log.openLane(key, 0, 0);
  for (const n of [1, 2, 3]) finish(log, n);
  return log;
}

const resultExpired = { kind: 'finished', outcome: { kind: 'done', isExpired: true }, positions: [] };

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
    ['a finished one whose result is gone', 2, 'id2', resultExpired],
    ['a finished number of another command, whose result is gone', 2, 'other', { kind: 'conflict' }],
    ['a finished one of which nothing is known any more', 1, 'id1', { kind: 'finished-long-ago' }],
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

  it('counts none that was taken back, and leaves those of others alone', () => {
    const log = opened();
    for (let i = 0; i < 5; i++) {
      expect(log.begin(key, 4, 'id4', 0)).toEqual({ kind: 'run', attempt: 1 });
      log.release(key, 4, 'other');
      log.release(key, 5, 'id4');
      log.release({ ...key, lane: 'x' }, 4, 'id4');
      expect(log.begin(key, 4, 'id4', 0)).toEqual({ kind: 'run', attempt: 2 });
      log.release(key, 4, 'id4');
      expect(log.begin(key, 4, 'other', 0)).toEqual({ kind: 'conflict' });
      log.release(key, 4, 'id4');
    }
    // Nobody has begun it now.
    expect(log.begin(key, 4, 'other', 0)).toEqual({ kind: 'run', attempt: 1 });
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
    expect(log.void(key, 2, 'id2', 0)).toEqual(resultExpired);
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

  describe('of outcomes', () => {
    interface Ran {
      readonly principal?: string;
      readonly lane?: string;
      readonly n: number;
    }
    const keyOf = ({ principal = 'ann', lane = 'default' }: Ran): LaneKey => ({ principal, client: 'c', lane });
    const run = (log: Log, ran: Ran, outcome: Outcome, channels: readonly string[] = []): void => {
      const its = keyOf(ran);
      log.openLane(its, 0, 0);
      log.begin(its, ran.n, `id${ran.n}`, 0);
      const appends = channels.map((channel) => ({ channel, events: [event] }));
      expect(log.commit(its, ran.n, `id${ran.n}`, outcome, appends, 0).kind).toBe('committed');
    };
    const again = (log: Log, ran: Ran) => log.begin(keyOf(ran), ran.n, `id${ran.n}`, 0);
    /** `result`, `expired` (the kind is known), or what `begin` says. */
    const stored = (log: Log, ran: Ran): string => {
      const found = again(log, ran);
      if (found.kind !== 'finished') return found.kind;
      return found.outcome.isExpired === true ? 'expired' : 'result';
    };
    const large = done('x'.repeat(900));
    const rejected = (data?: string): Outcome => ({ kind: 'failed', code: 'rejected', name: 'banned', message: 'No.', ...(data !== undefined && { data }) });

    it('keep the kind of 64 numbers, and the payloads of 32: twice the window, and the window', () => {
      const log = logOf();
      for (let n = 1; n <= 100; n++) run(log, { n }, done('1'), ['room']);
      const kept = Array.from({ length: 100 }, (_, i) => stored(log, { n: i + 1 }));
      expect(kept).toEqual([...Array<string>(36).fill('finished-long-ago'), ...Array<string>(32).fill('expired'), ...Array<string>(32).fill('result')]);
      expect([again(log, { n: 68 }), again(log, { n: 69 })]).toMatchObject([{ positions: [] }, { positions: [{ channel: 'room', offset: 69 }] }]);
    });

    it('count no payload of a number that is gone, where fewer kinds are kept than payloads', () => {
      const log = logOf({ outcomesPerLane: 1, resultsPerLane: 9, resultBytesPerPrincipal: 2_500 });
      for (let n = 1; n <= 9; n++) run(log, { n }, large, ['room']);
      run(log, { lane: 'other', n: 1 }, large);
      expect([stored(log, { n: 9 }), stored(log, { lane: 'other', n: 1 })]).toEqual(['result', 'result']);
    });

    it('keep what a command was, also without its payload: rejected by name, failed by code, done', () => {
      const log = logOf({ resultBytesPerPrincipal: 0 });
      const ends: Outcome[] = [rejected('{"until":5}'), rejected(), { kind: 'failed', code: 'invalid', message: 'It does not fit.' }, done('1'), { kind: 'done' }];
      for (const [i, outcome] of ends.entries()) run(log, { n: i + 1 }, outcome, ['a']);
      log.void(key, 6, 'id6', 0);
      const message = 'The server does not store the details any more.';
      expect(ends.map((_, i) => again(log, { n: i + 1 }))).toEqual(
        [
          { kind: 'failed', code: 'rejected', name: 'banned', message, isExpired: true },
          // It carried nothing, so nothing is lost.
          { kind: 'failed', code: 'rejected', name: 'banned', message },
          { kind: 'failed', code: 'invalid', message },
          { kind: 'done', isExpired: true },
          { kind: 'done' },
        ].map((outcome) => ({ kind: 'finished', outcome, positions: [] })),
      );
      expect(again(log, { n: 6 })).toMatchObject({ outcome: { kind: 'failed', code: 'void' } });
      expect(log.begin(key, 4, 'other', 0)).toEqual({ kind: 'conflict' });
    });

    it('keep a payload up to the byte that is allowed, and not one more: text as UTF-8, 100 around it, 100 a position and the name of its channel', () => {
      for (const [outcome, channels, bytes] of [
        [done('x'.repeat(50)), [], 150],
        [done('€€'), [], 106],
        [rejected('{"until":5}'), [], 114],
        [done('x'), ['room'], 205],
      ] as const) {
        const enough = logOf({ resultBytesPerPrincipal: bytes });
        run(enough, { n: 1 }, outcome, channels);
        expect(again(enough, { n: 1 })).toMatchObject({ outcome, positions: channels.map((channel) => ({ channel })) });
        const tooFew = logOf({ resultBytesPerPrincipal: bytes - 1 });
        run(tooFew, { n: 1 }, outcome, channels);
        expect(stored(tooFew, { n: 1 })).toBe('expired');
      }
    });

    it('keep two errors of one code apart by their names', () => {
      const log = logOf({ resultBytesPerPrincipal: 0 });
      run(log, { n: 1 }, rejected());
      run(log, { n: 2 }, { kind: 'failed', code: 'rejected', name: 'closed', message: 'No.' });
      expect([1, 2].map((n) => again(log, { n }))).toMatchObject([{ outcome: { name: 'banned' } }, { outcome: { name: 'closed' } }]);
    });

    it('give no bytes back that they did not cost', () => {
      const log = logOf({ resultBytesPerPrincipal: 1_950 });
      run(log, { n: 1 }, { kind: 'done' });
      for (const n of [2, 3, 4]) run(log, { n }, large);
      expect([2, 3, 4].map((n) => stored(log, { n }))).toEqual(['expired', 'expired', 'result']);
    });

    it('cost nothing where there is nothing but the kind', () => {
      const log = logOf({ resultBytesPerPrincipal: 101 });
      run(log, { n: 1 }, done('1'));
      for (let n = 2; n <= 32; n++) run(log, { n }, { kind: 'done' });
      expect(stored(log, { n: 1 })).toBe('result');
    });

    it('drop one payload for one that is too many, the oldest of the lane', () => {
      const log = logOf({ resultBytesPerPrincipal: 3_000 });
      for (let n = 1; n <= 3; n++) run(log, { n }, large);
      expect([1, 2, 3].map((n) => stored(log, { n }))).toEqual(['result', 'result', 'result']);
      run(log, { n: 4 }, large);
      expect([1, 2, 3, 4].map((n) => stored(log, { n }))).toEqual(['expired', 'result', 'result', 'result']);
      run(log, { n: 5 }, done('x'.repeat(1_900)));
      expect([2, 3, 4, 5].map((n) => stored(log, { n }))).toEqual(['expired', 'expired', 'result', 'result']);
    });

    it('drop results before positions: a client that knows where the events are takes its edit away when they have come', () => {
      const log = logOf({ resultBytesPerPrincipal: 2_000 });
      for (const n of [1, 2, 3]) run(log, { n }, large, ['room']);
      expect([1, 2, 3].map((n) => again(log, { n }))).toMatchObject([
        { outcome: { isExpired: true }, positions: [{ channel: 'room', offset: 1 }] },
        { outcome: { isExpired: true }, positions: [{ channel: 'room', offset: 2 }] },
        { outcome: large, positions: [{ channel: 'room', offset: 3 }] },
      ]);
      const few = logOf({ resultBytesPerPrincipal: 210 });
      for (const n of [1, 2, 3]) run(few, { n }, large, ['room']);
      expect([1, 2, 3].map((n) => again(few, { n }))).toMatchObject([{ positions: [] }, { positions: [{ offset: 2 }] }, { positions: [{ offset: 3 }] }]);
    });

    it('are dropped by the lane that has most: another tab keeps those of its window, however much this one runs', () => {
      const log = logOf({ resultBytesPerPrincipal: 10_000 });
      for (const n of [1, 2, 3]) run(log, { lane: 'other tab', n }, large);
      for (let n = 1; n <= 80; n++) run(log, { lane: 'busy', n }, large);
      expect([1, 2, 3].map((n) => stored(log, { lane: 'other tab', n }))).toEqual(['result', 'result', 'result']);
      expect([73, 74, 80].map((n) => stored(log, { lane: 'busy', n }))).toEqual(['expired', 'result', 'result']);
    });

    it('are dropped by the one that asks, of lanes that have as much', () => {
      const log = logOf({ resultBytesPerPrincipal: 2_000 });
      for (const lane of ['a', 'b', 'c']) run(log, { lane, n: 1 }, large);
      expect(['a', 'b', 'c'].map((lane) => stored(log, { lane, n: 1 }))).toEqual(['result', 'result', 'expired']);
    });

    it('are dropped, past so many bytes of all, by who finished nothing for longest; their kinds stay', () => {
      const log = logOf({ resultBytesInAll: 3_000 });
      for (const principal of ['ann', 'bob']) run(log, { principal, n: 1 }, large);
      run(log, { principal: 'ann', n: 2 }, large);
      const all = [['ann', 1], ['ann', 2], ['bob', 1], ['cy', 1]] as const;
      const kept = (): string[] => all.map(([principal, n]) => stored(log, { principal, n }));
      expect(kept().slice(0, 3)).toEqual(['result', 'result', 'result']);
      run(log, { principal: 'cy', n: 1 }, large);
      expect(kept()).toEqual(['result', 'result', 'expired', 'result']);
      run(log, { principal: 'bob', n: 2 }, large);
      expect(kept()).toEqual(['expired', 'result', 'expired', 'result']);
      // A command without a payload counts as well: this user is not the idlest one any more.
      run(log, { principal: 'ann', n: 3 }, { kind: 'done' });
      run(log, { principal: 'dee', n: 1 }, large);
      expect(kept()).toEqual(['expired', 'result', 'expired', 'expired']);
    });

    it('leave no bytes behind with a lane that is forgotten', () => {
      for (const forget of [
        (log: Log) => log.openLane({ ...key, lane: 'third' }, 0, 1),
        (log: Log) => log.sweep(600_000, []),
        (log: Log) => log.openLane({ ...key, lane: 'first' }, null, 600_000),
      ]) {
        const log = logOf({ lanesPerPrincipal: 2, resultBytesPerPrincipal: 2_000, resultBytesInAll: 2_000 });
        run(log, { lane: 'first', n: 1 }, large);
        run(log, { lane: 'second', n: 1 }, { kind: 'done' });
        forget(log);
        for (const n of [1, 2]) run(log, { lane: 'after', n }, large);
        expect([1, 2].map((n) => stored(log, { lane: 'after', n }))).toEqual(['result', 'result']);
        const others = { principal: 'bob', n: 1 };
        run(log, others, large);
        expect([stored(log, others), stored(log, { lane: 'after', n: 1 }), stored(log, { lane: 'after', n: 2 })]).toEqual(['result', 'expired', 'result']);
      }
    });

    it('go with their lane, number and kind together', () => {
      const log = logOf({ lanes: 1 });
      run(log, { n: 1 }, done('1'));
      log.openLane({ ...key, principal: 'bob' }, 0, 0);
      log.begin({ ...key, principal: 'bob' }, 1, 'id1', 0);
      expect(again(log, { n: 1 })).toEqual({ kind: 'unknown' });
    });
  });
});
