/**
 * Clients, hosts and what lies between them: who listens, how long things take, who is cut off from whom.
 * Not here: one connection's life and faults (`simulated-connection.ts`), and what the ends say.
 */
import { RealtimeError } from '../core/errors.js';
import type { Cancel, Clock, Socket, SocketEvents } from '../core/world.js';
import type { SeededDice } from './seeded-dice.js';
import type { OnConnection } from './server-end.js';
import type { Direction } from './connection-faults.js';
import { createConnection, type NetworkConnection, type Reception, type SimulatedConnection } from './simulated-connection.js';
import type { SimulatedTrace } from './simulated-trace.js';

/** How long things take, in whole milliseconds. */
export interface Weather {
  /** No delay is below. @default 5 */
  readonly floorMs: number;
  /** The mean of what comes on top, exponentially distributed. @default 20 */
  readonly meanMs: number;
  /** How often a delay has a tail. @default 0.002 */
  readonly tailChance: number;
  /** The mean of the tail. @default 1500 */
  readonly tailMs: number;
}

export const CALM_WEATHER: Weather = { floorMs: 5, meanMs: 20, tailChance: 0.002, tailMs: 1_500 };

/** How a host meets connection attempts that arrive from now on. */
export type Welcome =
  | { readonly type: 'answer' }
  /** As if nobody listened. */
  | { readonly type: 'refuse' }
  /** Each new attempt takes so much longer. */
  | { readonly type: 'delay'; readonly ms: number }
  /** The connection is taken and the handshake never answered. */
  | { readonly type: 'mute' };

/** Whose packets vanish: of a client, of a host, or between the two if both are named; in one direction or in both. */
export interface Cut {
  readonly client?: string;
  readonly host?: string;
  readonly direction?: Direction;
}

/** A client's sockets as its world sees them: from `open` to `close` or `onClosed`. */
export interface SocketCounts {
  readonly open: number;
  /** The most that were open at once. */
  readonly peak: number;
  /** How many there ever were. */
  readonly opened: number;
}

export interface SimulatedNetwork {
  /**
   * From now on `host` (with its port, as in the url) takes connections.
   *
   * @param clock The machine of the host; while it sleeps, it receives nothing.
   */
  listen(host: string, onConnection: OnConnection, clock?: Clock): void;
  /** New attempts are refused; connections stay. */
  unlisten(host: string): void;
  /** The process on `host` is gone at once: its ends hear nothing any more, the clients see 1006. */
  crash(host: string): void;
  /** The process of `client` is gone at once: it hears nothing any more, the servers see 1006. */
  crashClient(client: string): void;
  greet(host: string, welcome: Welcome): void;
  /** What is sent from now on takes so long; what is left out stays as it is. Nothing overtakes what is under way. */
  changeWeather(weather: Partial<Weather>): void;
  /** Silence until the returned function heals it; cuts add up. */
  partition(cut: Cut): Cancel;
  /** Ends every cut, every {@link Welcome} that is not an answer, and every fault of a connection that can end. */
  heal(): void;
  /** Those of which an end may still hear something. */
  connections(of?: { readonly client?: string; readonly host?: string }): readonly SimulatedConnection[];
  counts(client: string): SocketCounts;
  /** Texts that reached the other end. */
  readonly delivered: Readonly<Record<Direction, number>>;
  /** What `World.open` of a client calls. */
  open(client: { readonly name: string; readonly clock: Clock }, url: string, protocols: readonly string[], events: SocketEvents): Socket;
}

interface Listener {
  readonly onConnection: OnConnection;
  readonly clock: Clock;
}

