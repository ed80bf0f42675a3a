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

/** Events that arrive while effects are carried out wait in the inbox: a step never runs inside another. */
export function drive<State, Event, Effect extends { readonly type: string }, Name extends string>(parts: {
  readonly clock: Clock;
  readonly initial: State;
  readonly step: Step<State, Event | TimerFired<Name>, Effect | TimerEffect<Name>>;
  readonly perform: (effect: Effect) => void;
  /** Carried out at once: what being in `initial` starts. */
  readonly first?: readonly (Effect | TimerEffect<Name>)[];
  /** Runs after each step whose state is a new one, when its effects are done. */
  readonly onState?: (state: State, previous: State) => void;
}): Driven<State, Event> {
  const { clock, step, perform, onState } = parts;
  const timers = new Map<Name, Cancel>();
  const inbox: (Event | TimerFired<Name>)[] = [];
  let isBusy = false;
  let isStopped = false;

  const stopTimer = (name: Name): void => {
    timers.get(name)?.();
    timers.delete(name);
  };

  const startTimer = (name: Name, ms: number): void => {
    stopTimer(name);
    const dueAt = clock.now() + ms;
    const dueWall = clock.wall() + ms;
    timers.set(
      name,
      clock.after(ms, () => {
        timers.delete(name);
        const now = clock.now();
        send({ type: 'timer-fired', name, now, lateMs: Math.max(0, now - dueAt, clock.wall() - dueWall) });
      }),
    );
  };

  const carryOut = (effect: Effect | TimerEffect<Name>): void => {
    if (isTimerEffect<Name>(effect)) {
      if (effect.type === 'start-timer') startTimer(effect.name, effect.ms);
      else stopTimer(effect.name);
    } else perform(effect as Effect);
  };

  const send = (event: Event | TimerFired<Name>): void => {
    if (isStopped) return;
    inbox.push(event);
    if (isBusy) return;
    isBusy = true;
    try {
      for (let next = inbox.shift(); next !== undefined && !isStopped; next = inbox.shift()) {
        const previous = driven.state;
        const [following, effects] = step(previous, next);
        driven.state = following;
        for (const effect of effects) if (!isStopped) carryOut(effect);
        if (following !== previous) onState?.(following, previous);
      }
    } finally {
      isBusy = false;
    }
  };

  // A plain field: an accessor of its own on each object would cost each of them a hash table, and every look at it.
  const driven = {
    state: parts.initial,
    send,
    stop() {
      isStopped = true;
      inbox.length = 0;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
  for (const effect of parts.first ?? []) carryOut(effect);
  return driven;
}

function isTimerEffect<Name extends string>(effect: { readonly type: string }): effect is TimerEffect<Name> {
  return effect.type === 'start-timer' || effect.type === 'stop-timer';
}
