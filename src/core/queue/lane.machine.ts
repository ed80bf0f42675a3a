/* oxlint-disable max-lines -- Long because each rule of a lane is a function of its own over one record. */
/**
 * One lane of commands, from send to outcome (rules L1–L4 for a storage without ancestors).
 * The state is one mutable record of plain data; the same calls give the same effects, and no call needs a clock or a promise.
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
  | { readonly type: 'settle'; readonly id: string; readonly outcome: Outcome };

export type Entry =
  | (CommandDraft & { readonly tag: 'waiting' })
  | (CommandDraft & { readonly tag: 'sent'; readonly n: number; readonly attempt: number; readonly voided: Voided | null });

type WaitingEntry = Entry & { tag: 'waiting' };
type SentEntry = Entry & { tag: 'sent' };

/** Not wanted any more, though perhaps sent. */
export interface Voided {
  readonly why: 'expired' | 'cancelled';
  readonly at: number;
}

type Contact =
  | { readonly tag: 'away' }
  | { readonly tag: 'asking' | 'open'; readonly link: number; readonly since: number }
  /** The server asked for patience: the lane is asked for again at `until`. */
  | { readonly tag: 'resting'; readonly link: number; readonly since: number; readonly until: number };

export interface LaneOptions {
  /** A fresh name on the wire; a lane whose record is lost is never used again. */
  freshName(): string;
  /** Spreads a wait at random, so that not all clients ask in the same moment. */
  jitter(ms: number): number;
  /** How long the server keeps the record of a lane that it does not hear of. */
  readonly recordMs: number;
}

/** What is remembered of a lane whatever its link: plain data, stored by `outbox-snapshot.ts`. */
export interface LaneRecord {
  wireName: string;
  /** The server has this lane, as far as is known. */
  isCreated: boolean;
  /** When the server was last known to have the lane. */
  contactAt: number;
  /** Answers in a row that made no sense: the next question about the lane waits. */
  refusals: number;
  next: number;
  /** The highest number whose answer has come. */
  answeredTo: number;
}

/** One lane. Read it anywhere; change it only by the functions of this file, and by `outbox-snapshot.ts` while it is new. */
export interface Lane extends LaneRecord {
  readonly options: LaneOptions;
  contact: Contact;
  windowSize: number;
  /** In order: sent, waiting. */
  entries: Entry[];
}

