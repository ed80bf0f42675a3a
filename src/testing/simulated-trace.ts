/**
 * What happened in a simulated world, line by line: a hash over everything, and the end of it for people to read.
 * Not here: judgement. Invariants are the scenario's.
 */
import type { Clock } from '../core/world.js';

export interface SimulatedTrace {
  /** `who` and `what` join into one line with the time before it; scenarios add lines of their own. */
  note(who: string, what: string): void;
  /** A line that is also kept in the list of faults. */
  fault(who: string, what: string): void;
  /** The same for the same lines; two runs of one seed must agree. */
  readonly hash: string;
  /** How many lines there were. */
  readonly count: number;
  /** The latest lines, oldest first. */
  tail(): readonly string[];
  readonly faults: readonly string[];
}

/** @param keep How many lines {@link SimulatedTrace.tail} has. */
export function createSimulatedTrace(clock: Clock, keep = 200): SimulatedTrace {
  const ring: string[] = [];
  const faults: string[] = [];
  let count = 0;
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;

  const note = (who: string, what: string): string => {
    const line = `${clock.now()} ${who} ${what}`;
    for (let i = 0; i < line.length; i += 1) {
      const unit = line.charCodeAt(i);
      low = Math.imul(low ^ unit, 0x01000193);
      high = Math.imul(high ^ unit, 0x85ebca6b) ^ (high >>> 13);
    }
    low = Math.imul(low ^ 10, 0x01000193);
    ring[count % keep] = line;
    count += 1;
    return line;
  };

  return {
    note,
    fault(who, what) {
      faults.push(note(who, what));
    },
    get hash() {
      return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    },
    get count() {
      return count;
    },
    tail() {
      const start = count > keep ? count % keep : 0;
      return [...ring.slice(start), ...ring.slice(0, start)];
    },
    faults,
  };
}
