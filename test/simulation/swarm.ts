/**
 * What one world is made of: which faults can happen in it and how often, how large things are, how much is kept, who takes part.
 * Each world draws a random subset (swarm testing): quiet worlds find other violations than violent ones. A tenth has no fault at all.
 */
import { createSeededDice, type SeededDice } from '../../src/testing/seeded-dice.js';

export const FAULTS = [
  'reset', 'finish', 'half-open', 'one-way', 'stall', 'slow', 'partition', 'away', 'lose-close', 'late-socket', 'window', 'weather', 'delayed-connect',
  'crash', 'amnesia', 'restart', 'freeze', 'churn', 'slow-auth', 'failing-auth', 'bad-token', 'slow-rules', 'failing-rules', 'slow-queries',
  'kick', 'forbid', 'close-user', 'sleep', 'hidden', 'blink', 'reconnect', 'disconnect', 'set-user', 'other-token', 'reload',
] as const;
export type Fault = (typeof FAULTS)[number];

/** What people do, besides what they always do. */
export const DEEDS = ['callbacks', 'optimistic', 'cancel', 'bursts', 'reports', 'failures', 'hide', 'resync', 'volatile', 'queries', 'lists', 'mounts', 'floods'] as const;
export type Deed = (typeof DEEDS)[number];

export type Sizes = 'tiny' | 'mixed' | 'large';

export interface Swarm {
  readonly faults: readonly Fault[];
  /** Mean time between two faults. */
  readonly faultEveryMs: number;
  readonly deeds: ReadonlySet<Deed>;
  readonly sizes: Sizes;
  readonly people: readonly { readonly name: string; readonly principal: string }[];
  readonly boards: number;
  /** Mean time between two events that the server publishes by itself. */
  readonly publishEveryMs: number;
  /** Mean time between two deeds of a person. */
  readonly actEveryMs: number;
  readonly pool: { readonly size: number; readonly channelsPerLink: number };
  readonly keeps: { readonly eventsPerChannel: number; readonly keepEventsMs: number; readonly resultBytesPerPrincipal: number };
  readonly retainMs: number;
  readonly outboxCommands: number;
  readonly overflow: 'reject' | 'drop-oldest';
  readonly bufferedBytes: number;
  readonly handlerMs: number;
  readonly authentications: number;
  readonly frames: { readonly perSecond: number; readonly burst: number };
  readonly queryMs: number;
  /** How often a delay of the network has a long tail. */
  readonly tailChance: number;
  readonly histories: readonly [deep: number, short: number];
}

export function drawSwarm(seed: number, only?: readonly string[]): Swarm {
  const dice = createSeededDice(seed, 'swarm');
  const isCalm = dice.chance(0.1);
  const isPicked = (among: number): boolean => dice.chance(among);
  const share = dice.pick([0.15, 0.3, 0.5]);
  const drawn = FAULTS.filter(() => isPicked(share));
  const faults = only === undefined ? (isCalm ? [] : drawn) : FAULTS.filter((fault) => only.includes(fault));
  const deedShare = dice.pick([0.4, 0.7, 1]);
  const deeds = DEEDS.filter(() => isPicked(deedShare));
  const count = dice.pick([2, 3, 3, 4]);
  const isShared = dice.chance(0.4);
  const names = ['ada', 'ben', 'cleo', 'dan'].slice(0, count);
  const eventsPerChannel = dice.pick([40, 60, 60, 200, 1_000]);
  return {
    faults,
    faultEveryMs: dice.pick([1_500, 3_000, 6_000]),
    deeds: new Set(deeds),
    sizes: dice.pick(['tiny', 'mixed', 'mixed', 'large']),
    people: names.map((name, index) => ({ name, principal: isShared && index < 2 ? 'user-x' : `user-${name}` })),
    boards: dice.pick([2, 4, 6]),
    publishEveryMs: dice.pick([60, 120, 300]),
    actEveryMs: dice.pick([250, 500, 1_000]),
    pool: { size: dice.pick([1, 2, 3]), channelsPerLink: dice.pick([2, 3, 100]) },
    keeps: {
      eventsPerChannel,
      keepEventsMs: dice.pick([8_000, 300_000, 300_000]),
      resultBytesPerPrincipal: dice.pick([3_000, 12_000, 256 * 1024]),
    },
    retainMs: dice.pick([20, 500, 3_000]),
    outboxCommands: dice.pick([6, 1_000, 1_000]),
    overflow: dice.pick(['reject', 'drop-oldest']),
    bufferedBytes: dice.pick([100_000, 1024 * 1024]),
    handlerMs: dice.pick([2_000, 4_000]),
    authentications: dice.pick([1, 1_000, 1_000]),
    frames: dice.pick([{ perSecond: 30, burst: 60 }, { perSecond: 200, burst: 1_000 }, { perSecond: 200, burst: 1_000 }]),
    queryMs: dice.pick([2_000, 10_000]),
    tailChance: dice.pick([0, 0.002]),
    histories: [dice.pick([50, 100, 200]), dice.pick([5, 20])],
  };
}

/** Bytes of an event or answer: mostly small, sometimes up to the limit. */
export function drawSize(dice: SeededDice, sizes: Sizes): number {
  const roll = dice.roll();
  const part = dice.roll();
  switch (sizes) {
    case 'tiny':
      return Math.floor(part * 20);
    case 'mixed':
      return roll < 0.6 ? Math.floor(part * 60) : roll < 0.97 ? Math.floor(part * 1_200) : Math.floor(part * 9_800);
    case 'large':
      return roll < 0.3 ? Math.floor(part * 100) : roll < 0.9 ? 200 + Math.floor(part * 1_500) : Math.floor(part * 9_800);
    default:
      return sizes satisfies never;
  }
}

/** The faults and deeds of a world in one line, for its replay. */
export function swarmText({ faults, faultEveryMs, deeds, sizes, people, pool, keeps, ...rest }: Swarm): string {
  return [
    `faults: ${faults.length === 0 ? 'none' : `${faults.join(' ')} every ${faultEveryMs} ms`}`,
    `deeds: ${[...deeds].join(' ')}`,
    `sizes ${sizes}, ${people.map(({ name, principal }) => `${name} is ${principal}`).join(', ')}, pool ${JSON.stringify(pool)}, keeps ${JSON.stringify(keeps)}, ${JSON.stringify(rest)}`,
  ].join('\n');
}
