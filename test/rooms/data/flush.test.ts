/** One flush a frame and one at once after a quiet time; between two flushes everybody sees the same. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RealtimeError } from '../../../src/core/errors.js';
import { createFlusher, type Flush, type Flusher } from '../../../src/core/data/flush.js';
import { createCell, type Cell } from '../../../src/core/data/store.js';
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulated-clock.js';

let paints: (() => void)[];
let cancelled: number;
let errors: RealtimeError[];
let flusher: Flusher;
let clock: SimulatedClock;
const turn = async (): Promise<void> => {
  for (let hop = 0; hop < 5; hop++) await Promise.resolve();
};
const paint = (): void => {
  for (const run of paints.splice(0)) run();
};

beforeEach(() => {
  paints = [];
  cancelled = 0;
  errors = [];
  clock = createSimulatedClock();
  flusher = createFlusher({
    clock,
    paint(run) {
      paints.push(run);
      return () => {
        cancelled++;
        paints = paints.filter((waiting) => waiting !== run);
      };
    },
    onError: (error) => errors.push(error),
  });
});

describe('a flusher', () => {
  it('flushes once at the end of the turn, then once a frame, and is idle again after a quiet frame', async () => {
    let flushes = 0;
    const flush = (): void => void flushes++;
    flusher.mark(flush);
    flusher.mark(flush);
    expect(flushes).toBe(0);
    await turn();
    expect(flushes).toBe(1);
    for (let event = 0; event < 1_000; event++) flusher.mark(flush);
    await turn();
    expect(flushes).toBe(1);
    paint();
    expect(flushes).toBe(2);
    paint();
    expect([flushes, paints.length]).toEqual([2, 0]);
    flusher.mark(flush);
    await turn();
    expect(flushes).toBe(3);
  });

  it('keeps what is marked while it flushes for the next frame', async () => {
    const said: string[] = [];
    flusher.mark(() => {
      said.push('first');
      flusher.mark(() => said.push('second'));
    });
    await turn();
    expect(said).toEqual(['first']);
    paint();
    expect(said).toEqual(['first', 'second']);
  });

  it('leaves nothing behind', async () => {
    flusher.mark(() => {});
    await turn();
    flusher.dispose();
    expect([cancelled, paints.length]).toEqual([1, 0]);
  });
});

describe('a flusher with a scheduler', () => {
  let turns: (() => void)[];
  let flushes: number;
  const flush = (): void => void flushes++;
  /** The scheduler is asked in a task of its own. */
  const task = async (): Promise<void> => {
    await turn();
    clock.advance(0);
  };
  const scheduler = (run: () => void): void => void turns.push(run);

  beforeEach(() => {
    turns = [];
    flushes = 0;
  });

  it('asks for one turn, flushes in that turn all that is marked by then, and asks again a frame later', async () => {
    flusher.scheduleWith(scheduler);
    flusher.mark(flush);
    await task();
    flusher.mark(() => void flushes++);
    paint();
    await task();
    expect([flushes, turns.length]).toEqual([0, 1]);
    turns[0]?.();
    expect(flushes).toBe(2);
    flusher.mark(flush);
    await task();
    expect([flushes, turns.length]).toEqual([2, 1]);
    paint();
    expect(turns).toHaveLength(1);
    await task();
    expect([flushes, turns.length]).toEqual([2, 2]);
    turns[1]?.();
    expect([flushes, clock.pending]).toEqual([3, 0]);
  });

  it('flushes once for a turn that comes twice', async () => {
    flusher.scheduleWith(scheduler);
    flusher.mark(flush);
    await task();
    turns[0]?.();
    flusher.mark(flush);
    turns[0]?.();
    expect(flushes).toBe(1);
  });

  it('does not wait where a flush is needed now', async () => {
    flusher.scheduleWith(scheduler);
    flusher.mark(flush);
    await task();
    flusher.now();
    expect(flushes).toBe(1);
    turns[0]?.();
    expect(flushes).toBe(1);
  });

  it('waits no longer than 5 s for its turn', async () => {
    flusher.scheduleWith(scheduler);
    flusher.mark(flush);
    await task();
    clock.advance(4_999);
    expect(flushes).toBe(0);
    clock.advance(1);
    expect(flushes).toBe(1);
    turns[0]?.();
    expect([flushes, clock.pending]).toEqual([1, 0]);
  });

  it('flushes without one that leaves while its turn is awaited, and asks the one before from then on', async () => {
    const first: (() => void)[] = [];
    flusher.scheduleWith((run) => first.push(run));
    const leave = flusher.scheduleWith(scheduler);
    flusher.mark(flush);
    await task();
    expect([first.length, turns.length]).toEqual([0, 1]);
    leave();
    leave();
    await task();
    expect([first.length, flushes]).toEqual([1, 0]);
    first[0]?.();
    expect([flushes, clock.pending]).toEqual([1, 0]);
  });

  it.each([['before', turn], ['after', task]])('leaves no timer behind: disposed %s it is asked', async (_, settle) => {
    flusher.scheduleWith(scheduler);
    flusher.mark(flush);
    await settle();
    flusher.dispose();
    turns[0]?.();
    expect([clock.pending, flushes]).toEqual([0, 0]);
  });
});

