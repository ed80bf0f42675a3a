/** What the checker found, by kind; of each kind the first few in words. */
export interface Complaints {
  add(kind: string, words: string): void;
  readonly counts: Readonly<Record<string, number>>;
  readonly first: readonly string[];
}

const SHOWN_OF_A_KIND = 5;

export function createComplaints(): Complaints {
  const counts: Record<string, number> = {};
  const first: string[] = [];
  return {
    counts,
    first,
    add(kind, words) {
      counts[kind] = (counts[kind] ?? 0) + 1;
      if ((counts[kind] ?? 0) <= SHOWN_OF_A_KIND) first.push(`${kind}: ${words}`);
    },
  };
}
