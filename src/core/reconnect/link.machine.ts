/**
 * Come back: one link's life over many sockets.
 * Every end of a socket, whoever ended it, arrives as the one event `closed`; a number tells its generation,
 * so that what a former socket still says changes nothing.
 */
import type { RealtimeErrorCode } from '../errors.js';
import type { TimerEffect, TimerFired } from '../machine.js';
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
  | (Trying & { readonly tag: 'waiting'; readonly retryAt: number; readonly mayHurry: boolean })
  | (Trying & { readonly tag: 'authorizing' })
  | (Trying & { readonly tag: 'connecting' })
  | (Trying & { readonly tag: 'greeting' })
  | (Trying & { readonly tag: 'ready' })
  | { readonly tag: 'stopped'; readonly generation: number; readonly code: RealtimeErrorCode; readonly loss: LinkLoss };

type LinkTimer = 'retry' | 'connect' | 'welcome' | 'proven';

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
  | TimerFired<LinkTimer>;

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
  | { readonly type: 'give-up'; readonly code: number; readonly reason: string }
  | TimerEffect<LinkTimer>;

type Decision = readonly [LinkState, readonly LinkEffect[]];

export const IDLE_LINK: LinkState = { tag: 'idle', generation: 0 };
const NOTHING: readonly LinkEffect[] = [];
/** A server that names no time at all, or next to none, is not asked in a hot loop; one that names years is asked all the same. */
const NAMED_LEAST_MS = 100;
const NAMED_MOST_MS = 600_000;
const stop = (name: LinkTimer): LinkEffect => ({ type: 'stop-timer', name });
const start = (name: LinkTimer, ms: number): LinkEffect => ({ type: 'start-timer', name, ms });

