/**
 * Whether there is to be a link at all. Users hold the pool; the last one's going is followed by a while of grace.
 * Not here: how many links (`pool.machine.ts`).
 */
import type { TimerEffect, TimerFired } from '../machine.js';

export type HoldingState =
  | { readonly tag: 'empty' }
  | { readonly tag: 'open'; readonly holders: number }
  | { readonly tag: 'lingering' }
  /** Disconnected by the application, until it says otherwise. */
  | { readonly tag: 'paused'; readonly holders: number }
  | { readonly tag: 'closed' };

export type HoldingEvent =
  | { readonly type: 'held' }
  | { readonly type: 'released' }
  | { readonly type: 'disconnect-asked' }
  | { readonly type: 'reconnect-asked' }
  | { readonly type: 'disposed' }
  | TimerFired<'linger'>;

export type HoldingEffect =
  | { readonly type: 'open' }
  | { readonly type: 'close' }
  | { readonly type: 'renew' }
  | TimerEffect<'linger'>;

const NOTHING: readonly HoldingEffect[] = [];
const STOP: HoldingEffect = { type: 'close' };
const STOP_TIMER: HoldingEffect = { type: 'stop-timer', name: 'linger' };

export function createHoldingStep(lingerMs: number): (state: HoldingState, event: HoldingEvent) => readonly [HoldingState, readonly HoldingEffect[]] {
  return (state, event) => {
    if (state.tag === 'closed') return [state, NOTHING];
    const holders = 'holders' in state ? state.holders : 0;
    switch (event.type) {
      case 'held':
        if (state.tag === 'paused' || state.tag === 'open') return [{ ...state, holders: holders + 1 }, NOTHING];
        return [{ tag: 'open', holders: 1 }, [state.tag === 'lingering' ? STOP_TIMER : { type: 'open' }]];
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
        if (state.tag === 'paused') return holders === 0 ? [{ tag: 'empty' }, NOTHING] : [{ tag: 'open', holders }, [{ type: 'open' }]];
        return [state, state.tag === 'empty' ? NOTHING : [{ type: 'renew' }]];
      case 'disposed':
        return [{ tag: 'closed' }, [STOP_TIMER, STOP]];
      default:
        return event satisfies never;
    }
  };
}
