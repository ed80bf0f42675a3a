/**
 * The clock of one machine in the simulation, which can fall asleep: then its timers run late, all at waking, in the order in which they were due.
 * Not here: the time itself (`simulated-clock.ts`), which goes on while a machine sleeps.
 */
import type { Clock } from '../core/world.js';

/** A {@link Clock} that sleeps, wakes and dies. */
export interface MachineClock extends Clock {
  readonly isAsleep: boolean;
  /** From now on nothing runs: a laptop with its lid shut, a frozen page, a paused process. */
  sleep(): void;
  /** Runs what fell due meanwhile, one after the other, from the next step of the time on. */
  wake(): void;
  /** For ever: every timer is gone, and new ones never run. */
  stop(): void;
}

interface Timer {
  readonly run: () => void;
  cancel: () => void;
}

export function createMachineClock(clock: Clock): MachineClock {
  const waiting = new Set<Timer>();
  /** Due and not run, in the order of their time; they are in `waiting` as well. */
  const late = new Set<Timer>();
  let isAsleep = false;
  let isStopped = false;

  const start = (timer: Timer, ms: number): void => {
    timer.cancel = clock.after(ms, () => {
      if (isAsleep) late.add(timer);
      else {
        waiting.delete(timer);
        timer.run();
      }
    });
  };

  const cancel = (timer: Timer): void => {
    timer.cancel();
    late.delete(timer);
    waiting.delete(timer);
  };

  return {
    now: () => clock.now(),
    wall: () => clock.wall(),
    after(ms, run) {
      if (isStopped) return () => {};
      const timer: Timer = { run, cancel: () => {} };
      waiting.add(timer);
      start(timer, ms);
      return () => cancel(timer);
    },
    get isAsleep() {
      return isAsleep;
    },
    sleep() {
      isAsleep = true;
    },
    wake() {
      isAsleep = false;
      for (const timer of late) start(timer, 0);
      late.clear();
    },
    stop() {
      isStopped = true;
      for (const timer of waiting) cancel(timer);
    },
  };
}
