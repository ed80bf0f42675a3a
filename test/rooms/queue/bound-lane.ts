// A lane with the functions of `lane.machine.ts` as its methods, and its rest as an effect. Not a test.
import * as machine from '../../../src/core/queue/lane.machine.js';
import type { Lane, LaneEffect } from '../../../src/core/queue/lane.machine.js';

/** The lane began to rest, for so long. */
export type BoundEffect = LaneEffect | { readonly type: 'rest'; readonly ms: number };

type Bound<Name extends 'linkReady' | 'linkLost' | 'add' | 'laneAnswered' | 'answered' | 'cancel' | 'drop' | 'wake' | 'abandon'> = (typeof machine)[Name] extends (lane: Lane, ...rest: infer Rest) => infer Answer
  ? (...rest: Rest) => Answer extends void ? void : readonly BoundEffect[]
  : never;

export interface BoundLane {
  readonly state: Lane;
  readonly pending: number;
  /** When commands expire, whether the lane rests or not. */
  readonly nextExpiry: number | null;
  readonly nextWake: number | null;
  readonly waiting: readonly string[];
  readonly linkReady: Bound<'linkReady'>;
  readonly linkLost: Bound<'linkLost'>;
  readonly add: Bound<'add'>;
  readonly laneAnswered: Bound<'laneAnswered'>;
  readonly answered: Bound<'answered'>;
  readonly cancel: Bound<'cancel'>;
  readonly drop: Bound<'drop'>;
  readonly wake: Bound<'wake'>;
  readonly abandon: Bound<'abandon'>;
  /** Wakes the lane as if its rest were over. */
  readonly rested: Bound<'wake'>;
  has(id: string): boolean;
}

/** No chance is in it: a lane rests as long as it was told. */
export function bindLane(options: { freshName(): string; readonly recordMs: number }, state: Lane = machine.createLane({ jitter: (ms) => ms, ...options })): BoundLane {
  const resting = (): Lane['contact'] & { tag: 'resting' } | null => (state.contact.tag === 'resting' ? state.contact : null);
  const seen = (run: () => readonly LaneEffect[]): readonly BoundEffect[] => {
    const former = resting();
    const effects = run();
    const rest = resting();
    return rest === null || rest === former ? effects : [...effects, { type: 'rest', ms: rest.until - rest.since }];
  };
  return {
    state,
    get pending() {
      return state.entries.length;
    },
    get nextExpiry() {
      const rest = resting();
      return machine.nextWake(rest === null ? state : { ...state, contact: { ...rest, until: Infinity } });
    },
    get nextWake() {
      return machine.nextWake(state);
    },
    get waiting() {
      return state.entries.map(({ id }) => id).filter((id) => machine.waits(state, id));
    },
    has: (id) => state.entries.some((entry) => entry.id === id),
    linkReady: (...rest) => seen(() => machine.linkReady(state, ...rest)),
    linkLost: (...rest) => machine.linkLost(state, ...rest),
    add: (...rest) => seen(() => machine.add(state, ...rest)),
    laneAnswered: (...rest) => seen(() => machine.laneAnswered(state, ...rest)),
    answered: (...rest) => seen(() => machine.answered(state, ...rest)),
    cancel: (...rest) => seen(() => machine.cancel(state, ...rest)),
    drop: (...rest) => seen(() => machine.drop(state, ...rest)),
    wake: (...rest) => seen(() => machine.wake(state, ...rest)),
    abandon: () => seen(() => machine.abandon(state)),
    rested(now) {
      const rest = resting();
      if (rest === null) return [];
      state.contact = { ...rest, until: now };
      return seen(() => machine.wake(state, now));
    },
  };
}
