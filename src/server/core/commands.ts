/* oxlint-disable max-lines -- Long because begin, run and commit share one set of parts. */
/**
 * Commands from arrival to their one outcome: a lane runs them in order, a commit decides, once (rules L1, L6, L7).
 * Not here: where outcomes are kept (broker), and which connection hears of them.
 */
import { validate } from '../../core/validate.js';
import type { CommandRef } from '../../core/contract.js';
import { encode, utf8Bytes } from '../../core/protocol/codec.js';
import type { CommandFrame, LaneAskFrame } from '../../core/protocol/frames.js';
import { FRAME_DEPTH, PAYLOAD_BYTES } from '../../core/protocol/limits.js';
import type { AbortHandle } from './abort.js';
import { attempt, type Ended } from './attempt.js';
import type { Broker } from './broker.js';
import type { Catalog } from './catalog.js';
import type { StoredEvent } from './channel-log.js';
import type { Entry } from './entries.js';
import { EVENT_RUN_BYTES, failedText, frameText, notNowText, responseText, resultExpiredText } from './frame-text.js';
import type { CommandContext, User } from './handlers.js';
import { readInput } from './input.js';
import { createLaneQueue, type Work } from './lane-queue.js';
import type { BeginResult, LaneKey, Outcome } from './lane-log.js';
import type { Append } from './log.js';
import type { Explain, Logger } from './logger.js';
import { publication } from './publication.js';
import type { Running } from './running.js';
import type { ServerWorld } from './server-world.js';
import { createWaiting, type Ticket } from './waiting.js';

const RETRY_MS = 1_000;
/** What a lane may have waiting here: twice the window, for a client that comes back with all of it. */
const WAITING_PER_LANE = 64;

type Failed = Extract<Outcome, { kind: 'failed' }>;

/** A command that has its answer. */
export interface Ran {
  /** The one answer. */
  readonly text: string;
  /** Its handler has ended, perhaps long after the answer, perhaps never. Never rejects. */
  readonly settled: Promise<unknown>;
}

export interface Commands {
  /** Never rejects. `malformed`: what is wrong with the frame; the command is not run, and recorded as `invalid`. */
  run(user: User, client: string, frame: CommandFrame, malformed?: string): Promise<Ran>;
  openLane(user: User, client: string, frame: LaneAskFrame): Promise<string>;
  /** Handlers of these users that have not been called by now will not be, for what has arrived so far. */
  withdraw(isTheirs: (user: User) => boolean): void;
  /** Begins nothing from now on; resolves when what has begun is answered. */
  drain(): Promise<unknown>;
}

/** What a handler's `reject` throws; nothing else ends a command as `rejected`. */
class Rejection {
  constructor(readonly failed: Failed) {}
}

/** What takes the place of a handler that may not be called any more. */
const WITHDRAWN = new Error('The command was withdrawn, or its user closed, before its handler was called.');

const failed = (code: Failed['code'], message: string): Failed => ({ kind: 'failed', code, message });
const FORBIDDEN = failed('forbidden', 'This user may not run this command.');
const TIMEOUT = failed('timeout', 'The command took longer than it had.');
const OUTCOME_UNKNOWN = failed('outcome-unknown', 'The server does not know any more how the command ended.');
const TOO_LARGE = failed('too-large', 'What the command answers is over the limit.');

interface Effect {
  readonly outcome: Outcome;
  readonly appends: readonly Append[];
}

/** An effect, and when the handler that had it is over. */
interface Executed extends Effect, Pick<Ran, 'settled'> {}

type LaneRan = Ran & Work;

/** What a command waits with for its turn. */
interface Turn {
  /** By the server's clock. */
  readonly deadline: number;
  readonly ticket: Ticket;
  /** What is wrong with the frame. */
  readonly malformed: string | undefined;
}

const OVER = Promise.resolve();
const over = (text: string): LaneRan => ({ text, settled: OVER, laneFree: OVER });

