/**
 * The hands of the outbox: promises, the expiry timer, the link that it holds while something waits.
 * Not here: order, numbers and outcomes (`lane.machine.ts`) and what a payload means (`payloads.ts`).
 */
import { DEV, RealtimeError } from '../errors.js';
import type { BuiltFeature, Core, Feature } from '../feature.js';
import type { Timings } from '../options.js';
import type { Pool } from '../pool/pool.js';
import type { Session } from '../session.js';
import type { Cancel } from '../world.js';
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

/** A command without an outcome. */
export interface Tracked {
  readonly command: OutgoingCommand;
  /** Wall clock when it was sent into the outbox, ms since 1970. */
  readonly at: number;
  /** How often it went out; 0: it is not on the wire yet. */
  attempt: number;
}

export type OutboxPort = Pick<Core, 'clock' | 'dice' | 'bounds' | 'setUnsent'> & {
  readonly timings: Pick<Timings, 'commandMs'>;
  readonly session: Pick<Session, 'limits'>;
  readonly pool: Pick<Pool, 'any' | 'send' | 'hold'>;
};

export interface Outbox {
  /** Commands without an outcome, in the order in which they were sent. */
  readonly commands: Iterable<Tracked>;
  /** Of all of them, as they are sent. */
  readonly bytes: number;
  /** Calls back at each change of the above, until the returned function is called. */
  watch(onChange: () => void): () => void;
  /** Takes a command in, or throws `queue-full`. */
  send(command: OutgoingCommand): void;
  cancel(id: string): void;
  has(id: string): boolean;
}

/** Commands from send to outcome. */
export const OUTBOX: Feature<Outbox> = { rank: 3, create: createOutbox };

/** How long a server keeps the lane of a client whose outbox lives in memory (rule L8). */
const LANE_RECORD_MS = 600_000;

export function createOutbox(port: OutboxPort): BuiltFeature<Outbox> {
  const { clock, dice, pool, session } = port;
  const tracked = new Map<string, Tracked>();
  const state = createOutboxState({
    bounds: port.bounds,
    laneRecordMs: LANE_RECORD_MS,
    freshName: (lane) => `${lane}.${dice.id()}`,
  });
  let cancelExpiry: Cancel | null = null;
  const rests = new Map<string, Cancel>();
  const watchers = new Set<() => void>();
  let release: (() => void) | null = null;

  function changed(): void {
    port.setUnsent(tracked.size > 0);
    for (const onChange of watchers) onChange();
  }

  function perform(effects: readonly OutboxEffect[]): void {
    for (const effect of effects) carryOut(effect);
    if (state.pending > 0) release ??= pool.hold();
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
        pool.send(effect.frame, effect.link);
        return;
      case 'sent': {
        const entry = tracked.get(effect.id);
        if (entry === undefined) return;
        entry.attempt = effect.attempt;
        changed();
        entry.command.onProgress?.({ status: 'sent', attempt: effect.attempt });
        return;
      }
      case 'settle': {
        const entry = tracked.get(effect.id);
        tracked.delete(effect.id);
        changed();
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

  function send(command: OutgoingCommand): void {
    const { id, name, lane, input } = command;
    const bytes = command.bytes + name.length;
    const dropped = state.makeRoom(bytes);
    if (dropped === null) {
      throw new RealtimeError('queue-full', DEV && `The outbox holds ${state.pending} commands and takes no more. Wait until it drains, or raise outboxCommands or outboxBytes.`);
    }
    const now = clock.now();
    tracked.set(id, { command, at: clock.wall(), attempt: 0 });
    const added = state.add(lane, { id, name, input, bytes, expiresAt: now + port.timings.commandMs }, pool.any(), now);
    // Notify when the command is in: a listener may dispose of the client, or send the next command.
    changed();
    command.onProgress?.({ status: 'queued' });
    perform([...dropped, ...added]);
  }

  /** Unsent commands are cancelled, sent ones have an unknown outcome. */
  function abandon(): void {
    for (const cancelRest of rests.values()) cancelRest();
    rests.clear();
    perform(state.abandon());
  }

  return {
    api: {
      get commands() {
        return tracked.values();
      },
      get bytes() {
        return state.bytes;
      },
      watch(onChange) {
        watchers.add(onChange);
        return () => void watchers.delete(onChange);
      },
      send,
      cancel,
      has: (id) => state.has(id),
    },
    onFrame(frame, link) {
      if (frame.t === 'lane') perform(state.laneAnswered(frame, link, clock.now(), session.limits.windowPerLane));
      else if ((frame.t === 'response' || frame.t === 'error') && state.has(frame.id)) perform(state.answered(frame, link, clock.now(), session.limits.windowPerLane));
    },
    onReady: (link) => perform(state.linkReady(link, clock.now())),
    onLinkLost(link) {
      state.linkLost(link, clock.now());
      perform([]);
    },
    onUserChanged: abandon,
    dispose: abandon,
  };
}
