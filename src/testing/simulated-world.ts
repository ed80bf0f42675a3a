/**
 * One seed, one world: time, chance, the network and the clients in it, and the report of what happened.
 * Not here: the scenario; who lives in the world and what goes wrong is the test's.
 */
import { createSeededDice, type SeededDice } from './seeded-dice.js';
import { createSimulatedClient, type SimulatedClient } from './simulated-client.js';
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.js';
import { createSimulatedNetwork, type SimulatedNetwork, type Weather } from './simulated-network.js';
import { createSimulatedTrace, type SimulatedTrace } from './simulated-trace.js';

export interface SimulatedWorldOptions {
  /** The same seed gives the same world. */
  readonly seed: number | string;
  /** How long things take on the network. @default CALM_WEATHER */
  readonly network?: Partial<Weather>;
  /** How many lines the report has at most. @default 200 */
  readonly traceLines?: number;
}

export interface SimulatedWorld {
  readonly seed: number | string;
  readonly clock: SimulatedClock;
  /** For the scenario; take a stream for each concern. */
  readonly dice: SeededDice;
  readonly network: SimulatedNetwork;
  readonly trace: SimulatedTrace;
  /** The client of that name, always the same one; after its crash, a new one. */
  client(name: string): SimulatedClient;
  /** What a person needs to see it again: seed, faults, the last lines of the trace. */
  failureReport(error?: Error): string;
}

/**
 * A world in which nothing is real: no timer runs, no packet travels, and the same seed gives the same history.
 *
 * @example
 * ```ts
 * const world = createSimulatedWorld({ seed: 7 });
 * world.network.listen('chat.test', (end) => ({ onMessage: (text) => end.send(text), onClosed: () => {} }));
 * const client = world.client('ada');
 * client.open('wss://chat.test/', [], events);
 * await world.clock.run(60_000);
 * ```
 */
export function createSimulatedWorld(options: SimulatedWorldOptions): SimulatedWorld {
  const { seed } = options;
  const clock = createSimulatedClock();
  const trace = createSimulatedTrace(clock, options.traceLines);
  const network = createSimulatedNetwork({ clock, trace, dice: createSeededDice(seed, 'network'), weather: options.network });
  const clients = new Map<string, SimulatedClient>();
  const lives = new Map<string, number>();

  const bear = (name: string): SimulatedClient => {
    const life = (lives.get(name) ?? 0) + 1;
    lives.set(name, life);
    return createSimulatedClient({
      name,
      clock,
      network,
      trace,
      // A reloaded tab draws other ids than the one that died.
      dice: createSeededDice(seed, `client ${name} ${life}`),
      onCrash: () => clients.delete(name),
    });
  };

  return {
    seed,
    clock,
    dice: createSeededDice(seed, 'scenario'),
    network,
    trace,
    client(name) {
      const client = clients.get(name) ?? bear(name);
      clients.set(name, client);
      return client;
    },
    failureReport: (error) =>
      [
        `seed ${seed}, at ${clock.now()} ms, ${trace.count} lines, trace ${trace.hash}`,
        ...(error === undefined ? [] : [error.stack ?? error.message]),
        `faults (${trace.faults.length}):`,
        ...trace.faults.map((line) => `  ${line}`),
        'the last lines:',
        ...trace.tail().map((line) => `  ${line}`),
      ].join('\n'),
  };
}
