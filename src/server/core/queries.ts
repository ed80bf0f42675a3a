/**
 * The questions of one connection: each gets exactly one answer, and is dropped with the connection.
 * Not here: commands; nothing of a query outlives its answer.
 * `createQueries` is long because ask, run and answer share one set of parts.
 */
import { validate } from '../../core/validate.js';
import type { QueryRef } from '../../core/contract.js';
import { encode, utf8Bytes } from '../../core/protocol/codec.js';
import type { WireError } from '../../core/protocol/codes.js';
import type { CancelFrame, ChannelPosition, QueryFrame } from '../../core/protocol/frames.js';
import { FRAME_DEPTH, PAYLOAD_BYTES, RESULT_BYTES } from '../../core/protocol/limits.js';
import type { Clock } from '../../core/world.js';
import type { AbortHandle, AbortLike } from './abort.js';
import { attempt, type Attempt, type Ended } from './attempt.js';
import type { Broker } from './broker.js';
import type { Catalog } from './catalog.js';
import type { Entry } from './entries.js';
import { EVENT_RUN_BYTES, failedText, notNowText, responseText } from './frame-text.js';
import type { QueryContext, User } from './handlers.js';
import { readInput } from './input.js';
import type { Explain, Logger } from './logger.js';
import type { LongShares } from './long-shares.js';
import type { Parts } from './parts.js';
import type { Running } from './running.js';
import type { Turns } from './turns.js';

const RETRY_MS = 1_000;
/** How many handlers with long answers one connection may have running: their answers wait in memory until the client takes them. */
const LONG_AT_ONCE = 8;

export interface Queries {
  ask(frame: QueryFrame): void;
  cancel(frame: CancelFrame): void;
  /** Aborts what runs. */
  release(): void;
}

interface Answer {
  readonly result?: string;
  readonly positions: readonly ChannelPosition[];
  /** The answer does not fit one frame. `sent`: it goes out in parts; `refused`: too much waits already. */
  readonly long?: 'sent' | 'refused';
}

/** Ends a query with a code; anything else that is thrown ends it as `internal`. */
class Refusal {
  constructor(
    readonly code: WireError,
    readonly message: string,
  ) {}
}

const FORBIDDEN = new Refusal('forbidden', 'This user may not ask this.');
const TOO_LARGE = new Refusal('too-large', 'The answer is over the limit.');
const CANCELLED = 'The client asked to stop.';

