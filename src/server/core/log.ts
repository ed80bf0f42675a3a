/**
 * The log core: channels with a bounded history, lanes with their outcomes; what storage decides, as pure synchronous calls.
 * A private mutable container: the same calls with the same `now` give the same answers. Here is how channels and lanes are
 * joined in one atomic commit. Not here: timers, promises, fan-out (a broker), and what is in an event.
 */
import type { ChannelPosition } from '../../core/protocol/frames.js';
import type { Position } from '../../core/protocol/position.js';
import type { Dice } from '../../core/world.js';
import type { Publisher } from './accounts.js';
import { createChannelLog, DEFAULT_CHANNEL_LIMITS, type ChannelLimits, type ReadAsk, type ReadResult, type StoredEvent } from './channel-log.js';
import { createLaneLog, DEFAULT_LANE_LIMITS, type BeginResult, type LaneKey, type LaneLimits, type Outcome } from './lane-log.js';

export interface LogLimits extends ChannelLimits, LaneLimits {}

/** Events of one channel, to be appended together. */
export interface Append {
  readonly channel: string;
  readonly events: readonly StoredEvent[];
}

export type CommitResult = { readonly kind: 'committed'; readonly positions: readonly ChannelPosition[] } | { readonly kind: 'stale' };

export interface Log {
  /** The identity of this storage: another one knows nothing of its positions and lanes. */
  readonly fence: string;
  /** Appends in order, and returns the position of the last event. The events count for `publisher`; without it, for the application. */
  append(channel: string, events: readonly StoredEvent[], now: number, publisher?: Publisher): Position;
  /** Where the channel stands. A channel that nobody has written to costs nothing. */
  head(channel: string, now: number): Position;
  read(channel: string, ask: ReadAsk, now: number): ReadResult;
  /** The last finished number of a lane; one that is not known is made with the head `createAt`, or not at all if that is null. */
  openLane(key: LaneKey, createAt: number | null, now: number): number | null;
  begin(key: LaneKey, n: number, id: string, now: number): BeginResult;
  /** Takes a begin back: the handler was not called. */
  release(key: LaneKey, n: number, id: string): void;
  /** Records a command as never to be run, unless it has an outcome already; the outcome either way. */
  void(key: LaneKey, n: number, id: string, now: number): BeginResult;
  /** Stores the outcome and appends the events, both or neither. The events count for the principal. `stale`: the number was finished meanwhile. */
  commit(key: LaneKey, n: number, id: string, outcome: Outcome, appends: readonly Append[], now: number): CommitResult;
  /** Says whether the channel has subscribers: among a principal's channels, those lose their history last. */
  watch(channel: string, isWatched: boolean): void;
  /** Lets go of what is too old. Channels in `watched` keep their identity. */
  sweep(now: number, watched: Iterable<string>): void;
}

/** Creates an empty storage with an identity of its own. */
export function createLog(parts: { readonly dice: Pick<Dice, 'id'>; readonly limits?: Partial<LogLimits> }): Log {
  const limits: LogLimits = { ...DEFAULT_CHANNEL_LIMITS, ...DEFAULT_LANE_LIMITS, ...parts.limits };
  const fence = parts.dice.id();
  const channels = createChannelLog(fence, limits);
  const lanes = createLaneLog(limits);

  const appendAll = (appends: readonly Append[], publisher: Publisher, now: number): readonly ChannelPosition[] => {
    const ends = new Map<string, Position>();
    for (const { channel, events } of appends) ends.set(channel, channels.append(channel, events, now, publisher));
    return [...ends].map(([channel, { epoch, offset }]) => ({ channel, epoch, offset }));
  };

  return {
    fence,
    append: (channel, events, now, publisher = null) => channels.append(channel, events, now, publisher),
    head: (channel, now) => channels.head(channel, now),
    read: (channel, ask, now) => channels.read(channel, ask, now),
    openLane: (key, createAt, now) => lanes.open(key, createAt, now),
    begin: (key, n, id, now) => lanes.begin(key, n, id, now),
    release: (key, n, id) => lanes.release(key, n, id),
    void: (key, n, id, now) => lanes.void(key, n, id, now),
    commit(key, n, id, outcome, appends, now) {
      if (!lanes.mayCommit(key, n, id, now)) return { kind: 'stale' };
      const positions = appendAll(appends, key.principal, now);
      lanes.finish(key, n, id, outcome, positions);
      return { kind: 'committed', positions };
    },
    watch: (channel, isWatched) => channels.watch(channel, isWatched),
    sweep(now, watched) {
      for (const channel of watched) channels.head(channel, now);
      channels.sweep(now);
      lanes.sweep(now);
    },
  };
}
