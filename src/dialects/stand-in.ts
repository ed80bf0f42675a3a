/**
 * The hands of a stand-in: a dialect's own functions behind a guard, the order of what goes up, the ping's timer.
 * Not here: what is answered in the server's place (`stand-in.machine.ts`).
 */
import { DEV, RealtimeError } from '../core/errors.js';
import type { ClosePolicy } from '../core/protocol/codes.js';
import type { DialectCan, StandIn, StandInPort } from '../core/protocol/dialect.js';
import type { ServerFrame } from '../core/protocol/frames.js';
import type { Cancel } from '../core/world.js';
import { createStandInState, type Said, type StandInEffect } from './stand-in.machine.js';
import type { DialectWords, Hearing, Saying } from './words.js';

export function createStandIn(can: DialectCan, words: DialectWords, pingMs: number, port: StandInPort): StandIn {
  const state = createStandInState({ can, epoch: port.epoch, pingMs });
  const answers: ServerFrame[] = [];
  const reported = new Set<string>();
  let cancelPing: Cancel | null = null;
  let isOver = false;

  /** Once a kind and socket: a server that speaks gibberish a thousand times a second must not be reported as often. */
  function report(call: string, sentence: string, cause: unknown): void {
    const error = cause instanceof RealtimeError ? cause : new RealtimeError('misuse', sentence, { cause });
    const kind = `${error.code} ${call}`;
    if (reported.has(kind)) return;
    reported.add(kind);
    port.onError(error);
  }

  /** Whether everything that was to be said was sent. */
  function perform(effects: readonly StandInEffect[]): boolean {
    let isSent = true;
    for (const effect of effects) {
      if (effect.type === 'say') {
        const how = utter(effect.saying);
        perform(state.said(effect.saying, how));
        isSent &&= how === 'taken';
      } else if (effect.type === 'report') port.onError(new RealtimeError('internal', DEV && `The server says: ${effect.message}`));
      else if (answers.push(effect.frame) === 1) void Promise.resolve().then(flush);
    }
    return isSent;
  }

  /** After what is under way: the rooms above are in the middle of saying something when they are answered. */
  function flush(): void {
    for (let frame = answers.shift(); frame !== undefined && !isOver; frame = answers.shift()) {
      port.onFrame(frame);
      if (frame.t === 'welcome' && can.ping && cancelPing === null) pingLater();
    }
  }

  function pingLater(): void {
    cancelPing = port.clock.after(pingMs, () => {
      utter({ t: 'ping' });
      pingLater();
    });
  }

  function utter(saying: Saying): Said {
    let text: string | null;
    try {
      text = words.encode(saying);
      hush(text);
      if (text !== null && typeof text !== 'string') throw new TypeError(`encode returned ${typeof text}, not text`);
    } catch (cause) {
      report(`encode ${saying.t}`, DEV && `The dialect failed at '${saying.t}', and nothing was sent. Its function must return at once what the server is to be told, or null. See cause.`, cause);
      return 'failed';
    }
    if (text === null) return 'unsayable';
    return port.send(text) ? 'taken' : 'refused';
  }

  function hear(text: string): void {
    try {
      const heard = words.decode(text) ?? [];
      hush(heard);
      for (const hearing of Array.isArray(heard) ? (heard as readonly Hearing[]) : [heard as Hearing]) {
        if (!isHearing(hearing)) throw new TypeError(`${JSON.stringify(hearing)} is no word of a dialect`);
        perform(state.heard(hearing, port.clock.wall()));
      }
    } catch (cause) {
      report('decode', DEV && 'The dialect failed to read a message of the server, which was ignored. Its function must return at once what the message says, or null. See cause.', cause);
    }
    flush();
  }

  function policyOf(code: number, reason: string): ClosePolicy {
    try {
      const policy = words.closePolicy?.(code, reason) ?? 'reconnect';
      if (!POLICIES.includes(policy)) throw new TypeError(`'${String(policy)}' is none of ${POLICIES.join(', ')}`);
      return policy;
    } catch (cause) {
      report('closePolicy', DEV && 'The closePolicy of the dialect failed, and the link comes back with backoff. See cause.', cause);
      return 'reconnect';
    }
  }

  return {
    policyOf,
    say: (frame) => !isOver && perform(state.told(frame)),
    hear,
    stop() {
      // What the socket took was handed over, and is to be told so.
      state.gone();
      flush();
      isOver = true;
      cancelPing?.();
    },
  };
}

const POLICIES: readonly ClosePolicy[] = ['reconnect', 'wait', 'authenticate', 'stop'];

/** Who answers with a promise is told that it is wrong; what becomes of the promise must not be an unhandled rejection besides. */
function hush(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {});
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isId = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

function isHearing(value: unknown): value is Hearing {
  if (typeof value !== 'object' || value === null) return false;
  const { t, channel, id, tag, name, message } = value as Readonly<Record<string, unknown>>;
  switch (t) {
    case 'welcome':
      return tag === undefined || isText(tag);
    case 'event':
      return isText(channel) && (name === undefined || isText(name));
    case 'subscribed':
    case 'unsubscribed':
      return isText(channel);
    case 'response':
      return isId(id);
    case 'error':
      return (id === undefined || isId(id)) && isText(message);
    default:
      return t === 'pong';
  }
}