describe('a cell with a subscriber every 100 ms', () => {
  let value: number;
  let said: string[];
  let cell: Cell<number>;
  const change = async (to: number): Promise<void> => {
    value = to;
    cell.changed();
    await turn();
  };
  const watch = (name: string, flush?: Flush, of = cell): (() => void) => of.subscribe(() => said.push(`${name} ${of.get()}`), flush);
  const pass = (ms: number): void => {
    clock.advance(ms);
    paint();
  };

  beforeEach(() => {
    value = 1;
    said = [];
    cell = createCell(flusher, () => value);
  });

  it('notifies it at once after a quiet time, then at most once in 100 ms, of the newest', async () => {
    watch('slow', { everyMs: 100 });
    await change(2);
    expect(said).toEqual(['slow 2']);
    for (let at = 0; at < 99; at += 9) {
      await change(value + 1);
      pass(9);
    }
    expect(said).toEqual(['slow 2']);
    pass(1);
    await turn();
    expect(said).toEqual(['slow 2', 'slow 13']);
    pass(100);
    pass(100);
    await change(14);
    expect(said).toEqual(['slow 2', 'slow 13', 'slow 14']);
  });

  it('notifies all with the same number together, also one that comes later', async () => {
    watch('one', { everyMs: 100 });
    await change(2);
    pass(50);
    watch('two', { everyMs: 100 });
    await change(3);
    pass(49);
    expect(said).toEqual(['one 2']);
    pass(1);
    await turn();
    expect(said).toEqual(['one 2', 'one 3', 'two 3']);
  });

  it('notifies those of each frame meanwhile, and it of what they have seen, too', async () => {
    watch('slow', { everyMs: 100 });
    watch('frame');
    await change(2);
    paint();
    await change(3);
    expect(said).toEqual(['slow 2', 'frame 2', 'frame 3']);
    pass(100);
    await turn();
    expect(said.at(-1)).toBe('slow 3');
  });

  it('shows a new one of each frame what has changed, though the slow one waits', async () => {
    watch('slow', { everyMs: 100 });
    await change(2);
    paint();
    await change(3);
    expect(cell.get()).toBe(2);
    watch('frame');
    paint();
    await turn();
    expect([said, cell.get()]).toEqual([['slow 2', 'frame 3'], 3]);
  });

  it('notifies it with a flush that is needed now', async () => {
    watch('slow', { everyMs: 100 });
    await change(2);
    pass(10);
    await change(3);
    flusher.now();
    expect(said).toEqual(['slow 2', 'slow 3']);
    flusher.now();
    pass(200);
    await turn();
    expect([said.length, clock.pending]).toEqual([2, 0]);
  });

  it('is fresh for whoever looks when it has left, and leaves no timer behind', async () => {
    const leave = watch('slow', { everyMs: 100 });
    await change(2);
    await change(3);
    leave();
    expect(cell.get()).toBe(3);
    flusher.dispose();
    expect([clock.pending, said]).toEqual([0, ['slow 2']]);
  });
});

