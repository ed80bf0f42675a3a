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
  let figures: SequenceFigures = { sent: 0, received: 0, lost: 0, doubled: 0, reordered: 0, gaps: 0 };
  let stretch: Stretch | null = null;
  const add = (more: Partial<SequenceFigures>) => {
    const next = { ...figures };
    for (const [name, count] of Object.entries(more)) next[name as keyof SequenceFigures] += count;
    figures = next;
  };

  return {
    take(n, run = '') {
      if (stretch === null) {
        stretch = { run, first: n, last: n, holes: [] };
        return add({ sent: 1, received: 1 });
      }
      if (stretch.run !== run) {
        // Another life of the server, and nobody told of a gap: the end of the last one may be missing, which is at least one.
        stretch = { run, first: 1, last: n, holes: n > 1 ? [[1, n - 1]] : [] };
        const lost = Math.max(1, n - 1);
        return add({ sent: lost + 1, received: 1, lost });
      }
      if (n > stretch.last) {
        const lost = n - stretch.last - 1;
        if (lost > 0) stretch.holes = [...stretch.holes, [stretch.last + 1, n - 1]];
        stretch.last = n;
        return add({ sent: lost + 1, received: 1, lost });
      }
      const hole = stretch.holes.find(([from, to]) => from <= n && n <= to);
      if (hole !== undefined) {
        // It was not lost, only late.
        const [from, to] = hole;
        const rest = ([[from, n - 1], [n + 1, to]] as const).filter(([start, end]) => start <= end);
        stretch.holes = [...stretch.holes.filter((other) => other !== hole), ...rest];
        return add({ received: 1, lost: -1, reordered: 1 });
      }
      if (n >= stretch.first) return add({ received: 1, doubled: 1 });
      return add({ sent: 1, received: 1, reordered: 1 });
    },
    gap() {
      stretch = null;
      add({ gaps: 1 });
    },
    get: () => figures,
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
