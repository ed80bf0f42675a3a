/**
 * Who of this node listens to what: takes in what one turn published and sends it once per channel, built once for all.
 * Not here: who may listen, and from where on (subscriptions).
 */
import { judge, type Position } from '../../core/protocol/position.js';
import type { Broker, BrokerListener } from './broker.js';
import type { StoredEvent } from './channel-log.js';
import { eventsTexts } from './frame-text.js';

/** Contiguous events of one channel. */
export interface Run {
  readonly epoch: string;
  readonly first: number;
  readonly events: readonly StoredEvent[];
}

/** Takes volatile events for one connection, which it is told apart by; it may drop them. */
export interface VolatileSink {
  sendVolatile(text: string): void;
}

/** One connection's interest in one channel. */
export interface Member {
  /** `held`: runs go to `hold`. `live`: frames go to `send`. */
  readonly mode: 'held' | 'live';
  /** Where a member that has just gone live stands: what it knows already is cut off for it. Null: it is in step with the rest. */
  readonly after: Position | null;
  hold(run: Run): void;
  send(text: string): void;
  /** Absent: this client does not know of them. */
  readonly volatile?: VolatileSink;
  /** A run reached it that goes on from where it stands. */
  inStep(): void;
}

export interface Hub extends Pick<BrokerListener, 'onEvents'> {
  /** Resolves when every later event will reach the member. */
  join(channel: string, member: Member): Promise<void>;
  leave(channel: string, member: Member): void;
  /** Sends a volatile event on to everybody who is live, except to `own`. */
  tell(channel: string, text: string, own: VolatileSink): void;
  membersOf(channel: string): number;
  /** Channels that somebody listens to. */
  readonly size: number;
}

interface Room {
  readonly members: Set<Member>;
  readonly watched: Promise<void>;
  /** What this turn published; only the last run still grows. */
  pending: (Run & { readonly events: StoredEvent[] })[];
}

export function createHub(parts: { readonly broker: Pick<Broker, 'watch' | 'unwatch'>; readonly defer: (run: () => void) => void }): Hub {
  const { broker, defer } = parts;
  const rooms = new Map<string, Room>();
  const dirty = new Set<string>();

  const flush = (): void => {
    const channels = [...dirty];
    dirty.clear();
    for (const channel of channels) {
      const room = rooms.get(channel);
      if (room === undefined) continue;
      const { pending } = room;
      room.pending = [];
      for (const run of pending) deliver(channel, run, room.members);
    }
  };

  return {
    get size() {
      return rooms.size;
    },
    join(channel, member) {
      const room = rooms.get(channel) ?? { members: new Set<Member>(), watched: broker.watch(channel), pending: [] };
      rooms.set(channel, room);
      room.members.add(member);
      return room.watched;
    },
    leave(channel, member) {
      const room = rooms.get(channel);
      room?.members.delete(member);
      if (room === undefined || room.members.size > 0) return;
      rooms.delete(channel);
      broker.unwatch(channel);
    },
    tell(channel, text, own) {
      for (const { mode, volatile } of rooms.get(channel)?.members ?? []) if (mode === 'live' && volatile !== own) volatile?.sendVolatile(text);
    },
    membersOf: (channel) => rooms.get(channel)?.members.size ?? 0,
    onEvents(channel, epoch, first, events) {
      const room = rooms.get(channel);
      if (room === undefined) return;
      if (dirty.size === 0) defer(flush);
      dirty.add(channel);
      const last = room.pending.at(-1);
      if (last !== undefined && last.epoch === epoch && last.first + last.events.length === first) {
        for (const event of events) last.events.push(event);
      } else room.pending.push({ epoch, first, events: [...events] });
    },
  };
}

function deliver(channel: string, run: Run, members: ReadonlySet<Member>): void {
  let texts: readonly string[] | undefined;
  const whole = (): readonly string[] => (texts ??= textsOf(channel, run));
  for (const member of members) {
    if (member.mode === 'held') member.hold(run);
    else if (member.after === null) for (const text of whole()) member.send(text);
    else sendFrom(channel, run, member, member.after);
  }
}

/** Sends a run to a member without what it knows. What does not join on is for the client to judge. */
export function sendFrom(channel: string, run: Run, member: Member, after: Position): void {
  const verdict = judge(after, run.epoch, run.first, run.events.length);
  if (verdict.kind === 'known') return;
  member.inStep();
  for (const text of textsOf(channel, run, verdict.kind === 'next' ? verdict.skip : 0)) member.send(text);
}

function textsOf(channel: string, run: Run, skip = 0): readonly string[] {
  return eventsTexts(channel, run.epoch, run.first + skip, skip === 0 ? run.events : run.events.slice(skip));
}
