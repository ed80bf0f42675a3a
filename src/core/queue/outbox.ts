/**
 * The hands of the outbox: promises, the expiry timer, the link that it holds while something waits.
 * Not here: order, numbers and outcomes (`lane.machine.ts`) and what a payload means (`payloads.ts`).
 */
import { DEV, RealtimeError } from '../errors.js';
import type { ClientFrame, ErrorFrame, LaneFrame, ResponseFrame } from '../protocol/frames.js';
import type { Bounds } from '../options.js';
import type { Cancel, Clock, Dice } from '../world.js';
import type { Outcome } from './lane.machine.js';
import { createOutboxState, type OutboxEffect } from './outbox.machine.js';

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
  readonly status: OutboxStatus;
  /** Takes a command in, or throws `queue-full`. */
  send(command: OutgoingCommand): void;
  cancel(id: string): void;
  has(id: string): boolean;
  resume(link: number): void;
  linkLost(link: number): void;
  laneAnswered(frame: LaneFrame, link: number): void;
  answered(frame: ResponseFrame | ErrorFrame, link: number): void;
  /** Ends everything: unsent commands are cancelled, sent ones have an unknown outcome. */
  abandon(): void;
}

interface Tracked {
  readonly command: OutgoingCommand;
  readonly at: number;
  attempt: number;
  /** As it was last looked at. */
  shown: OutboxCommand | null;
}

/** How long a server keeps the lane of a client whose outbox lives in memory (rule L8). */
const LANE_RECORD_MS = 600_000;

export function createOutbox(port: OutboxPort): Outbox {
  const { clock, dice } = port;
  const tracked = new Map<string, Tracked>();
  const state = createOutboxState({
    bounds: port.bounds,
    laneRecordMs: LANE_RECORD_MS,
    freshName: (lane) => `${lane}.${dice.id()}`,
  });
  let cancelExpiry: Cancel | null = null;
  const rests = new Map<string, Cancel>();
  let release: (() => void) | null = null;

  function perform(effects: readonly OutboxEffect[]): void {
    for (const effect of effects) carryOut(effect);
    if (state.pending > 0) release ??= port.hold();
    else {
      release?.();
      release = null;
    }
    cancelExpiry?.();
    const due = state.nextExpiry;
    cancelExpiry = due === null ? null : clock.after(Math.max(0, due - clock.now()), () => perform(state.expire(clock.now())));
  }

  function carryOut(effect: OutboxEffect): void {
    switch (effect.type) {
      case 'say':
        // Not taken: the link is going, and its loss has the lane asked for again.
        port.send(effect.frame, effect.link);
        return;
      case 'sent': {
        const entry = tracked.get(effect.id);
        if (entry === undefined) return;
        entry.attempt = effect.attempt;
        entry.shown = null;
        port.onChange();
        entry.command.onProgress?.({ status: 'sent', attempt: effect.attempt });
        return;
      }
      case 'settle': {
        const entry = tracked.get(effect.id);
        tracked.delete(effect.id);
        port.onChange();
        entry?.command.onOutcome(effect.outcome);
        return;
      }
      case 'rest-lane':
        rests.get(effect.lane)?.();
        rests.set(effect.lane, clock.after(effect.ms * (1 + dice.roll()), () => perform(state.rested(effect.lane, clock.now()))));
        return;
      case 'rest':
        return;
    }
  }

  const cancel = (id: string): void => perform(state.cancel(id, clock.now()));

  function describe(entry: Tracked): OutboxCommand {
    const { at, attempt, command } = entry;
    const { id, name, input } = command;
    return (entry.shown ??= { id, name, input, status: attempt > 0 ? 'sent' : 'queued', at, attempt, cancel: () => cancel(id) });
  }

  return {
    get status(): OutboxStatus {
      const commands = Array.from(tracked.values(), describe);
      const sent = commands.filter(({ status }) => status === 'sent').length;
      return { pending: commands.length, queued: commands.length - sent, sent, bytes: state.bytes, oldestAt: commands[0]?.at ?? null, isDurable: false, commands };
    },
    send(command) {
      const { id, name, lane, input } = command;
      const bytes = command.bytes + name.length;
      const dropped = state.makeRoom(bytes);
      if (dropped === null) {
        throw new RealtimeError('queue-full', DEV && `The outbox holds ${state.pending} commands and takes no more. Wait until it drains, or raise outboxCommands or outboxBytes.`);
      }
      const now = clock.now();
      tracked.set(id, { command, at: clock.wall(), attempt: 0, shown: null });
      const added = state.add(lane, { id, name, input, bytes, expiresAt: now + port.commandMs }, port.home(lane), now);
      // Told when it is in: who hears of it may end everything, or send the next one.
      port.onChange();
      command.onProgress?.({ status: 'queued' });
      perform([...dropped, ...added]);
    },
    cancel,
    has: (id) => state.has(id),
    resume: (link) => perform(state.linkReady(link, clock.now())),
    linkLost(link) {
      state.linkLost(link, clock.now());
      perform([]);
    },
    laneAnswered: (frame, link) => perform(state.laneAnswered(frame, link, clock.now(), port.window())),
    answered: (frame, link) => perform(state.answered(frame, link, clock.now(), port.window())),
    abandon() {
      for (const cancel of rests.values()) cancel();
      rests.clear();
      perform(state.abandon());
    },
  };
}
