/**
 * Channels of the log core: an epoch, a top and the newest events of each.
 * Not here: lanes, and who listens.
 * `createChannelLog` is long because its calls share two orders that must stay true.
 */
import type { GapReason } from '../../core/protocol/codes.js';
import type { Position } from '../../core/protocol/position.js';

/** An event as it is kept and sent: written once, never parsed or written again on the way. */
export interface StoredEvent {
  /** The JSON of a `WireEvent`. */
  readonly text: string;
  /** Its length in UTF-8. */
  readonly bytes: number;
}

export interface ChannelLimits {
  /** Kept events of one channel. */
  readonly eventsPerChannel: number;
  /** Kept bytes of one channel. */
  readonly bytesPerChannel: number;
  /** Kept bytes of all channels together; past it the channels that were quiet longest lose their history. */
  readonly bytesInAll: number;
  /** How long an event is kept. */
  readonly keepEventsMs: number;
  /** How long a quiet channel keeps its identity. */
  readonly keepChannelMs: number;
  /** Channels with an identity; past it the one that was quiet longest is forgotten. */
  readonly channels: number;
}

export const DEFAULT_CHANNEL_LIMITS: ChannelLimits = {
  eventsPerChannel: 1_000,
  bytesPerChannel: 1024 * 1024,
  bytesInAll: 256 * 1024 * 1024,
  keepEventsMs: 5 * 60_000,
  keepChannelMs: 24 * 60 * 60_000,
  channels: 100_000,
};

export interface ReadAsk {
  /** Everything after it, if it is still there. */
  readonly position?: Position;
  /** How many of the newest events to send in any case. */
  readonly history?: number;
  /** The size of the page; one event always fits. */
  readonly maxBytes: number;
}

export interface ReadResult {
  readonly state: 'live' | 'recovered' | 'gap';
  readonly reason?: GapReason;
  /** The offsets that are lost to the asker, where that is known. */
  readonly missed?: { readonly from: number; readonly to: number };
  /** The offset of the first event. */
  readonly from: number;
  /** One contiguous run. */
  readonly events: readonly StoredEvent[];
  /** After the last of `events`. */
  readonly position: Position;
  /** The run goes on; ask again from `position`. */
  readonly more: boolean;
  /** With `more`: the offset of the channel's last event. */
  readonly head?: number;
}

interface Kept extends StoredEvent {
  readonly at: number;
}

interface Channel {
  readonly epoch: string;
  top: number;
  /** The newest events; the last one has offset `top`. */
  readonly kept: Kept[];
  bytes: number;
  touchedAt: number;
}

export interface ChannelLog {
  append(name: string, events: readonly StoredEvent[], now: number): Position;
  head(name: string, now: number): Position;
  read(name: string, ask: ReadAsk, now: number): ReadResult;
  sweep(now: number): void;
}

/** Forgetting a channel renews the first epoch of this many-th part of all names, and of no other. */
const BUCKETS = 1_024;

