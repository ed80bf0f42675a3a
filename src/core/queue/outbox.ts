/**
 * The outbox: every lane together, with the bounds that they share, one timer, and the link that it holds while commands wait.
 * Not here: order, numbers and outcomes (`lane.machine.ts`) and what a payload means (`payloads.ts`).
 */
import { DEV, RealtimeError } from '../errors.js';
import type { BuiltFeature, Core, Feature } from '../feature.js';
import type { Timings } from '../options.js';
import type { Pool } from '../pool/pool.js';
import type { Session } from '../session.js';
import type { Cancel } from '../world.js';
import { abandon, add, answered, cancel, createLane, drop, earliest, laneAnswered, linkLost, linkReady, nextWake, waits, wake, type Lane, type LaneEffect, type Outcome } from './lane.machine.js';

/** Where a command is. */
export type CommandProgress = { readonly status: 'queued' } | { readonly status: 'sent'; readonly attempt: number };

export interface OutgoingCommand {
  readonly id: string;
  readonly name: string;
  readonly lane: string;
  readonly input: unknown;
  /** Of the input, as it will be sent. */
  readonly bytes: number;
  onProgress?(progress: CommandProgress): void;
  /** Called once. */
  onOutcome(outcome: Outcome): void;
}

export type OutboxPort = Pick<Core, 'clock' | 'dice' | 'bounds' | 'setUnsent'> & {
  readonly timings: Pick<Timings, 'commandMs'>;
  readonly session: Pick<Session, 'limits'>;
  readonly pool: Pick<Pool, 'any' | 'send' | 'hold'>;
};

export interface Outbox {
  /** By their names in the contract. With `commands` everything that `outbox-snapshot.ts` stores. */
  readonly lanes: ReadonlyMap<string, Lane>;
  /** Commands without an outcome, by id, in the order in which they were sent. */
  readonly commands: ReadonlyMap<string, Tracked>;
  /** Of all of them, as they are sent. */
  readonly bytes: number;
  /** Calls back at each change of the above, until the returned function is called. */
  watch(onChange: () => void): () => void;
  /** Makes the lane if there is none of that name. */
  laneFor(name: string): Lane;
  /** Adds a command to `commands`; its lane is the caller's to fill. */
  take(command: OutgoingCommand, at: number, attempt: number): void;
  /** Takes a command in, or throws `queue-full`. */
  send(command: OutgoingCommand): void;
  cancel(id: string): void;
  has(id: string): boolean;
  /** Opens the lanes that have no link; null: there is no link yet. */
  resume(link: number | null): void;
}

/** Commands from send to outcome. */
export const OUTBOX: Feature<Outbox> = { rank: 3, create: createOutbox };

/** A command with its lane. */
export interface Tracked {
  readonly command: OutgoingCommand;
  readonly lane: Lane;
  /** Wall clock when it was sent into the outbox, ms since 1970. */
  readonly at: number;
  /** How often it went out; 0: it is not on the wire yet. */
  attempt: number;
}

/** How long a server keeps the lane of a client whose outbox lives in memory (rule L8). */
const LANE_RECORD_MS = 600_000;

