/**
 * Not yet: every lane together, with the bounds that they share.
 * Like its lanes a private container, pure in its answers.
 */
import type { ErrorFrame, LaneFrame, ResponseFrame } from '../protocol/frames.js';
import type { Bounds } from '../options.js';
import { createLane, earliest, type CommandDraft, type Lane, type LaneEffect } from './lane.machine.js';

export type OutboxEffect = LaneEffect | { readonly type: 'rest-lane'; readonly lane: string; readonly ms: number };

export interface OutboxState {
  readonly pending: number;
  readonly bytes: number;
  readonly nextExpiry: number | null;
  /** Drops what it may to make room; null: there is none to be had. */
  makeRoom(bytes: number): readonly OutboxEffect[] | null;
  linkReady(link: number, now: number): readonly OutboxEffect[];
  linkLost(link: number, now: number): void;
  add(lane: string, draft: CommandDraft, link: number | null, now: number): readonly OutboxEffect[];
  laneAnswered(frame: LaneFrame, link: number, now: number, window: number): readonly OutboxEffect[];
  answered(frame: ResponseFrame | ErrorFrame, link: number, now: number, window: number): readonly OutboxEffect[];
  rested(lane: string, now: number): readonly OutboxEffect[];
  cancel(id: string, now: number): readonly OutboxEffect[];
  expire(now: number): readonly OutboxEffect[];
  abandon(): readonly OutboxEffect[];
  has(id: string): boolean;
}

export function createOutboxState(parts: {
  readonly bounds: Bounds;
  readonly laneRecordMs: number;
  readonly freshName: (lane: string) => string;
}): OutboxState {
  const lanes = new Map<string, Lane>();
  const sizes = new Map<string, number>();
  let bytes = 0;

  /** Settled commands leave the count; a lane's rest gets the lane's name. */
  function seen(lane: string, effects: readonly LaneEffect[]): readonly OutboxEffect[] {
    return effects.map((effect) => {
      if (effect.type === 'rest') return { type: 'rest-lane', lane, ms: effect.ms };
      if (effect.type === 'settle') {
        bytes -= sizes.get(effect.id) ?? 0;
        sizes.delete(effect.id);
      }
      return effect;
    });
  }

  function each(run: (lane: Lane) => readonly LaneEffect[]): readonly OutboxEffect[] {
    return [...lanes].flatMap(([name, lane]) => seen(name, run(lane)));
  }

  function laneFor(name: string): Lane {
    const found = lanes.get(name);
    if (found !== undefined) return found;
    const lane = createLane({ freshName: () => parts.freshName(name), recordMs: parts.laneRecordMs });
    lanes.set(name, lane);
    return lane;
  }

  return {
    get pending() {
      return sizes.size;
    },
    get bytes() {
      return bytes;
    },
    get nextExpiry() {
      return earliest([...lanes.values()].map((lane) => lane.nextExpiry));
    },
    makeRoom(more) {
      const { outboxCommands, outboxBytes, overflow } = parts.bounds;
      let commandsOver = sizes.size + 1 - outboxCommands;
      let bytesOver = bytes + more - outboxBytes;
      if (commandsOver <= 0 && bytesOver <= 0) return [];
      if (overflow === 'reject') return null;
      const waiting = [...lanes].flatMap(([name, lane]) => lane.waiting.map((draft) => ({ name, lane, draft })));
      waiting.sort((a, b) => a.draft.expiresAt - b.draft.expiresAt);
      const doomed = waiting.filter(({ draft }) => {
        if (commandsOver <= 0 && bytesOver <= 0) return false;
        commandsOver--;
        bytesOver -= draft.bytes;
        return true;
      });
      // Nothing is dropped for a command that finds no room all the same.
      if (commandsOver > 0 || bytesOver > 0) return null;
      return doomed.flatMap(({ name, lane, draft }) => seen(name, lane.drop(draft.id)));
    },
    has: (id) => sizes.has(id),
    linkReady: (link, now) => each((lane) => lane.linkReady(link, now)),
    linkLost: (link, now) => {
      for (const lane of lanes.values()) lane.linkLost(link, now);
    },
    add(name, draft, link, now) {
      sizes.set(draft.id, draft.bytes);
      bytes += draft.bytes;
      return seen(name, laneFor(name).add(draft, link, now));
    },
    laneAnswered: (frame, link, now, window) => each((lane) => lane.laneAnswered(frame, link, now, window)),
    answered: (frame, link, now, window) => each((lane) => (lane.has(frame.id) ? lane.answered(frame, link, now, window) : [])),
    rested: (name, now) => seen(name, lanes.get(name)?.rested(now) ?? []),
    cancel: (id, now) => each((lane) => lane.cancel(id, now)),
    expire: (now) => each((lane) => lane.expire(now)),
    abandon: () => each((lane) => lane.abandon()),
  };
}
