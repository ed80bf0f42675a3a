/**
 * Work of one lane, one after the other: a second arrival of a number waits for the first, and then finds its outcome (rule L7).
 * Not here: what the work is.
 */
export interface LaneQueue<Answer extends Work> {
  /** Lanes in which something is worked on or waits; no other lane costs anything. */
  readonly lanes: number;
  /** Null: too much waits in this lane already. */
  add(lane: string, work: () => Promise<Answer>): Promise<Answer> | null;
}

/** What work answers with. */
export interface Work {
  /** The lane goes on when it is over; never rejects. */
  readonly laneFree: Promise<unknown>;
}

interface Line {
  /** Settles, and never rejects, when the last work so far has ended. */
  tail: Promise<unknown>;
  waiting: number;
}

export function createLaneQueue<Answer extends Work>(maxWaiting: number): LaneQueue<Answer> {
  const lines = new Map<string, Line>();
  return {
    get lanes() {
      return lines.size;
    },
    add(lane, work) {
      const line = lines.get(lane) ?? { tail: Promise.resolve(), waiting: 0 };
      if (line.waiting >= maxWaiting) return null;
      lines.set(lane, line);
      line.waiting++;
      const done = (): void => {
        line.waiting--;
        if (line.waiting === 0) lines.delete(lane);
      };
      const answer = line.tail.then(work);
      line.tail = answer.then(({ laneFree }) => laneFree).then(done, done);
      return answer;
    },
  };
}
