// Which channel goes over which link: chosen once, counted always.
import { describe, expect, it } from 'vitest';
import type { Slot } from '../../../src/core/pool/growth.js';
import { bestLink, createHomes } from '../../../src/core/pool/homes.machine.js';

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
  });
});
