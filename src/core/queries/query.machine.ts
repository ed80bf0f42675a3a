/**
 * Who asked: one question's life, from asking to exactly one answer.
 * A query changes nothing, so it is simply asked again on the next link.
 */
import type { Decision, StateTimer, TimerFired } from '../machine.js';

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
  | TimerFired;

export type QueryEffect =
  | { readonly type: 'ask'; readonly link: number }
  | { readonly type: 'say-cancel'; readonly link: number }
  | { readonly type: 'end'; readonly how: QueryEnd };

/** `startsAt` 'sent': the limit runs from each sending; 'call': from the call, whether the question is under way or waits. */
export function queryTimer({ tag }: QueryState, limitMs: number, startsAt: 'sent' | 'call'): StateTimer {
  return tag === 'asked' || (tag === 'waiting' && startsAt === 'call') ? ['limit', limitMs] : undefined;
}

export function stepQuery(state: QueryState, event: QueryEvent): Decision<QueryState, QueryEffect> {
  if (state.tag === 'ended') return;
  switch (event.type) {
    case 'link-ready':
      return state.tag === 'waiting' ? [{ tag: 'asked', link: event.link }, { type: 'ask', link: event.link }] : undefined;
    case 'link-lost':
      return state.tag === 'asked' && state.link === event.link ? [{ tag: 'waiting' }] : undefined;
    case 'answered':
      return state.tag === 'asked' && state.link === event.link ? [{ tag: 'ended' }, { type: 'end', how: 'answered' }] : undefined;
    case 'cancelled':
      return [{ tag: 'ended' }, ...farewell(state), { type: 'end', how: 'cancelled' }];
    case 'timer-fired':
      return [{ tag: 'ended' }, ...farewell(state), { type: 'end', how: 'timeout' }];
  }
}

function farewell(state: QueryState): QueryEffect[] {
  return state.tag === 'asked' ? [{ type: 'say-cancel', link: state.link }] : [];
}