export function createCommands(parts: {
  readonly catalog: Pick<Catalog, 'commands' | 'isAllowed' | 'nameOf' | 'noteForbidden'>;
  readonly broker: Broker;
  readonly world: Pick<ServerWorld, 'clock'>;
  readonly createAbort: () => AbortHandle;
  readonly handlerMs: number;
  readonly handlers: Running;
  /** Commands of one user that wait for their turn. */
  readonly maxWaiting: number;
  readonly logger: Logger;
  readonly explain: Explain;
}): Commands {
  const { catalog, broker, world, createAbort, handlerMs, handlers, maxWaiting, logger, explain } = parts;
  const { clock } = world;
  const answering = new Set<Promise<Ran>>();
  let isDraining = false;
  const queue = createLaneQueue<LaneRan>(WAITING_PER_LANE);
  const waiting = createWaiting(maxWaiting);

  const forbid = (user: User, name?: string): Failed => {
    catalog.noteForbidden('command', user, name);
    return FORBIDDEN;
  };

  /** Runs the handler; what it published counts only if it returned in time. Null: it may not be run now. */
  const execute = async (entry: Entry<CommandRef, CommandContext<unknown>>, user: User, frame: CommandFrame, turn: Turn): Promise<Executed | null> => {
    const left = turn.deadline - clock.now();
    if (left <= 0) return { outcome: TIMEOUT, appends: [], settled: OVER };
    const abort = createAbort();
    const buffer = createBuffer(catalog, { user, command: frame.id, wall: () => clock.wall() });
    const { ended, settled } = attempt({
      clock,
      ms: Math.min(left, handlerMs),
      abort,
      work: async () => {
        const input = entry.rule === undefined ? null : readInput(entry.ref, frame.input, logger);
        if (input === null) return forbid(user, entry.ref.key);
        if (!input.ok) return failed('invalid', input.message);
        if (!(await catalog.isAllowed(entry, user, input.value))) return FORBIDDEN;
        abort.signal.throwIfAborted();
        if (turn.ticket.isWithdrawn || turn.ticket.isVoid) throw WITHDRAWN;
        turn.ticket.leave();
        const output = await entry.handle({
          input: input.value,
          user,
          id: frame.id,
          signal: abort.signal,
          publish: buffer.publish,
          reject: (name, data) => reject(entry.ref, name, data),
        });
        return doneOutcome(entry.ref, output);
      },
    });
    handlers.add(user.id, settled);
    const end = await ended;
    buffer.close();
    if (end.kind === 'threw' && end.error === WITHDRAWN) return null;
    return { ...effectAfter(entry, end, buffer.appends), settled };
  };

  const effectAfter = ({ ref }: { readonly ref: CommandRef }, end: Ended<Outcome>, appends: readonly Append[]): Effect => {
    switch (end.kind) {
      case 'returned':
        return effectOf(end.value, appends);
      case 'threw':
        if (end.error instanceof Rejection) return { outcome: end.error.failed, appends: [] };
        logger.error(`The handler of command '${ref.key}' failed.`, end.error);
        return { outcome: failed('internal', explain(end.error, "Its handler failed; the server's log says why.")), appends: [] };
      case 'late':
      case 'cancelled':
        logger.warn(`The handler of command '${ref.key}' took too long.`);
        return { outcome: TIMEOUT, appends: [] };
    }
  };

  /** A late handler holds its lane up for as long as a handler may take once more; then order in the lane is no longer kept from it. */
  const laneFreeAfter = (settled: Promise<unknown>, name: string): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(handlerMs, () => {
        logger.warn(`The handler of command '${name}' still runs long after its time; its lane goes on without it.`);
        resolve();
      });
      void settled.then(() => {
        cancel();
        resolve();
      });
    });

  const answerOf = (id: string, began: Exclude<BeginResult, { kind: 'run' }>): string => {
    switch (began.kind) {
      case 'finished':
        return outcomeText(id, began.outcome, began.positions, broker.fence());
      case 'finished-long-ago':
        return failedText(id, OUTCOME_UNKNOWN);
      case 'conflict':
        return failedText(id, failed('lane-conflict', 'This number of the lane belongs to another command.'));
      case 'unknown':
        // Not final: what this server does not know may have been run all the same. Nothing to wait for: asking for the lane tells.
        return notNowText(id, 'lane-unknown', 0);
      case 'out-of-order':
        return notNowText(id, 'out-of-order', RETRY_MS);
    }
  };

  const process = async (key: LaneKey, user: User, frame: CommandFrame, turn: Turn): Promise<LaneRan> => {
    const { n, id } = frame;
    if (isDraining || turn.ticket.isWithdrawn || handlers.isFull(user.id)) return over(notNowText(id, 'unavailable', RETRY_MS));
    const began = frame.void === true || turn.ticket.isVoid ? await broker.void(key, n, id) : await broker.begin(key, n, id);
    if (began.kind !== 'run') return over(answerOf(id, began));
    if (turn.malformed !== undefined) return over(await commit(key, frame, { outcome: failed('invalid', turn.malformed), appends: [] }));
    const entry = catalog.commands.get(frame.name);
    if (entry === undefined) return over(await commit(key, frame, { outcome: forbid(user), appends: [] }));
    const executed = await execute(entry, user, frame, turn);
    if (executed === null) {
      if (turn.ticket.isVoid) return over(await recorded(key, frame));
      await broker.release(key, n, id);
      return over(notNowText(id, 'unavailable', RETRY_MS));
    }
    const laneFree = executed.outcome === TIMEOUT ? laneFreeAfter(executed.settled, frame.name) : OVER;
    const text = await commit(key, frame, executed).catch((error: unknown) => notNow(frame, error));
    return { text, settled: executed.settled, laneFree };
  };

  const commit = async (key: LaneKey, { n, id }: CommandFrame, { outcome, appends }: Effect): Promise<string> => {
    const committed = await broker.commit(key, n, id, outcome, appends);
    if (committed.kind === 'committed') return outcomeText(id, outcome, committed.positions, broker.fence());
    // Somebody else finished this number meanwhile; what they recorded is its outcome.
    return recorded(key, { n, id });
  };

  /** The outcome that a number has; without one it gets `void`. */
  const recorded = async (key: LaneKey, { n, id }: Pick<CommandFrame, 'n' | 'id'>): Promise<string> => {
    const result = await broker.void(key, n, id);
    // Not `lane-unknown`: that says that the handler was not called, and the client would send the command again.
    if (result.kind === 'unknown') return failedText(id, OUTCOME_UNKNOWN);
    return result.kind === 'run' ? notNowText(id, 'unavailable', RETRY_MS) : answerOf(id, result);
  };

  const notNow = ({ id }: CommandFrame, error: unknown): string => {
    logger.error('A command could not be brought to its outcome; the client will offer it again.', error);
    return notNowText(id, 'unavailable', RETRY_MS);
  };

  const runInLane = async (user: User, client: string, frame: CommandFrame, malformed: string | undefined): Promise<Ran> => {
    const key: LaneKey = { principal: user.id, client, lane: frame.lane };
    const lane = JSON.stringify([user.id, client, frame.lane]);
    const command = JSON.stringify([lane, frame.n, frame.id]);
    const deadline = clock.now() + frame.remainingMs;
    // Before its own turn comes: the command that it withdraws may wait, and must not be run meanwhile.
    if (frame.void === true) waiting.void(user, command);
    const ticket = isDraining ? null : waiting.enter(user, command);
    try {
      const ran = ticket === null ? null : queue.add(lane, () => process(key, user, frame, { deadline, ticket, malformed }));
      return ran === null ? over(notNowText(frame.id, 'unavailable', RETRY_MS)) : await ran;
    } catch (error) {
      return over(notNow(frame, error));
    } finally {
      ticket?.leave();
    }
  };

  return {
    run(user, client, frame, malformed) {
      const ran = runInLane(user, client, frame, malformed);
      answering.add(ran);
      void ran.then(() => answering.delete(ran));
      return ran;
    },
    async openLane(user, client, frame) {
      const last = await broker.openLane({ principal: user.id, client, lane: frame.lane }, frame.create === true ? frame.last : null);
      return frameText({ t: 'lane', lane: frame.lane, last, fence: broker.fence() });
    },
    withdraw: waiting.withdraw,
    drain() {
      isDraining = true;
      return Promise.all(answering);
    },
  };
}

