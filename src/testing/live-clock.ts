/**
 * Time for tests that do not want to hear of it: it goes as the platform's does, faked or not, while somebody holds it,
 * and jumps over waiting when it is told to settle. Between two timers promises have their turn.
 * Not here: the platform's timers (`react/platform.ts`), and time that only a test moves (`simulated-clock.ts`).
 */
import { RealtimeError } from '../core/errors.js';
import type { Cancel, Clock } from '../core/world.js';

/** The time of the page's process, looked up at each call: a test may put a fake one in its place. */
export interface Platform {
  now(): number;
  after(ms: number, run: () => void): Cancel;
  /** Another value when another time has been put in the place of this one. */
  identity(): unknown;
}

/** How what the page sees is run. In React's tests, inside `act`. */
export interface Stage {
  now(run: () => void): void;
  during(work: () => Promise<void>): Promise<void>;
}

/** A {@link Clock} that goes by itself. */
export interface LiveClock extends Clock {
  /** The time goes on until every holder has let go. Then it stands, and nothing of it is left on the platform. */
  hold(): Cancel;
  /** Runs what is under way to its end, at once. */
  settle(): Promise<void>;
  /** `ms` milliseconds pass, at once; then it settles. */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** 2026-01-01T00:00:00Z */
const WALL_BASE_MS = 1_767_225_600_000;
/** What is due within this time is under way: a hop through the network, a frame that is painted. */
const UNDER_WAY_MS = 50;
/** What has not come to rest by then never will. */
const RESTLESS_MS = 500;
/** How many turns promises get: more than the longest way through client, server and a handler that waits for nothing outside. */
const TURNS = 50;
/** What a 32-bit timer can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createLiveClock(platform: Platform, stage: Stage): LiveClock {
  /** By time, and then by when they were set. */
  const timers: Timer[] = [];
  let base = 0;
  /** Time that has passed on the platform and not here: it cannot pass a timer that has not run. */
  let owed = 0;
  let seen = { at: platform.now(), identity: platform.identity() };
  let holders = 0;
  /** Goes, or is about to: no alarm is needed. */
  let errands = 0;
  let isGoing = false;
  let last: Promise<void> = Promise.resolve();
  let alarm: { readonly at: number; readonly identity: unknown; readonly cancel: Cancel } | null = null;

  /** Brings the time up to the platform's, unless it stands or is going by steps. */
  const look = (): number => {
    if (isGoing) return base;
    const former = seen;
    seen = { at: platform.now(), identity: platform.identity() };
    // Two times have nothing to do with each other: what passed between a look at one and at the other is not known.
    if (holders > 0 && seen.identity === former.identity) owed += Math.max(0, seen.at - former.at);
    passTo(Math.min(base + owed, timers[0]?.at ?? Infinity));
    return base;
  };

  const passTo = (time: number): void => {
    const ms = Math.max(0, time - base);
    base += ms;
    owed = Math.max(0, owed - ms);
  };

  const arm = (): void => {
    const next = holders > 0 && errands === 0 ? timers[0] : undefined;
    if (alarm !== null && alarm.at === next?.at && alarm.identity === platform.identity()) return;
    alarm?.cancel();
    alarm = null;
    if (next === undefined) return;
    const cancel = platform.after(Math.min(LONGEST_TIMER_MS, Math.max(0, next.at - look())), () => {
      alarm = null;
      // Where only timers are faked, that one has run is all that is known of the time; where they are advanced in one step, it is later by now.
      void errand(() => go(() => Math.max(base + owed, next.at)));
    });
    alarm = { at: next.at, identity: platform.identity(), cancel };
  };

  /** One after the other: two that let the time go would overtake each other. */
  const errand = (work: () => Promise<void>): Promise<void> => {
    errands += 1;
    arm();
    const done = last.then(work).finally(() => {
      errands -= 1;
      arm();
    });
    last = done.catch(() => {});
    return done;
  };

  /** Runs what falls due until the time that is asked for again after each. */
  const go = async (until: () => number): Promise<void> => {
    look();
    isGoing = true;
    try {
      await turns();
      for (let next = timers[0]; next !== undefined && next.at <= until(); next = timers[0]) {
        timers.shift();
        passTo(next.at);
        stage.now(next.run);
        await turns();
      }
    } finally {
      isGoing = false;
    }
  };

  const isUnderWay = (): boolean => timers[0] !== undefined && timers[0].at <= base + UNDER_WAY_MS;

  const rest = async (): Promise<void> => {
    const since = base;
    // What React shows at the end of a round may have something to ask in its turn.
    do {
      if (base > since + RESTLESS_MS) {
        throw new RealtimeError('misuse', `Something is still under way after ${RESTLESS_MS} ms: a component that sends or asks each time that it is answered? Wait for what you expect instead, with findBy or waitFor.`);
      }
      await stage.during(() => go(() => Math.min(base, since + RESTLESS_MS) + UNDER_WAY_MS));
    } while (isUnderWay());
  };

  return {
    now: look,
    wall: () => WALL_BASE_MS + look(),
    after(ms, run) {
      if (!Number.isFinite(ms)) throw new RealtimeError('misuse', `A timer needs a number of milliseconds, not ${ms}.`);
      const timer: Timer = { at: look() + Math.max(0, ms), run };
      const later = timers.findIndex((other) => other.at > timer.at);
      timers.splice(later === -1 ? timers.length : later, 0, timer);
      arm();
      return () => {
        const place = timers.indexOf(timer);
        if (place === -1) return;
        timers.splice(place, 1);
        arm();
      };
    },
    hold() {
      look();
      holders += 1;
      let isHeld = true;
      arm();
      return () => {
        if (!isHeld) return;
        isHeld = false;
        look();
        holders -= 1;
        arm();
      };
    },
    settle: () => errand(rest),
    advance: (ms) =>
      errand(async () => {
        const target = look() + ms;
        await stage.during(() => go(() => target));
        passTo(target);
        await rest();
      }),
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}
