/** Many ordeals side by side in this process, and the sum of them. Not a test. */
import { suffer, type Ordeal } from './ordeal.js';
import type { Road } from './road.js';
import { openSite } from './site.js';
import type { Subject } from './subject.js';
import { openTimerLedger } from './timer-ledger.js';

export interface TortureReport {
  readonly runs: number;
  readonly dead: number;
  readonly worstMs: number;
  readonly medianMs: number;
  readonly presses: number;
  readonly sockets: number;
  readonly strokes: number;
  readonly timers: number;
  readonly leftTimers: number;
  readonly unhandled: number;
  readonly uncaught: number;
  readonly ordeals: readonly Ordeal[];
}

const AT_ONCE = 16;

export async function torture(parts: {
  readonly seeds: readonly number[];
  readonly createSubject: (road: Road) => Subject;
  readonly patienceMs: number;
  readonly actions?: number;
  readonly onOrdeal?: (ordeal: Ordeal, done: number) => void;
}): Promise<TortureReport> {
  let unhandled = 0;
  let uncaught = 0;
  const onUnhandled = (): void => void (unhandled += 1);
  const onUncaught = (): void => void (uncaught += 1);
  process.on('unhandledRejection', onUnhandled).on('uncaughtException', onUncaught);
  const site = await openSite();
  const ledger = openTimerLedger();
  const ordeals: Ordeal[] = [];
  const waiting = [...parts.seeds];
  const work = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const ordeal = await suffer({ ...parts, seed, site, ledger });
      ordeals.push(ordeal);
      parts.onOrdeal?.(ordeal, ordeals.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await site.stop();
  } finally {
    ledger.restore();
    process.off('unhandledRejection', onUnhandled).off('uncaughtException', onUncaught);
  }
  const times = ordeals.flatMap(({ recoveryMs }) => recoveryMs ?? []).sort((a, b) => a - b);
  const sum = (of: (ordeal: Ordeal) => number): number => ordeals.reduce((total, ordeal) => total + of(ordeal), 0);
  return {
    runs: ordeals.length,
    dead: sum(({ recoveryMs }) => (recoveryMs === null ? 1 : 0)),
    worstMs: Math.round(times.at(-1) ?? 0),
    medianMs: Math.round(times[times.length >> 1] ?? 0),
    presses: sum(({ presses }) => presses),
    sockets: sum(({ sockets }) => sockets),
    strokes: sum(({ strokes }) => strokes),
    timers: parts.seeds.reduce((total, seed) => total + ledger.started(seed), 0),
    leftTimers: parts.seeds.reduce((total, seed) => total + ledger.pending(seed).length, 0),
    unhandled,
    uncaught,
    ordeals,
  };
}
