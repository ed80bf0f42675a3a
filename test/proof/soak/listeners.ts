/** The channel listeners of one client: some for good, some for a while, some added inside a callback. Not a test. */
import type { Tap } from '../../../src/browser/index.js';
import type { Stage } from './actor.js';
import { api } from './contract.js';
import { between, chance, repeat } from './random.js';

export interface Listeners {
  /** Listens to a board for a while. */
  pass(board: string): void;
  /** The same, from inside the callback of the next event. */
  passInsideCallback(board: string): void;
  /** Names of those that are there now. */
  mounted(): readonly string[];
  delivered(): number;
}

export function createListeners({ name: c, client, history, boards, isQuiet }: Stage): Listeners {
  const mounted = new Map<string, Tap>();
  /** Boards on which a listener waits for the next callback. */
  const wanted = new Set<string>();
  let count = 0;
  let delivered = 0;

  function mount(board: string, where: 'anywhere' | 'callback'): () => void {
    const l = `${c}-${++count}`;
    const channel = `board:${board}`;
    let isLive = false;
    const tap = client.channel(api.channels.board, { id: board }).tap({
      onEvent({ epoch, offset, data }) {
        delivered += 1;
        history.write({ k: 'deliver', c, l, e: epoch, o: offset, id: data.id, b: data.body.length });
        // One that is mounted at the last event has nothing to hear.
        if (!isQuiet() && wanted.delete(board)) setTimeout(mount(board, 'callback'), between(100, 8_000));
      },
      onGap: ({ reason, missed }) => history.write({ k: 'gap', c, l, reason, missed: missed && [missed.from, missed.to] }),
    });
    const isAway = client.connection.get().status !== 'connected';
    history.write({ k: 'mount', c, l, channel, where: where === 'anywhere' && isAway ? 'away' : where });
    mounted.set(l, tap);
    const look = (): void => {
      if (isLive || tap.get().liveStatus !== 'live') return;
      isLive = true;
      history.write({ k: 'live', c, l });
    };
    const stop = tap.subscribe(look, 'sync');
    look();
    return () => {
      if (isQuiet()) return;
      mounted.delete(l);
      stop();
      history.write({ k: 'unmount', c, l });
    };
  }

  // Let in again after a kick: each component asks by itself, sooner or later.
  repeat(1_000, () => {
    for (const tap of mounted.values()) if (tap.get().status === 'error' && (isQuiet() || chance(0.5))) tap.resync();
  });
  for (const board of boards) mount(board, 'anywhere');

  return {
    pass: (board) => void setTimeout(mount(board, 'anywhere'), between(0, 12_000)),
    passInsideCallback: (board) => void wanted.add(board),
    mounted: () => [...mounted.keys()],
    delivered: () => delivered,
  };
}
