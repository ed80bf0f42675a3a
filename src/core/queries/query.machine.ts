/**
 * Who asked: one question's life, from asking to exactly one answer.
 * A query changes nothing, so it is simply asked again on the next link.
 */
import type { TimerEffect, TimerFired } from '../machine.js';

export type QueryState =
  | { readonly tag: 'waiting' }
  | { readonly tag: 'asked'; readonly link: number }
  | { readonly tag: 'ended' };

export type QueryEnd = 'answered' | 'timeout' | 'cancelled';

export type QueryEvent =
  | { readonly type: 'link-ready'; readonly link: number }
  | { readonly type: 'link-lost'; readonly link: number }
  | { readonly type: 'answered'; readonly link: number }
  | { readonly type: 'cancelled' }
  | TimerFired<'limit'>;

export type QueryEffect =
  | { readonly type: 'ask'; readonly link: number }
  | { readonly type: 'say-cancel'; readonly link: number }
  | { readonly type: 'end'; readonly how: QueryEnd }
  | TimerEffect<'limit'>;

const NOTHING: readonly QueryEffect[] = [];
const STOP: QueryEffect = { type: 'stop-timer', name: 'limit' };

/** `startsAt` 'sent': the limit runs from each sending; 'call': it has been running since the call. */
export function createQueryStep(limitMs: number, startsAt: 'sent' | 'call') {
  const isFromSending = startsAt === 'sent';
  return (state: QueryState, event: QueryEvent): readonly [QueryState, readonly QueryEffect[]] => {
    if (state.tag === 'ended') return [state, NOTHING];
    switch (event.type) {
      case 'link-ready': {
        if (state.tag !== 'waiting') return [state, NOTHING];
        const ask: QueryEffect = { type: 'ask', link: event.link };
        return [{ tag: 'asked', link: event.link }, isFromSending ? [ask, { type: 'start-timer', name: 'limit', ms: limitMs }] : [ask]];
      }
      case 'link-lost':
        if (state.tag !== 'asked' || state.link !== event.link) return [state, NOTHING];
        return [{ tag: 'waiting' }, isFromSending ? [STOP] : NOTHING];
      case 'answered':
        if (state.tag !== 'asked' || state.link !== event.link) return [state, NOTHING];
        return [{ tag: 'ended' }, [STOP, { type: 'end', how: 'answered' }]];
      case 'cancelled':
        return [{ tag: 'ended' }, [STOP, ...farewell(state), { type: 'end', how: 'cancelled' }]];
      case 'timer-fired':
        return [{ tag: 'ended' }, [...farewell(state), { type: 'end', how: 'timeout' }]];
    }
  };
}

function farewell(state: QueryState): QueryEffect[] {
  return state.tag === 'asked' ? [{ type: 'say-cancel', link: state.link }] : [];
}
