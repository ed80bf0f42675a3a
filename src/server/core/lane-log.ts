/**
 * Lanes of the log core: which number was finished last, and which lanes and payloads go when there is no room (rules L1, L2, L7, L8).
 * Not here: running a command, the events that it appends, and the outcomes within one lane (`lane-outcomes.ts`).
 * `createLaneLog` is long because its calls share three counts that must stay true.
 *
 * The kind of an outcome has a fixed cost and stays as long as its lane, so the limits of lanes bound it: there is no limit
 * at which a lane is known and the kind of one of its newest numbers is not.
 */
import type { ChannelPosition } from '../../core/protocol/frames.js';
import { createKinds, LaneOutcomes, type Outcome, type OutcomeLimits } from './lane-outcomes.js';

export type { Outcome } from './lane-outcomes.js';

/** Whose lane it is. A lane of another principal or client is another lane. */
export interface LaneKey {
  readonly principal: string;
  /** The secret client id. */
  readonly client: string;
  readonly lane: string;
}

export type BeginResult =
  /** Run it; `attempt` counts from 1. */
  | { readonly kind: 'run'; readonly attempt: number }
  /** It has its outcome. */
  | { readonly kind: 'finished'; readonly outcome: Outcome; readonly positions: readonly ChannelPosition[] }
  /** It has an outcome that is not stored any more: the number is older than any that a correct client asks for. */
  | { readonly kind: 'finished-long-ago' }
  /** The number belongs to another command. */
  | { readonly kind: 'conflict' }
  /** An earlier number is missing. */
  | { readonly kind: 'out-of-order'; readonly next: number }
  /** There is no such lane, or not any more. */
  | { readonly kind: 'unknown' };

export interface LaneLimits extends OutcomeLimits {
  /** Past it, the principal's longest idle lane is forgotten. */
  readonly lanesPerPrincipal: number;
  /**
   * Lanes of everybody together. Past it, who has the most loses one: who asks for one more himself, if nobody has more; else
   * the one of them that was idle longest. A lane in which nothing was ever begun counts four times, and goes first.
   */
  readonly lanes: number;
  /** How long an idle lane is known. */
  readonly keepLaneMs: number;
  /** Bytes of payloads of all lanes of a principal. Past it, the lane with most bytes drops its oldest payload: a busy tab drops its own. */
  readonly resultBytesPerPrincipal: number;
  /** Bytes of payloads of all principals. Past it, the principals that finished no command for longest drop their payloads. */
  readonly resultBytesInAll: number;
  /** The begin without a commit that ends a command as `poisoned`. */
  readonly attempts: number;
}

export const DEFAULT_LANE_LIMITS: LaneLimits = {
  lanesPerPrincipal: 64,
  lanes: 100_000,
  keepLaneMs: 10 * 60_000,
  outcomesPerLane: 64,
  resultsPerLane: 32,
  resultBytesPerPrincipal: 256 * 1024,
  resultBytesInAll: 64 * 1024 * 1024,
  attempts: 3,
};

/** What a lane counts in which nothing was ever begun: it costs nothing to make, and there is little to lose. */
const UNUSED_WEIGHT = 4;

interface Lane {
  last: number;
  readonly outcomes: LaneOutcomes;
  /** The number after `last`, once it was begun. */
  begun: { readonly id: string; readonly attempts: number } | null;
  isUsed: boolean;
  touchedAt: number;
}

interface Owner {
  readonly principal: string;
  /** In order of their last use, the longest unused first. */
  readonly lanes: Map<string, Lane>;
  /** How many of its lanes nothing was ever begun in. */
  unused: number;
  /** The line that it stands in. */
  weight: number;
  bytes: number;
}

export interface LaneLog {
  /** The last finished number. A lane that is not known is made with the head `createAt`, or not at all if that is null. */
  open(key: LaneKey, createAt: number | null, now: number): number | null;
  begin(key: LaneKey, n: number, id: string, now: number): BeginResult;
  /** Takes a begin back: the handler was not called, so nothing may count it. */
  release(key: LaneKey, n: number, id: string): void;
  void(key: LaneKey, n: number, id: string, now: number): BeginResult;
  /** Whether `n` was begun by `id` and is still the next to finish. */
  mayCommit(key: LaneKey, n: number, id: string, now: number): boolean;
  /** Stores the outcome of what {@link LaneLog.mayCommit} has just allowed. */
  finish(key: LaneKey, n: number, id: string, outcome: Outcome, positions: readonly ChannelPosition[]): void;
  sweep(now: number): void;
}

