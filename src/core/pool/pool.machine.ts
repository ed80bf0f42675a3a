/**
 * Share: few links for many users. When a further link is opened, who takes over when one is lost, when one is let go.
 * At most one link is on its way at any time: there is one backoff and one connecting socket for all of them.
 * Not here: which channel goes over which link (`homes.machine.ts`) and how a link comes back (`reconnect/`).
 */
import type { TimerEffect, TimerFired } from '../machine.js';
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
  | TimerFired<'spare'>;

export type PoolEffect =
  | { readonly type: 'start-link'; readonly link: LinkId }
  | { readonly type: 'stop-link'; readonly link: LinkId }
  | { readonly type: 'reconnect-link'; readonly link: LinkId }
  | { readonly type: 'doubt-link'; readonly link: LinkId }
  /** The loss counts as a failure of this one, which is on its way. */
  | { readonly type: 'tell-sibling-lost'; readonly link: LinkId }
  /** `isFirst`: there was none before. */
  | { readonly type: 'tell-ready'; readonly link: LinkId; readonly isFirst: boolean }
  | { readonly type: 'tell-lost'; readonly link: LinkId }
  /** Whoever has lost a link may go on over this one. */
  | { readonly type: 'take-over'; readonly link: LinkId }
  | TimerEffect<'spare'>;

type Decision = readonly [PoolState, readonly PoolEffect[]];

const NOTHING: readonly PoolEffect[] = [];
const OFF: Slot = { tag: 'off' };
const SEEKING: Slot = { tag: 'seeking' };
const STOPPED: Slot = { tag: 'stopped' };

export function emptyPool(size: number): PoolState {
  return { isWanted: false, links: Array.from({ length: size }, () => OFF), loads: Array.from({ length: size }, () => 0), homeless: 0, spare: null };
}

/** @param full - a link with more channels than this is full */
export function createPoolStep(full: number, lingerMs: number): (state: PoolState, event: PoolEvent) => Decision {
  function react(state: PoolState, event: PoolEvent): Decision {
    const { links } = state;
    switch (event.type) {
      case 'wanted':
        return [{ ...state, isWanted: true }, NOTHING];
      case 'unwanted':
        return [{ ...emptyPool(links.length), homeless: state.homeless, spare: state.spare }, letGo(links)];
      case 'reconnect-asked': {
        if (!state.isWanted) return [state, NOTHING];
        const kept = Math.max(0, ['seeking', 'ready', 'stopped'].map((tag) => links.findIndex((slot) => slot.tag === tag)).find((id) => id >= 0) ?? 0);
        const told: PoolEffect[] = links[kept]?.tag === 'ready' ? [{ type: 'tell-lost', link: kept }] : [];
        return [alone(state, kept, SEEKING), [...letGo(links, kept), ...told, { type: 'reconnect-link', link: kept }]];
      }
      case 'others-void':
        return [alone(state, event.link, links[event.link] ?? OFF), letGo(links, event.link)];
      case 'ready': {
        if (links[event.link]?.tag !== 'seeking') return [state, NOTHING];
        const isFirst = !links.some(({ tag }) => tag === 'ready');
        // Whoever had no link is about to ask this one; who still has none then is counted anew.
        return [{ ...put(state, event.link, { tag: 'ready', isSuspect: false }), homeless: 0 }, [{ type: 'tell-ready', link: event.link, isFirst }]];
      }
      case 'lost':
        return lost(state, event.link, event.isFinal);
      case 'stopped':
        return links[event.link]?.tag === 'seeking' ? [put(state, event.link, STOPPED), NOTHING] : [state, NOTHING];
      case 'suspected': {
        const slot = links[event.link];
        if (slot?.tag !== 'ready' || slot.isSuspect === event.isSuspect) return [state, NOTHING];
        return [put(state, event.link, { tag: 'ready', isSuspect: event.isSuspect }), NOTHING];
      }
      case 'loaded':
        return [{ ...state, loads: event.loads, homeless: event.homeless }, NOTHING];
      case 'timer-fired': {
        if (state.spare === null) return [state, NOTHING];
        const others = put(state, state.spare, OFF);
        return [{ ...others, spare: null }, [...letGoOne(links, state.spare), ...takeOver(others.links)]];
      }
      default:
        return event satisfies never;
    }
  }

  function lost(state: PoolState, link: LinkId, isFinal: boolean): Decision {
    if (state.links[link]?.tag !== 'ready') return [state, NOTHING];
    const others = put(state, link, OFF);
    const seeking = others.links.findIndex(({ tag }) => tag === 'seeking');
    const isMissed = seeking < 0 && !hasRoom(others.links, state.loads, full, state.loads[link] ?? 0);
    const next = isFinal ? STOPPED : isMissed ? SEEKING : OFF;
    return [
      put(state, link, next),
      [
        { type: 'tell-lost', link },
        ...(next === OFF ? [{ type: 'stop-link' as const, link }] : []),
        ...(seeking < 0 ? [] : [{ type: 'tell-sibling-lost' as const, link: seeking }]),
        ...takeOver(others.links),
        // It may have been the network: the others are asked at once.
        ...readyOnes(others.links).map((id): PoolEffect => ({ type: 'doubt-link', link: id })),
      ],
    ];
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
    const [state, effects] = react(before, event);
    if (state === before) return [state, effects];
    const grown = growth(state, full);
    const next = grown === null ? state : put(state, grown, SEEKING);
    const spare = spareOf(next);
    const more: PoolEffect[] = [];
    if (grown !== null) more.push({ type: 'start-link', link: grown });
    if (spare !== next.spare) more.push(spare === null ? { type: 'stop-timer', name: 'spare' } : { type: 'start-timer', name: 'spare', ms: lingerMs });
    return [{ ...next, spare }, [...effects, ...more]];
  };
}

function put(state: PoolState, link: LinkId, slot: Slot): PoolState {
  return { ...state, links: state.links.map((former, id) => (id === link ? slot : former)) };
}

function alone(state: PoolState, kept: LinkId, slot: Slot): PoolState {
  return { ...state, links: state.links.map((_, id) => (id === kept ? slot : OFF)) };
}

function letGo(links: readonly Slot[], except: LinkId | null = null): PoolEffect[] {
  return links.flatMap((_, id) => (id === except ? [] : letGoOne(links, id)));
}

function letGoOne(links: readonly Slot[], link: LinkId): PoolEffect[] {
  switch (links[link]?.tag) {
    case 'ready':
      return [{ type: 'tell-lost', link }, { type: 'stop-link', link }];
    case 'seeking':
    case 'stopped':
      return [{ type: 'stop-link', link }];
    default:
      return [];
  }
}

/** The ready ones, those first that are not overdue. */
function readyOnes(links: readonly Slot[]): LinkId[] {
  const those = (isSuspect: boolean): LinkId[] => links.flatMap((slot, id) => (slot.tag === 'ready' && slot.isSuspect === isSuspect ? [id] : []));
  return [...those(false), ...those(true)];
}

function takeOver(links: readonly Slot[]): PoolEffect[] {
  return readyOnes(links).map((link) => ({ type: 'take-over', link }));
}
