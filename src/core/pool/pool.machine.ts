/**
 * Share: whether there is to be a link at all. Users hold the pool; the last one's going is followed by a while of grace.
 * Not here: what a link does when it is lost (it comes back by itself).
 */
import type { TimerEffect, TimerFired } from '../machine.js';

export type PoolState =
  | { readonly tag: 'empty' }
  | { readonly tag: 'open'; readonly holders: number }
  | { readonly tag: 'lingering' }
  /** Disconnected by the application, until it says otherwise. */
  | { readonly tag: 'paused'; readonly holders: number }
  | { readonly tag: 'closed' };

export type PoolEvent =
  | { readonly type: 'held' }
  | { readonly type: 'released' }
  | { readonly type: 'disconnect-asked' }
  | { readonly type: 'reconnect-asked' }
  | { readonly type: 'disposed' }
  | TimerFired<'linger'>;

export type PoolEffect =
  | { readonly type: 'start-link' }
  | { readonly type: 'stop-link' }
  | { readonly type: 'reconnect-link' }
  | TimerEffect<'linger'>;

const NOTHING: readonly PoolEffect[] = [];
const STOP: PoolEffect = { type: 'stop-link' };
const STOP_TIMER: PoolEffect = { type: 'stop-timer', name: 'linger' };

export function createPoolStep(lingerMs: number): (state: PoolState, event: PoolEvent) => readonly [PoolState, readonly PoolEffect[]] {
  return (state, event) => {
    if (state.tag === 'closed') return [state, NOTHING];
    const holders = 'holders' in state ? state.holders : 0;
    switch (event.type) {
      case 'held':
        if (state.tag === 'paused' || state.tag === 'open') return [{ ...state, holders: holders + 1 }, NOTHING];
        return [{ tag: 'open', holders: 1 }, [state.tag === 'lingering' ? STOP_TIMER : { type: 'start-link' }]];
      case 'released':
        if (state.tag === 'paused') return [{ ...state, holders: Math.max(0, holders - 1) }, NOTHING];
        if (state.tag !== 'open') return [state, NOTHING];
        if (holders > 1) return [{ ...state, holders: holders - 1 }, NOTHING];
        return [{ tag: 'lingering' }, [{ type: 'start-timer', name: 'linger', ms: lingerMs }]];
      case 'timer-fired':
        return state.tag === 'lingering' ? [{ tag: 'empty' }, [STOP]] : [state, NOTHING];
      case 'disconnect-asked':
        if (state.tag === 'paused') return [state, NOTHING];
        return [{ tag: 'paused', holders }, state.tag === 'lingering' ? [STOP_TIMER, STOP] : state.tag === 'open' ? [STOP] : NOTHING];
      case 'reconnect-asked':
        if (state.tag === 'paused') return holders === 0 ? [{ tag: 'empty' }, NOTHING] : [{ tag: 'open', holders }, [{ type: 'start-link' }]];
        return [state, state.tag === 'empty' ? NOTHING : [{ type: 'reconnect-link' }]];
      case 'disposed':
        return [{ tag: 'closed' }, [STOP_TIMER, STOP]];
      default:
        return event satisfies never;
    }
  };
}
