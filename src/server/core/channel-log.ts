/* oxlint-disable max-lines -- Long because its calls share the counts of one set of accounts. */
/**
 * Channels of the log core: an epoch, a top and the newest events of each; and which history is dropped past a limit.
 * Not here: lanes, and the subscribers of a channel.
 */
import type { GapReason } from '../../core/protocol/codes.js';
import type { Position } from '../../core/protocol/position.js';
import { createAccounts, type Account, type Publisher, type Share } from './accounts.js';

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
  /**
   * Kept bytes of all channels together. Past it, the principal whose kept events are the most bytes loses its oldest ones: in
   * the channel where it has the most, and in channels with subscribers last. What the application itself publishes is a share
   * of its own: users cannot push it below half of the limit, nor can it push them. Its channels that were quiet longest lose first.
   * A channel keeps one contiguous run, so older events of other publishers in the same channel are dropped, too.
   */
  readonly bytesInAll: number;
  /** How long an event is kept. */
  readonly keepEventsMs: number;
  /** How long a quiet channel keeps its identity. */
  readonly keepChannelMs: number;
  /**
   * Channels with an identity. Past it, the principal that made the most channels loses one: the longest unused, and those with
   * subscribers last. Channels that the application made are a share of their own, as with `bytesInAll`.
   */
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
  readonly share: Share<Channel>;
}

interface Channel {
  readonly name: string;
  readonly epoch: string;
  readonly maker: Account<Channel>;
  top: number;
  /** The newest events; the last one has offset `top`. */
  readonly kept: Kept[];
  bytes: number;
  readonly shares: Share<Channel>[];
  touchedAt: number;
}

export interface ChannelLog {
  append(name: string, events: readonly StoredEvent[], now: number, publisher: Publisher): Position;
  head(name: string, now: number): Position;
  read(name: string, ask: ReadAsk, now: number): ReadResult;
  /** Whether the channel has subscribers; if so, it loses its history last, and keeps its epoch while it is empty. */
  watch(name: string, isWatched: boolean): void;
  sweep(now: number): void;
}

/** Forgetting a channel renews the first epoch of this many-th part of all names, except of those with subscribers, and of no other. */
const BUCKETS = 1_024;

