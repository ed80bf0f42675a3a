/**
 * The outbox as plain data, to store it and to go on with it in another client.
 * Nothing imports this file but what stores an outbox: a page without that pays nothing for it.
 * Not here: where the data is stored, and which user and client it belongs to.
 */
import { DEV, RealtimeError } from '../errors.js';
import type { Clock } from '../world.js';
import type { Entry, Lane, LaneRecord, Outcome } from './lane.machine.js';
import type { CommandProgress, Outbox } from './outbox.js';

/** A lane: its name on the wire, and what the server should know of it. */
export interface LaneSnapshot extends Omit<LaneRecord, 'contactAt'> {
  /** The contract's name of it. */
  readonly name: string;
  /** For how long the server still keeps the lane, as far as is known. */
  readonly recordMs: number;
}

/** A command without an outcome. */
export interface QueuedCommand {
  readonly id: string;
  readonly name: string;
  readonly input?: unknown;
  /** The contract's name of its lane. */
  readonly lane: string;
  /** Of the input, as it will be sent. */
  readonly bytes: number;
  /** Since it was sent into the outbox. */
  readonly ageMs: number;
  readonly remainingMs: number;
  /** Only of a command that went out: it may be executed. */
  readonly sent?: {
    /** Its number in the lane. */
    readonly n: number;
    readonly attempt: number;
    /** It expired or was cancelled, and the server was asked to void it, so long ago. */
    readonly voided?: { readonly why: 'expired' | 'cancelled'; readonly ageMs: number };
  };
}

/**
 * Plain data that survives JSON. Times are remaining or elapsed milliseconds, as another client has another clock: who stores
 * a snapshot may correct them by the time for which it was stored.
 */
export interface OutboxSnapshot {
  readonly v: 1;
  readonly lanes: readonly LaneSnapshot[];
  /** In the order in which they were sent into the outbox. */
  readonly commands: readonly QueuedCommand[];
}

/** A restored command has no promise and no component: this is called with its outcome, and with how often it was sent. */
export type OnRestoredOutcome = (command: Pick<QueuedCommand, 'id' | 'name' | 'input'> & { readonly attempt: number }, outcome: Outcome) => void;

export function snapshotOutbox(outbox: Outbox, clock: Clock): OutboxSnapshot {
  const now = clock.now();
  return {
    v: 1,
    lanes: Array.from(outbox.lanes, ([name, lane]) => {
      const { wireName, isCreated, refusals, next, answeredTo } = lane;
      return { name, wireName, isCreated, refusals, next, answeredTo, recordMs: recordMs(lane, now) };
    }),
    commands: [...outbox.commands.values()].flatMap(({ command, lane, at }): QueuedCommand[] => {
      const { id, name, input, bytes } = command;
      const entry = lane.entries.find((candidate) => candidate.id === id);
      // Its outcome has come, and the outbox is about to report the outcome.
      if (entry === undefined) return [];
      const ageMs = Math.max(0, clock.wall() - at);
      const remainingMs = Math.max(0, entry.expiresAt - now);
      return [{ id, name, ...(input !== undefined && { input }), lane: command.lane, bytes, ageMs, remainingMs, ...(entry.tag === 'sent' && { sent: sentPart(entry, now) }) }];
    }),
  };
}

function sentPart({ n, attempt, voided }: Entry & { tag: 'sent' }, now: number): QueuedCommand['sent'] & object {
  return { n, attempt, ...(voided !== null && { voided: { why: voided.why, ageMs: now - voided.at } }) };
}

/** As if the link were lost now. */
function recordMs({ contact, contactAt, options }: Lane, now: number): number {
  const isInContact = contact.tag === 'open' || contact.tag === 'resting';
  return Math.max(0, (isInContact ? now : contactAt) + options.recordMs - now);
}

/**
 * Goes on with a stored outbox, in one that has not sent anything yet. Commands that were sent are offered again under their
 * numbers: a server that still has the lane answers them, and if it has not, they end `outcome-unknown`.
 *
 * Restore a snapshot in one client at a time: two would use the same numbers.
 *
 * @param link - a ready link; null: there is none yet
 * @throws RealtimeError `invalid` if the data is no snapshot; then nothing was restored
 * @throws RealtimeError `misuse` if the outbox was used already
 */
