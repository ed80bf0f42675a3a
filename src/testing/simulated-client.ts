/**
 * The `World` of one client in the simulation, and the hands that shake it: signals, sleep, the end.
 * Not here: the client itself; a scenario builds the real one on this.
 */
import type { Cancel, Clock, Signal, Socket, World } from '../core/world.js';
import { createMachineClock } from './machine-clock.js';
import type { SeededDice } from './seeded-dice.js';
import type { SimulatedNetwork } from './simulated-network.js';
import type { SimulatedTrace } from './simulated-trace.js';

/** A {@link World} with the hands that shake it. */
export interface SimulatedClient extends World {
  readonly name: string;
  readonly dice: SeededDice;
  /** Timers and paints that the client waits for. After `dispose` there must be none. */
  readonly pending: number;
  /** How many `watch`. After `dispose` there must be none. */
  readonly watchers: number;
  readonly isAsleep: boolean;
  /** Tells those who `watch`, at once, or at waking. `visible` and `hidden` also change `isVisible`. */
  signal(signal: Signal): void;
  /** The lid is shut, the page frozen: timers and everything from the network wait. */
  sleep(): void;
  /** All that is late happens, and nobody is told: a laptop. */
  wake(): void;
  /** Tells `resume`, then {@link SimulatedClient.wake}: a page that the browser had frozen. */
  resume(): void;
  /** The tab is killed: nothing runs here any more, and the servers see 1006. */
  crash(): void;
}

/** A frame at 60 Hz. */
const PAINT_MS = 16;

const DEAD_SOCKET: Socket = { send: () => false, close: () => {} };

export function createSimulatedClient(parts: {
  readonly name: string;
  readonly clock: Clock;
  readonly dice: SeededDice;
  readonly network: SimulatedNetwork;
  readonly trace: SimulatedTrace;
  readonly onCrash: () => void;
}): SimulatedClient {
  const { name, dice, network, trace } = parts;
  const machine = createMachineClock(parts.clock);
  const watching = new Set<(signal: Signal) => void>();
  const missed: Signal[] = [];
  let isVisible = true;
  let pending = 0;
  let isCrashed = false;

  const after = (ms: number, run: () => void): Cancel => {
    let isWaiting = true;
    const end = (): void => {
      if (isWaiting) pending -= 1;
      isWaiting = false;
    };
    pending += 1;
    const cancel = machine.after(ms, () => {
      end();
      run();
    });
    return () => {
      end();
      cancel();
    };
  };

  const tell = (signal: Signal): void => {
    trace.note(name, signal);
    if (signal === 'visible') isVisible = true;
    if (signal === 'hidden') isVisible = false;
    for (const onSignal of watching) onSignal(signal);
  };

  const wake = (): void => {
    trace.note(name, 'wakes');
    machine.wake();
    for (const signal of missed.splice(0)) tell(signal);
  };

  return {
    name,
    clock: { now: () => machine.now(), wall: () => machine.wall(), after },
    dice,
    // A promise of a dead tab may still come here.
    open: (url, protocols, events) => (isCrashed ? DEAD_SOCKET : network.open({ name, clock: machine }, url, protocols, events)),
    paint: (run) => after(PAINT_MS, run),
    isVisible: () => isVisible,
    watch(onSignal) {
      // A wrapper, so that one function may watch twice.
      const own = (signal: Signal): void => onSignal(signal);
      watching.add(own);
      return () => watching.delete(own);
    },
    get pending() {
      return isCrashed ? 0 : pending;
    },
    get watchers() {
      return watching.size;
    },
    get isAsleep() {
      return machine.isAsleep;
    },
    signal(signal) {
      if (machine.isAsleep) missed.push(signal);
      else tell(signal);
    },
    sleep() {
      trace.fault(name, 'sleeps');
      machine.sleep();
    },
    wake,
    resume() {
      missed.unshift('resume');
      wake();
    },
    crash() {
      if (isCrashed) return;
      isCrashed = true;
      machine.stop();
      watching.clear();
      network.crashClient(name);
      parts.onCrash();
    },
  };
}
