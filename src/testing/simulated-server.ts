/**
 * The real server core as a host of a simulated network, which can be killed and started again, with everything in memory.
 * Not here: what it answers; that is the application's, or a scripted one's (`scripted-rules.ts`).
 */
import type { AnyContract } from '../core/contract.js';
import type { Cancel, Clock } from '../core/world.js';
import { memoryBroker, type MemoryBrokerOptions } from '../server/core/memory-broker.js';
import { createServerCore, type ServerCore, type ServerCoreOptions } from '../server/core/server.js';
import { createMachineClock, type MachineClock } from './machine-clock.js';
import type { SeededDice } from './seeded-dice.js';
import type { ServerEnd } from './server-end.js';
import type { SimulatedNetwork } from './simulated-network.js';

/** What {@link createSimulatedServer} needs of a world; a `SimulatedWorld` is one. */
export interface ServerPlace {
  readonly clock: Clock;
  readonly dice: SeededDice;
  readonly network: SimulatedNetwork;
}

/** A server process of the simulation, over all its lives. */
export interface SimulatedServer {
  /** The one that lives now, or lived last. */
  readonly core: () => ServerCore;
  /** Every frame that clients sent, in the order of arrival. */
  readonly heard: readonly { readonly t: string; readonly [field: string]: unknown }[];
  /** The process is gone at once, with everything in its memory. */
  kill(): void;
  /** Says goodbye to everybody with this code, as a server or a proxy of other people's would. */
  close(code: number, reason?: string): void;
  /** A new process, which remembers nothing. */
  start(): void;
  /** The process stands still: it hears nothing, its timers wait. The returned function lets it go on, with all that is late. */
  freeze(): Cancel;
  /** What the timers of the process that lives now, or lived last, run on: they wait while it is frozen, and die with it. */
  clock(): Clock;
  /** From now on frames of this type leave so much later than the others, as over another link. */
  delay(type: string, ms: number): void;
}

/**
 * Starts the server core, with a memory broker, on `host` of a simulated world.
 *
 * @example
 * ```ts
 * const world = createSimulatedWorld({ seed: 7 });
 * const server = createSimulatedServer(world, 'chat.test', { contract: api, authorize, queries, commands });
 * const client = createClient({ url: 'ws://chat.test/realtime', contract: api, world: world.client('ada') });
 * server.kill();
 * await world.clock.run(10_000);
 * server.start();
 * ```
 */
export function createSimulatedServer<C extends AnyContract>(
  world: ServerPlace,
  host: string,
  options: Omit<ServerCoreOptions<C>, 'broker'> & {
    /** How much its memory broker keeps. */
    readonly keeps?: MemoryBrokerOptions['limits'];
    /** Sees every frame that leaves, and may deliver it again. */
    readonly onFrame?: (frame: { readonly t: string; readonly [field: string]: unknown }, deliver: () => void) => void;
  },
): SimulatedServer {
  const heard: { t: string }[] = [];
  const ends = new Set<ServerEnd>();
  let life: { readonly core: ServerCore; readonly machine: MachineClock } | null = null;
  const late = new Map<string, number>();
  let lives = 0;

  const send = (end: ServerEnd, text: string): void => {
    const deliver = (): void => void end.send(text);
    const frame = late.size === 0 && options.onFrame === undefined ? null : (JSON.parse(text) as { t: string });
    const ms = late.get(frame?.t ?? '');
    if (ms === undefined) deliver();
    else world.clock.after(ms, deliver);
    if (frame !== null) options.onFrame?.(frame, deliver);
  };
  const kill = (): void => {
    ends.clear();
    world.network.crash(host);
    // Its timers die with it.
    life?.machine.stop();
  };

  const start = (): void => {
    if (lives > 0) kill();
    const machine = createMachineClock(world.clock);
    const whole = { ...options, broker: memoryBroker(options.keeps && { limits: options.keeps }) } as unknown as ServerCoreOptions<C>;
    const core = createServerCore(whole, { clock: machine, dice: world.dice.stream(`server ${++lives}`), digest: (text) => `tag-${hash(text)}` });
    life = { core, machine };
    world.network.listen(host, (end, request) => {
      let receivedBytes = 0;
      ends.add(end);
      const handler = core.accept(
        { send: (text) => send(end, text), close: (code, reason) => end.close(code, reason), bufferedBytes: () => end.bufferedBytes(), receivedBytes: () => receivedBytes },
        { url: request.url, headers: {}, remoteAddress: undefined },
      );
      return {
        onMessage(text) {
          receivedBytes += text.length;
          heard.push(JSON.parse(text) as { t: string });
          handler.onMessage(text);
        },
        onClosed() {
          ends.delete(end);
          handler.onClosed();
        },
      };
    }, machine);
  };
  start();
  const living = (): { readonly core: ServerCore; readonly machine: MachineClock } => life as NonNullable<typeof life>;

  return {
    core: () => living().core,
    heard,
    kill,
    close(code, reason = '') {
      for (const end of [...ends]) end.close(code, reason);
    },
    start,
    freeze() {
      const { machine } = living();
      machine.sleep();
      return () => machine.wake();
    },
    clock: () => living().machine,
    delay: (type, ms) => void late.set(type, ms),
  };
}

function hash(text: string): string {
  let sum = 0;
  for (const sign of text) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return sum.toString(36);
}
