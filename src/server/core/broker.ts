/**
 * The broker as the server sees it: where events are kept, lanes are decided, and nodes hear of each other's events.
 * An interface and its promises. Not here: any implementation.
 */
import type { Position } from '../../core/protocol/position.js';
import type { Clock, Dice } from '../../core/world.js';
import type { ReadAsk, ReadResult, StoredEvent } from './channel-log.js';
import type { BeginResult, LaneKey, Outcome } from './lane-log.js';
import type { Append, CommitResult } from './log.js';

export interface BrokerListener {
  /** Events of a watched channel; the first has offset `first`. */
  onEvents(channel: string, epoch: string, first: number, events: readonly StoredEvent[]): void;
  /** The storage is another one, or has gone back, from now on. */
  onFence(fence: string): void;
}

/**
 * Promises of every broker:
 *
 * - **Order.** Events of one channel have one order, named by their offsets. `onEvents` tells them in it, without a hole, from
 *   the moment at which `watch` was answered until `unwatch` was called. What a later `read` returns joins on to it without one.
 * - **Atomicity.** `publish` appends all of its events, one after the other, or none. `commit` stores the outcome and appends
 *   the events, or does neither.
 * - **Delivery.** What was answered was stored as safely as `storage` says. A call that fails says nothing about its effect.
 * - **Shares.** A broker with a limit for all channels counts each event for its publisher, and past the limit drops events of the
 *   publisher that has the most.
 * - Calls about one lane and one channel take effect in the order in which they were made.
 */
export interface Broker {
  /** `memory` ends with the process. */
  readonly storage: 'memory' | 'durable';
  /** How long clients keep acknowledged commands in case the storage goes back. */
  readonly keepMs: number;

  /** Called once, before anything else. */
  start(parts: { readonly clock: Clock; readonly dice: Dice; readonly listener: BrokerListener }): Promise<void>;
  stop(): Promise<void>;

  /** The identity of the storage, as last seen. */
  fence(): string;
  /** How long ago the storage last proved that it takes writes. */
  confirmedMs(): number;

  watch(channel: string): Promise<void>;
  unwatch(channel: string): void;

  /** Appends events of the application itself, and returns the position of the last one. Events of a user come by `commit`, whose key names the user. */
  publish(channel: string, events: readonly StoredEvent[]): Promise<Position>;
  head(channel: string): Promise<Position>;
  read(channel: string, ask: ReadAsk): Promise<ReadResult>;

  /** The last finished number of a lane; one that is not known is made with the head `createAt`, or not at all if that is null. */
  openLane(key: LaneKey, createAt: number | null): Promise<number | null>;
  begin(key: LaneKey, n: number, id: string): Promise<BeginResult>;
  /** Takes a begin back: the handler was not called. */
  release(key: LaneKey, n: number, id: string): Promise<void>;
  void(key: LaneKey, n: number, id: string): Promise<BeginResult>;
  commit(key: LaneKey, n: number, id: string, outcome: Outcome, appends: readonly Append[]): Promise<CommitResult>;
}
