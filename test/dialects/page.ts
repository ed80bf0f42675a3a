// A real client on a foreign server, with times that a test can wait for. Not a test.
import { WebSocket } from 'ws';
import { createClient, type ClientSettings, type Gap, type RealtimeClient, type RealtimeError, type WebSocketClass } from '../../src/browser/index.js';
import type { AnyContract, ChannelRef, Schema } from '../../src/contract/index.js';
import { createBrowserWorld } from '../../src/browser/world.js';
import { DEFAULT_TIMINGS, type Timings } from '../../src/core/options.js';
import type { World } from '../../src/core/world.js';
import type { Dialect } from '../../src/dialects/index.js';
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.js';

/** Comes back at once. */
const QUICK: Partial<Timings> = { backoff: { ...DEFAULT_TIMINGS.backoff, firstMs: 1, baseMs: 1 }, channelLeaseMs: 1, linkLeaseMs: 1 };

/** Real sockets, and a clock that the test moves: an hour without a word takes no time. */
export function createHandTimedWorld(): { readonly world: World; readonly clock: SimulatedClock } {
  const clock = createSimulatedClock();
  return { world: { ...createBrowserWorld(WebSocket as unknown as WebSocketClass, () => {}), clock }, clock };
}

/** Waits for what a test holds, looked at whenever something happens. */
export function createGate(): { look(): void; until(isIt: () => boolean): Promise<void> } {
  const waiting = new Set<() => void>();
  return {
    look() {
      for (const waiter of [...waiting]) waiter();
    },
    until: (isIt) =>
      new Promise((resolve) => {
        const waiter = (): void => {
          if (!isIt()) return;
          waiting.delete(waiter);
          resolve();
        };
        waiting.add(waiter);
        waiter();
      }),
  };
}

export interface Page {
  readonly client: RealtimeClient;
  readonly errors: RealtimeError[];
  /** Resolves when that many errors have been reported. */
  reported(count: number): Promise<void>;
}

export function openPage(url: string, dialect: Dialect | undefined, parts: Partial<ClientSettings> & { readonly contract?: AnyContract } = {}): Page {
  const errors: RealtimeError[] = [];
  const gate = createGate();
  const onError = (error: RealtimeError): void => {
    errors.push(error);
    gate.look();
  };
  const client = createClient({ url, dialect: dialect as Dialect, WebSocket: WebSocket as unknown as WebSocketClass, timings: QUICK, onError, ...parts });
  return { client, errors, reported: (count) => gate.until(() => errors.length >= count) };
}

export interface Listening<Data> {
  /** Data of events and reasons of gaps, as they were told. */
  readonly told: (Data | string)[];
  /** Resolves when that much has been told. */
  toldAtLeast(count: number): Promise<void>;
  /** Resolves when the channel is live. */
  live(): Promise<void>;
  leave(): void;
}

export function listen<Data>(client: RealtimeClient, ref: ChannelRef<string, { readonly message: Schema<Data> }>, params?: Readonly<Record<string, string>>): Listening<Data> {
  const told: (Data | string)[] = [];
  const { look, until } = createGate();
  const tell = (item: Data | string): void => {
    told.push(item);
    look();
  };
  const tap = client.channel(ref, params).tap({ onEvent: (event) => tell(event.data as Data), onGap: (gap: Gap) => tell(`gap ${gap.reason}`) });
  const leave = tap.subscribe(look);
  return { told, leave, toldAtLeast: (count) => until(() => told.length >= count), live: () => until(() => tap.get().liveStatus === 'live') };
}

/** Resolves when the connection is as the test holds. */
export function connection(client: RealtimeClient, isIt: (status: ReturnType<RealtimeClient['connection']['get']>) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = client.connection.subscribe(look);
    function look(): void {
      if (!isIt(client.connection.get())) return;
      stop();
      resolve();
    }
    // Not at once: `stop` is not there yet.
    queueMicrotask(look);
  });
}
