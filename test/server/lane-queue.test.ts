import { describe, expect, it } from 'vitest';
import { createLaneQueue, type Work } from '../../src/server/core/lane-queue.js';
import { settle } from './fake-world.js';

const OVER: Work = { laneFree: Promise.resolve() };

describe('a lane queue', () => {
  it('runs the work of one lane in order, of several side by side, and lets each lane go when nothing of it waits', async () => {
    const queue = createLaneQueue<Work>(2);
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const work = (name: string) => (): Promise<Work> => {
      begun.push(name);
      return new Promise((resolve) => ends.push(() => resolve(OVER)));
    };
    const answers = [queue.add('a', work('a1')), queue.add('a', work('a2')), queue.add('b', work('b1'))];
    expect(queue.add('a', work('a3'))).toBe(null);
    await settle();
    expect([begun, queue.lanes]).toEqual([['a1', 'b1'], 2]);
    ends[1]?.();
    await settle();
    expect(queue.lanes).toBe(1);
    ends[0]?.();
    await settle();
    expect([begun, queue.lanes]).toEqual([['a1', 'b1', 'a2'], 1]);
    ends[2]?.();
    for (const answer of answers) await answer;
    await settle();
    expect(queue.lanes).toBe(0);
  });

  it('lets a lane go whose work has failed, and which is free later than its answer', async () => {
    const queue = createLaneQueue<Work>(2);
    await expect(queue.add('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await settle();
    expect(queue.lanes).toBe(0);
    let free: () => void = () => undefined;
    await queue.add('a', async () => ({ laneFree: new Promise<void>((resolve) => (free = resolve)) }));
    await settle();
    expect(queue.lanes).toBe(1);
    free();
    await settle();
    expect(queue.lanes).toBe(0);
  });

  it('costs nothing for a lane that was refused', () => {
    const queue = createLaneQueue<Work>(0);
    expect(queue.add('a', async () => OVER)).toBe(null);
    expect(queue.lanes).toBe(0);
  });
});
