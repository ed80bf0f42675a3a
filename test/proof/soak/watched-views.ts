/** The views of one client: shown, hidden for longer or shorter than they are retained, and shown again. Not a test. */
import type { Stage } from './actor.js';
import { VIEWS, type Line } from './contract.js';
import { between, chance, pick, repeat } from './random.js';

export interface WatchedViews {
  /** Shows a view of a board for a while. */
  pass(board: string): void;
  /** Writes down what each shown view shows; their names. */
  rest(): readonly string[];
}

const KINDS = Object.keys(VIEWS) as (keyof typeof VIEWS)[];
/** A view that is shown writes down what it shows this often. */
const SAMPLE_MS = 3_000;

export function createWatchedViews({ name: c, client, history, boards, isQuiet }: Stage): WatchedViews {
  /** What writes down a view that is shown. */
  const shown = new Map<string, () => void>();
  let count = 0;

  function show(kind: keyof typeof VIEWS, board: string): () => void {
    const v = `${c}-${kind}-${++count}`;
    const { ref, history: wanted } = VIEWS[kind];
    const view = client.view(ref, { id: board });
    let wasLive = false;
    /** A refused view that asks to be let in keeps its state and loses its gap: the hole is known to the application. */
    let isDismissed = false;
    const write = (): void => {
      const { status, liveStatus, gap, data } = view.get();
      const isLine = (line: Line): line is readonly [string, number, string] => Array.isArray(line);
      history.write({
        k: 'view',
        c,
        v,
        channel: `board:${board}`,
        history: wanted,
        isLive: status === 'success' && liveStatus === 'live',
        gap: gap?.reason ?? (isDismissed && data.length > 0 ? 'dismissed' : null),
        lines: data.filter(isLine),
        pending: data.flatMap((line) => ('pending' in line ? line.pending : [])),
      });
    };
    const stop = view.subscribe(() => {
      const isLive = view.get().liveStatus === 'live' && view.get().status === 'success';
      // The first moment after an absence is the one in which a part may be missing.
      if (isLive && !wasLive) write();
      wasLive = isLive;
    }, 'sync');
    shown.set(v, write);
    const stopSampling = repeat(SAMPLE_MS, () => {
      write();
      const { gap, status } = view.get();
      // A view without history is empty after a resync, and would have nothing to show at rest.
      if (!(status === 'error' ? isQuiet() || chance(0.5) : gap !== null && !isQuiet() && chance(0.3))) return;
      isDismissed = status === 'error' && (isDismissed || gap !== null);
      view.resync();
    });
    return () => {
      if (isQuiet()) return;
      write();
      shown.delete(v);
      stopSampling();
      stop();
    };
  }

  show('recent', boards[0] ?? 'b0');
  show('tail', boards[1] ?? 'b1');
  show('long', boards.at(-1) ?? 'b0');

  return {
    pass: (board) => void setTimeout(show(pick(KINDS), board), between(0, 10_000)),
    rest() {
      for (const write of shown.values()) write();
      return [...shown.keys()];
    },
  };
}
