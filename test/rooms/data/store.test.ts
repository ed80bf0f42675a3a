// A value at rest: one snapshot a flush, the same for all.
import { beforeEach, describe, expect, it } from 'vitest';
import { createFlusher, type Flusher } from '../../../src/core/data/flush.js';
import { createCell, createStill } from '../../../src/core/data/store.js';

let paints: (() => void)[];
let flusher: Flusher;
let value: number;
let made: number;
const turn = async (): Promise<void> => {
  for (let hop = 0; hop < 5; hop++) await Promise.resolve();
};
const make = () =>
  createCell(flusher, (former: { n: number } | undefined) => {
    made++;
    return former?.n === value ? former : { n: value };
  });

beforeEach(() => {
  paints = [];
  value = 1;
  made = 0;
  flusher = createFlusher({ clock: { after: () => () => {} }, paint: (run) => (paints.push(run), () => {}), onError: () => {} });
});

describe('a cell', () => {
  it('that nobody watches shows what has changed at once, made when it is looked at', () => {
    const cell = make();
    value = 2;
    cell.changed();
    value = 3;
    cell.changed();
    expect(made).toBe(1);
    expect(cell.get()).toEqual({ n: 3 });
    expect(cell.get()).toBe(cell.get());
    expect([made, cell.getInitial()]).toEqual([2, { n: 1 }]);
  });

  it('that somebody watches shows the same until the flush, and tells of it then, once', async () => {
    const cell = make();
    const told: number[] = [];
    cell.subscribe(() => told.push(cell.get().n));
    value = 2;
    cell.changed();
    cell.changed();
    expect(cell.get()).toEqual({ n: 1 });
    await turn();
    expect([told, cell.get()]).toEqual([[2], { n: 2 }]);
  });

  it('shows who begins to watch what nobody was told of before', () => {
    const cell = make();
    value = 2;
    cell.changed();
    cell.subscribe(() => {});
    expect(cell.get()).toEqual({ n: 2 });
  });

  it('tells nobody where nothing that shows has changed', async () => {
    const cell = make();
    let told = 0;
    cell.subscribe(() => told++);
    cell.subscribe(() => told++, 'sync');
    cell.changed();
    await turn();
    expect(told).toBe(0);
  });

  it('tells those that cannot wait in the moment, and the others of the same snapshot with the flush', async () => {
    const cell = make();
    const told: string[] = [];
    cell.subscribe(() => told.push(`frame ${cell.get().n}`));
    const leave = cell.subscribe(() => told.push(`sync ${cell.get().n}`), 'sync');
    value = 2;
    cell.changed();
    expect(told).toEqual(['sync 2']);
    await turn();
    expect(told).toEqual(['sync 2', 'frame 2']);
    // Nothing is owed any more.
    flusher.now();
    for (const paint of paints.splice(0)) paint();
    cell.changed();
    flusher.now();
    expect(told).toEqual(['sync 2', 'frame 2']);
    leave();
    value = 3;
    cell.changed();
    expect(told).toEqual(['sync 2', 'frame 2']);
    flusher.now();
    expect(told).toEqual(['sync 2', 'frame 2', 'frame 3']);
  });

  it('needs no frame for those that cannot wait alone', () => {
    const cell = make();
    const told: number[] = [];
    cell.subscribe(() => told.push(cell.get().n), 'sync');
    value = 2;
    cell.changed();
    expect([told, paints]).toEqual([[2], []]);
  });

  it('tells all of those who watch, though one of them leaves meanwhile, and nobody who has left', () => {
    const cell = make();
    const told: string[] = [];
    const leaveA = cell.subscribe(() => {
      told.push('a');
      leaveA();
    });
    cell.subscribe(() => told.push('b'));
    value = 2;
    cell.changed();
    flusher.now();
    value = 3;
    cell.changed();
    flusher.now();
    expect(told).toEqual(['a', 'b', 'b']);
  });
});

it('a function that watches a cell twice is told until both have left', () => {
  const cell = make();
  let told = 0;
  const note = (): void => void told++;
  const leaves = [cell.subscribe(note), cell.subscribe(note)];
  for (const leave of leaves) {
    value++;
    cell.changed();
    flusher.now();
    leave();
    leave();
  }
  value++;
  cell.changed();
  flusher.now();
  expect(told).toBe(3);
});

it('a value that never changes is the same for all', () => {
  const still = createStill({ n: 1 });
  expect([still.get(), still.get()]).toEqual([{ n: 1 }, { n: 1 }]);
  expect(still.get()).toBe(still.getInitial());
  expect(() => still.subscribe(() => {})()).not.toThrow();
});
