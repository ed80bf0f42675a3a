/**
 * Work of one lane, one after the other; a second arrival of a number waits for the first (rule L7).
 * Not here: what the work is.
 */
export interface LaneQueue<Answer> {
  /** Null: too much waits in this lane already. */
  add(lane: string, n: number, id: string, work: () => Promise<Answer>): Promise<Answer> | null;
  /** Lanes with work. */
  readonly size: number;
}

interface Waiting<Answer> {
  readonly id: string;
  readonly answer: Promise<Answer>;
}

interface Line<Answer> {
  readonly waiting: Map<number, Waiting<Answer>>;
  tail: Promise<unknown>;
}

export function createLaneQueue<Answer>(maxWaiting: number): LaneQueue<Answer> {
  const lines = new Map<string, Line<Answer>>();
  return {
    get size() {
      return lines.size;
    },
    add(lane, n, id, work) {
      const line = lines.get(lane) ?? { waiting: new Map<number, Waiting<Answer>>(), tail: Promise.resolve() };
      const same = line.waiting.get(n);
      if (same?.id === id) return same.answer;
      if (line.waiting.size >= maxWaiting) return null;
      lines.set(lane, line);
      const answer = line.tail.then(work);
      const isFirst = same === undefined;
      if (isFirst) line.waiting.set(n, { id, answer });
      const done = (): void => {
        if (isFirst) line.waiting.delete(n);
        if (line.tail === settled) lines.delete(lane);
      };
      const settled = answer.then(done, done);
      line.tail = settled;
      return answer;
    },
  };
}
