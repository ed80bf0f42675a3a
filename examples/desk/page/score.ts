// Holds what arrived against the numbers that the server wrote into it. It never asks the library for a position: it is the auditor, not the bookkeeper.

export interface SequenceFigures {
  /** How many there must have been, by their numbers. */
  readonly sent: number;
  readonly received: number;
  /** Numbers that never came, though no gap was told. */
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
  readonly gaps: number;
}

export interface Sequence {
  /** @param run - one life of the server, if it counts from 1 again in each */
  take(n: number, run?: string): void;
  /** A gap was told: what is missing before the next event is no loss. */
  gap(): void;
  get(): SequenceFigures;
}

/** What is counted since it began, or since the last gap. */
interface Stretch {
  readonly run: string;
  readonly first: number;
  last: number;
  /** Numbers that were passed over, each from–to. */
  holes: readonly (readonly [from: number, to: number])[];
}

export function createSequence(): Sequence {
  // Counted in place, thousands of times a second; who looks gets a copy.
  const counts: Record<keyof SequenceFigures, number> = { sent: 0, received: 0, lost: 0, doubled: 0, reordered: 0, gaps: 0 };
  let stretch: Stretch | null = null;
  /** Where the stretch before the last gap ended. A gap excuses what is missing, and not what comes twice. */
  let told: Pick<Stretch, 'run' | 'last'> | null = null;
  const miss = (count: number) => {
    counts.sent += count;
    counts.lost += count;
  };

  return {
    take(n, run = '') {
      counts.received += 1;
      if (stretch === null && told?.run === run && n <= told.last) {
        counts.doubled += 1;
        return;
      }
      if (stretch === null) {
        stretch = { run, first: n, last: n, holes: [] };
        counts.sent += 1;
        return;
      }
      if (stretch.run !== run) {
        // Another life of the server, and nobody told of a gap: the end of the last one may be missing, which is at least one.
        stretch = { run, first: 1, last: n, holes: n > 1 ? [[1, n - 1]] : [] };
        counts.sent += 1;
        return miss(Math.max(1, n - 1));
      }
      if (n > stretch.last) {
        const passedOver = n - stretch.last - 1;
        if (passedOver > 0) stretch.holes = [...stretch.holes, [stretch.last + 1, n - 1]];
        stretch.last = n;
        counts.sent += 1;
        return miss(passedOver);
      }
      const hole = stretch.holes.find(([from, to]) => from <= n && n <= to);
      if (hole !== undefined) {
        // It was not lost, only late.
        const [from, to] = hole;
        const rest = ([[from, n - 1], [n + 1, to]] as const).filter(([start, end]) => start <= end);
        stretch.holes = [...stretch.holes.filter((other) => other !== hole), ...rest];
        counts.lost -= 1;
        counts.reordered += 1;
      } else if (n >= stretch.first) {
        counts.doubled += 1;
      } else {
        counts.sent += 1;
        counts.reordered += 1;
      }
    },
    gap() {
      told = stretch ?? told;
      stretch = null;
      counts.gaps += 1;
    },
    get: () => ({ ...counts }),
  };
}

export type Outcome = 'done' | 'refused' | 'withdrawn' | 'unknown';
export type TallyFigures = Readonly<Record<Outcome | 'sent' | 'pending', number>>;

/** Every command of this page and what became of it: what was sent is what has an outcome and what is pending, always. */
export function createTally() {
  const counts: Record<Outcome | 'sent', number> = { sent: 0, done: 0, refused: 0, withdrawn: 0, unknown: 0 };
  return {
    sent: () => void (counts.sent += 1),
    ended: (outcome: Outcome) => void (counts[outcome] += 1),
    get(): TallyFigures {
      const { sent, done, refused, withdrawn, unknown } = counts;
      return { ...counts, pending: sent - done - refused - withdrawn - unknown };
    },
  };
}