const POISONED: Outcome = { kind: 'failed', code: 'poisoned', message: 'It was begun several times and never finished.' };
const VOID: Outcome = { kind: 'failed', code: 'void', message: 'The command was withdrawn before it was run.' };

export function createLaneLog(limits: LaneLimits): LaneLog {
  const owners = new Map<string, Owner>();
  /** All of them by their weight, in each line in order of their last use, the longest unused first. */
  const lines = new Map<number, Set<Owner>>();
  /** Those of them that have payloads, in order of the last outcome. */
  const holding = new Set<Owner>();
  const kinds = createKinds();
  let laneCount = 0;
  let bytesInAll = 0;

  const count = (owner: Owner, bytes: number): void => {
    owner.bytes += bytes;
    bytesInAll += bytes;
    if (owner.bytes === 0) holding.delete(owner);
  };

  /** Puts an owner last in the line of its weight, or forgets it. */
  const line = (owner: Owner): void => {
    const before = lines.get(owner.weight);
    before?.delete(owner);
    if (before?.size === 0) lines.delete(owner.weight);
    owner.weight = owner.lanes.size + (UNUSED_WEIGHT - 1) * owner.unused;
    if (owner.lanes.size === 0) owners.delete(owner.principal);
    else lines.set(owner.weight, (lines.get(owner.weight) ?? new Set()).add(owner));
  };

  const drop = (owner: Owner, name: string, lane: Lane): void => {
    owner.lanes.delete(name);
    laneCount--;
    if (!lane.isUsed) owner.unused--;
    count(owner, -lane.outcomes.bytes);
    line(owner);
  };

  const find = (key: LaneKey): Lane | undefined => owners.get(key.principal)?.lanes.get(nameOf(key));

  /** Finds a lane that is still known, and puts it and its owner last in line. */
  const use = (key: LaneKey, now: number): Lane | undefined => {
    const owner = owners.get(key.principal);
    const name = nameOf(key);
    const lane = owner?.lanes.get(name);
    if (owner === undefined || lane === undefined) return undefined;
    if (now - lane.touchedAt >= limits.keepLaneMs) {
      drop(owner, name, lane);
      return undefined;
    }
    lane.touchedAt = now;
    owner.lanes.delete(name);
    owner.lanes.set(name, lane);
    line(owner);
    return lane;
  };

  /** The longest idle one of those that `isIt` holds for. */
  const dropIdlest = (owner: Owner, isIt: (lane: Lane) => boolean): void => {
    for (const [name, lane] of owner.lanes) if (isIt(lane)) return drop(owner, name, lane);
  };

  const makeRoom = (asker: Owner | undefined): void => {
    if (asker !== undefined && asker.lanes.size >= limits.lanesPerPrincipal) return dropIdlest(asker, () => true);
    if (laneCount < limits.lanes) return;
    const most = Math.max(...lines.keys());
    const heaviest = asker?.weight === most ? asker : lines.get(most)?.values().next().value;
    if (heaviest !== undefined) dropIdlest(heaviest, ({ isUsed }) => heaviest.unused === 0 || !isUsed);
  };

  const create = (key: LaneKey, last: number, now: number): Lane => {
    const { principal } = key;
    makeRoom(owners.get(principal));
    const owner = owners.get(principal) ?? { principal, lanes: new Map<string, Lane>(), unused: 0, weight: 0, bytes: 0 };
    const lane: Lane = { last, outcomes: new LaneOutcomes(), begun: null, isUsed: false, touchedAt: now };
    owner.lanes.set(nameOf(key), lane);
    owner.unused++;
    laneCount++;
    owners.set(principal, owner);
    line(owner);
    return lane;
  };

  const markUsed = (key: LaneKey, lane: Lane): void => {
    const owner = owners.get(key.principal);
    if (lane.isUsed || owner === undefined) return;
    lane.isUsed = true;
    owner.unused--;
    line(owner);
  };

  /** The lane with most payloads; of equal ones the last used, so that another tab keeps its own. */
  const fullestLane = (owner: Owner): Lane | undefined => {
    let fullest: Lane | undefined;
    for (const lane of owner.lanes.values()) if (fullest === undefined || lane.outcomes.bytes >= fullest.outcomes.bytes) fullest = lane;
    return fullest;
  };

  const dropPayloads = (owner: Owner, isEnough: () => boolean): void => {
    while (!isEnough()) {
      const outcomes = fullestLane(owner)?.outcomes;
      if (outcomes === undefined || outcomes.bytes === 0) return;
      const before = outcomes.bytes;
      outcomes.dropOldest(kinds);
      count(owner, outcomes.bytes - before);
    }
  };

  /** Enforces both limits of payload bytes. */
  const trimPayloads = (owner: Owner): void => {
    dropPayloads(owner, () => owner.bytes <= limits.resultBytesPerPrincipal);
    for (const idle of holding) {
      if (bytesInAll <= limits.resultBytesInAll) break;
      dropPayloads(idle, () => bytesInAll <= limits.resultBytesInAll);
    }
  };

  const finish = (key: LaneKey, lane: Lane, n: number, id: string, outcome: Outcome, positions: readonly ChannelPosition[]): BeginResult => {
    const owner = owners.get(key.principal);
    const before = lane.outcomes.bytes;
    lane.last = n;
    lane.begun = null;
    lane.outcomes.add(id, outcome, positions, kinds, limits);
    if (owner !== undefined) {
      holding.delete(owner);
      holding.add(owner);
      count(owner, lane.outcomes.bytes - before);
      trimPayloads(owner);
    }
    return { kind: 'finished', outcome, positions };
  };

  /** What is known of a number before anything is decided; null: it is the next, and free or begun by this id. */
  const lookUp = (lane: Lane, n: number, id: string): BeginResult | null => {
    if (n > lane.last + 1) return { kind: 'out-of-order', next: lane.last + 1 };
    if (n === lane.last + 1) return lane.begun === null || lane.begun.id === id ? null : { kind: 'conflict' };
    const found = lane.outcomes.find(lane.last - n, id);
    if (found === null) return { kind: 'finished-long-ago' };
    return found === 'conflict' ? { kind: 'conflict' } : { kind: 'finished', ...found };
  };

  return {
    open(key, createAt, now) {
      const lane = use(key, now) ?? (createAt === null ? undefined : create(key, createAt, now));
      return lane === undefined ? null : lane.last;
    },
    begin(key, n, id, now) {
      const lane = use(key, now);
      if (lane === undefined) return { kind: 'unknown' };
      const known = lookUp(lane, n, id);
      if (known !== null) return known;
      markUsed(key, lane);
      const attempts = (lane.begun?.attempts ?? 0) + 1;
      if (attempts >= limits.attempts) return finish(key, lane, n, id, POISONED, []);
      lane.begun = { id, attempts };
      return { kind: 'run', attempt: attempts };
    },
    release(key, n, id) {
      const lane = find(key);
      if (lane?.begun?.id !== id || lane.last !== n - 1) return;
      const attempts = lane.begun.attempts - 1;
      lane.begun = attempts > 0 ? { id, attempts } : null;
    },
    void(key, n, id, now) {
      const lane = use(key, now);
      if (lane === undefined) return { kind: 'unknown' };
      const known = lookUp(lane, n, id);
      if (known !== null) return known;
      markUsed(key, lane);
      return finish(key, lane, n, id, VOID, []);
    },
    mayCommit(key, n, id, now) {
      const lane = use(key, now);
      return lane !== undefined && lane.last === n - 1 && lane.begun?.id === id;
    },
    finish(key, n, id, outcome, positions) {
      const lane = find(key);
      if (lane !== undefined) finish(key, lane, n, id, outcome, positions);
    },
    sweep(now) {
      for (const owner of owners.values()) {
        for (const [name, lane] of owner.lanes) {
          if (now - lane.touchedAt < limits.keepLaneMs) break;
          drop(owner, name, lane);
        }
      }
    },
  };
}

/** Neither part of a key can pass for two: JSON quotes them. */
function nameOf(key: LaneKey): string {
  return JSON.stringify([key.client, key.lane]);
}
