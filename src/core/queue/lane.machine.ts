/* oxlint-disable max-lines -- Long because its calls share one lane's entries. */
/**
 * One lane of commands, from send to outcome (rules L1–L4 for a storage without ancestors).
 * A private container on the hot path, pure in its answers: the same calls give the same effects; it holds no clock and no promise.
 *
 * - A command gets its number when it is first sent: a number means perhaps executed.
 * - Before the first command on a link the lane is asked for; the answer says what the server still knows.
 * - A command that has its outcome is forgotten at once: a storage in memory cannot go back behind an answer (decision 10).
 */
import type { ChannelPosition, ClientFrame, ErrorFrame, LaneFrame, ResponseFrame } from '../protocol/frames.js';
import { REMAINING_MS } from '../protocol/limits.js';

/** A command as the application gave it. */
export interface CommandDraft {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  readonly bytes: number;
  /** By our clock: when it is no longer wanted. */
  readonly expiresAt: number;
}

/** How a command ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly frame: ResponseFrame }
  | { readonly kind: 'failed'; readonly frame: ErrorFrame }
  /** It took effect, and its result is not stored any more. */
  | { readonly kind: 'result-expired'; readonly positions: readonly ChannelPosition[] }
  | { readonly kind: 'expired' }
  | { readonly kind: 'cancelled' }
  /** To make room for newer ones; it was never sent. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'outcome-unknown' }
  /** A foreign server's socket took it, and that server answers no command. */
  | { readonly kind: 'handed-over' };

export type LaneEffect =
  | { readonly type: 'say'; readonly link: number; readonly frame: ClientFrame }
  | { readonly type: 'sent'; readonly id: string; readonly attempt: number }
  | { readonly type: 'settle'; readonly id: string; readonly outcome: Outcome }
  /** The server cannot now: call `rested` after this long. */
  | { readonly type: 'rest'; readonly ms: number };

type Entry =
  | (CommandDraft & { readonly tag: 'waiting' })
  | (CommandDraft & { readonly tag: 'sent'; readonly n: number; readonly attempt: number; readonly voided: Voided | null });

type WaitingEntry = Entry & { tag: 'waiting' };
type SentEntry = Entry & { tag: 'sent' };

/** Not wanted any more, though perhaps sent. */
interface Voided {
  readonly why: 'expired' | 'cancelled';
  readonly at: number;
}

type Contact =
  | { readonly tag: 'away' }
  /** `resting`: the server asked for patience. */
  | { readonly tag: 'asking' | 'open' | 'resting'; readonly link: number; readonly since: number };

export interface LaneOptions {
  /** A fresh name on the wire; a lane whose record is lost is never used again. */
  freshName(): string;
  /** How long the server keeps the record of a lane that it does not hear of. */
  readonly recordMs: number;
}

export interface Lane {
  /** Commands without an outcome. */
  readonly pending: number;
  /** The earliest time at which `expire` has something to do; null: never. */
  readonly nextExpiry: number | null;
  linkReady(link: number, now: number): readonly LaneEffect[];
  linkLost(link: number, now: number): void;
  /** `link`: a ready link, or null. */
  add(draft: CommandDraft, link: number | null, now: number): readonly LaneEffect[];
  laneAnswered(frame: LaneFrame, link: number, now: number, window: number): readonly LaneEffect[];
  answered(frame: ResponseFrame | ErrorFrame, link: number, now: number, window: number): readonly LaneEffect[];
  rested(now: number): readonly LaneEffect[];
  cancel(id: string, now: number): readonly LaneEffect[];
  /** What was never sent, the longest waiting first. */
  readonly waiting: readonly CommandDraft[];
  drop(id: string): readonly LaneEffect[];
  expire(now: number): readonly LaneEffect[];
  /** Gives everything up: what was never sent is cancelled, what was sent has an unknown outcome. */
  abandon(): readonly LaneEffect[];
  has(id: string): boolean;
}

/** The outcome that a final answer says. `handed-over` comes from a dialect's stand-in alone. */
function outcomeOf(frame: ResponseFrame | ErrorFrame, voided: Voided | null): Outcome {
  if (frame.t === 'response') return { kind: 'done', frame };
  switch (frame.code) {
    case 'void':
      return { kind: voided?.why ?? 'cancelled' };
    case 'result-expired':
      return { kind: 'result-expired', positions: frame.positions ?? [] };
    case 'handed-over':
      return { kind: 'handed-over' };
    case 'outcome-unknown':
      return { kind: 'outcome-unknown' };
    default:
      return { kind: 'failed', frame };
  }
}