export function createLane(options: LaneOptions): Lane {
  return {
    options,
    wireName: options.freshName(),
    isCreated: false,
    contactAt: -Infinity,
    refusals: 0,
    next: 1,
    answeredTo: 0,
    contact: { tag: 'away' },
    windowSize: 32,
    entries: [],
  };
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

const isSent = (entry: Entry): entry is SentEntry => entry.tag === 'sent';
const isWaiting = (entry: Entry): entry is WaitingEntry => entry.tag === 'waiting';
const settle = (id: string, outcome: Outcome): LaneEffect => ({ type: 'settle', id, outcome });
const find = (lane: Lane, id: string): Entry | undefined => lane.entries.find((entry) => entry.id === id);

function remove(lane: Lane, id: string): void {
  lane.entries = lane.entries.filter((entry) => entry.id !== id);
}

function replace(lane: Lane, entry: Entry, by: Entry): void {
  lane.entries[lane.entries.indexOf(entry)] = by;
}

function ask(lane: Lane, link: number, now: number): LaneEffect {
  lane.contact = { tag: 'asking', link, since: now };
  return { type: 'say', link, frame: { t: 'lane', lane: lane.wireName, last: lane.answeredTo, ...(!lane.isCreated && { create: true }) } };
}

function say(lane: Lane, entry: SentEntry, link: number, now: number): LaneEffect {
  const { id, name, input, n, voided, expiresAt } = entry;
  return {
    type: 'say',
    link,
    frame: { t: 'command', lane: lane.wireName, n, id, name, input, remainingMs: Math.min(REMAINING_MS, Math.max(0, Math.ceil(expiresAt - now))), ...(voided !== null && { void: true }) },
  };
}

function send(lane: Lane, entry: Entry, sent: SentEntry, link: number, now: number): LaneEffect[] {
  replace(lane, entry, sent);
  return [{ type: 'sent', id: sent.id, attempt: sent.attempt }, say(lane, sent, link, now)];
}

/** Numbers and sends what waits, as far as the window allows. */
function sendWaiting(lane: Lane, now: number): LaneEffect[] {
  const { contact, entries, windowSize } = lane;
  if (contact.tag !== 'open') return [];
  const room = Math.max(0, windowSize - entries.filter(isSent).length);
  const first = entries.filter(isWaiting).slice(0, room);
  return first.flatMap((entry) => send(lane, entry, { ...entry, tag: 'sent', n: lane.next++, attempt: 1, voided: null }, contact.link, now));
}

function sendAgain(lane: Lane, link: number, now: number): LaneEffect[] {
  return lane.entries.filter(isSent).flatMap((entry) => send(lane, entry, { ...entry, attempt: entry.attempt + 1 }, link, now));
}

function rest(lane: Lane, link: number, now: number, ms: number = DEFAULT_REST_MS): LaneEffect[] {
  lane.contact = { tag: 'resting', link, since: now, until: now + lane.options.jitter(Math.min(MAX_REST_MS, Math.max(MIN_REST_MS, ms))) };
  return [];
}

/** The record is gone: what was sent can no longer be known, what was not goes into a fresh lane. */
function forget(lane: Lane): LaneEffect[] {
  const { options, refusals, entries } = lane;
  // Everything else begins anew: the fresh lane was not asked for, whatever question about the former one is under way.
  Object.assign(lane, { ...createLane(options), refusals, entries: entries.filter(isWaiting) } satisfies Lane);
  return entries.filter(isSent).map((entry) => settle(entry.id, { kind: 'outcome-unknown' }));
}

/** The server had no such lane when the command came: if this was its first way there, it was certainly not run. */
function refusedUnknown(lane: Lane, entry: SentEntry, link: number, now: number): LaneEffect[] {
  if (entry.attempt === 1) {
    const { id, name, input, expiresAt } = entry;
    replace(lane, entry, { tag: 'waiting', id, name, input, expiresAt });
  }
  return lane.contact.tag === 'open' ? askUnlessAbsurd(lane, link, now) : [];
}

/** Twice the question is free (a lane denied, and its name not known); from then on it waits, until something was answered. */
function askUnlessAbsurd(lane: Lane, link: number, now: number): LaneEffect[] {
  return ++lane.refusals > 2 ? rest(lane, link, now) : [ask(lane, link, now)];
}

function openOn(lane: Lane, link: number, now: number): LaneEffect[] {
  return lane.entries.length > 0 ? [ask(lane, link, now)] : [];
}

/** Forgets the lane; what was never sent goes on in a fresh one. */
function startAnew(lane: Lane, link: number, now: number): LaneEffect[] {
  const ends = forget(lane);
  return lane.entries.length > 0 ? [...ends, ...askUnlessAbsurd(lane, link, now)] : ends;
}

/** When nothing can be heard of a withdrawn command any more. */
function forgottenAt({ contact, contactAt, options }: Lane, voided: Voided): number {
  if (contact.tag === 'away') return contactAt + options.recordMs;
  // A server that asks for patience each time begins each silence anew: that, too, ends.
  return Math.min(Math.max(contact.since, voided.at) + SILENT_MS, voided.at + options.recordMs);
}

function giveUpOn(lane: Lane, id: string, why: 'expired' | 'cancelled', now: number): LaneEffect[] {
  const entry = find(lane, id);
  if (entry === undefined) return [];
  if (entry.tag === 'waiting') {
    remove(lane, id);
    return [settle(id, { kind: why })];
  }
  if (entry.voided !== null) return [];
  const voided: SentEntry = { ...entry, voided: { why, at: now } };
  replace(lane, entry, voided);
  return lane.contact.tag === 'open' ? [say(lane, voided, lane.contact.link, now)] : [];
}

/** The earliest time at which `wake` has something to do; null: never. */
export function nextWake(lane: Lane): number | null {
  const { entries, contact } = lane;
  if (entries.length === 0) return null;
  const ends = entries.map((entry) => (entry.tag === 'waiting' || entry.voided === null ? entry.expiresAt : forgottenAt(lane, entry.voided)));
  return earliest([...ends, contact.tag === 'resting' ? contact.until : null]);
}

/** @param link - a ready link, or null */
export function linkReady(lane: Lane, link: number | null, now: number): LaneEffect[] {
  return lane.contact.tag === 'away' && link !== null ? openOn(lane, link, now) : [];
}

export function linkLost(lane: Lane, link: number, now: number): void {
  const { contact } = lane;
  if (contact.tag === 'away' || contact.link !== link) return;
  if (contact.tag !== 'asking') lane.contactAt = now;
  lane.contact = { tag: 'away' };
}

/** @param link - a ready link, or null */
export function add(lane: Lane, draft: CommandDraft, link: number | null, now: number): LaneEffect[] {
  lane.entries.push({ ...draft, tag: 'waiting' });
  return [...sendWaiting(lane, now), ...linkReady(lane, link, now)];
}

export function laneAnswered(lane: Lane, frame: LaneFrame, link: number, now: number, window: number): LaneEffect[] {
  if (lane.contact.tag !== 'asking' || lane.contact.link !== link || frame.lane !== lane.wireName) return [];
  lane.windowSize = window;
  const isKnown = frame.last !== null && frame.last >= lane.answeredTo && frame.last < lane.next;
  if (!isKnown) return startAnew(lane, link, now);
  lane.isCreated = true;
  lane.contactAt = now;
  lane.contact = { tag: 'open', link, since: now };
  return [...sendAgain(lane, link, now), ...sendWaiting(lane, now)];
}

export function answered(lane: Lane, frame: ResponseFrame | ErrorFrame, link: number, now: number, window: number): LaneEffect[] {
  const entry = find(lane, frame.id);
  if (entry === undefined || !isSent(entry)) return [];
  if (frame.t === 'error') {
    if (frame.code === 'lane-conflict') return startAnew(lane, link, now);
    if (frame.code === 'lane-unknown') return refusedUnknown(lane, entry, link, now);
    if (!frame.final) return lane.contact.tag === 'open' ? rest(lane, link, now, frame.retryAfterMs) : [];
  }
  lane.refusals = 0;
  lane.windowSize = window;
  lane.answeredTo = Math.max(lane.answeredTo, entry.n);
  remove(lane, entry.id);
  return [settle(entry.id, outcomeOf(frame, entry.voided)), ...sendWaiting(lane, now)];
}

export function cancel(lane: Lane, id: string, now: number): LaneEffect[] {
  return giveUpOn(lane, id, 'cancelled', now);
}

/** Whether a command was never sent, so that it may be dropped. */
export function waits(lane: Lane, id: string): boolean {
  return find(lane, id)?.tag === 'waiting';
}

export function drop(lane: Lane, id: string): LaneEffect[] {
  remove(lane, id);
  return [settle(id, { kind: 'dropped' })];
}

/** Does what is due: commands expire, and a lane that has rested is asked for again. */
export function wake(lane: Lane, now: number): LaneEffect[] {
  const effects: LaneEffect[] = [];
  // Otherwise the lane would wait for the answer forever, and every later command with it.
  if (lane.entries.some((entry) => isSent(entry) && entry.voided !== null && forgottenAt(lane, entry.voided) <= now)) {
    effects.push(...(lane.contact.tag === 'away' ? forget(lane) : startAnew(lane, lane.contact.link, now)));
  }
  for (const entry of [...lane.entries]) {
    if (entry.expiresAt <= now) effects.push(...giveUpOn(lane, entry.id, 'expired', now));
  }
  const { contact } = lane;
  if (contact.tag === 'resting' && contact.until <= now) {
    // The lane rests because the server has answered about it: if the link is lost before the next answer, this contact counts.
    lane.contactAt = contact.since;
    // Asked for again, not simply sent again: a disagreement about the numbers shows here.
    effects.push(...openOn(lane, contact.link, now));
  }
  return effects;
}

/** Gives everything up: what was never sent is cancelled, what was sent has an unknown outcome. */
export function abandon(lane: Lane): LaneEffect[] {
  const ends = lane.entries.map((entry) => settle(entry.id, { kind: entry.tag === 'waiting' ? 'cancelled' : 'outcome-unknown' }));
  lane.entries = [];
  // Numbers were given that may never have reached the server: it would wait for them. What comes next gets a fresh lane.
  forget(lane);
  return ends;
}