describe('a cell', () => {
  it('gives one snapshot between two flushes, and the same object until something changes', async () => {
    let value = 1;
    let made = 0;
    const cell = createCell<{ value: number }>(flusher, () => ({ value, made: ++made }));
    let told = 0;
    cell.subscribe(() => told++);
    const first = cell.get();
    value = 2;
    cell.changed();
    value = 3;
    cell.changed();
    expect(cell.get()).toBe(first);
    await turn();
    expect(cell.get()).toMatchObject({ value: 3, made: 2 });
    expect(cell.get()).toBe(cell.get());
    expect(told).toBe(1);
  });

  describe('with somebody who cannot wait', () => {
    let value: number;
    let said: string[];
    const open = () => {
      value = 1;
      said = [];
      const cell = createCell(flusher, () => value);
      const change = (to: number): void => {
        value = to;
        cell.changed();
      };
      return { cell, change, watch: (name: string, flush?: 'frame' | 'sync') => cell.subscribe(() => said.push(`${name} ${cell.get()}`), flush) };
    };

    it('tells that one at once of each change, the others with the flush, and nobody twice', async () => {
      const { change, watch } = open();
      watch('frame');
      watch('sync', 'sync');
      change(2);
      change(2);
      change(3);
      expect(said).toEqual(['sync 2', 'sync 3']);
      await turn();
      expect(said).toEqual(['sync 2', 'sync 3', 'frame 3']);
      change(4);
      expect(said.at(-1)).toBe('sync 4');
      await turn();
      expect(said).toHaveLength(4);
      paint();
      expect(said.slice(4)).toEqual(['frame 4']);
      change(4);
      paint();
      expect(said).toHaveLength(5);
    });

    it('tells it with the flush of what was there before it came', async () => {
      const { cell, change, watch } = open();
      watch('frame');
      change(2);
      watch('sync', 'sync');
      expect(cell.get()).toBe(1);
      await turn();
      expect(said.toSorted()).toEqual(['frame 2', 'sync 2']);
    });

    it('tells it with the flush, too, when those that came before it have gone meanwhile', async () => {
      const { cell, change, watch } = open();
      const stop = watch('frame');
      change(2);
      watch('sync', 'sync');
      stop();
      cell.get();
      await turn();
      expect(said).toEqual(['sync 2']);
    });

    it('is fresh when the last one goes, and marks nothing for it alone', () => {
      const { cell, change, watch } = open();
      const stop = watch('sync', 'sync');
      change(2);
      stop();
      change(3);
      expect([cell.get(), said, paints]).toEqual([3, ['sync 2'], []]);
    });

    it('one that throws is reported, and the frame is told all the same', async () => {
      const { cell, change, watch } = open();
      cell.subscribe(() => {
        throw new Error('mine');
      }, 'sync');
      watch('frame');
      change(2);
      await turn();
      expect([said, errors.length]).toEqual([['frame 2'], 1]);
    });
  });

  it('is fresh for whoever looks while nobody watches', () => {
    let value = 1;
    const cell = createCell(flusher, () => value);
    value = 2;
    cell.changed();
    expect(cell.get()).toBe(2);
    expect(paints).toEqual([]);
  });

  it('tells nobody when its snapshot is the former one', async () => {
    const cell = createCell<string>(flusher, () => 'same');
    let told = 0;
    cell.subscribe(() => told++);
    cell.changed();
    await turn();
    expect(told).toBe(0);
  });

  it('a subscriber that throws is reported, and costs the others nothing', async () => {
    let value = 0;
    const one = createCell(flusher, () => value);
    const two = createCell(flusher, () => value);
    const told: string[] = [];
    one.subscribe(() => {
      throw new Error('mine');
    });
    one.subscribe(() => told.push('one'));
    two.subscribe(() => told.push('two'));
    value = 1;
    one.changed();
    two.changed();
    await turn();
    expect(told).toEqual(['one', 'two']);
    expect(errors.map(({ cause }) => (cause as Error).message)).toEqual(['mine']);
  });
});
