/**
 * Share: few links for many users. When a further link is opened, who takes over when one is lost, when one is let go.
 * At most one link is on its way at any time: there is one backoff and one connecting socket for all of them.
 * Not here: which channel goes over which link (`homes.machine.ts`) and how a link comes back (`reconnect/`).
 */
import type { Decision as DecisionOf, StateTimer, TimerFired } from '../machine.js';
import { growth, hasRoom, type Fleet, type LinkId, type Slot } from './growth.js';

export interface PoolState extends Fleet {
  /** The link that would not be missed; it is let go after a while. */
  readonly spare: LinkId | null;
}

export type PoolEvent =
  | { readonly type: 'wanted' }
  | { readonly type: 'unwanted' }
  | { readonly type: 'reconnect-asked' }
  /** What this link has learned makes every other one wrong: another user. */
  | { readonly type: 'others-void'; readonly link: LinkId }
  | { readonly type: 'ready'; readonly link: LinkId }
  | { readonly type: 'lost'; readonly link: LinkId; readonly isFinal: boolean }
  | { readonly type: 'stopped'; readonly link: LinkId }
  | { readonly type: 'suspected'; readonly link: LinkId; readonly isSuspect: boolean }
  | { readonly type: 'loaded'; readonly loads: readonly number[]; readonly homeless: number }
  | TimerFired;

export type PoolEffect =
  | { readonly type: 'start-link'; readonly link: LinkId }
  /** A ready one then says that it is lost, as it does when it is reconnected. */
  | { readonly type: 'stop-link'; readonly link: LinkId }
  | { readonly type: 'reconnect-link'; readonly link: LinkId }
  | { readonly type: 'doubt-link'; readonly link: LinkId }
  /** The loss counts as a failure of this one, which is on its way. */
  | { readonly type: 'tell-sibling-lost'; readonly link: LinkId }
  /** `isFirst`: there was none before. */
  | { readonly type: 'tell-ready'; readonly link: LinkId; readonly isFirst: boolean }
  | { readonly type: 'tell-lost'; readonly link: LinkId }
  /** Whoever has lost a link may go on over this one. */
  | { readonly type: 'take-over'; readonly link: LinkId };

type Decision = DecisionOf<PoolState, PoolEffect>;
/** One that changes something. */
type Change = NonNullable<Decision>;

const OFF: Slot = { tag: 'off' };
const SEEKING: Slot = { tag: 'seeking' };

export function emptyPool(size: number): PoolState {
  return { isWanted: false, links: Array.from({ length: size }, () => OFF), loads: Array.from({ length: size }, () => 0), homeless: 0, spare: null };
}

/** The spare link is let go after a while. */
export function poolTimer({ spare }: PoolState, lingerMs: number): StateTimer {
  return spare === null ? undefined : [spare, lingerMs];
}

/** @param full - a link with more channels than this is full */
export function createPoolStep(full: number): (state: PoolState, event: PoolEvent) => Decision {
  function react(state: PoolState, event: PoolEvent): Decision {
    const { links, spare } = state;
    const slot = 'link' in event ? links[event.link] : undefined;
    switch (event.type) {
      case 'wanted':
        return [{ ...state, isWanted: true }];
      case 'unwanted':
        return alone({ ...state, isWanted: false }, -1);
      case 'reconnect-asked': {
        if (!state.isWanted) return;
        const kept = Math.max(0, indexOf(links, 'seeking'));
        const [next, ...effects] = alone(state, kept);
        return [put(next, kept, SEEKING), ...effects, { type: 'reconnect-link', link: kept }];
      }
      case 'others-void':
        return alone(state, event.link);
      case 'ready': {
        if (slot?.tag !== 'seeking') return;
        const isFirst = indexOf(links, 'ready') < 0;
        // Whoever had no link is about to ask this one; who still has none then is counted anew.
        return [{ ...put(state, event.link, { tag: 'ready', isSuspect: false }), homeless: 0 }, { type: 'tell-ready', link: event.link, isFirst }];
      }
      case 'lost':
        return slot?.tag === 'ready' ? lost(state, event.link, event.isFinal) : undefined;
      case 'stopped':
        return slot?.tag === 'seeking' ? [put(state, event.link, { tag: 'stopped' })] : undefined;
      case 'suspected':
        if (slot?.tag !== 'ready' || slot.isSuspect === event.isSuspect) return;
        return [put(state, event.link, { tag: 'ready', isSuspect: event.isSuspect })];
      case 'loaded':
        return [{ ...state, loads: event.loads, homeless: event.homeless }];
      case 'timer-fired': {
        if (spare === null) return;
        const next = put(state, spare, OFF);
        return [next, { type: 'stop-link', link: spare }, ...each('take-over', next.links)];
      }
    }
  }

  function lost(state: PoolState, link: LinkId, isFinal: boolean): Change {
    const { links } = put(state, link, OFF);
    const seeking = indexOf(links, 'seeking');
    const isMissed = seeking < 0 && !hasRoom(links, state.loads, full, state.loads[link] ?? 0);
    const next: Slot = isFinal ? { tag: 'stopped' } : isMissed ? SEEKING : OFF;
    const effects: PoolEffect[] = [{ type: 'tell-lost', link }];
    if (next === OFF) effects.push({ type: 'stop-link', link });
    if (seeking >= 0) effects.push({ type: 'tell-sibling-lost', link: seeking });
    // It may have been the network: the others are asked at once whether they live.
    return [put(state, link, next), ...effects, ...each('take-over', links), ...each('doubt-link', links)];
  }

  function spareOf(state: PoolState): LinkId | null {
    const { links, loads, homeless } = state;
    let spare: LinkId | null = null;
    links.forEach(({ tag }, id) => {
      const isIdle = tag === 'seeking' || (tag === 'ready' && loads[id] === 0);
      if (homeless === 0 && isIdle && hasRoom(put(state, id, OFF).links, loads, full)) spare = id;
    });
    return spare;
  }

  return (before, event) => {
    const decision = react(before, event);
    if (decision === undefined) return;
    const [state, ...effects] = decision;
    const grown = growth(state, full);
    const next = grown === null ? state : put(state, grown, SEEKING);
    if (grown !== null) effects.push({ type: 'start-link', link: grown });
    return [{ ...next, spare: spareOf(next) }, ...effects];
  };
}

function put(state: PoolState, link: LinkId, slot: Slot): PoolState {
  return { ...state, links: state.links.map((former, id) => (id === link ? slot : former)) };
}

function alone(state: PoolState, kept: LinkId): Change {
  const others = state.links.flatMap(({ tag }, id) => (id === kept || tag === 'off' ? [] : [id]));
  return [others.reduce((now, id) => put(now, id, OFF), state), ...others.map((link): PoolEffect => ({ type: 'stop-link', link }))];
}

function indexOf(links: readonly Slot[], tag: Slot['tag']): number {
  return links.findIndex((slot) => slot.tag === tag);
}

/** For the ready ones, those first that are not overdue. */
function each(type: 'take-over' | 'doubt-link', links: readonly Slot[]): PoolEffect[] {
  return [false, true].flatMap((isSuspect) =>
    links.flatMap((slot, link): PoolEffect[] => (slot.tag === 'ready' && slot.isSuspect === isSuspect ? [{ type, link }] : [])),
  );
}
