/**
 * How the newest commands of one lane ended (rule L7): the kind of an outcome stays as long as its number; only what the
 * outcome carried (its payload) may be dropped, the oldest first.
 * Not here: which lane drops a payload, and when a lane is forgotten (`lane-log.ts`).
 */
import { utf8Bytes } from '../../core/protocol/codec.js';
import type { WireError } from '../../core/protocol/codes.js';
import type { ChannelPosition } from '../../core/protocol/frames.js';
import { fingerprint } from './fingerprint.js';

/** How a command ended. Payloads are JSON, written once. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly result?: string;
      /** It had a result, which is not stored any more. */
      readonly isExpired?: true;
    }
  | {
      readonly kind: 'failed';
      readonly code: WireError;
      readonly message: string;
      readonly name?: string;
      readonly data?: string;
      /** It had data, which is not stored any more. */
      readonly isExpired?: true;
    };

/** One shared object for each kind of outcome. Their number is bounded by the errors that the contract and the protocol name. */
export interface Kinds {
  /** The outcome without its payload. */
  of(outcome: Outcome): Outcome;
  /** Whether the outcome is one of these objects, and so costs nothing more. */
  has(outcome: Outcome): boolean;
}

const NO_DETAILS = 'The server does not store the details any more.';

export function createKinds(): Kinds {
  const byName = new Map<string, Outcome>();
  const all = new Set<Outcome>();
  return {
    of(outcome) {
      const isExpired = (outcome.kind === 'done' ? outcome.result : outcome.data) !== undefined;
      const name = outcome.kind === 'done' ? `${isExpired}` : `${isExpired} ${outcome.code} ${outcome.name ?? ''}`;
      const known = byName.get(name);
      if (known !== undefined) return known;
      const expired = isExpired && { isExpired };
      const kind: Outcome =
        outcome.kind === 'done'
          ? { kind: 'done', ...expired }
          : { kind: 'failed', code: outcome.code, message: NO_DETAILS, ...(outcome.name !== undefined && { name: outcome.name }), ...expired };
      byName.set(name, kind);
      all.add(kind);
      return kind;
    },
    has: (outcome) => all.has(outcome),
  };
}

export interface OutcomeLimits {
  /**
   * Numbers of a lane whose kind of outcome is known: at least twice the window. A client with a window of 32 has at most 32
   * commands without an answer, in order, so it never asks for an older number.
   */
  readonly outcomesPerLane: number;
  /** The newest numbers of a lane whose payloads are stored: at least the window. */
  readonly resultsPerLane: number;
}

export interface FoundOutcome {
  readonly outcome: Outcome;
  /** The positions of its events; empty if they are not stored any more. */
  readonly positions: readonly ChannelPosition[];
}

const NOWHERE: readonly ChannelPosition[] = [];

/** Three lists rather than one list of objects: a number costs 24 bytes. */
export class LaneOutcomes {
  /** The command ids, as fingerprints, the oldest first. */
  readonly #ids: number[] = [];
  readonly #outcomes: Outcome[] = [];
  readonly #positions: (readonly ChannelPosition[])[] = [];
  #bytes = 0;

  /** What the stored payloads cost. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the outcome of the lane's next number. */
  add(id: string, outcome: Outcome, positions: readonly ChannelPosition[], kinds: Kinds, limits: OutcomeLimits): void {
    const hasPayload = outcome.kind === 'failed' || outcome.result !== undefined;
    this.#ids.push(fingerprint(id));
    this.#outcomes.push(hasPayload ? outcome : kinds.of(outcome));
    this.#positions.push(positions.length > 0 ? positions : NOWHERE);
    this.#bytes += (hasPayload ? bytesOf(outcome) : 0) + bytesAt(positions);
    const tooOld = this.#ids.length - 1 - limits.resultsPerLane;
    if (tooOld >= 0) {
      this.#dropOutcome(tooOld, kinds);
      this.#dropPositions(tooOld);
    }
    if (this.#ids.length <= limits.outcomesPerLane) return;
    this.#dropOutcome(0, kinds);
    this.#dropPositions(0);
    this.#ids.shift();
    this.#outcomes.shift();
    this.#positions.shift();
  }

  /**
   * The outcome of the number that is `age` before the last one; null: it is not stored any more.
   * `conflict`: the number belongs to another command.
   */
  find(age: number, id: string): FoundOutcome | 'conflict' | null {
    const index = this.#ids.length - 1 - age;
    const outcome = this.#outcomes[index];
    if (outcome === undefined) return null;
    return this.#ids[index] === fingerprint(id) ? { outcome, positions: this.#positions[index] ?? NOWHERE } : 'conflict';
  }

  /** Drops one payload: the oldest result, error data or message; when there is none, the oldest positions. */
  dropOldest(kinds: Kinds): void {
    const index = this.#outcomes.findIndex((outcome) => !kinds.has(outcome));
    if (index >= 0) this.#dropOutcome(index, kinds);
    else this.#dropPositions(this.#positions.findIndex((positions) => positions !== NOWHERE));
  }

  #dropOutcome(index: number, kinds: Kinds): void {
    const outcome = this.#outcomes[index];
    if (outcome === undefined || kinds.has(outcome)) return;
    this.#bytes -= bytesOf(outcome);
    this.#outcomes[index] = kinds.of(outcome);
  }

  #dropPositions(index: number): void {
    const positions = this.#positions[index];
    if (positions === undefined || positions === NOWHERE) return;
    this.#bytes -= bytesAt(positions);
    this.#positions[index] = NOWHERE;
  }
}

/** What an object costs besides its text. */
const OBJECT_BYTES = 100;

function bytesOf(outcome: Outcome): number {
  const text = outcome.kind === 'done' ? (outcome.result ?? '') : `${outcome.message}${outcome.data ?? ''}`;
  return OBJECT_BYTES + utf8Bytes(text);
}

function bytesAt(positions: readonly ChannelPosition[]): number {
  return positions.reduce((bytes, { channel }) => bytes + OBJECT_BYTES + channel.length, 0);
}