export function createOutbox(port: OutboxPort): BuiltFeature<Outbox> {
  const { clock, dice, pool, session } = port;
  const lanes = new Map<string, Lane>();
  const commands = new Map<string, Tracked>();
  let cancelTimer: Cancel | null = null;
  const watchers = new Set<() => void>();
  let release: (() => void) | null = null;

  function changed(): void {
    port.setUnsent(commands.size > 0);
    for (const onChange of watchers) onChange();
  }

  function perform(effects: readonly LaneEffect[]): void {
    for (const effect of effects) carryOut(effect);
    if (commands.size > 0) release ??= pool.hold();
    else {
      release?.();
      release = null;
    }
    cancelTimer?.();
    const due = earliest(Array.from(lanes.values(), nextWake));
    cancelTimer = due === null ? null : clock.after(Math.max(0, due - clock.now()), () => each((lane) => wake(lane, clock.now())));
  }

  function each(run: (lane: Lane) => readonly LaneEffect[]): void {
    perform([...lanes.values()].flatMap(run));
  }

  function carryOut(effect: LaneEffect): void {
    // Not taken: the link is going, and its loss has the lane asked for again.
    if (effect.type === 'say') return void pool.send(effect.frame, effect.link);
    const entry = commands.get(effect.id);
    if (entry === undefined) return;
    if (effect.type === 'sent') {
      entry.attempt = effect.attempt;
      changed();
      entry.command.onProgress?.({ status: 'sent', attempt: effect.attempt });
    } else {
      commands.delete(effect.id);
      changed();
      entry.command.onOutcome(effect.outcome);
    }
  }

  function laneFor(name: string): Lane {
    const lane = lanes.get(name) ?? createLane({ freshName: () => `${name}.${dice.id()}`, jitter: (ms) => ms * (1 + dice.roll()), recordMs: LANE_RECORD_MS });
    lanes.set(name, lane);
    return lane;
  }

  function take(command: OutgoingCommand, at: number, attempt: number): void {
    commands.set(command.id, { command, lane: laneFor(command.lane), at, attempt });
    changed();
  }

  const bytes = (): number => [...commands.values()].reduce((sum, { command }) => sum + bytesOf(command), 0);

  /** Drops what it may; throws if that does not suffice, and then nothing was dropped. */
  function makeRoom(more: number): readonly LaneEffect[] {
    const { outboxCommands, outboxBytes, overflow } = port.bounds;
    let commandsOver = commands.size + 1 - outboxCommands;
    let bytesOver = bytes() + more - outboxBytes;
    const isFull = (): boolean => commandsOver > 0 || bytesOver > 0;
    const dropped: Tracked[] = [];
    for (const entry of overflow === 'reject' ? [] : commands.values()) {
      if (!isFull()) break;
      if (!waits(entry.lane, entry.command.id)) continue;
      dropped.push(entry);
      commandsOver--;
      bytesOver -= bytesOf(entry.command);
    }
    if (isFull()) throw new RealtimeError('queue-full', DEV && `The outbox holds ${commands.size} commands and takes no more. Wait until it drains, or raise outboxCommands or outboxBytes.`);
    return dropped.flatMap(({ command, lane }) => drop(lane, command.id));
  }

  function resume(link: number | null): void {
    each((lane) => linkReady(lane, link, clock.now()));
  }

  /** Ends everything: unsent commands are cancelled, sent ones have an unknown outcome. */
  function abandonAll(): void {
    each(abandon);
  }

  function cancelOne(id: string): void {
    const entry = commands.get(id);
    if (entry !== undefined) perform(cancel(entry.lane, id, clock.now()));
  }

  return {
    api: {
      lanes,
      commands,
      get bytes() {
        return bytes();
      },
      watch(onChange) {
        watchers.add(onChange);
        return () => void watchers.delete(onChange);
      },
      laneFor,
      take,
      send(command) {
        const { id, name, lane, input } = command;
        const dropped = makeRoom(bytesOf(command));
        const now = clock.now();
        const added = add(laneFor(lane), { id, name, input, expiresAt: now + port.timings.commandMs }, pool.any(), now);
        // Notify when the command is in its lane: a listener may dispose of the client, or send the next command.
        take(command, clock.wall(), 0);
        command.onProgress?.({ status: 'queued' });
        perform([...dropped, ...added]);
      },
      cancel: cancelOne,
      has: (id) => commands.has(id),
      resume,
    },
    onFrame(frame, link) {
      const window = session.limits.windowPerLane;
      if (frame.t === 'lane') return each((lane) => laneAnswered(lane, frame, link, clock.now(), window));
      if (frame.t !== 'response' && frame.t !== 'error') return;
      const entry = commands.get(frame.id);
      if (entry !== undefined) perform(answered(entry.lane, frame, link, clock.now(), window));
    },
    onReady: resume,
    onLinkLost(link) {
      for (const lane of lanes.values()) linkLost(lane, link, clock.now());
      perform([]);
    },
    onUserChanged: abandonAll,
    dispose: abandonAll,
  };
}

/** As it will be sent. */
function bytesOf({ bytes, name }: OutgoingCommand): number {
  return bytes + name.length;
}
