/**
 * The broker of a single process: everything in memory, gone with it.
 * Not here: what is kept and for how long (the log core).
 * `memoryBroker` is long because the interface is.
 */
import { RealtimeError } from '../../core/errors.js';
import type { Cancel, Clock } from '../../core/world.js';
import type { Broker, BrokerListener } from './broker.js';
import type { StoredEvent } from './channel-log.js';
import { createLog, type Log, type LogLimits } from './log.js';

export interface MemoryBrokerOptions {
  /**
   * How much is kept, and for how long.
   * @default per channel 1,000 events, 1 MB, 5 min; per principal 64 lanes, known for 10 min, and 256 kB of results;
   *   per lane how the last 64 commands ended, with the results of the last 32;
   *   in all 100,000 channels, 256 MB of events, 100,000 lanes, 64 MB of results. Past the limit of channels, events or lanes, the
   *   principal that has the most loses something (events of the application are a share of their own); past that of results, the
   *   principals that finished no command for longest lose theirs
   */
  readonly limits?: Partial<LogLimits>;
  /** A storage that outlives the broker: tests restart a server on it. @default a fresh one */
  readonly log?: Log;
}

const SWEEP_MS = 15_000;

interface Running {
  readonly clock: Clock;
  readonly log: Log;
  readonly listener: BrokerListener;
}

/**
 * Keeps channels and lanes in this process. One process only: after its restart every channel has one gap, and commands
 * whose answer was under way end `outcome-unknown`.
 *
 * @example
 * ```ts
 * createRealtimeServer({ contract, broker: memoryBroker() })
 * ```
 */
export function memoryBroker(options: MemoryBrokerOptions = {}): Broker {
  const watched = new Set<string>();
  let running: Running | null = null;
  let cancelSweep: Cancel = () => undefined;

  const run = (): Running => {
    if (running === null) throw new RealtimeError('misuse', 'The memory broker is not running. Give it to one server, and use that until it is stopped.');
    return running;
  };

  const tell = (channel: string, epoch: string, last: number, events: readonly StoredEvent[]): void => {
    if (watched.has(channel)) run().listener.onEvents(channel, epoch, last - events.length + 1, events);
  };

  const sweepLater = (): void => {
    cancelSweep = run().clock.after(SWEEP_MS, () => {
      const { log, clock } = run();
      log.sweep(clock.now(), watched);
      sweepLater();
    });
  };

  return {
    storage: 'memory',
    keepMs: 0,
    async start({ clock, dice, listener }) {
      if (running !== null) throw new RealtimeError('misuse', 'One memory broker serves one server. Create another one with memoryBroker().');
      running = { clock, listener, log: options.log ?? createLog({ dice, ...(options.limits && { limits: options.limits }) }) };
      sweepLater();
    },
    async stop() {
      cancelSweep();
      for (const channel of watched) running?.log.watch(channel, false);
      watched.clear();
      running = null;
    },
    fence: () => run().log.fence,
    confirmedMs: () => 0,
    async watch(channel) {
      watched.add(channel);
      running?.log.watch(channel, true);
    },
    unwatch(channel) {
      watched.delete(channel);
      running?.log.watch(channel, false);
    },
    async publish(channel, events) {
      const { log, clock } = run();
      const position = log.append(channel, events, clock.now());
      tell(channel, position.epoch, position.offset, events);
      return position;
    },
    head: async (channel) => run().log.head(channel, run().clock.now()),
    read: async (channel, ask) => run().log.read(channel, ask, run().clock.now()),
    openLane: async (key, createAt) => run().log.openLane(key, createAt, run().clock.now()),
    begin: async (key, n, id) => run().log.begin(key, n, id, run().clock.now()),
    release: async (key, n, id) => run().log.release(key, n, id),
    void: async (key, n, id) => run().log.void(key, n, id, run().clock.now()),
    async commit(key, n, id, outcome, appends) {
      const { log, clock } = run();
      const result = log.commit(key, n, id, outcome, appends, clock.now());
      if (result.kind === 'stale') return result;
      for (const { channel, epoch, offset } of result.positions) {
        const events = appends.filter((append) => append.channel === channel).flatMap((append) => append.events);
        tell(channel, epoch, offset, events);
      }
      return result;
    },
  };
}
