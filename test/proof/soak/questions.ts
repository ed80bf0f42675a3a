/** What one client asks: single questions of up to 1 MB, and queries that follow a board. Not a test. */
import { RealtimeError } from '../../../src/browser/index.js';
import { upsert } from '../../../src/contract/index.js';
import type { Stage } from './actor.js';
import { api, LARGEST_ANSWER } from './contract.js';
import { between, chance, logarithmic, repeat } from './random.js';

export interface Questions {
  /** Keeps a query that follows a board for a while. */
  pass(board: string): void;
  ask(): void;
  pending(): number;
  /** Writes down what each kept query shows; their names. */
  rest(): readonly string[];
}

/** Ids that a query keeps. */
const KEPT = 320;
const put = upsert('id');

export function createQuestions({ name: c, client, history, boards, isQuiet }: Stage): Questions {
  const kept = new Map<string, () => void>();
  let count = 0;
  let pending = 0;

  function keep(board: string): () => void {
    const q = `${c}-query-${++count}`;
    const query = client.liveQuery(api.queries.latest, { board }, {
      channel: api.channels.board,
      params: { id: board },
      apply: (list, event) => put(list, { data: { id: (event.data as { readonly id: string }).id } }).slice(-KEPT),
    });
    const write = (): void => {
      const { status, isStale, data, error } = query.get();
      history.write({ k: 'query', c, q, channel: `board:${board}`, isFresh: status === 'success' && !isStale, error: error?.code ?? null, ids: (data ?? []).map(({ id }) => id) });
    };
    const stop = query.subscribe(() => {});
    kept.set(q, write);
    const stopSampling = repeat(3_000, () => {
      write();
      // As a page does that offers to try again.
      const { status, isStale } = query.get();
      if ((status === 'error' || isStale) && (isQuiet() || chance(0.3))) query.refetch();
    });
    return () => {
      if (isQuiet()) return;
      write();
      kept.delete(q);
      stopSampling();
      stop();
    };
  }

  keep(boards[0] ?? 'b0');
  keep(boards.at(-1) ?? 'b1');

  return {
    pass: (board) => void setTimeout(keep(board), between(0, 10_000)),
    ask() {
      const a = `${c}-${++count}`;
      const bytes = logarithmic(10, LARGEST_ANSWER);
      pending += 1;
      history.write({ k: 'ask', c, a, bytes });
      const answered = (code: string, got: number): void => {
        pending -= 1;
        history.write({ k: 'answer', c, a, code, bytes: got });
      };
      client.query(api.queries.sized, { bytes }).then(
        (answer) => answered('done', answer.length),
        (error: unknown) => answered(error instanceof RealtimeError ? error.code : String(error), 0),
      );
    },
    pending: () => pending,
    rest() {
      for (const write of kept.values()) write();
      return [...kept.keys()];
    },
  };
}
