/** Which timers a run has started and not ended, and from where. Wraps the process's own. Not a test. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface PendingTimer {
  /** Whether the package `ws` started it, which stands for the platform here. */
  readonly isPlatform: boolean;
  readonly where: string;
}

export interface TimerLedger {
  /** Everything that begins in here, and all that follows from it, belongs to the run. */
  within<T>(run: number, work: () => Promise<T>): Promise<T>;
  pending(run: number): readonly PendingTimer[];
  /** How many were ever started: a ledger that sees nothing proves nothing. */
  started(run: number): number;
  restore(): void;
}

type Timer = ReturnType<typeof setTimeout>;

export function openTimerLedger(): TimerLedger {
  const native = { setTimeout, clearTimeout, setInterval, clearInterval };
  const runs = new AsyncLocalStorage<number>();
  const pending = new Map<Timer, PendingTimer & { readonly run: number }>();
  const started = new Map<number, number>();

  const note = (timer: Timer): Timer => {
    const run = runs.getStore();
    if (run === undefined) return timer;
    const where = new Error().stack?.split('\n').slice(3, 7).map((line) => line.trim()).join(' < ') ?? '';
    pending.set(timer, { run, where, isPlatform: /[\\/]node_modules[\\/]ws[\\/]/.test(where) });
    started.set(run, (started.get(run) ?? 0) + 1);
    return timer;
  };
  const end = (timer: Timer | undefined): void => {
    if (timer !== undefined) pending.delete(timer);
  };
  const wrapped = {
    setTimeout(run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) {
      const timer: Timer = native.setTimeout(() => {
        end(timer);
        run(...args);
      }, ms);
      return note(timer);
    },
    clearTimeout(timer: Timer | undefined) {
      end(timer);
      native.clearTimeout(timer);
    },
    setInterval: (run: () => void, ms?: number) => note(native.setInterval(run, ms)),
    clearInterval(timer: Timer | undefined) {
      end(timer);
      native.clearInterval(timer);
    },
  };
  Object.assign(globalThis, wrapped);

  return {
    within: (run, work) => runs.run(run, work),
    pending: (run) => [...pending.values()].filter((timer) => timer.run === run),
    started: (run) => started.get(run) ?? 0,
    restore: () => void Object.assign(globalThis, native),
  };
}
