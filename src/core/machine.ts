/**
 * The contract between a brain and its hands.
 * A brain is a pure `step`; `drive` keeps its state, its inbox and its timers, and hands every other effect out.
 */
import type { Cancel, Clock } from './world.js';

/** Decides: the same state and event always give the same next state and effects. */
export type Step<State, Event, Effect> = (state: State, event: Event) => readonly [State, readonly Effect[]];

/** Starting a timer replaces the running one of the same name. */
export type TimerEffect<Name extends string> =
  | { readonly type: 'start-timer'; readonly name: Name; readonly ms: number }
  | { readonly type: 'stop-timer'; readonly name: Name };

/** What a timer tells its machine. `now` is the clock's time, `lateMs` how long past its time it fired, by the
 *  clock that says more: on some machines the monotonic one stands still while they sleep. */
export interface TimerFired<Name extends string> {
  readonly type: 'timer-fired';
  readonly name: Name;
  readonly now: number;
  readonly lateMs: number;
}

/** A machine at work. */
export interface Driven<State, Event> {
  readonly state: State;
  send(event: Event): void;
  /** Stops every timer; later events change nothing. */
  stop(): void;
}

interface Parts<State, Event, Effect, Name extends string> {
  readonly clock: Clock;
  readonly initial: State;
  readonly step: Step<State, Event | TimerFired<Name>, Effect | TimerEffect<Name>>;
  readonly perform: (effect: Effect) => void;
  /** Carried out at once: what being in `initial` starts. */
  readonly first?: readonly (Effect | TimerEffect<Name>)[];
  /** Runs after each step whose state is a new one, when its effects are done. */
  readonly onState?: (state: State, previous: State) => void;
}

/** Events that arrive while effects are carried out wait in the inbox: a step never runs inside another. */
export function drive<State, Event, Effect extends { readonly type: string }, Name extends string>(parts: Parts<State, Event, Effect, Name>): Driven<State, Event> {
  return new Machine(parts);
}

/** A class, and no inbox before it is needed: a server has a machine for each connection, and most of them are idle. */
class Machine<State, Event, Effect extends { readonly type: string }, Name extends string> implements Driven<State, Event> {
  state: State;
  readonly #parts: Parts<State, Event, Effect, Name>;
  /** How to end those that run. */
  readonly #timers: Partial<Record<Name, Cancel | undefined>> = {};
  #inbox: (Event | TimerFired<Name>)[] | undefined;
  #isBusy = false;
  #isStopped = false;

  constructor(parts: Parts<State, Event, Effect, Name>) {
    this.#parts = parts;
    this.state = parts.initial;
    for (const effect of parts.first ?? []) this.#carryOut(effect);
  }

  send(event: Event | TimerFired<Name>): void {
    const inbox = (this.#inbox ??= []);
    inbox.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = inbox.shift(); next !== undefined && !this.#isStopped; next = inbox.shift()) {
        const previous = this.state;
        const [following, effects] = this.#parts.step(previous, next);
        this.state = following;
        for (const effect of effects) if (!this.#isStopped) this.#carryOut(effect);
        if (following !== previous) this.#parts.onState?.(following, previous);
      }
    } finally {
      this.#isBusy = false;
      if (inbox.length === 0) this.#inbox = undefined;
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const name in this.#timers) this.#timers[name]?.();
  }

  #carryOut(effect: Effect | TimerEffect<Name>): void {
    if (!isTimerEffect<Name>(effect)) return this.#parts.perform(effect as Effect);
    const { name } = effect;
    this.#timers[name]?.();
    this.#timers[name] = effect.type === 'start-timer' ? this.#start(name, effect.ms) : undefined;
  }

  #start(name: Name, ms: number): Cancel {
    const { clock } = this.#parts;
    const dueAt = clock.now() + ms;
    const dueWall = clock.wall() + ms;
    return clock.after(ms, () => {
      this.#timers[name] = undefined;
      const now = clock.now();
      this.send({ type: 'timer-fired', name, now, lateMs: Math.max(0, now - dueAt, clock.wall() - dueWall) });
    });
  }
}

function isTimerEffect<Name extends string>(effect: { readonly type: string }): effect is TimerEffect<Name> {
  return effect.type === 'start-timer' || effect.type === 'stop-timer';
}
