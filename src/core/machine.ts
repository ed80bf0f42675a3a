/**
 * The contract between a machine and its driver.
 * A machine is a pure `step`; `drive` keeps its state, its inbox and the timer of its state, and hands every effect out.
 */
import type { Cancel, Clock } from './world.js';

/** The next state, and after it what is to be done. Undefined: the event changes nothing. */
export type Decision<State, Effect> = readonly [State, ...Effect[]] | undefined;

/** Decides: the same state and event always give the same decision. */
export type Step<State, Event, Effect> = (state: State, event: Event) => Decision<State, Effect>;

/** How long a state may last. While `key` stays the same, the timer goes on; with another key it is replaced, without one it ends. */
export type StateTimer = readonly [key: unknown, ms: number] | undefined;

/** The time of the state is over. `now` is the clock's time, `lateMs` how late the timer fired, by the clock that says more: on
 *  some machines the monotonic clock stands still while they sleep. */
export interface TimerFired {
  readonly type: 'timer-fired';
  readonly now: number;
  readonly lateMs: number;
}

/** A machine at work. */
export interface Driven<State, Event> {
  readonly state: State;
  send(event: Event): void;
  /** Ends the timer; later events change nothing. */
  stop(): void;
}

interface Parts<State, Event, Effect> {
  readonly clock: Clock;
  readonly initial: State;
  readonly step: Step<State, Event | TimerFired, Effect>;
  /** The timer of a state; at most one runs. */
  readonly timer?: (state: State, now: number) => StateTimer;
  readonly perform: (effect: Effect) => void;
  /** Runs after each step whose state is a new one, when its effects are done. */
  readonly onState?: (state: State, previous: State) => void;
}

/** Events that arrive while effects are carried out wait in the inbox: a step never runs inside another. */
export function drive<State, Event, Effect>(parts: Parts<State, Event, Effect>): Driven<State, Event> {
  return new Machine(parts);
}

/** A class, and no inbox before it is needed: a server has a machine for each connection, and most of them are idle. */
class Machine<State, Event, Effect> implements Driven<State, Event> {
  state: State;
  readonly #parts: Parts<State, Event, Effect>;
  #timerKey: unknown = undefined;
  #cancelTimer: Cancel | undefined;
  #inbox: (Event | TimerFired)[] | undefined;
  #isBusy = false;
  #isStopped = false;

  constructor(parts: Parts<State, Event, Effect>) {
    this.#parts = parts;
    this.state = parts.initial;
    this.#setTimer();
  }

  send(event: Event | TimerFired): void {
    const inbox = (this.#inbox ??= []);
    inbox.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = inbox.shift(); next !== undefined && !this.#isStopped; next = inbox.shift()) {
        const decision = this.#parts.step(this.state, next);
        if (decision !== undefined) this.#carryOut(...decision);
      }
    } finally {
      this.#isBusy = false;
      if (inbox.length === 0) this.#inbox = undefined;
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
  }

  #carryOut(state: State, ...effects: readonly Effect[]): void {
    const previous = this.state;
    this.state = state;
    if (state !== previous) this.#setTimer();
    for (const effect of effects) if (!this.#isStopped) this.#parts.perform(effect);
    if (state !== previous) this.#parts.onState?.(state, previous);
  }

  #setTimer(): void {
    const { clock, timer } = this.#parts;
    const [key, ms = 0] = timer?.(this.state, clock.now()) ?? [];
    if (key === this.#timerKey) return;
    this.#timerKey = key;
    this.#cancelTimer?.();
    if (key === undefined) return;
    const dueAt = clock.now() + ms;
    const dueWall = clock.wall() + ms;
    this.#cancelTimer = clock.after(ms, () => {
      // From now on the key stands for nothing: the next state may ask for the same time once more, as after a timer that fired too early.
      this.#timerKey = undefined;
      const now = clock.now();
      this.send({ type: 'timer-fired', now, lateMs: Math.max(0, now - dueAt, clock.wall() - dueWall) });
    });
  }
}
