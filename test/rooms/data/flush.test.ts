/** One flush a frame and one at once after a quiet time; between two flushes everybody sees the same. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RealtimeError } from '../../../src/core/errors.js';
import { createFlusher, type Flusher } from '../../../src/core/data/flush.js';
import { createCell } from '../../../src/core/data/store.js';

let paints: (() => void)[];
let cancelled: number;
let errors: RealtimeError[];
let flusher: Flusher;
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
  flusher = createFlusher({
    clock: { after: () => () => {} },
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