export function createQueries(parts: {
  readonly user: User;
  readonly catalog: Pick<Catalog, 'queries' | 'isAllowed' | 'maySubscribe' | 'noteForbidden'>;
  readonly broker: Pick<Broker, 'head'>;
  readonly clock: Clock;
  readonly createAbort: () => AbortHandle;
  readonly handlerMs: number;
  readonly maxQueries: number;
  readonly handlers: Running;
  readonly logger: Logger;
  readonly explain: Explain;
  /** Does nothing once the connection is gone. */
  readonly send: (text: string) => void;
  /** For answers that do not fit one frame; null: this client cannot join them. */
  readonly long: Parts | null;
  /** Of long answers, on all connections of the user. */
  readonly shares: LongShares;
  readonly turns: Turns;
  /** Names of queries that had a long answer once, on any connection. */
  readonly longNames: Set<string>;
}): Queries {
  const { user, catalog, broker, clock, createAbort, handlerMs, maxQueries, handlers, logger, explain, send, long, shares, turns, longNames } = parts;
  const asking = new Map<string, Attempt<Answer>>();
  /** A query keeps its place until its handler has ended: who cancels has no more of them than who waits. */
  let running = 0;
  /** How many running handlers are likely to have a long answer. */
  let longRunning = 0;

  const countLong = (handlers: 1 | -1): void => {
    longRunning += handlers;
    shares.count(user.id, { handlers });
  };

  /** Where the channels stand before the handler reads anything; those that the asker may not hear are left out. */
  const stamp = async (channels: readonly string[]): Promise<readonly ChannelPosition[]> => {
    const stamped = await Promise.all(
      channels.map(async (channel) => ((await catalog.maySubscribe(user, channel)) ? { channel, ...(await broker.head(channel)) } : null)),
    );
    return stamped.filter((position) => position !== null);
  };

  const work = async (entry: Entry<QueryRef, QueryContext<unknown>> | undefined, frame: QueryFrame, abort: AbortHandle): Promise<Answer> => {
    if (entry?.rule === undefined) {
      catalog.noteForbidden('query', user, entry?.ref.key);
      throw FORBIDDEN;
    }
    const input = readInput(entry.ref, frame.input, logger);
    if (!input.ok) throw new Refusal('invalid', input.message);
    if (!(await catalog.isAllowed(entry, user, input.value))) throw FORBIDDEN;
    const positions = await stamp([...new Set(frame.stamp)]);
    const { key } = entry.ref;
    const ask = { input: input.value, user, signal: abort.signal };
    const isLong = (): boolean => long !== null && longNames.has(key);
    const hasRoom = (): boolean => !isLong() || long?.hasRoom() === true;
    let hasPlace = false;
    const takePlace = (): void => {
      hasPlace = true;
      countLong(1);
    };
    const call = (): { readonly returned: unknown } => {
      const returned = entry.handle(ask);
      if (isLong()) takePlace();
      return { returned };
    };
    /** An answer that is computed waits in a place. One that was not expected to be long may find none, and is asked for again. */
    const mayWait = (): boolean => {
      if (!hasPlace && !shares.isFull(user.id)) takePlace();
      return hasPlace;
    };
    try {
      const { returned } = await inTurn(turns.run, abort.signal, () => hasRoom() && (!isLong() || (longRunning < LONG_AT_ONCE && !shares.isFull(user.id))), call);
      const output = await returned;
      return await inTurn(
        turns.runFirst,
        abort.signal,
        () => hasRoom() || !mayWait(),
        (): Answer => (hasRoom() ? write(entry.ref, frame.id, output, positions) : { positions, long: 'refused' }),
      );
    } finally {
      if (hasPlace) countLong(-1);
      if (hasPlace) long?.notify();
    }
  };

  /** Runs `work` in a turn in which `mayRun` holds: work that ran before it may have taken the room. */
  const inTurn = async <T extends object>(run: Turns['run'], signal: AbortLike, mayRun: () => boolean, work: () => T): Promise<T> => {
    for (;;) {
      const did = await run(user.id, () => {
        signal.throwIfAborted();
        return mayRun() ? { value: work() } : null;
      });
      if (did !== null) return did.value;
      await long?.change(signal);
    }
  };

  /** Validates and encodes what the handler returned; a long answer is handed to `long` here. */
  const write = (ref: QueryRef, id: string, output: unknown, positions: readonly ChannelPosition[]): Answer => {
    const checked = validate(ref.output, output);
    if (!checked.ok) throw new Error(`The output does not fit the contract: ${checked.issues}.`);
    if (output === undefined) return { positions };
    const encoded = encode(output, long === null ? PAYLOAD_BYTES : RESULT_BYTES, FRAME_DEPTH - 1);
    if (!encoded.ok && encoded.why === 'malformed') throw new Error(`The output cannot be sent: ${encoded.detail}.`);
    const stampBytes = JSON.stringify(positions).length;
    if (!encoded.ok || stampBytes > EVENT_RUN_BYTES) throw TOO_LARGE;
    if (encoded.text.length <= PAYLOAD_BYTES && utf8Bytes(encoded.text) + stampBytes <= EVENT_RUN_BYTES) return { result: encoded.text, positions };
    if (long === null) throw TOO_LARGE;
    longNames.add(ref.key);
    return { positions, long: long.send(id, encoded.text, positions) ? 'sent' : 'refused' };
  };

  /** Sends the one answer, unless `long` already sends it in parts. */
  const answer = (frame: QueryFrame, end: Ended<Answer>): void => {
    const how = end.kind === 'returned' ? end.value.long : undefined;
    if (how === 'refused') send(notNowText(frame.id, 'unavailable', RETRY_MS));
    else if (how === undefined) send(textOf(frame, end));
  };

  const textOf = (frame: QueryFrame, end: Ended<Answer>): string => {
    const fail = (code: WireError, message: string): string => failedText(frame.id, { kind: 'failed', code, message });
    switch (end.kind) {
      case 'returned':
        return responseText(frame.id, end.value);
      case 'late':
        return fail('timeout', 'The handler took longer than the query had.');
      case 'cancelled':
        return fail('cancelled', CANCELLED);
      case 'threw':
        if (end.error instanceof Refusal) return fail(end.error.code, end.error.message);
        logger.error('The handler of a query failed.', end.error);
        return fail('internal', explain(end.error, "Its handler failed; the server's log says why."));
    }
  };

  return {
    ask(frame) {
      // A second one of the same id cannot be told from the first; the first one's answer is the answer.
      if (asking.has(frame.id) || long?.has(frame.id) === true) return;
      if (running >= maxQueries || handlers.isFull(user.id)) return send(notNowText(frame.id, 'unavailable', RETRY_MS));
      const abort = createAbort();
      const asked = attempt({ clock, ms: Math.min(frame.remainingMs, handlerMs), abort, work: () => work(catalog.queries.get(frame.name), frame, abort) });
      asking.set(frame.id, asked);
      running++;
      handlers.add(user.id, asked.settled);
      void asked.settled.then(() => running--);
      void asked.ended.then((end) => {
        asking.delete(frame.id);
        answer(frame, end);
      });
    },
    cancel({ id }) {
      asking.get(id)?.cancel();
      if (long?.drop(id) === true) send(failedText(id, { kind: 'failed', code: 'cancelled', message: CANCELLED }));
    },
    release() {
      for (const asked of asking.values()) asked.cancel();
      long?.release();
    },
  };
}