/** Collects what a handler publishes, until it ends. */
function createBuffer(catalog: Pick<Catalog, 'nameOf'>, by: { readonly user: User; readonly command: string; readonly wall: () => number }) {
  const appends: { readonly channel: string; readonly events: StoredEvent[] }[] = [];
  let isClosed = false;
  const publish: CommandContext<unknown>['publish'] = (ref, params, event, data) => {
    if (isClosed) throw new Error('The command has ended; what it publishes now is lost. Await everything before the handler returns.');
    const channel = catalog.nameOf(ref, params as Readonly<Record<string, string | number>>);
    const stored = publication(ref, event, data, { time: by.wall(), by: by.user.tag, command: by.command });
    const last = appends.at(-1);
    if (last?.channel === channel) last.events.push(stored);
    else appends.push({ channel, events: [stored] });
  };
  return {
    appends,
    publish,
    close() {
      isClosed = true;
    },
  };
}

function reject(ref: CommandRef, name: string, data: unknown): never {
  const schema = Object.hasOwn(ref.errors, name) ? ref.errors[name] : undefined;
  if (schema === undefined) throw new Error(`The contract names no error '${name}'.`);
  const checked = validate(schema, data);
  if (!checked.ok) throw new Error(`The data of '${name}' does not fit the contract: ${checked.issues}.`);
  const rejected = { ...failed('rejected', 'The server said no.'), name };
  if (data === undefined) throw new Rejection(rejected);
  const encoded = encode(data, PAYLOAD_BYTES, FRAME_DEPTH - 1);
  if (!encoded.ok) throw new Error(`The data of '${name}' cannot be sent: ${encoded.detail}.`);
  throw new Rejection({ ...rejected, data: encoded.text });
}

