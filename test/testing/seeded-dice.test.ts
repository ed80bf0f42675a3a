import { describe, expect, it } from 'vitest';
import { createSeededDice, type SeededDice } from '../../src/testing/seeded-dice.js';

const rolls = (dice: SeededDice, n = 50): number[] => Array.from({ length: n }, () => dice.roll());

describe('seeded dice', () => {
  it('gives the same rolls for the same seed and concern, and others for another', () => {
    expect(rolls(createSeededDice(1, 'network'))).toEqual(rolls(createSeededDice(1, 'network')));
    expect(rolls(createSeededDice(1, 'network'))).not.toEqual(rolls(createSeededDice(2, 'network')));
    expect(rolls(createSeededDice(1, 'network'))).not.toEqual(rolls(createSeededDice(1, 'faults')));
  });

  it('takes a stream without moving, wherever it is taken', () => {
    const one = createSeededDice(1);
    const other = createSeededDice(1);
    const early = rolls(one.stream('faults'));
    const rest = rolls(one);
    expect(rolls(other)).toEqual(rest);
    expect(rolls(other.stream('faults'))).toEqual(early);
    expect(early).not.toEqual(rest);
  });

  it('rolls evenly in [0, 1), near seeds far apart', () => {
    const all = Array.from({ length: 200 }, (_, seed) => rolls(createSeededDice(seed), 100)).flat();
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all)).toBeLessThan(1);
    const tenths = Array.from({ length: 10 }, (_, i) => all.filter((x) => Math.floor(x * 10) === i).length);
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
    const firsts = Array.from({ length: 1_000 }, (_, seed) => createSeededDice(seed).roll());
    expect(new Set(firsts).size).toBe(1_000);
    expect(Math.abs(firsts.reduce((a, b) => a + b) / 1_000 - 0.5)).toBeLessThan(0.05);
  });

  it('makes ids of 128 bits in url-safe characters', () => {
    const dice = createSeededDice('ids');
    const ids = Array.from({ length: 5_000 }, () => dice.id());
    expect(new Set(ids).size).toBe(5_000);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{24}$/);
    // Each of the 128 bits is set about half of the time: no bit of a word is lost on the way.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const bits = new Map<string, number>();
    for (const id of ids) {
      id.split('').forEach((char, at) => {
        for (let bit = 0; bit < 6; bit += 1) if ((alphabet.indexOf(char) >> bit) & 1) bits.set(`${at}.${bit}`, (bits.get(`${at}.${bit}`) ?? 0) + 1);
      });
    }
    expect(bits.size).toBe(128);
    for (const count of bits.values()) expect(Math.abs(count - 2_500)).toBeLessThan(250);
  });

  it('helps a scenario choose', () => {
    const dice = createSeededDice(3);
    const numbers = Array.from({ length: 300 }, () => dice.between(2, 4));
    expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual([2, 3, 4]);
    const picks = Array.from({ length: 300 }, () => dice.pick(['a', 'b']));
    expect([...new Set(picks)].sort()).toEqual(['a', 'b']);
    expect(Array.from({ length: 100 }, () => dice.chance(0)).some(Boolean)).toBe(false);
    expect(Array.from({ length: 100 }, () => dice.chance(1)).every(Boolean)).toBe(true);
    const waits = Array.from({ length: 5_000 }, () => dice.exponential(100));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(waits.reduce((a, b) => a + b) / 5_000 - 100)).toBeLessThan(8);
    expect(() => dice.pick([])).toThrow('empty');
  });
});
