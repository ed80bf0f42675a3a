/** What goes wrong in the simulated town, and when: drawn by dice of its own, so that one more fault moves nothing else. */
import { createSeededDice } from '../../src/testing/seeded-dice.js';
import type { SimulatedWorld } from '../../src/testing/simulated-world.js';
import type { TownHall } from './town-hall.js';
import type { Townsperson } from './townsperson.js';

/** Each kind of fault in words; a world has a random half of them. */
const KINDS = ['reset', 'finish', 'half-open', 'stall', 'slow', 'partition', 'crash', 'amnesia', 'freeze', 'sleep', 'hidden', 'lose-close', 'churn', 'blink'] as const;
type Kind = (typeof KINDS)[number];

export interface Misfortune {
  readonly count: number;
  /** Nothing new goes wrong, and what can heal does. */
  end(): void;
}

export function createMisfortune(world: SimulatedWorld, hall: TownHall, people: readonly Townsperson[], meanMs: number, among: readonly Kind[] = KINDS): Misfortune {
  const dice = createSeededDice(world.seed, 'misfortune');
  const kinds = among.length < KINDS.length ? among : KINDS.filter(() => dice.chance(0.5));
  let isOver = false;
  let count = 0;
  const undo = new Set<() => void>();

  /** Undoes it after a while, or at the end. */
  const forAWhile = (ms: number, heal: () => void): void => {
    const once = (): void => {
      if (undo.delete(once)) heal();
    };
    undo.add(once);
    world.clock.after(ms, once);
  };

  const strike = (kind: Kind): void => {
    const person = dice.pick(people);
    // Often one of several: its siblings live on.
    const all = world.network.connections({ client: person.name }).filter((one) => one.isOpen);
    const connection = all.length === 0 ? undefined : dice.pick(all);
    switch (kind) {
      case 'reset':
      case 'finish':
      case 'lose-close':
        return connection?.inflict({ type: kind });
      case 'half-open':
        return connection?.inflict(dice.chance(0.5) ? { type: 'blackhole' } : { type: 'blackhole', direction: dice.pick(['up', 'down']) });
      case 'stall':
        return connection?.inflict({ type: 'stall', ms: dice.between(500, 12_000) });
      case 'slow':
        return connection?.inflict({ type: 'slow', bytesPerSecond: dice.between(2_000, 20_000) });
      case 'partition':
        return forAWhile(dice.between(500, 20_000), world.network.partition({ client: person.name }));
      case 'crash':
      case 'amnesia':
        if (!hall.isUp) return;
        hall.crash();
        if (kind === 'amnesia') hall.loseStorage();
        return forAWhile(dice.between(200, 6_000), () => hall.start());
      case 'blink':
        // Only the browser's word for it: nothing need have happened.
        person.outside.signal('offline');
        return forAWhile(dice.between(100, 10_000), () => person.outside.signal(dice.pick(['online', 'focus'])));
      case 'churn':
        return forAWhile(dice.between(5_000, 40_000), hall.churn());
      case 'freeze':
        if (!hall.isUp) return;
        hall.freeze();
        return forAWhile(dice.between(1_000, 15_000), () => hall.thaw());
      case 'sleep':
        if (person.outside.isAsleep) return;
        person.outside.sleep();
        return forAWhile(dice.between(2_000, 40_000), () => (dice.chance(0.5) ? person.outside.wake() : person.outside.resume()));
      case 'hidden':
        person.outside.signal('hidden');
        return forAWhile(dice.between(1_000, 30_000), () => person.outside.signal('visible'));
      default:
        return kind satisfies never;
    }
  };

  const next = (): void => {
    world.clock.after(dice.exponential(meanMs), () => {
      if (isOver || kinds.length === 0) return;
      count++;
      strike(dice.pick(kinds));
      next();
    });
  };
  next();

  return {
    get count() {
      return count;
    },
    end() {
      isOver = true;
      for (const heal of [...undo]) heal();
      world.network.heal();
    },
  };
}