export function restoreOutbox(outbox: Outbox, data: unknown, { clock, link, onOutcome }: { readonly clock: Clock; readonly link: number | null; readonly onOutcome: OnRestoredOutcome }): void {
  if (outbox.lanes.size > 0) throw new RealtimeError('misuse', DEV && 'A snapshot was restored into an outbox that was used already. Restore it before the first command.');
  const { lanes, commands } = checkSnapshot(data);
  const now = clock.now();
  for (const { name, recordMs, wireName, isCreated, refusals, next, answeredTo } of lanes) {
    const lane = outbox.laneFor(name);
    Object.assign(lane, { wireName, isCreated, refusals, next, answeredTo, contactAt: now + recordMs - lane.options.recordMs } satisfies LaneRecord);
  }
  for (const { id, name, input, lane, bytes, ageMs, remainingMs, sent } of commands) {
    const draft = { id, name, input, expiresAt: now + remainingMs };
    outbox.laneFor(lane).entries.push(
      sent === undefined ? { ...draft, tag: 'waiting' } : { ...draft, tag: 'sent', n: sent.n, attempt: sent.attempt, voided: sent.voided === undefined ? null : { why: sent.voided.why, at: now - sent.voided.ageMs } },
    );
    let attempt = sent?.attempt ?? 0;
    const onProgress = (progress: CommandProgress): void => {
      if (progress.status === 'sent') attempt = progress.attempt;
    };
    outbox.take({ id, name, lane, input, bytes, onProgress, onOutcome: (outcome) => onOutcome({ id, name, input, attempt }, outcome) }, clock.wall() - ageMs, attempt);
  }
  outbox.resume(link);
}

type Fields = Readonly<Record<string, unknown>>;

/** Stored data is input from outside: it may be cut off, changed, or of a later version. */
function checkSnapshot(data: unknown): OutboxSnapshot {
  const snapshot = fieldsOf(data, 'it');
  if (snapshot.v !== 1) refuse(`v is ${String(snapshot.v)}, and this version reads 1`);
  const lanes = new Map<unknown, Fields>();
  for (const [place, lane] of listOf(snapshot, 'lanes')) {
    for (const field of ['name', 'wireName']) must(isText(lane[field]), `${place}.${field}`);
    must(!lanes.has(lane.name), `${place}.name`);
    must(typeof lane.isCreated === 'boolean', `${place}.isCreated`);
    for (const field of ['refusals', 'answeredTo']) must(isCount(lane[field]), `${place}.${field}`);
    must(isCount(lane.next) && lane.next > (lane.answeredTo as number), `${place}.next`);
    must(isMs(lane.recordMs), `${place}.recordMs`);
    lanes.set(lane.name, lane);
  }
  const ids = new Set<unknown>();
  const numbers = new Set<string>();
  for (const [place, command] of listOf(snapshot, 'commands')) {
    for (const field of ['id', 'name']) must(isText(command[field]), `${place}.${field}`);
    must(!ids.has(command.id), `${place}.id`);
    ids.add(command.id);
    const lane = lanes.get(command.lane) ?? refuse(`${place}.lane`);
    must(isCount(command.bytes), `${place}.bytes`);
    for (const field of ['ageMs', 'remainingMs']) must(isMs(command[field]), `${place}.${field}`);
    if (command.sent === undefined) continue;
    const sent = fieldsOf(command.sent, `${place}.sent`);
    const number = `${String(command.lane)} ${String(sent.n)}`;
    must(isCount(sent.n) && sent.n > 0 && sent.n < (lane.next as number) && lane.isCreated === true && !numbers.has(number), `${place}.sent.n`);
    numbers.add(number);
    must(isCount(sent.attempt) && sent.attempt > 0, `${place}.sent.attempt`);
    if (sent.voided === undefined) continue;
    const voided = fieldsOf(sent.voided, `${place}.sent.voided`);
    must(voided.why === 'expired' || voided.why === 'cancelled', `${place}.sent.voided.why`);
    must(isMs(voided.ageMs), `${place}.sent.voided.ageMs`);
  }
  return data as OutboxSnapshot;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isMs = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;

function listOf(snapshot: Fields, name: string): (readonly [string, Fields])[] {
  const list = snapshot[name];
  return Array.isArray(list) ? list.map((item, index) => [`${name}[${index}]`, fieldsOf(item, `${name}[${index}]`)] as const) : refuse(name);
}

function fieldsOf(value: unknown, place: string): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : refuse(place);
}

function must(isTrue: boolean, place: string): void {
  if (!isTrue) refuse(place);
}

function refuse(place: string): never {
  throw new RealtimeError('invalid', DEV && `This is no snapshot of an outbox that can be restored: ${place} is missing or wrong. Delete it, and tell the user that unsent changes are lost.`);
}