export const DEFAULT_REST_MS = 1_000;
/** Whatever the server names: neither a hot loop nor a lane that sleeps for ever. */
const MIN_REST_MS = 100;
const MAX_REST_MS = 60_000;
/** Twice what a server's handler may take: who has not said by then how a withdrawn command ended will not say it any more. */
const SILENT_MS = 60_000;

/** The first of some times; null: there is none. */
export function earliest(times: readonly (number | null)[]): number | null {
  // Not by Math.min(...times): an outbox may hold more than a call takes.
  return times.reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null);
}

export function createLane(options: LaneOptions): Lane {
  let wireName = options.freshName();
  /** The server has this lane, as far as we know. */
  let isCreated = false;
  let contact: Contact = { tag: 'away' };
  /** When the server was last known to have the lane. */
  let contactAt = -Infinity;
  /** Answers in a row that made no sense: the next question about the lane waits. */
  let refusals = 0;
  let next = 1;
  /** The highest number whose answer has come. */
  let answeredTo = 0;
  let windowSize = 32;
  /** In order: sent, waiting. */
  let entries: Entry[] = [];

  const isSent = (entry: Entry): entry is SentEntry => entry.tag === 'sent';
  const isWaiting = (entry: Entry): entry is WaitingEntry => entry.tag === 'waiting';
  const settle = (id: string, outcome: Outcome): LaneEffect => ({ type: 'settle', id, outcome });
  const remove = (id: string): void => {
    entries = entries.filter((entry) => entry.id !== id);
  };
  const replace = (entry: Entry, by: Entry): void => {
    entries[entries.indexOf(entry)] = by;
  };

  function ask(link: number, now: number): LaneEffect {
    contact = { tag: 'asking', link, since: now };
    return { type: 'say', link, frame: { t: 'lane', lane: wireName, last: answeredTo, ...(!isCreated && { create: true }) } };
  }

  function say(entry: SentEntry, link: number, now: number): LaneEffect {
    const { id, name, input, n, voided, expiresAt } = entry;
    return {
      type: 'say',
      link,
      frame: { t: 'command', lane: wireName, n, id, name, input, remainingMs: Math.min(REMAINING_MS, Math.max(0, Math.ceil(expiresAt - now))), ...(voided !== null && { void: true }) },
    };
  }

  function send(entry: Entry, sent: SentEntry, link: number, now: number): LaneEffect[] {
    replace(entry, sent);
    return [{ type: 'sent', id: sent.id, attempt: sent.attempt }, say(sent, link, now)];
  }

  /** Numbers and sends what waits, as far as the window allows. */
  function sendWaiting(link: number, now: number): LaneEffect[] {
    const room = Math.max(0, windowSize - entries.filter(isSent).length);
    const first = entries.filter(isWaiting).slice(0, room);
    return first.flatMap((entry) => send(entry, { ...entry, tag: 'sent', n: next++, attempt: 1, voided: null }, link, now));
  }

  function sendAgain(link: number, now: number): LaneEffect[] {
    return entries.filter(isSent).flatMap((entry) => send(entry, { ...entry, attempt: entry.attempt + 1 }, link, now));
  }

  function rest(link: number, now: number, ms: number = DEFAULT_REST_MS): LaneEffect {
    contact = { tag: 'resting', link, since: now };
    return { type: 'rest', ms: Math.min(MAX_REST_MS, Math.max(MIN_REST_MS, ms)) };
  }

  /** The record is gone: what was sent can no longer be known, what was not goes into a fresh lane. */
  function forget(): LaneEffect[] {
    const lost = entries.filter(isSent);
    entries = entries.filter(isWaiting);
    wireName = options.freshName();
    isCreated = false;
    // Nothing is being asked about the fresh lane yet, whatever was under way about the former one.
    contact = { tag: 'away' };
    next = 1;
    answeredTo = 0;
    return lost.map((entry) => settle(entry.id, { kind: 'outcome-unknown' }));
  }

  /** The server had no such lane when the command came: if this was its first way there, it was certainly not run. */
  function refusedUnknown(entry: SentEntry, link: number, now: number): LaneEffect[] {
    if (entry.attempt === 1) {
      const { id, name, input, bytes, expiresAt } = entry;
      replace(entry, { tag: 'waiting', id, name, input, bytes, expiresAt });
    }
    return contact.tag === 'open' ? [askUnlessAbsurd(link, now)] : [];
  }

  /** Twice the question is free (a lane denied, and its name not known); from then on it waits, until something was answered. */
  function askUnlessAbsurd(link: number, now: number): LaneEffect {
    return ++refusals > 2 ? rest(link, now) : ask(link, now);
  }

  function openOn(link: number, now: number): LaneEffect[] {
    return entries.length > 0 ? [ask(link, now)] : [];
  }

  /** Forgets the lane; what was never sent goes on in a fresh one. */
  function startAnew(link: number, now: number): LaneEffect[] {
    const ends = forget();
    return entries.length > 0 ? [...ends, askUnlessAbsurd(link, now)] : ends;
  }

  /** When nothing can be heard of a withdrawn command any more. */
  function forgottenAt(voided: Voided): number {
    if (contact.tag === 'away') return contactAt + options.recordMs;
    // A server that asks for patience each time begins each silence anew: that, too, ends.
    return Math.min(Math.max(contact.since, voided.at) + SILENT_MS, voided.at + options.recordMs);
  }

  function giveUpOn(id: string, why: 'expired' | 'cancelled', now: number): LaneEffect[] {
    const entry = entries.find((candidate) => candidate.id === id);
    if (entry === undefined) return [];
    if (entry.tag === 'waiting') {
      remove(id);
      return [settle(id, { kind: why })];
    }
    if (entry.voided !== null) return [];
    const voided: SentEntry = { ...entry, voided: { why, at: now } };
    replace(entry, voided);
    return contact.tag === 'open' ? [say(voided, contact.link, now)] : [];
  }

  return {
    get pending() {
      return entries.length;
    },
    get nextExpiry() {
      return earliest(entries.map((entry) => (entry.tag === 'waiting' || entry.voided === null ? entry.expiresAt : forgottenAt(entry.voided))));
    },
    has: (id) => entries.some((entry) => entry.id === id),
    linkReady: (link, now) => (contact.tag === 'away' ? openOn(link, now) : []),
    linkLost(link, now) {
      if (contact.tag === 'away' || contact.link !== link) return;
      if (contact.tag !== 'asking') contactAt = now;
      contact = { tag: 'away' };
    },
    add(draft, link, now) {
      entries.push({ ...draft, tag: 'waiting' });
      if (contact.tag === 'open') return sendWaiting(contact.link, now);
      return contact.tag === 'away' && link !== null ? openOn(link, now) : [];
    },
    laneAnswered(frame, link, now, window) {
      if (contact.tag !== 'asking' || contact.link !== link || frame.lane !== wireName) return [];
      windowSize = window;
      const isKnown = frame.last !== null && frame.last >= answeredTo && frame.last < next;
      if (!isKnown) return startAnew(link, now);
      isCreated = true;
      contactAt = now;
      contact = { tag: 'open', link, since: now };
      return [...sendAgain(link, now), ...sendWaiting(link, now)];
    },
    answered(frame, link, now, window) {
      const entry = entries.find((candidate) => candidate.id === frame.id);
      if (entry === undefined || !isSent(entry)) return [];
      if (frame.t === 'error') {
        if (frame.code === 'lane-conflict') return startAnew(link, now);
        if (frame.code === 'lane-unknown') return refusedUnknown(entry, link, now);
        if (!frame.final) return contact.tag === 'open' ? [rest(link, now, frame.retryAfterMs)] : [];
      }
      refusals = 0;
      windowSize = window;
      answeredTo = Math.max(answeredTo, entry.n);
      remove(entry.id);
      return [settle(entry.id, outcomeOf(frame, entry.voided)), ...(contact.tag === 'open' ? sendWaiting(contact.link, now) : [])];
    },
    rested(now) {
      // Asked for again, not simply sent again: if the two ends disagree about the numbers, this is where it shows.
      if (contact.tag !== 'resting') return [];
      // The lane rests because the server has answered about it: if the link is lost before the next answer, this contact counts.
      contactAt = contact.since;
      return [ask(contact.link, now)];
    },
    cancel: (id, now) => giveUpOn(id, 'cancelled', now),
    get waiting() {
      return entries.filter(isWaiting);
    },
    drop(id) {
      remove(id);
      return [settle(id, { kind: 'dropped' })];
    },
    expire(now) {
      const effects: LaneEffect[] = [];
      // Whoever waits for it would wait for ever, and what comes after it in the lane as well.
      if (entries.some((entry) => isSent(entry) && entry.voided !== null && forgottenAt(entry.voided) <= now)) {
        effects.push(...(contact.tag === 'away' ? forget() : startAnew(contact.link, now)));
      }
      for (const entry of [...entries]) {
        if (entry.expiresAt <= now) effects.push(...giveUpOn(entry.id, 'expired', now));
      }
      return effects;
    },
    abandon() {
      const ends = entries.map((entry) => settle(entry.id, { kind: entry.tag === 'waiting' ? 'cancelled' : 'outcome-unknown' }));
      entries = [];
      // Numbers were given that may never have reached the server: it would wait for them. What comes next gets a fresh lane.
      forget();
      return ends;
    },
  };
}