export function createChannelLog(fence: string, limits: ChannelLimits): ChannelLog {
  /** In order of their last use, the longest unused first. */
  const channels = new Map<string, Channel>();
  /** Those of them that keep events. */
  const holding = new Set<Channel>();
  /**
   * Channels with subscribers, each with the epoch that it has while it has no entry: its subscribers were told that one, so it stays
   * when other channels of the bucket are forgotten.
   */
  const watched = new Map<string, string>();
  /** How often a channel of the bucket was forgotten. Any other channel without an entry has offset 0 in its bucket's present epoch, so it needs no entry. */
  const forgotten = new Map<number, number>();
  const accounts = createAccounts<Channel>();
  let bytesInAll = 0;

  const firstEpoch = (name: string): string => {
    const bucket = bucketOf(name);
    return `${fence}.${bucket}.${forgotten.get(bucket) ?? 0}`;
  };

  /** The epoch of a channel that has no entry. */
  const emptyEpoch = (name: string): string => watched.get(name) ?? firstEpoch(name);

  const touch = (channel: Channel, now: number): void => {
    channel.touchedAt = now;
    channels.delete(channel.name);
    channels.set(channel.name, channel);
    channel.maker.channels.put(channel, 1, watched.has(channel.name));
  };

  const dropOldest = (channel: Channel, count: number): void => {
    for (const { share, bytes } of channel.kept.splice(0, count)) {
      const { account } = share;
      share.events--;
      share.bytes -= bytes;
      account.bytes -= bytes;
      channel.bytes -= bytes;
      bytesInAll -= bytes;
      account.shares.reweigh(share, accounts.weigh(share), watched.has(channel.name));
      if (share.events === 0) channel.shares.splice(channel.shares.indexOf(share), 1);
      accounts.review(account, false);
    }
    if (channel.kept.length === 0) holding.delete(channel);
  };

  const trim = (channel: Channel, now: number): void => {
    const { kept } = channel;
    let count = 0;
    let bytes = channel.bytes;
    for (const event of kept) {
      const isOver = kept.length - count > limits.eventsPerChannel || bytes > limits.bytesPerChannel;
      if (!isOver && now - event.at < limits.keepEventsMs) break;
      bytes -= event.bytes;
      count++;
    }
    if (count > 0) dropOldest(channel, count);
  };

  /** Drops the oldest events of the channel until the share is gone or everything fits. */
  const evict = (share: Share<Channel>): void => {
    const { channel } = share;
    let excess = bytesInAll - limits.bytesInAll;
    let left = share.events;
    let count = 0;
    for (const event of channel.kept) {
      if (excess <= 0 || left === 0) break;
      if (event.share === share) left--;
      excess -= event.bytes;
      count++;
    }
    dropOldest(channel, count);
  };

  const makeRoom = (asker: Account<Channel>): void => {
    while (bytesInAll > limits.bytesInAll) {
      const share = accounts.mostBytes(asker, bytesInAll).shares.heaviest();
      if (share === undefined) break;
      evict(share);
    }
  };

  const forget = (channel: Channel): void => {
    const { name, maker } = channel;
    dropOldest(channel, channel.kept.length);
    channels.delete(name);
    maker.channels.put(channel, 0);
    maker.made--;
    accounts.review(maker, false);
    const bucket = bucketOf(name);
    forgotten.set(bucket, (forgotten.get(bucket) ?? 0) + 1);
    if (watched.has(name)) watched.set(name, firstEpoch(name));
  };

  const create = (name: string, maker: Account<Channel>, now: number): Channel => {
    if (channels.size >= limits.channels) {
      const victim = accounts.mostChannels(maker, channels.size).channels.heaviest();
      if (victim !== undefined) forget(victim);
    }
    maker.made++;
    return { name, epoch: emptyEpoch(name), maker, top: 0, kept: [], bytes: 0, shares: [], touchedAt: now };
  };

  const shareOf = (channel: Channel, account: Account<Channel>): Share<Channel> => {
    const last = channel.kept.at(-1)?.share;
    const found = last?.account === account ? last : channel.shares.find((share) => share.account === account);
    if (found !== undefined) return found;
    const share: Share<Channel> = { account, channel, events: 0, bytes: 0 };
    channel.shares.push(share);
    return share;
  };

  /** Looks a channel up for reading: what is too old is gone, and it counts as used. */
  const look = (name: string, now: number): Channel | undefined => {
    const channel = channels.get(name);
    if (channel === undefined) return undefined;
    trim(channel, now);
    touch(channel, now);
    return channel;
  };

  const head = (name: string, now: number): Position => {
    const channel = look(name, now);
    return { epoch: channel?.epoch ?? emptyEpoch(name), offset: channel?.top ?? 0 };
  };

  return {
    head,
    append(name, events, now, publisher) {
      if (events.length === 0) return head(name, now);
      const account = accounts.of(publisher);
      const channel = channels.get(name) ?? create(name, account, now);
      const share = shareOf(channel, account);
      for (const { text, bytes } of events) {
        channel.kept.push({ text, bytes, at: now, share });
        channel.bytes += bytes;
        share.bytes += bytes;
        account.bytes += bytes;
        bytesInAll += bytes;
      }
      share.events += events.length;
      channel.top += events.length;
      account.shares.put(share, accounts.weigh(share), watched.has(name));
      accounts.review(account, true);
      touch(channel, now);
      holding.add(channel);
      trim(channel, now);
      makeRoom(account);
      return { epoch: channel.epoch, offset: channel.top };
    },
    read(name, ask, now) {
      const channel = look(name, now);
      return answer(ask, channel?.epoch ?? emptyEpoch(name), channel?.top ?? 0, channel?.kept ?? []);
    },
    watch(name, isWatched) {
      if (!isWatched) watched.delete(name);
      else if (!watched.has(name)) watched.set(name, firstEpoch(name));
      const channel = channels.get(name);
      if (channel === undefined) return;
      for (const share of channel.shares) share.account.shares.put(share, accounts.weigh(share), isWatched);
      channel.maker.channels.put(channel, 1, isWatched);
    },
    sweep(now) {
      for (const channel of holding) trim(channel, now);
      for (const channel of channels.values()) {
        if (now - channel.touchedAt < limits.keepChannelMs) break;
        forget(channel);
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