/** Checks and writes what the handler returned; throws if it does not fit the contract. */
function doneOutcome(ref: CommandRef, output: unknown): Outcome {
  if (ref.output === undefined) return { kind: 'done' };
  const checked = validate(ref.output, output);
  if (!checked.ok) throw new Error(`The output does not fit the contract: ${checked.issues}.`);
  if (output === undefined) return { kind: 'done' };
  const encoded = encode(output, PAYLOAD_BYTES, FRAME_DEPTH - 1);
  if (encoded.ok) return { kind: 'done', result: encoded.text };
  if (encoded.why === 'malformed') throw new Error(`The output cannot be sent: ${encoded.detail}.`);
  return TOO_LARGE;
}

/** The answer names where the events landed, so many channels leave less room for the result. */
function effectOf(outcome: Outcome, appends: readonly Append[]): Effect {
  if (outcome.kind === 'failed') return { outcome, appends: [] };
  const channels = new Set(appends.map(({ channel }) => channel));
  let bytes = utf8Bytes(outcome.result ?? '');
  for (const channel of channels) bytes += channel.length + 120;
  return bytes > EVENT_RUN_BYTES ? { outcome: TOO_LARGE, appends: [] } : { outcome, appends };
}

function outcomeText(id: string, outcome: Outcome, positions: Parameters<typeof responseText>[1]['positions'], fence: string): string {
  if (outcome.kind === 'failed') return failedText(id, outcome);
  if (outcome.isExpired === true) return resultExpiredText(id, positions);
  return responseText(id, { ...(outcome.result !== undefined && { result: outcome.result }), fence, positions });
}