export function createChannelLog(fence: string, limits: ChannelLimits): ChannelLog {
  /** In order of their last use, the longest unused first. */
  const channels = new Map<string, Channel>();
  /** Those of them that keep events, in order of their last append. */
  const holding = new Map<string, Channel>();
  /** How often a channel of the bucket was forgotten. A channel without an entry has offset 0 in its bucket's present epoch, so it needs no entry. */
  const forgotten = new Map<number, number>();
  let bytesInAll = 0;

  const firstEpoch = (name: string): string => {
    const bucket = bucketOf(name);
    return `${fence}.${bucket}.${forgotten.get(bucket) ?? 0}`;
  };

  const touch = (name: string, channel: Channel, now: number): void => {
    channel.touchedAt = now;
    channels.delete(name);
    channels.set(name, channel);
  };

  const dropOldest = (name: string, channel: Channel, count: number): void => {
    for (const event of channel.kept.splice(0, count)) {
      channel.bytes -= event.bytes;
      bytesInAll -= event.bytes;
    }
    if (channel.kept.length === 0) holding.delete(name);
  };

  const trim = (name: string, channel: Channel, now: number): void => {
    const { kept } = channel;
    let count = 0;
    let bytes = channel.bytes;
    for (const event of kept) {
      const isOver = kept.length - count > limits.eventsPerChannel || bytes > limits.bytesPerChannel;
      if (!isOver && now - event.at < limits.keepEventsMs) break;
      bytes -= event.bytes;
      count++;
    }
    if (count > 0) dropOldest(name, channel, count);
  };

  const forget = (name: string, channel: Channel): void => {
    dropOldest(name, channel, channel.kept.length);
    channels.delete(name);
    const bucket = bucketOf(name);
    forgotten.set(bucket, (forgotten.get(bucket) ?? 0) + 1);
  };

  const create = (name: string, now: number): Channel => {
    const oldest = channels.size >= limits.channels ? channels.entries().next().value : undefined;
    if (oldest !== undefined) forget(...oldest);
    return { epoch: firstEpoch(name), top: 0, kept: [], bytes: 0, touchedAt: now };
  };

  /** Looks a channel up for reading: what is too old is gone, and it counts as used. */
  const look = (name: string, now: number): Channel | undefined => {
    const channel = channels.get(name);
    if (channel === undefined) return undefined;
    trim(name, channel, now);
    touch(name, channel, now);
    return channel;
  };

  const head = (name: string, now: number): Position => {
    const channel = look(name, now);
    return { epoch: channel?.epoch ?? firstEpoch(name), offset: channel?.top ?? 0 };
  };

  return {
    head,
    append(name, events, now) {
      if (events.length === 0) return head(name, now);
      const channel = channels.get(name) ?? create(name, now);
      for (const { text, bytes } of events) {
        channel.kept.push({ text, bytes, at: now });
        channel.bytes += bytes;
        bytesInAll += bytes;
      }
      channel.top += events.length;
      touch(name, channel, now);
      holding.delete(name);
      holding.set(name, channel);
      trim(name, channel, now);
      for (const [quiet, its] of holding) {
        if (bytesInAll <= limits.bytesInAll) break;
        dropOldest(quiet, its, its.kept.length);
      }
      return { epoch: channel.epoch, offset: channel.top };
    },
    read(name, ask, now) {
      const channel = look(name, now);
      return answer(ask, channel?.epoch ?? firstEpoch(name), channel?.top ?? 0, channel?.kept ?? []);
    },
    sweep(now) {
      for (const [name, channel] of holding) trim(name, channel, now);
      for (const [name, channel] of channels) {
        if (now - channel.touchedAt < limits.keepChannelMs) break;
        forget(name, channel);
      }
    },
  };
}

function answer(ask: ReadAsk, epoch: string, top: number, kept: readonly StoredEvent[]): ReadResult {
  const { position } = ask;
  const oldest = top - kept.length + 1;
  const newest = Math.max(oldest, top - (ask.history ?? 0) + 1);
  const run = (from: number): Pick<ReadResult, 'from' | 'events' | 'position' | 'more' | 'head'> => cut(kept, from, oldest, epoch, ask.maxBytes);

  if (position === undefined) return { state: 'live', ...run(newest) };
  if (position.epoch !== epoch) return { state: 'gap', reason: 'epoch', ...run(newest) };
  if (position.offset > top) return { state: 'gap', reason: 'ahead', ...run(newest) };
  const next = position.offset + 1;
  if (next < oldest) return { state: 'gap', reason: 'trimmed', missed: { from: next, to: newest - 1 }, ...run(newest) };
  return { state: 'recovered', ...run(Math.min(next, newest)) };
}

/** The page that starts at offset `from`. */
function cut(kept: readonly StoredEvent[], from: number, oldest: number, epoch: string, maxBytes: number) {
  const start = from - oldest;
  let end = start;
  for (let bytes = 0; end < kept.length; end++) {
    // One more for the comma.
    bytes += (kept[end]?.bytes ?? 0) + 1;
    if (bytes > maxBytes && end > start) break;
  }
  return {
    from,
    events: kept.slice(start, end),
    position: { epoch, offset: oldest + end - 1 },
    more: end < kept.length,
    ...(end < kept.length && { head: oldest + kept.length - 1 }),
  };
}

/** FNV-1a; only evenness matters. */
function bucketOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
