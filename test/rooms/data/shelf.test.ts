// What many look at: made for the first, kept a while after the last.
import { beforeEach, describe, expect, it } from 'vitest';
import { createShelf, lookAt, type Shelf, type Shelved } from '../../../src/core/data/shelf.js';
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulated-clock.js';

interface Item extends Shelved<string> {
  say(value: string): void;
}

let clock: SimulatedClock;
let log: string[];
let shelf: Shelf<string, Item>;
let count: number;

function make(): Item {
  const number = ++count;
  const listeners = new Set<() => void>();
  let value = `item ${number}`;
  return {
    get: () => value,
    getInitial: () => 'initial',
    subscribe(onChange) {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
    start: () => log.push(`start ${number}`),
    stop: () => log.push(`stop ${number}`),
    say(next) {
      value = next;
      for (const listener of listeners) listener();
    },
  };
}

beforeEach(() => {
  clock = createSimulatedClock();
  log = [];
  count = 0;
  shelf = createShelf<string, Item>(clock, 5_000);
});

describe('a shelf', () => {
  it('makes nothing for who only looks', () => {
    expect([shelf.find('a'), [...shelf.items], count]).toEqual([null, [], 0]);
  });

  it('makes one for all who hold the same key, and lets go 5 s after the last', () => {
    const [first, second] = [shelf.hold('a', make), shelf.hold('a', make)];
    expect([first.item === second.item, shelf.find('a') === first.item, count, log]).toEqual([true, true, 1, ['start 1']]);
    first.release();
    second.release();
    second.release();
    clock.advance(4_999);
    expect(shelf.find('a')).toBe(first.item);
    clock.advance(1);
    expect([shelf.find('a'), log]).toEqual([null, ['start 1', 'stop 1']]);
    shelf.hold('a', make);
    expect(log.at(-1)).toBe('start 2');
  });

  it('tells who watches of what comes and goes, until they leave', () => {
    const seen: (string | undefined)[] = [];
    const leave = shelf.watch(() => seen.push(shelf.find('a')?.get()));
    const { release } = shelf.hold('a', make);
    shelf.hold('a', make).release();
    release();
    clock.advance(5_000);
    leave();
    shelf.hold('a', make);
    expect(seen).toEqual(['item 1', undefined]);
  });

  it('ends everything at once, held or lingering', () => {
    shelf.hold('a', make);
    shelf.hold('b', make).release();
    shelf.dispose();
    expect([log, [...shelf.items], clock.pending]).toEqual([['start 1', 'start 2', 'stop 1', 'stop 2'], [], 0]);
  });
});

describe('a thing that is looked at before it is there', () => {
  it('shows the initial one until somebody holds it, and for who renders on a server', () => {
    const { readable, item } = lookAt(shelf, 'a', make, 'initial');
    expect([readable.get(), item()]).toEqual(['initial', null]);
    const stop = readable.subscribe(() => {});
    expect([readable.get(), readable.getInitial(), item()?.get()]).toEqual(['item 1', 'initial', 'item 1']);
    stop();
    expect(readable.get()).toBe('item 1');
    clock.advance(5_000);
    expect(readable.get()).toBe('initial');
  });

  it('is heard while it is held', () => {
    const { readable, item } = lookAt(shelf, 'a', make, 'initial');
    const heard: string[] = [];
    const stop = readable.subscribe(() => heard.push(readable.get()));
    item()?.say('x');
    stop();
    item()?.say('y');
    expect(heard).toEqual(['x']);
  });

  it('is watched without being held: what others make, say and let go is told, and nothing is kept for it', () => {
    const { watch, readable } = lookAt(shelf, 'a', make, 'initial');
    const seen: string[] = [];
    const leave = watch(() => seen.push(readable.get()));
    expect(count).toBe(0);
    shelf.hold('b', make);
    expect(seen).toEqual([]);
    const first = shelf.hold('a', make);
    first.item.say('x');
    first.release();
    clock.advance(5_000);
    first.item.say('nobody hears it');
    const second = shelf.hold('a', make);
    leave();
    second.item.say('z');
    second.release();
    clock.advance(5_000);
    shelf.hold('a', make);
    expect(seen).toEqual(['item 2', 'x', 'initial', 'item 3']);
  });

  it('is heard from the moment of watching where it is there already, which is no news', () => {
    const { item } = shelf.hold('a', make);
    const seen: string[] = [];
    lookAt(shelf, 'a', make, 'initial').watch(() => seen.push(item.get()));
    expect(seen).toEqual([]);
    item.say('x');
    expect(seen).toEqual(['x']);
  });
});
