/**
 * The outbox: every lane together, with the bounds that they share, one timer, and the link that it holds while commands wait.
 * Not here: order, numbers and outcomes (`lane.machine.ts`) and what a payload means (`payloads.ts`).
 */
import { RealtimeError } from '../errors.js';
import type { ClientFrame, ErrorFrame, LaneFrame, ResponseFrame } from '../protocol/frames.js';
import type { Bounds } from '../options.js';
import type { Cancel, Clock, Dice } from '../world.js';
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

/** A command that has no outcome yet; the same object until something about it changes. */
export interface OutboxCommand {
  /** That of its {@link Sent}. */
  readonly id: string;
  /** The contract's name of it; `$publish` is a kept client event. */
  readonly name: string;
  readonly input: unknown;
  /** `queued`: not on the wire yet. `sent`: it may be run by now. */
  readonly status: 'queued' | 'sent';
  /** Wall clock when it was sent into the outbox, ms since 1970. */
  readonly at: number;
  /** How often it went out; 0 while it is queued. */
  readonly attempt: number;
  /** Ends it if it was not run yet. */
  readonly cancel: () => void;
}

/** What waits for an outcome. Made once a flush, and only while somebody looks. */
export interface OutboxStatus {
  /** Commands without an outcome: those that are queued and those that are sent. */
  readonly pending: number;
  readonly queued: number;
  readonly sent: number;
  /** As they are sent, in bytes. */
  readonly bytes: number;
  /** Wall clock at which the oldest of them was sent into the outbox, ms since 1970; null: there is none. */
  readonly oldestAt: number | null;
  /** Whether they outlive the page. In this version they do not. */
  readonly isDurable: false;
  /** In the order in which they were sent. */
  readonly commands: readonly OutboxCommand[];
}

export interface OutboxPort {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly bounds: Bounds;
  readonly commandMs: number;
  home(lane: string): number | null;
  send(frame: ClientFrame, link: number): boolean;
  hold(): () => void;
  window(): number;
  /** The status is another one. */
  onChange(): void;
}

export interface Outbox {
  /** By their names in the contract. With `commands` everything that `outbox-snapshot.ts` stores. */
  readonly lanes: ReadonlyMap<string, Lane>;
  /** By id, in the order in which they were sent. */
  readonly commands: ReadonlyMap<string, Tracked>;
  /** Makes the lane if there is none of that name. */
  laneFor(name: string): Lane;
  /** Adds a command to `commands`; its lane is the caller's to fill. */
  take(command: OutgoingCommand, at: number, attempt: number): void;
  readonly status: OutboxStatus;
  /** Takes a command in, or throws `queue-full`. */
  send(command: OutgoingCommand): void;
  cancel(id: string): void;
  has(id: string): boolean;
  /** Opens the lanes that have no link; null: there is no link yet. */
  resume(link: number | null): void;
  linkLost(link: number): void;
  laneAnswered(frame: LaneFrame, link: number): void;
  answered(frame: ResponseFrame | ErrorFrame, link: number): void;
  /** Ends everything: unsent commands are cancelled, sent ones have an unknown outcome. */
  abandon(): void;
}

/** A command with its lane. */
export interface Tracked {
  readonly command: OutgoingCommand;
  readonly lane: Lane;
  readonly at: number;
  attempt: number;
  /** As it was last looked at. */
  shown: OutboxCommand | null;
}

/** How long a server keeps the lane of a client whose outbox lives in memory (rule L8). */
const LANE_RECORD_MS = 600_000;

export function createOutbox(port: OutboxPort): Outbox {
  const { clock, dice } = port;
  const lanes = new Map<string, Lane>();
  const commands = new Map<string, Tracked>();
  let cancelTimer: Cancel | null = null;
  let release: (() => void) | null = null;

  function perform(effects: readonly LaneEffect[]): void {
    for (const effect of effects) carryOut(effect);
    if (commands.size > 0) release ??= port.hold();
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
    if (effect.type === 'say') return void port.send(effect.frame, effect.link);
    const entry = commands.get(effect.id);
    if (entry === undefined) return;
    if (effect.type === 'sent') {
      entry.attempt = effect.attempt;
      entry.shown = null;
      port.onChange();
      entry.command.onProgress?.({ status: 'sent', attempt: effect.attempt });
    } else {
      commands.delete(effect.id);
      port.onChange();
      entry.command.onOutcome(effect.outcome);
    }
  }

  function laneFor(name: string): Lane {
    const lane = lanes.get(name) ?? createLane({ freshName: () => `${name}.${dice.id()}`, jitter: (ms) => ms * (1 + dice.roll()), recordMs: LANE_RECORD_MS });
    lanes.set(name, lane);
    return lane;
  }

  function take(command: OutgoingCommand, at: number, attempt: number): void {
    commands.set(command.id, { command, lane: laneFor(command.lane), at, attempt, shown: null });
    port.onChange();
  }

  const bytes = (): number => [...commands.values()].reduce((sum, { command }) => sum + bytesOf(command), 0);

  /** Drops what it may; throws if that does not suffice, and then nothing was dropped. */
  function makeRoom(more: number): void {
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
    if (isFull()) throw new RealtimeError('queue-full', `The outbox holds ${commands.size} commands and takes no more. Wait until it drains, or raise outboxCommands or outboxBytes.`);
    perform(dropped.flatMap(({ command, lane }) => drop(lane, command.id)));
  }

  function cancelOne(id: string): void {
    const entry = commands.get(id);
    if (entry !== undefined) perform(cancel(entry.lane, id, clock.now()));
  }

  function describe(entry: Tracked): OutboxCommand {
    const { at, attempt, command } = entry;
    const { id, name, input } = command;
    return (entry.shown ??= { id, name, input, status: attempt > 0 ? 'sent' : 'queued', at, attempt, cancel: () => cancelOne(id) });
  }

  return {
    lanes,
    commands,
    laneFor,
    take,
    get status(): OutboxStatus {
      const shown = Array.from(commands.values(), describe);
      const sent = shown.filter(({ status }) => status === 'sent').length;
      return { pending: shown.length, queued: shown.length - sent, sent, bytes: bytes(), oldestAt: shown[0]?.at ?? null, isDurable: false, commands: shown };
    },
    send(command) {
      const { id, name, lane, input } = command;
      makeRoom(bytesOf(command));
      take(command, clock.wall(), 0);
      command.onProgress?.({ status: 'queued' });
      const now = clock.now();
      perform(add(laneFor(lane), { id, name, input, expiresAt: now + port.commandMs }, port.home(lane), now));
    },
    cancel: cancelOne,
    has: (id) => commands.has(id),
    resume: (link) => each((lane) => linkReady(lane, link, clock.now())),
    linkLost(link) {
      for (const lane of lanes.values()) linkLost(lane, link, clock.now());
      perform([]);
    },
    laneAnswered: (frame, link) => each((lane) => laneAnswered(lane, frame, link, clock.now(), port.window())),
    answered(frame, link) {
      const entry = commands.get(frame.id);
      if (entry !== undefined) perform(answered(entry.lane, frame, link, clock.now(), port.window()));
    },
    abandon: () => each(abandon),
  };
}

/** As it will be sent. */
function bytesOf({ bytes, name }: OutgoingCommand): number {
  return bytes + name.length;
}
