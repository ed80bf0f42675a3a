/**
 * Chance that can be had again: the same seed and concern always give the same rolls.
 * Each concern (the network, the faults, one client's jitter) has a stream of its own, so that one more fault does not reshuffle the workload.
 * Not here: secrets. Nobody may use these ids outside of a test.
 */
import { RealtimeError } from '../core/errors.js';
import type { Dice } from '../core/world.js';

/** {@link Dice} of a seed, with what a scenario asks for most. Every call takes the same number of rolls, whatever its outcome. */
export interface SeededDice extends Dice {
  /** A whole number, `from` and `to` included. */
  between(from: number, to: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T;
  /** Exponentially distributed with this mean: times between things that happen by chance. */
  exponential(mean: number): number;
  /** Dice of the same seed for a concern within this one; taking them moves nothing here. */
  stream(concern: string): SeededDice;
}

/**
 * @example
 * ```ts
 * const faults = createSeededDice(42, 'faults');
 * if (faults.chance(0.1)) connection.inflict({ type: 'reset' });
 * ```
 */
export function createSeededDice(seed: number | string, concern = ''): SeededDice {
  const next = createGenerator(`${seed}/${concern}`);
  const roll = (): number => next() / 4_294_967_296;
  return {
    roll,
    id: () => idOf(next(), next(), next(), next()),
    between: (from, to) => from + Math.floor(roll() * (to - from + 1)),
    chance: (p) => roll() < p,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RealtimeError('misuse', 'An empty list has nothing to pick from.');
      return list[Math.floor(roll() * list.length)] as T;
    },
    exponential: (mean) => -mean * Math.log(1 - roll()),
    stream: (within) => createSeededDice(seed, `${concern}/${within}`),
  };
}

/** sfc32: 128 bits of state, 32 bits a call. */
function createGenerator(text: string): () => number {
  let [a, b, c, d] = stateOf(text);
  const next = (): number => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  // The first calls still show the seed.
  for (let i = 0; i < 12; i += 1) next();
  return next;
}

/** Four words from a text: FNV-1a, then splitmix32, which spreads near seeds far apart. */
function stateOf(text: string): [number, number, number, number] {
  let hash = 0x811c9dc5;
  let other = 0x9e3779b9;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    other = Math.imul(other ^ text.charCodeAt(i), 0x85ebca6b) ^ (other >>> 13);
  }
  const mix = (value: number): number => {
    let z = (value + 0x9e3779b9) | 0;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  return [mix(hash), mix(other), mix(hash ^ 0x5bd1e995), mix(other ^ 0x27d4eb2f)];
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** 4 × 32 bits in 4 × 6 characters: five of six bits, one of two. */
function idOf(...words: readonly number[]): string {
  let id = '';
  for (const word of words) {
    for (let shift = 0; shift < 32; shift += 6) id += ALPHABET[(word >>> shift) & 63];
  }
  return id;
}
