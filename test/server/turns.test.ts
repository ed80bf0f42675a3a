import { beforeEach, describe, expect, it } from 'vitest';
import { createTurns, type Turns } from '../../src/server/core/turns.js';

let now: number;
let deferred: (() => void)[];
let log: string[];
let turns: Turns;

const [ann, bob] = ['ann', 'bob'];
const work = (name: string, ms: number) => (): string => ((now += ms), log.push(name), name);
/** The event loop goes on to its next turn. */
const nextTurn = (): void => {
  for (const run of deferred.splice(0)) run();
};

beforeEach(() => {
  now = 0;
  deferred = [];
  log = [];
  turns = createTurns({ clock: { now: () => now }, defer: (run) => deferred.push(run) });
});

describe('turns', () => {
  it('run at once what takes no time, and ask for no turn more', async () => {
    for (let i = 0; i < 100; i++) void turns.run(ann, work('a', 0));
    expect(log).toHaveLength(100);
    expect(deferred).toEqual([]);
    await expect(turns.run(ann, async () => 'answer')).resolves.toBe('answer');
  });

  it('end after a few milliseconds; the rest goes on in the next ones, one owner after the other', () => {
    for (let i = 1; i <= 3; i++) void turns.run(ann, work(`a${i}`, 3));
    void turns.run(ann, work('a4', 3));
    for (let i = 1; i <= 2; i++) void turns.run(bob, work(`b${i}`, 1));
    expect(log).toEqual(['a1', 'a2']);
    expect(deferred).toHaveLength(1);
    nextTurn();
    expect(log.splice(0)).toEqual(['a1', 'a2', 'a3', 'b1', 'a4']);
    nextTurn();
    expect(log).toEqual(['b2']);
    nextTurn();
    expect(deferred).toEqual([]);
    void turns.run(ann, work('new', 3));
    expect(log).toEqual(['b2', 'new']);
  });

  it('begin anew with each turn of the event loop, also where nothing waited', () => {
    for (let i = 1; i <= 4; i++) {
      void turns.run(ann, work(`a${i}`, 3));
      nextTurn();
    }
    expect(log).toEqual(['a1', 'a2', 'a3', 'a4']);
    for (let i = 5; i <= 6; i++) {
      void turns.run(ann, work(`a${i}`, 4));
      expect(log.at(-1)).toBe(`a${i}`);
    }
  });

  it('do not let new work overtake what waits; but the first of its owner may', () => {
    void turns.run(ann, work('a1', 9));
    void turns.run(ann, work('a2', 1));
    void turns.run(ann, work('a3', 1));
    void turns.runFirst(ann, work('first', 1));
    nextTurn();
    expect(log).toEqual(['a1', 'first', 'a2', 'a3']);
  });

  it('hand on what the work throws, and go on', async () => {
    const fail = (): never => {
      now += 9;
      throw new Error('no');
    };
    await expect(turns.run(ann, fail)).rejects.toThrow('no');
    const late = turns.run(ann, fail);
    const after = turns.run(ann, work('after', 1));
    nextTurn();
    nextTurn();
    await expect(late).rejects.toThrow('no');
    await expect(after).resolves.toBe('after');
  });
});
