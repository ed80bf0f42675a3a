/** One seed, one life of the town: a quiet start, misfortune, healing, and the reckoning (invariants of promises 1, 2 and 4). */
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import { createMisfortune } from './misfortune.js';
import { reckon } from './reckoning.js';
import { OTHER_BOARDS, PASSED_BOARDS, POOL } from './town-contract.js';
import { createTownHall } from './town-hall.js';
import { createTownsperson, type Townsperson } from './townsperson.js';
import type { Witness } from './witness.js';

export interface Life {
  readonly hash: string;
  /** Broken promises, in words; empty is good. */
  readonly complaints: readonly string[];
  /** Events that reached somebody. */
  readonly events: number;
  readonly commands: number;
  readonly queries: number;
  readonly faults: number;
  readonly gaps: number;
  /** Moments at which a client had more than one link ready. */
  readonly shared: number;
  /** The most sockets that one client opened within half a minute. */
  readonly haste: number;
  readonly endings: Readonly<Record<string, number>>;
  report(): string;
}

export interface LifeOptions {
  readonly seed: number;
  readonly people?: number;
  readonly chaosMs?: number;
  readonly healMs?: number;
  /** The mean time between two faults. */
  readonly faultEveryMs?: number;
}

const settle = (): Promise<void> => new Promise((done) => void setImmediate(done));

export async function live({ seed, people: count = 3, chaosMs = 120_000, healMs = 60_000, faultEveryMs = 6_000 }: LifeOptions): Promise<Life> {
  const world = createSimulatedWorld({ seed, traceLines: Number(process.env['HOLDFAST_LINES'] ?? 200) });
  const hall = createTownHall(world);
  hall.start();
  const people = ['ada', 'ben', 'cleo', 'dan', 'eve'].slice(0, count).map((name) => createTownsperson(world, hall, name));
  let isWorkOver = false;
  for (const person of people) work(world, person, () => isWorkOver);
  await world.clock.run(2_000, settle);
  const misfortune = createMisfortune(world, hall, people, faultEveryMs);
  await world.clock.run(2_000 + chaosMs, settle);
  misfortune.end();
  await world.clock.run(2_000 + chaosMs + healMs / 2, settle);
  isWorkOver = true;
  await world.clock.run(2_000 + chaosMs + healMs, settle);

  const complaints = [...people.flatMap((person) => person.complaints), ...reckon(hall, people)];
  for (const person of people) person.dispose();
  await world.clock.run(world.clock.now() + 60_000, settle);
  for (const person of people) complaints.push(...leftovers(world, person));

  const witnesses = people.flatMap(({ witnesses: all, passers }) => [...all, ...passers]);
  const ofAll = (measure: (witness: Witness) => number): number => witnesses.reduce((sum, witness) => sum + measure(witness), 0);
  const endings: Record<string, number> = {};
  for (const { ending } of people.flatMap((person) => person.told)) endings[ending] = (endings[ending] ?? 0) + 1;
  return {
    hash: world.trace.hash,
    complaints,
    events: ofAll(({ seen }) => seen.length),
    commands: people.reduce((sum, person) => sum + person.told.length, 0),
    queries: people.reduce((sum, person) => sum + person.asked.length, 0),
    faults: misfortune.count,
    gaps: ofAll(({ gaps }) => gaps.length),
    shared: people.reduce((sum, { links }) => sum + links.shared, 0),
    haste: Math.max(...people.map(({ links }) => links.haste)),
    endings,
    report: () => `${complaints.slice(0, 20).join('\n')}\n${world.failureReport()}`,
  };
}

/** What somebody does all day; the dice are this person's own. */
function work(world: SimulatedWorld, person: Townsperson, isOver: () => boolean): void {
  const dice = createSeededDice(world.seed, `work of ${person.name}`);
  const { clock } = person.outside;
  const act = (): void => {
    person.pin(dice.chance(0.1) ? dice.exponential(150) : undefined);
    // More at once than a lane's window takes.
    if (dice.chance(0.008)) for (let i = 0; i < 40; i++) person.pin();
    if (dice.chance(0.15)) person.glance(dice.pick(OTHER_BOARDS), 2_000);
    if (dice.chance(0.05)) person.ask();
    if (dice.chance(0.03)) person.resync();
    if (dice.chance(0.15)) pass(dice.pick(PASSED_BOARDS));
  };
  /** By and by, a few times: each time what was said about the last time may still be under way. */
  const pass = (board: number): void => {
    let inMs = 0;
    for (let left = dice.between(1, 4); left > 0; left--) {
      const forMs = dice.between(0, 120);
      clock.after(inMs, () => person.pass(board, forMs));
      if (dice.chance(0.5)) clock.after(inMs + dice.between(0, 40), () => person.glance(board, 1_500));
      inMs += forMs + dice.between(0, 60);
    }
  };
  const next = (): void => {
    clock.after(dice.exponential(600), () => {
      if (isOver()) return;
      act();
      next();
    });
  };
  next();
}

function leftovers(world: SimulatedWorld, { name, outside }: Townsperson): string[] {
  const wrong: string[] = [];
  const { open, peak } = world.network.counts(name);
  if (outside.pending > 0) wrong.push(`${name} left ${outside.pending} timers behind`);
  if (outside.watchers > 0) wrong.push(`${name} left ${outside.watchers} watchers behind`);
  if (open > 0) wrong.push(`${name} left ${open} sockets open`);
  if (peak > POOL.size) wrong.push(`${name} had ${peak} sockets at once`);
  return wrong;
}
