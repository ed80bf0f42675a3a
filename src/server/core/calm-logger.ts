/**
 * A logger that says the same thing a few times and then counts, so that no client can fill the log; and that never fails:
 * what the application's own throws or rejects would otherwise end a process that serves everybody else.
 * Not here: what is said. Messages are from a fixed list, so they can be counted by their text.
 */
import type { Clock } from '../../core/world.js';
import type { Logger } from './logger.js';

/** Of one message, so many lines a period. */
const LINES = 10;
const PERIOD_MS = 10_000;

const ignore = (): void => undefined;

interface Period {
  readonly endsAt: number;
  lines: number;
}

export function createCalmLogger(logger: Logger, clock: Pick<Clock, 'now'>): Logger {
  const periods = new Map<string, Period>();
  const write = (level: 'warn' | 'error', ...line: readonly [message: string, details?: unknown]): void => {
    try {
      const written: unknown = logger[level](...line);
      // Whatever its type says, it may be an async function.
      Promise.resolve(written).catch(ignore);
    } catch {
      // There is nowhere left to say it.
    }
  };
  const say = (level: 'warn' | 'error', message: string, details: unknown): void => {
    const now = clock.now();
    let period = periods.get(message);
    if (period === undefined || now >= period.endsAt) {
      if (period !== undefined && period.lines > LINES) write(level, `${period.lines - LINES} lines like the next one were left out.`);
      period = { endsAt: now + PERIOD_MS, lines: 0 };
      periods.set(message, period);
    }
    period.lines++;
    if (period.lines > LINES) return;
    if (details === undefined) write(level, message);
    else write(level, message, details);
  };
  return {
    warn: (message, details) => say('warn', message, details),
    error: (message, details) => say('error', message, details),
  };
}
