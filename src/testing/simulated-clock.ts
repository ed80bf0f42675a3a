/**
 * Time that stands still until it is told to go on: a heap of timers, ordered by time and then by when they were set.
 * Not here: a machine that falls asleep (`machine-clock.ts`), chance, the network.
 */
import { RealtimeError } from '../core/errors.js';
import type { Cancel, Clock } from '../core/world.js';

/** Lets promises that have something to do do it. */
export type Settle = () => Promise<void>;

/** A {@link Clock} that only moves when a test moves it. */
export interface SimulatedClock extends Clock {
  /** How many timers wait. Cancelled ones are gone. */
  readonly pending: number;
  /** Goes to the next timer and runs it. False when there is none. */
  step(): boolean;
  /** Goes `ms` milliseconds on and runs every timer that falls due; promises do not get a turn. */
  advance(ms: number): void;
  /**
   * Goes on to the time `untilMs` (of {@link Clock.now}) and lets promises settle before the first timer and after each.
   *
   * @param settle How promises get their turn.
   * @default 24 hops of `await`; in Node, `() => new Promise((done) => setImmediate(done))` waits for all of them
   */
  run(untilMs: number, settle?: Settle): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly sequence: number;
  readonly run: () => void;
  /** Index in the heap, or -1 once it ran or was cancelled. */
  place: number;
}

/** 2026-01-01T00:00:00Z */
const WALL_BASE_MS = 1_767_225_600_000;
/** So many timers within one instant are a loop that never lets time pass. */
const STEPS_AN_INSTANT = 100_000;
const SETTLE_HOPS = 24;

export function createSimulatedClock(): SimulatedClock {
  const heap: Timer[] = [];
  let now = 0;
  let sequence = 0;
  let stepsAtNow = 0;

  const advanceTo = (target: number): void => {
    if (target <= now) return;
    now = target;
    stepsAtNow = 0;
  };

  const step = (): boolean => {
    const timer = heap[0];
    if (timer === undefined) return false;
    removeAt(heap, 0);
    advanceTo(timer.at);
    stepsAtNow += 1;
    if (stepsAtNow > STEPS_AN_INSTANT) throw new RealtimeError('misuse', `More than ${STEPS_AN_INSTANT} timers ran at ${now} ms: something sets a timer of 0 ms again and again.`);
    timer.run();
    return true;
  };

  const isDue = (target: number): boolean => heap[0] !== undefined && heap[0].at <= target;

  return {
    now: () => now,
    wall: () => WALL_BASE_MS + now,
    after(ms, run): Cancel {
      if (!Number.isFinite(ms)) throw new RealtimeError('misuse', `A timer needs a number of milliseconds, not ${ms}.`);
      const timer: Timer = { at: now + Math.max(0, ms), sequence: sequence++, run, place: heap.length };
      heap.push(timer);
      moveUp(heap, timer);
      return () => {
        if (timer.place >= 0) removeAt(heap, timer.place);
      };
    },
    get pending() {
      return heap.length;
    },
    step,
    advance(ms) {
      const target = now + ms;
      while (isDue(target)) step();
      advanceTo(target);
    },
    async run(untilMs, settle = settlePromises) {
      await settle();
      while (isDue(untilMs)) {
        step();
        await settle();
      }
      advanceTo(untilMs);
    },
  };
}

async function settlePromises(): Promise<void> {
  for (let hop = 0; hop < SETTLE_HOPS; hop += 1) await Promise.resolve();
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}

function put(heap: Timer[], timer: Timer, place: number): void {
  heap[place] = timer;
  timer.place = place;
}

function moveUp(heap: Timer[], timer: Timer): void {
  let place = timer.place;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(timer, parent)) break;
    put(heap, parent, place);
    place = above;
  }
  put(heap, timer, place);
}

function moveDown(heap: Timer[], timer: Timer): void {
  let place = timer.place;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
    if (child === undefined || !isBefore(child, timer)) break;
    const below = child.place;
    put(heap, child, place);
    place = below;
  }
  put(heap, timer, place);
}

function removeAt(heap: Timer[], place: number): void {
  const removed = heap[place];
  const last = heap.pop();
  if (removed === undefined || last === undefined) return;
  removed.place = -1;
  if (last === removed) return;
  put(heap, last, place);
  moveDown(heap, last);
  moveUp(heap, last);
}
