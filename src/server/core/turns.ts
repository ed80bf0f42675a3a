/**
 * A fair scheduler for work that blocks the event loop for milliseconds, such as writing a megabyte of JSON. One turn of the event
 * loop does a few milliseconds of it, one user after the other, so frames of others are read in between.
 * Not here: what the work does.
 */
import type { Clock } from '../../core/world.js';

/** The time for work in one turn; the last piece of work may exceed it. */
const SLICE_MS = 5;

export interface Turns {
  /** Runs `work` at once, if this turn has time left and no other work waits; else in a later turn. Rejects with what it throws. */
  run<T>(user: string, work: () => T): Promise<Awaited<T>>;
  /** The same, but before other waiting work of the same user. */
  runFirst<T>(user: string, work: () => T): Promise<Awaited<T>>;
}

export function createTurns(parts: { readonly clock: Pick<Clock, 'now'>; readonly defer: (run: () => void) => void }): Turns {
  const { clock, defer } = parts;
  /** By user; the one whose turn is next comes first. */
  const waiting = new Map<string, (() => void)[]>();
  let spentMs = 0;
  let isDeferred = false;

  const goOnLater = (): void => {
    if (isDeferred) return;
    isDeferred = true;
    defer(goOn);
  };

  const spend = (job: () => void): void => {
    const startedAt = clock.now();
    job();
    spentMs += clock.now() - startedAt;
    if (spentMs > 0) goOnLater();
  };

  const goOn = (): void => {
    isDeferred = false;
    spentMs = 0;
    for (const [user, jobs] of waiting) {
      if (spentMs >= SLICE_MS) break;
      waiting.delete(user);
      const job = jobs.shift();
      // Set again, the user is last in the map, and this loop still reaches it.
      if (jobs.length > 0) waiting.set(user, jobs);
      if (job !== undefined) spend(job);
    }
    if (waiting.size > 0) goOnLater();
  };

  const add = <T>(user: string, work: () => T, how: 'push' | 'unshift'): Promise<Awaited<T>> =>
    new Promise<Awaited<T>>((resolve, reject) => {
      const job = (): void => {
        try {
          resolve(work() as Awaited<T>);
        } catch (error) {
          reject(error as Error);
        }
      };
      if (waiting.size === 0 && spentMs < SLICE_MS) return spend(job);
      const jobs = waiting.get(user) ?? [];
      waiting.set(user, jobs);
      jobs[how](job);
      goOnLater();
    });

  return {
    run: (user, work) => add(user, work, 'push'),
    runFirst: (user, work) => add(user, work, 'unshift'),
  };
}