const HOST = /^wss?:\/\/([^/?#]+)/;

export function createSimulatedNetwork(parts: {
  readonly clock: Clock;
  readonly dice: SeededDice;
  readonly trace: SimulatedTrace;
  readonly weather?: Partial<Weather> | undefined;
}): SimulatedNetwork {
  const { clock, dice, trace } = parts;
  let weather: Weather = { ...CALM_WEATHER, ...parts.weather };
  const listeners = new Map<string, Listener>();
  const welcomes = new Map<string, Welcome>();
  const cuts = new Set<Cut>();
  const live = new Map<number, NetworkConnection>();
  const counters = new Map<string, { open: number; peak: number; opened: number }>();
  const delivered = { up: 0, down: 0 };
  let lastId = 0;

  const refresh = (): void => {
    for (const connection of live.values()) connection.refresh();
  };

  const counterOf = (client: string): { open: number; peak: number; opened: number } => {
    const counter = counters.get(client) ?? { open: 0, peak: 0, opened: 0 };
    counters.set(client, counter);
    return counter;
  };

  const receiveAt = (host: string): Reception => {
    const listener = listeners.get(host);
    const welcome = welcomes.get(host)?.type;
    if (welcome === 'mute') return { type: 'mute' };
    if (welcome === 'refuse' || listener === undefined) return { type: 'refuse' };
    return { type: 'accept', onConnection: listener.onConnection };
  };

  const connectionsOf = (of: { readonly client?: string; readonly host?: string } = {}): NetworkConnection[] =>
    [...live.values()].filter((one) => (of.client ?? one.client) === one.client && (of.host ?? one.host) === one.host);

  return {
    listen(host, onConnection, machine = clock) {
      listeners.set(host, { onConnection, clock: machine });
      trace.note(host, 'listens');
    },
    unlisten(host) {
      listeners.delete(host);
      trace.note(host, 'listens no more');
    },
    crash(host) {
      trace.fault(host, 'crash');
      listeners.delete(host);
      for (const connection of connectionsOf({ host })) connection.crashServer();
    },
    crashClient(client) {
      trace.fault(client, 'crash');
      for (const connection of connectionsOf({ client })) connection.crashClient();
    },
    greet(host, welcome) {
      trace.fault(host, JSON.stringify(welcome));
      welcomes.set(host, welcome);
    },
    changeWeather(change) {
      trace.fault('network', `weather ${JSON.stringify(change)}`);
      weather = { ...weather, ...change };
    },
    partition(cut) {
      // A copy, so that the same cut can be made twice and healed twice.
      const own = { ...cut };
      trace.fault('network', `partition ${JSON.stringify(own)}`);
      cuts.add(own);
      refresh();
      return () => {
        if (!cuts.delete(own)) return;
        trace.note('network', `heal ${JSON.stringify(own)}`);
        refresh();
      };
    },
    heal() {
      trace.note('network', 'heal');
      cuts.clear();
      welcomes.clear();
      for (const connection of live.values()) connection.heal();
    },
    connections: connectionsOf,
    counts: (client) => ({ ...counterOf(client) }),
    delivered,
    open(client, url, protocols, events) {
      const host = HOST.exec(url)?.[1];
      if (host === undefined) throw new RealtimeError('misuse', `A simulated socket needs an absolute ws: or wss: url, not ${url}.`);
      const counter = counterOf(client.name);
      counter.opened += 1;
      counter.open += 1;
      counter.peak = Math.max(counter.peak, counter.open);
      const id = ++lastId;
      // Dice of its own: what one connection says does not change the delays of another.
      const delays = dice.stream(`connection ${id}`);
      const welcome = welcomes.get(host);
      const connection = createConnection({
        id,
        client,
        host: { name: host, clock: listeners.get(host)?.clock ?? clock },
        request: { url, protocols },
        events,
        trace,
        connectDelayMs: welcome?.type === 'delay' ? welcome.ms : 0,
        delayMs: () => delayOf(delays, weather),
        isCut: (direction) => cuts.size > 0 && [...cuts].some((cut) => covers(cut, client.name, host, direction)),
        receive: () => receiveAt(host),
        onDelivered: (direction) => {
          delivered[direction] += 1;
        },
        onClientOver: () => {
          counter.open -= 1;
        },
        onOver: () => {
          live.delete(id);
        },
      });
      live.set(id, connection);
      return connection.socket;
    },
  };
}

function delayOf(dice: SeededDice, weather: Weather): number {
  const body = dice.exponential(weather.meanMs);
  const tail = dice.exponential(weather.tailMs);
  return Math.round(weather.floorMs + body + (dice.chance(weather.tailChance) ? tail : 0));
}

function covers(cut: Cut, client: string, host: string, direction: Direction): boolean {
  return (cut.client ?? client) === client && (cut.host ?? host) === host && (cut.direction ?? direction) === direction;
}