export function createLinkStep(timings: Timings): (state: LinkState, event: LinkEvent) => Decision {
  const fresh = (generation: number): Decision => authorize({ generation, attempt: 0, refusals: 0, loss: null });

  function step(state: LinkState, event: LinkEvent): Decision {
    switch (event.type) {
      case 'started':
        if (state.tag !== 'idle') return [state, NOTHING];
        if (event.attempt === 0) return fresh(state.generation);
        return wait({ generation: state.generation, attempt: event.attempt - 1, refusals: 0, loss: null }, event, 0, true);
      case 'stopped':
        return [{ tag: 'idle', generation: state.generation }, leave(state)];
      case 'token-ready': {
        if (state.tag !== 'authorizing') return [state, NOTHING];
        const generation = state.generation + 1;
        return [
          { ...trying(state), tag: 'connecting', generation },
          [{ type: 'open-socket', generation }, start('connect', timings.connectMs)],
        ];
      }
      case 'token-failed':
        return state.tag === 'authorizing' ? afterTokenFailure(state, event) : [state, NOTHING];
      case 'opened':
        if (state.tag !== 'connecting' || event.generation !== state.generation) return [state, NOTHING];
        return [
          { ...trying(state), tag: 'greeting' },
          [stop('connect'), { type: 'say-hello' }, start('welcome', timings.welcomeMs)],
        ];
      case 'welcomed':
        if (state.tag !== 'greeting' || event.generation !== state.generation) return [state, NOTHING];
        return [
          { ...trying(state), tag: 'ready', refusals: event.isSilent === true ? state.refusals : 0, loss: null },
          [stop('welcome'), start('proven', timings.backoff.provenMs), { type: 'tell-ready' }],
        ];
      case 'closed':
        return hasSocket(state) && event.generation === state.generation ? afterClose(state, event) : [state, NOTHING];
      case 'network-returned':
        if (state.tag !== 'waiting' || !state.mayHurry) return [state, NOTHING];
        return authorize(trying(state), [stop('retry')]);
      case 'sibling-lost':
        return state.tag === 'idle' || state.tag === 'stopped' || state.tag === 'ready' ? [state, NOTHING] : [{ ...state, attempt: state.attempt + 1 }, NOTHING];
      case 'reconnect-asked':
        return reconnect(state);
      case 'timer-fired':
        return afterTimer(state, event.name);
    }
  }

  /** Also one that is on its way: the token that it has, or waits for, may be that of somebody who has signed out meanwhile. */
  function reconnect(state: LinkState): Decision {
    const [next, effects] = fresh(state.generation);
    return [next, [...leave(state), ...effects]];
  }

  function afterTimer(state: LinkState, name: LinkTimer): Decision {
    switch (name) {
      case 'retry':
        return state.tag === 'waiting' ? authorize(trying(state)) : [state, NOTHING];
      case 'connect':
        if (state.tag !== 'connecting') return [state, NOTHING];
        return [state, [{ type: 'give-up', code: CloseCode.greetingLate, reason: 'not open in time' }]];
      case 'welcome':
        if (state.tag !== 'greeting') return [state, NOTHING];
        return [state, [{ type: 'give-up', code: CloseCode.greetingLate, reason: 'no welcome in time' }]];
      case 'proven':
        return state.tag === 'ready' ? [{ ...state, attempt: 0, refusals: 0 }, NOTHING] : [state, NOTHING];
    }
  }

  function afterTokenFailure(state: LinkState & { tag: 'authorizing' }, event: LinkEvent & { type: 'token-failed' }): Decision {
    const loss = { code: CloseCode.unauthorized, reason: 'no token' };
    if (event.isFinal) return [{ tag: 'stopped', generation: state.generation, code: 'unauthorized', loss }, NOTHING];
    return wait({ ...trying(state), loss }, event, 0, true);
  }

  function afterClose(state: LinkState & Trying, event: LinkEvent & { type: 'closed' }): Decision {
    const loss = { code: event.code, reason: event.reason };
    const policy = event.policy ?? closePolicy(event.code);
    const refusals = policy === 'authenticate' ? state.refusals + 1 : state.refusals;
    const named = policy === 'wait' ? retryAfterMs(event.reason) : null;
    const [next, effects]: Decision =
      policy === 'stop' ? [{ tag: 'stopped', generation: state.generation, code: (event.policy === undefined && FATAL_CODES[event.code]) || 'forbidden', loss }, NOTHING]
      : refusals >= 2 ? [{ tag: 'stopped', generation: state.generation, code: 'unauthorized', loss }, NOTHING]
      : wait({ ...trying(state), refusals, loss }, event, named === null ? 0 : Math.min(NAMED_MOST_MS, Math.max(NAMED_LEAST_MS, named)), named === null);
    const told: readonly LinkEffect[] = state.tag === 'ready' ? [{ type: 'tell-lost', isFinal: next.tag === 'stopped' }] : NOTHING;
    return [next, [stop('connect'), stop('welcome'), stop('proven'), ...told, ...effects]];
  }

  /** What the server named comes first, and on top of it the backoff: who was sent away together does not return together. */
  function wait(tries: Trying, { now, roll }: { readonly now: number; readonly roll: number }, namedMs: number, mayHurry: boolean): Decision {
    const { backoff } = timings;
    const attempt = tries.attempt + 1;
    if (attempt > (backoff.maxAttempts ?? Infinity)) {
      return [{ tag: 'stopped', generation: tries.generation, code: 'unavailable', loss: tries.loss ?? { code: 1006, reason: '' } }, NOTHING];
    }
    const ms = namedMs + backoffMs(tries.attempt, roll, backoff);
    return [{ ...tries, tag: 'waiting', attempt, retryAt: now + ms, mayHurry }, [start('retry', ms)]];
  }

  return step;
}

function authorize(tries: Trying, effects: readonly LinkEffect[] = []): Decision {
  return [{ ...tries, tag: 'authorizing' }, [...effects, { type: 'fetch-token' }]];
}

/** What leaving a state on purpose ends. */
function leave(state: LinkState): LinkEffect[] {
  const drop: LinkEffect = { type: 'drop-socket', code: CloseCode.leaving, reason: '' };
  switch (state.tag) {
    case 'idle':
    case 'stopped':
      return [];
    case 'waiting':
      return [stop('retry')];
    case 'authorizing':
      return [{ type: 'drop-token' }];
    case 'connecting':
      return [stop('connect'), drop];
    case 'greeting':
      return [stop('welcome'), drop];
    case 'ready':
      return [stop('proven'), { type: 'tell-lost', isFinal: false }, drop];
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
