/**
 * Come back: one link's life over many sockets.
 * Every end of a socket, whoever ended it, arrives as the one event `closed`; a number tells its generation,
 * so that what a former socket still says changes nothing.
 */
import type { RealtimeErrorCode } from '../errors.js';
import type { Decision as DecisionOf, StateTimer, TimerFired } from '../machine.js';
import type { Timings } from '../options.js';
import { CloseCode, closePolicy, retryAfterMs, type ClosePolicy } from '../protocol/codes.js';
import { backoffMs } from './backoff.js';

/** Why a link is not ready. */
export interface LinkLoss {
  readonly code: number;
  readonly reason: string;
}

interface Trying {
  /** The number of the newest socket. It grows over the whole life of the link; the server tells the newest socket by it (`hello.attempt`). */
  readonly generation: number;
  /** Failed attempts since the link last proved itself. */
  readonly attempt: number;
  /** Refused tokens since the last welcome. */
  readonly refusals: number;
  readonly loss: LinkLoss | null;
}

export type LinkState =
  | { readonly tag: 'idle'; readonly generation: number }
  | (Trying & { readonly tag: 'waiting'; readonly waitMs: number; readonly retryAt: number; readonly mayHurry: boolean })
  | (Trying & { readonly tag: 'authorizing' })
  | (Trying & { readonly tag: 'connecting' })
  | (Trying & { readonly tag: 'greeting' })
  | (Trying & { readonly tag: 'ready' })
  | { readonly tag: 'stopped'; readonly generation: number; readonly code: RealtimeErrorCode; readonly loss: LinkLoss };

export type LinkEvent =
  /** `attempt`: how many attempts have failed before, by whichever link of the pool; there is one backoff for all of them. */
  | { readonly type: 'started'; readonly attempt: number; readonly now: number; readonly roll: number }
  | { readonly type: 'stopped' }
  | { readonly type: 'token-ready' }
  | { readonly type: 'opened'; readonly generation: number }
  /** `isSilent`: nobody said so; the socket is open, and the server is one that does not greet. */
  | { readonly type: 'welcomed'; readonly generation: number; readonly isSilent?: boolean }
  /** `policy`: what a foreign server means by its code. */
  | {
      readonly type: 'closed';
      readonly generation: number;
      readonly code: number;
      readonly reason: string;
      readonly policy?: ClosePolicy | undefined;
      readonly now: number;
      readonly roll: number;
    }
  | { readonly type: 'token-failed'; readonly isFinal: boolean; readonly now: number; readonly roll: number }
  | { readonly type: 'network-returned' }
  /** A ready link of the same pool was lost while this one is on its way: counts as a failed attempt of the pool. */
  | { readonly type: 'sibling-lost' }
  | { readonly type: 'reconnect-asked' }
  | TimerFired;

export type LinkEffect =
  | { readonly type: 'fetch-token' }
  | { readonly type: 'drop-token' }
  | { readonly type: 'open-socket'; readonly generation: number }
  | { readonly type: 'say-hello' }
  | { readonly type: 'tell-ready' }
  /** `isFinal`: it does not come back by itself. */
  | { readonly type: 'tell-lost'; readonly isFinal: boolean }
  /** Let go of the socket; nothing more is to be heard of it. */
  | { readonly type: 'drop-socket'; readonly code: number; readonly reason: string }
  /** Let go of the socket and report it as closed. */
  | { readonly type: 'give-up'; readonly code: number; readonly reason: string };

type Decision = DecisionOf<LinkState, LinkEffect>;
/** One that changes something. */
type Change = NonNullable<Decision>;

export const IDLE_LINK: LinkState = { tag: 'idle', generation: 0 };
/** A server that names no time at all, or next to none, is not asked in a hot loop; one that names years is asked all the same. */
const NAMED_LEAST_MS = 100;
const NAMED_MOST_MS = 600_000;

/** How long each state may last. */
export function linkTimer(state: LinkState, { connectMs, welcomeMs, backoff }: Timings): StateTimer {
  switch (state.tag) {
    case 'waiting':
      return [state.tag, state.waitMs];
    case 'connecting':
      return [state.tag, connectMs];
    case 'greeting':
      return [state.tag, welcomeMs];
    case 'ready':
      // After it, failures count anew; without any there is nothing to count anew.
      return state.attempt + state.refusals > 0 ? [state.tag, backoff.provenMs] : undefined;
    default:
      return undefined;
  }
}

