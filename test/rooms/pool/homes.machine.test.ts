// Which channel goes over which link: chosen once, counted always.
import { describe, expect, it } from 'vitest';
import type { Slot } from '../../../src/core/pool/growth.js';
import { bestLink, createHomes, type Homes } from '../../../src/core/pool/homes.machine.js';
import { containerTable } from '../table.js';

const OFF: Slot = { tag: 'off' };
const SEEKING: Slot = { tag: 'seeking' };
const STOPPED: Slot = { tag: 'stopped' };
const READY: Slot = { tag: 'ready', isSuspect: false };
const SUSPECT: Slot = { tag: 'ready', isSuspect: true };
const names = (count: number, prefix = 'c'): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('homes', () => {
  it('keeps a home, though another link would be better, and gives a new one when that is asked for after its loss', () => {
    const homes = createHomes(3, 100);
    expect(homes.find('a', [READY, OFF, OFF], 200)).toBe(0);
    expect(homes.find('a', [SUSPECT, READY, OFF], 200)).toBe(0);
    expect(homes.find('b', [SUSPECT, READY, OFF], 200)).toBe(1);
    expect(homes.find('a', [OFF, READY, OFF], 200)).toBe(1);
    expect([homes.homeless, homes.loads]).toEqual([0, [0, 2, 0]]);
  });

  it('fills one link before it begins another, then the emptiest', () => {
    const homes = createHomes(3, 2);
    const links = [READY, READY, OFF];
    expect(names(8).map((name) => homes.find(name, links, 200))).toEqual([0, 0, 0, 1, 1, 1, 0, 1]);
    homes.leave('c3');
    homes.leave('c3');
    expect(homes.loads).toEqual([4, 3, 0]);
    expect(homes.find('next', links, 200)).toBe(1);
  });

  it('lets a channel wait for the link that is to come, rather than be refused by a full one', () => {
    const homes = createHomes(2, 1);
    for (const links of [[READY, OFF], [READY, SEEKING]]) {
      expect(names(4).map((name) => homes.find(name, links, 3))).toEqual([0, 0, 0, null]);
      expect(homes.homeless).toBe(1);
    }
    expect(homes.find('c3', [READY, READY], 3)).toBe(1);
    expect(homes.homeless).toBe(0);
  });

  it('asks the emptiest all the same where no link is to come: the server refuses it, and the application hears why', () => {
    for (const links of [[READY, STOPPED], [READY]]) {
      const homes = createHomes(links.length, 1);
      expect(names(4).map((name) => homes.find(name, links, 3))).toEqual([0, 0, 0, 0]);
    }
  });

  it('counts those who have none, until they leave', () => {
    const homes = createHomes(1, 100);
    expect(homes.find('a', [SEEKING], 200)).toBeNull();
    expect(homes.find('a', [SEEKING], 200)).toBeNull();
    expect(homes.homeless).toBe(1);
    homes.leave('a');
    expect(homes.homeless).toBe(0);
  });

  it('knows no link for a command while none is ready, and a doubtful one only where there is no other', () => {
    expect(bestLink([SEEKING, OFF, STOPPED], [0, 0, 0], 100)).toBeNull();
    expect(bestLink([SUSPECT, SEEKING, OFF], [0, 0, 0], 100)).toBe(0);
    expect(bestLink([SUSPECT, READY, OFF], [0, 500, 0], 100)).toBe(1);
    // Where one channel is too many already, the emptiest all the same.
    expect(bestLink([READY, READY, OFF], [1, 0, 0], 0)).toBe(1);
  });
});

const homesAfter = (size: number, full: number, ...steps: readonly ((homes: Homes) => unknown)[]) => (): Homes => {
  const homes = createHomes(size, full);
  for (const step of steps) step(homes);
  return homes;
};
const LIMIT = 3;
const ROOMS: Readonly<Record<string, readonly Slot[]>> = {
  'no link is ready': [SEEKING, OFF],
  'link 0 is ready': [READY, OFF],
  'link 0 is overdue': [SUSPECT, OFF],
  'link 0 is overdue, link 1 is ready': [SUSPECT, READY],
  'both are ready': [READY, READY],
  'only link 1 is ready': [SEEKING, READY],
  'link 0 is ready, no other may come': [READY, STOPPED],
};
const findIn = (channel: string): Record<string, (homes: Homes) => unknown> =>
  Object.fromEntries(Object.entries(ROOMS).map(([label, links]) => [`find ${channel}, ${label}`, (homes: Homes) => homes.find(channel, links, LIMIT)]));

const table = containerTable<Homes>({
  title: 'Homes',
  about: 'Two links; one with more than 1 channel is full, and the server takes 3 on one. The answer of `find` is the link, or null for none yet.',
  situations: {
    nobody: homesAfter(2, 1),
    'a on link 0': homesAfter(2, 1, (homes) => homes.find('a', [READY, OFF], LIMIT)),
    'a waits': homesAfter(2, 1, (homes) => homes.find('a', [SEEKING, OFF], LIMIT)),
    'link 0 full: a and c0': homesAfter(2, 1, (homes) => ['a', 'c0'].forEach((name) => homes.find(name, [READY, OFF], LIMIT))),
    'link 0 at the limit: a, c0 and c1': homesAfter(2, 1, (homes) => ['a', 'c0', 'c1'].forEach((name) => homes.find(name, [READY, OFF], LIMIT))),
  },
  calls: { find: { ...findIn('a'), ...findIn('b') }, leave: { 'leave a': (homes) => homes.leave('a'), 'leave b': (homes) => homes.leave('b') } },
  look: ({ loads, homeless }) => `channels ${loads.join(' + ')}, ${homeless} without a link`,
});

describe('homes.machine', () => {
  it('does what the table says', () => expect(table).toMatchFileSnapshot('../tables/homes.md'));
});
