// The application's code with an end, and the signal that tells it of the end.
import { describe, expect, it } from 'vitest';
import { createAbort } from '../../src/server/core/abort.js';
import { attempt, type Attempt } from '../../src/server/core/attempt.js';
import { createRunning } from '../../src/server/core/running.js';
import { fakeClock, settle } from './fake-world.js';

function setUp() {
  const clock = fakeClock();
  const abort = createAbort();
  let finish: { readonly resolve: (value: string) => void; readonly reject: (error: unknown) => void } | null = null;
  const log: unknown[] = [];
  const made: Attempt<string> = attempt({ clock, ms: 1_000, abort, work: () => new Promise((resolve, reject) => (finish = { resolve, reject })) });
  void made.ended.then((end) => log.push(end));
  void made.settled.then(() => log.push('settled'));
  return { clock, abort, log, cancel: made.cancel, resolve: (value: string) => finish?.resolve(value), reject: (error: unknown) => finish?.reject(error) };
}

describe('an attempt', () => {
  it('ends with what its work returns, and leaves no timer', async () => {
    const { clock, abort, log, resolve } = setUp();
    await clock.advance(999);
    resolve('a');
    await settle();
    expect([log, clock.timers, abort.signal.aborted]).toEqual([[{ kind: 'returned', value: 'a' }, 'settled'], 0, false]);
  });

  it('ends with what its work throws', async () => {
    const { clock, log, reject } = setUp();
    reject('mine');
    await settle();
    expect([log, clock.timers]).toEqual([[{ kind: 'threw', error: 'mine' }, 'settled'], 0]);
  });

  it('ends late where the work does not: it is told, and what it does afterwards counts for nothing', async () => {
    const { clock, abort, log, resolve } = setUp();
    await clock.advance(1_000);
    expect(log).toEqual([{ kind: 'late' }]);
    expect([abort.signal.aborted, String(abort.signal.reason)]).toEqual([true, 'Error: The time for this request is over.']);
    resolve('too late');
    await settle();
    expect(log).toEqual([{ kind: 'late' }, 'settled']);
  });

  it('ends cancelled at once, once, with no timer left', async () => {
    const { clock, abort, log, cancel, reject } = setUp();
    cancel();
    cancel();
    await settle();
    expect([log, clock.timers]).toEqual([[{ kind: 'cancelled' }], 0]);
    expect(String(abort.signal.reason)).toBe('Error: This request was cancelled.');
    reject(new Error('nobody hears it'));
    await settle();
    expect(log).toEqual([{ kind: 'cancelled' }, 'settled']);
  });
});

describe('a signal', () => {
  it('tells each listener once, with the first reason', () => {
    const { signal, abort } = createAbort();
    const heard: string[] = [];
    const gone = (): void => void heard.push('gone');
    signal.addEventListener('abort', () => heard.push(`a ${String(signal.reason)}`));
    signal.addEventListener('abort', gone);
    signal.removeEventListener('abort', gone);
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    expect(() => signal.throwIfAborted()).not.toThrow();
    abort('first');
    abort('second');
    expect([heard, signal.aborted, signal.reason]).toEqual([['a first'], true, 'first']);
    expect(() => signal.throwIfAborted()).toThrow('first');
  });
});

describe('running handlers', () => {
  it('are counted for each user until they have ended', async () => {
    const counts = new Map<string, number>();
    const running = createRunning(2, counts);
    const ends: (() => void)[] = [];
    const run = (user: string): void => running.add(user, new Promise<void>((resolve) => ends.push(resolve)));
    const end = async (): Promise<void> => {
      ends.shift()?.();
      await settle();
    };
    run('ann');
    expect(running.isFull('ann')).toBe(false);
    run('ann');
    expect([running.isFull('ann'), running.isFull('ben')]).toEqual([true, false]);
    // More than the limit may run: who asks decides. Each of them counts.
    run('ann');
    await end();
    expect(running.isFull('ann')).toBe(true);
    await end();
    expect(running.isFull('ann')).toBe(false);
    run('ann');
    expect(running.isFull('ann')).toBe(true);
    await end();
    await end();
    expect(counts).toEqual(new Map());
    run('ann');
    expect([running.isFull('ann'), counts.size]).toEqual([false, 1]);
  });
});