export function createLinkStep(timings: Timings): (state: LinkState, event: LinkEvent) => Decision {
  const fresh = (generation: number): Change => authorize({ generation, attempt: 0, refusals: 0, loss: null });

  function step(state: LinkState, event: LinkEvent): Decision {
    const { generation } = state;
    switch (event.type) {
      case 'started':
        if (state.tag !== 'idle') return;
        if (event.attempt === 0) return fresh(generation);
        return wait({ generation, attempt: event.attempt - 1, refusals: 0, loss: null }, event);
      case 'stopped':
        return [{ tag: 'idle', generation }, ...leave(state)];
      case 'token-ready': {
        if (state.tag !== 'authorizing') return;
        const next = generation + 1;
        return [{ ...trying(state), tag: 'connecting', generation: next }, { type: 'open-socket', generation: next }];
      }
      case 'token-failed':
        return state.tag === 'authorizing' ? afterTokenFailure(state, event) : undefined;
      case 'opened':
        if (state.tag !== 'connecting' || event.generation !== generation) return;
        return [{ ...trying(state), tag: 'greeting' }, { type: 'say-hello' }];
      case 'welcomed':
        if (state.tag !== 'greeting' || event.generation !== generation) return;
        return [{ ...trying(state), tag: 'ready', refusals: event.isSilent === true ? state.refusals : 0, loss: null }, { type: 'tell-ready' }];
      case 'closed':
        return hasSocket(state) && event.generation === generation ? afterClose(state, event) : undefined;
      case 'network-returned':
        return state.tag === 'waiting' && state.mayHurry ? authorize(trying(state)) : undefined;
      case 'sibling-lost':
        return state.tag === 'idle' || state.tag === 'stopped' || state.tag === 'ready' ? undefined : [{ ...state, attempt: state.attempt + 1 }];
      case 'reconnect-asked': {
        // Also one that is on its way: the token that it has, or waits for, may be that of somebody who has signed out meanwhile.
        const [next, ...effects] = fresh(generation);
        return [next, ...leave(state), ...effects];
      }
      case 'timer-fired':
        return afterTimer(state);
    }
  }

  function afterTimer(state: LinkState): Decision {
    switch (state.tag) {
      case 'waiting':
        return authorize(trying(state));
      case 'connecting':
        return [state, { type: 'give-up', code: CloseCode.greetingLate, reason: 'not open in time' }];
      case 'greeting':
        return [state, { type: 'give-up', code: CloseCode.greetingLate, reason: 'no welcome in time' }];
      case 'ready':
        return [{ ...state, attempt: 0, refusals: 0 }];
      default:
        return;
    }
  }

  function afterTokenFailure(state: LinkState & { tag: 'authorizing' }, event: LinkEvent & { type: 'token-failed' }): Change {
    const loss = { code: CloseCode.unauthorized, reason: 'no token' };
    if (event.isFinal) return [{ tag: 'stopped', generation: state.generation, code: 'unauthorized', loss }];
    return wait({ ...trying(state), loss }, event);
  }

  function afterClose(state: LinkState & Trying, event: LinkEvent & { type: 'closed' }): Change {
    const loss = { code: event.code, reason: event.reason };
    const policy = event.policy ?? closePolicy(event.code);
    const refusals = policy === 'authenticate' ? state.refusals + 1 : state.refusals;
    const named = policy === 'wait' ? retryAfterMs(event.reason) : null;
    const [next, ...effects]: Change =
      policy === 'stop' ? [{ tag: 'stopped', generation: state.generation, code: (event.policy === undefined && FATAL_CODES[event.code]) || 'forbidden', loss }]
      : refusals >= 2 ? [{ tag: 'stopped', generation: state.generation, code: 'unauthorized', loss }]
      : wait({ ...trying(state), refusals, loss }, event, named);
    return state.tag === 'ready' ? [next, { type: 'tell-lost', isFinal: next.tag === 'stopped' }, ...effects] : [next, ...effects];
  }

  /** The time that the server named comes first, and on top of it the backoff: clients that were sent away together do not return together. */
  function wait(tries: Trying, { now, roll }: { readonly now: number; readonly roll: number }, namedMs: number | null = null): Change {
    const { backoff } = timings;
    const attempt = tries.attempt + 1;
    if (attempt > (backoff.maxAttempts ?? Infinity)) {
      return [{ tag: 'stopped', generation: tries.generation, code: 'unavailable', loss: tries.loss ?? { code: 1006, reason: '' } }];
    }
    const leastMs = namedMs === null ? 0 : Math.min(NAMED_MOST_MS, Math.max(NAMED_LEAST_MS, namedMs));
    const waitMs = leastMs + backoffMs(tries.attempt, roll, backoff);
    return [{ ...tries, tag: 'waiting', attempt, waitMs, retryAt: now + waitMs, mayHurry: namedMs === null }];
  }

  return step;
}

function authorize(tries: Trying): Change {
  return [{ ...tries, tag: 'authorizing' }, { type: 'fetch-token' }];
}

/** What leaving a state on purpose ends. */
function leave(state: LinkState): LinkEffect[] {
  const drop: LinkEffect = { type: 'drop-socket', code: CloseCode.leaving, reason: '' };
  switch (state.tag) {
    case 'authorizing':
      return [{ type: 'drop-token' }];
    case 'connecting':
    case 'greeting':
      return [drop];
    case 'ready':
      return [{ type: 'tell-lost', isFinal: false }, drop];
    default:
      return [];
  }
}

function hasSocket(state: LinkState): state is LinkState & { tag: 'connecting' | 'greeting' | 'ready' } {
  return state.tag === 'connecting' || state.tag === 'greeting' || state.tag === 'ready';
}

function trying({ generation, attempt, refusals, loss }: Trying): Trying {
  return { generation, attempt, refusals, loss };
}

/** Every other one that says no for good is `forbidden`. */
const FATAL_CODES: Readonly<Record<number, RealtimeErrorCode>> = {
  [CloseCode.badFrame]: 'bad-frame',
  [CloseCode.tooLarge]: 'too-large',
  [CloseCode.incompatible]: 'incompatible',
  [CloseCode.replaced]: 'replaced',
};
