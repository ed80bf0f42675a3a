/**
 * The hands of the outbox: promises, the expiry timer, the link that it holds while something waits.
 * Not here: order, numbers and outcomes (`lane.machine.ts`) and what a payload means (`payloads.ts`).
 */
import { RealtimeError } from '../errors.js';
import type { ClientFrame, ErrorFrame, LaneFrame, ResponseFrame, ServerPingFrame } from '../protocol/frames.js';
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

/** One command that has no outcome yet. */
export interface PendingCommand {
  readonly id: string;
  /** As the contract calls it; `$publish` is a client event that is kept. */
  readonly name: string;
  readonly input: unknown;
  /** `sent`: it may be run by now. */
  readonly status: CommandProgress['status'];
  /** When it was sent by the application, wall clock, ms since 1970. */
  readonly at: number;
  /** How often it was on the wire. */
  readonly attempt: number;
  /** Ends it if it was not run yet. */
  readonly cancel: () => void;
}

/** What waits to be sent or answered. */
export interface OutboxStatus {
  readonly pending: number;
  /** Of them: not on the wire yet. */
  readonly queued: number;
  /** Of them: on the wire, not yet answered. */
  readonly sent: number;
  /** As it would be sent. */
  readonly bytes: number;
  /** When the oldest was sent by the application, wall clock, ms since 1970; null: there is none. */
  readonly oldestAt: number | null;
  /** Whether it would survive that the page is closed. */
  readonly isDurable: boolean;
  /** In the order in which they were sent. An entry is the same object until it changes. */
  readonly commands: readonly PendingCommand[];
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
  keepMs(): number;
  /** Something of its status has changed. */
  onStatus(): void;
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
  pinged(frame: ServerPingFrame): void;
  /** Ends everything: unsent commands are cancelled, sent ones have an unknown outcome. */
  abandon(): void;
}

/** How long a server keeps the lane of a client whose outbox lives in memory (rule L8). */
const LANE_RECORD_MS = 600_000;

export function createOutbox(port: OutboxPort): Outbox {
  const { clock, dice } = port;
  const tracked = new Map<string, { readonly command: OutgoingCommand; shown: PendingCommand }>();
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
    port.onStatus();
  }

  function carryOut(effect: OutboxEffect): void {
    switch (effect.type) {
      case 'say':
        // Not taken: the link is going, and its loss has the lane asked for again.
        port.send(effect.frame, effect.link);
        return;
      case 'sent': {
        const one = tracked.get(effect.id);
        if (one === undefined) return;
        const progress = { status: 'sent', attempt: effect.attempt } as const;
        one.shown = { ...one.shown, ...progress };
        one.command.onProgress?.(progress);
        return;
      }
      case 'settle': {
        const one = tracked.get(effect.id);
        tracked.delete(effect.id);
        one?.command.onOutcome(effect.outcome);
        return;
      }
      case 'rest-lane':
        rests.get(effect.lane)?.();
        rests.set(effect.lane, clock.after(effect.ms * (1 + dice.roll()), () => perform(state.rested(effect.lane, clock.now()))));
        return;
      case 'rest':
        return;
      default:
        return effect satisfies never;
    }
  }

  return {
    get status() {
      const commands = [...tracked.values()].map(({ shown }) => shown);
      const queued = commands.filter(({ status }) => status === 'queued').length;
      return { pending: commands.length, queued, sent: commands.length - queued, bytes: state.bytes, oldestAt: commands[0]?.at ?? null, isDurable: false, commands };
    },
    send(command) {
      const { id, name, lane, input } = command;
      const bytes = command.bytes + name.length;
      const dropped = state.makeRoom(bytes);
      if (dropped === null) {
        throw new RealtimeError('queue-full', `The outbox holds ${state.pending} commands and takes no more. Wait until it drains, or raise outboxCommands or outboxBytes.`);
      }
      perform(dropped);
      const cancel = (): void => perform(state.cancel(id, clock.now()));
      tracked.set(id, { command, shown: { id, name, input, status: 'queued', at: clock.wall(), attempt: 0, cancel } });
      command.onProgress?.({ status: 'queued' });
      const now = clock.now();
      perform(state.add(lane, { id, name, input, bytes, expiresAt: now + port.commandMs }, port.home(lane), now));
    },
    cancel: (id) => perform(state.cancel(id, clock.now())),
    has: (id) => state.has(id),
    resume: (link) => perform(state.linkReady(link, clock.now())),
    linkLost(link) {
      state.linkLost(link, clock.now());
      perform([]);
    },
    laneAnswered: (frame, link) => perform(state.laneAnswered(frame, link, clock.now(), port.window())),
    answered: (frame, link) => perform(state.answered(frame, link, clock.now(), port.window())),
    pinged: (frame) => state.confirm(clock.now() - frame.confirmedMs, port.keepMs()),
    abandon() {
      for (const cancel of rests.values()) cancel();
      rests.clear();
      perform(state.abandon());
    },
  };
}
