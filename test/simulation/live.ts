/** One seed, one life of the town: a quiet start, misfortune, healing, and the reckoning (invariants of promises 1, 2 and 4). */
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import { createMisfortune } from './misfortune.js';
import { OTHER_BOARDS, POOL, RECENT } from './town-contract.js';
import { createTownHall, type Fact, type TownHall } from './town-hall.js';
import { createTownsperson, type Townsperson } from './townsperson.js';

export interface Life {
  readonly hash: string;
  /** Broken promises, in words; empty is good. */
  readonly complaints: readonly string[];
  readonly events: number;
  readonly commands: number;
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
  const people = ['ada', 'ben', 'cleo', 'dan', 'eve'].slice(0, count).map((name) => createTownsperson(world, name));
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

  const endings: Record<string, number> = {};
  for (const { ending } of people.flatMap((person) => person.told)) endings[ending] = (endings[ending] ?? 0) + 1;
  return {
    hash: world.trace.hash,
    complaints,
    events: people.reduce((sum, person) => sum + person.seen.length, 0),
    commands: people.reduce((sum, person) => sum + person.told.length, 0),
    faults: misfortune.count,
    gaps: people.reduce((sum, person) => sum + person.gaps.length, 0),
    shared: people.reduce((sum, person) => sum + person.shared, 0),
    haste: Math.max(...people.map((person) => person.haste)),
    endings,
    report: () => `${complaints.slice(0, 20).join('\n')}\n${world.failureReport()}`,
  };
}

function work(world: SimulatedWorld, person: Townsperson, isOver: () => boolean): void {
  const dice = createSeededDice(world.seed, `work of ${person.name}`);
  const next = (): void => {
    person.outside.clock.after(dice.exponential(600), () => {
      if (isOver()) return;
      person.pin();
      if (dice.chance(0.2)) person.glance(dice.pick(OTHER_BOARDS));
      next();
    });
  };
  next();
}

/** After healing: everybody has what the storage has, and every command had its one outcome. */
function reckon(hall: TownHall, people: readonly Townsperson[]): string[] {
  const storages = hall.facts();
  const all = storages.flat();
  const present = storages.at(-1) ?? [];
  const truth = new Map(all.map((fact) => [`${fact.epoch}/${fact.offset}`, fact]));
  return [...effects(storages, people), ...people.flatMap((person) => [...sight(hall, person, truth, present), ...gapsOf(hall, person)])];
}

function effects(storages: readonly (readonly Fact[])[], people: readonly Townsperson[]): string[] {
  const wrong: string[] = [];
  const times = new Map<string, number>();
  for (const { command = '' } of storages.flat()) times.set(command, (times.get(command) ?? 0) + 1);
  for (const person of people) {
    for (const { id, serial, ending, endings } of person.told) {
      const what = `${person.name}'s command ${serial}`;
      const effect = times.get(id) ?? 0;
      if (ending === 'pending') wrong.push(`${what} has no outcome`);
      if (endings > 1) wrong.push(`${what} had ${endings} outcomes`);
      if (effect > 1) wrong.push(`${what} took effect ${effect} times`);
      if (ending === 'done' && effect === 0) wrong.push(`${what} was acknowledged and has no effect`);
      if (ending !== 'done' && ending !== 'outcome-unknown' && effect > 0) wrong.push(`${what} ended ${ending} and took effect`);
    }
    for (const facts of storages) {
      const serials = facts.filter(({ note }) => note.author === person.name).map(({ note }) => note.serial);
      if (serials.some((serial, index) => index > 0 && serial <= (serials[index - 1] ?? 0))) wrong.push(`${person.name}'s commands took effect out of order`);
    }
  }
  return wrong;
}

function sight(hall: TownHall, person: Townsperson, truth: ReadonlyMap<string, Fact>, present: readonly Fact[]): string[] {
  const wrong: string[] = [];
  for (const { epoch, offset, data } of person.seen) {
    if (truth.get(`${epoch}/${offset}`)?.note.id !== data.id) wrong.push(`${person.name} saw ${data.id} at ${epoch}/${offset}, which is not what is there`);
  }
  const last = person.seen.at(-1);
  const top = present.at(-1);
  if (top && (last?.epoch !== top.epoch || last.offset !== top.offset)) {
    wrong.push(`${person.name} stands at ${last?.epoch}/${last?.offset}, and the board at ${top.epoch}/${top.offset}`);
  }
  for (const id of OTHER_BOARDS) {
    const head = hall.head(`board:${id}`);
    const at = person.places.get(id);
    if (head.offset > 0 && (at?.epoch !== head.epoch || at.offset !== head.offset)) wrong.push(`${person.name} stands at ${at?.epoch}/${at?.offset} of board ${id}, which is at ${head.epoch}/${head.offset}`);
  }
  const ids = (notes: readonly { readonly id: string }[]): string => notes.map(({ id }) => id).join();
  const expected = present.map(({ note }) => note);
  if (ids(person.board()) !== ids(expected.slice(-RECENT))) wrong.push(`${person.name}'s view is not the newest ${RECENT} notes`);
  const list = person.list() ?? [];
  // The answer is the newest notes of its time; what came since was put to its end.
  if (list.length < Math.min(RECENT, expected.length) || ids(list) !== ids(expected.slice(-list.length))) wrong.push(`${person.name}'s list of ${list.length} is not the newest ${list.length} notes`);
  return wrong;
}

/** Nothing is trimmed here, so the one true reason for a gap is a lost storage. */
function gapsOf(hall: TownHall, person: Townsperson): string[] {
  const wrong = person.gaps.filter(({ reason }) => reason !== 'epoch').map(({ reason }) => `${person.name} was told of a gap '${reason}' where nothing is missing`);
  if (person.gaps.length > hall.losses) wrong.push(`${person.name} was told of ${person.gaps.length} gaps; the storage was lost ${hall.losses} times`);
  return wrong;
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
