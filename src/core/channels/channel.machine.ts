/**
 * One channel's subscription over many links: said again after every connect, judged by generation and position (R5).
 * Not here: who reads it, and from where each reader goes on (`reader.ts`).
 */
import type { UnsubscribeReason } from '../protocol/codes.js';
import type { EventsFrame, SubscribedFrame } from '../protocol/frames.js';
import { judge, type Position } from '../protocol/position.js';

/** Which link; the channel only compares them. */
type LinkId = number;

export type Wire =
  /** Nobody wants it. */
  | { readonly tag: 'idle' }
  /** Wanted, and no link to ask. */
  | { readonly tag: 'away' }
  | { readonly tag: 'joining'; readonly link: LinkId }
  | { readonly tag: 'live'; readonly link: LinkId }
  | { readonly tag: 'refused'; readonly reason: UnsubscribeReason };

export interface ChannelState {
  readonly wire: Wire;
  /** Of the newest subscription that was said. */
  readonly generation: number;
  /** The position of the newest subscription: after the last event that it brought; null before the first answer. */
  readonly head: Position | null;
  /** Whether it has been live since somebody began to want it. */
  readonly wasLive: boolean;
}

/** Events that continue what was there, or start anew after a gap. */
export interface Run {
  readonly epoch: string;
  /** Offset of the first event. */
  readonly first: number;
  readonly events: EventsFrame['events'];
  readonly end: Position;
  /** The answer to a subscription that opened it; null for events that came by themselves. */
  readonly answer: SubscribedFrame | null;
}

export type ChannelEvent =
  /** Somebody wants it, or wants more of its past than has come. `link` is its home, if it has one. */
  | { readonly type: 'wanted'; readonly link: LinkId | null }
  | { readonly type: 'unwanted' }
  | { readonly type: 'link-ready'; readonly link: LinkId }
  | { readonly type: 'link-lost'; readonly link: LinkId }
  | { readonly type: 'subscribed'; readonly link: LinkId; readonly frame: SubscribedFrame }
  | { readonly type: 'unsubscribed'; readonly link: LinkId; readonly generation: number; readonly reason: UnsubscribeReason }
  | { readonly type: 'events'; readonly link: LinkId; readonly frame: EventsFrame }
  | { readonly type: 'resync'; readonly link: LinkId }
  /** Another user: nothing of what was known counts. */
  | { readonly type: 'forgotten' };

export type ChannelEffect =
  | { readonly type: 'subscribe'; readonly link: LinkId; readonly generation: number }
  | { readonly type: 'unsubscribe'; readonly link: LinkId; readonly generation: number }
  | { readonly type: 'deliver'; readonly run: Run };

type Decision = readonly [ChannelState, readonly ChannelEffect[]];

export const NEW_CHANNEL: ChannelState = { wire: { tag: 'idle' }, generation: 0, head: null, wasLive: false };
const NOTHING: readonly ChannelEffect[] = [];

export function stepChannel(state: ChannelState, event: ChannelEvent): Decision {
  const { wire } = state;
  switch (event.type) {
    case 'wanted':
      return event.link === null ? [{ ...state, wire: { tag: 'away' } }, NOTHING] : join(state, event.link);
    case 'unwanted':
      return [{ ...NEW_CHANNEL, generation: state.generation }, goodbye(state)];
    case 'link-ready':
      return wire.tag === 'away' || wire.tag === 'refused' ? join(state, event.link) : [state, NOTHING];
    case 'link-lost':
      return isOn(wire, event.link) ? [{ ...state, wire: { tag: 'away' } }, NOTHING] : [state, NOTHING];
    case 'subscribed':
      return answered(state, event.link, event.frame);
    case 'unsubscribed':
      if (!isOn(wire, event.link) || event.generation !== state.generation) return [state, NOTHING];
      return [{ ...state, wire: { tag: 'refused', reason: event.reason } }, NOTHING];
    case 'events':
      return heard(state, event.link, event.frame);
    case 'resync':
      return isOn(wire, event.link) ? join(state, event.link) : [state, NOTHING];
    case 'forgotten':
      // A refusal was the former user's.
      return [{ ...state, head: null, wasLive: false, wire: wire.tag === 'refused' ? { tag: 'away' } : wire }, NOTHING];
  }
}

function isOn(wire: Wire, link: LinkId): wire is Wire & { tag: 'joining' | 'live' } {
  return (wire.tag === 'joining' || wire.tag === 'live') && wire.link === link;
}

function join(state: ChannelState, link: LinkId): Decision {
  const generation = state.generation + 1;
  return [{ ...state, generation, wire: { tag: 'joining', link } }, [{ type: 'subscribe', link, generation }]];
}

function goodbye(state: ChannelState): readonly ChannelEffect[] {
  if (state.wire.tag !== 'joining' && state.wire.tag !== 'live') return NOTHING;
  return [{ type: 'unsubscribe', link: state.wire.link, generation: state.generation }];
}

function answered(state: ChannelState, link: LinkId, frame: SubscribedFrame): Decision {
  if (state.wire.tag !== 'joining' || state.wire.link !== link || frame.generation !== state.generation) return [state, NOTHING];
  const { epoch, offset } = frame.position;
  const run: Run = { epoch, first: offset - frame.events.length + 1, events: frame.events, end: frame.position, answer: frame };
  const here: ChannelState = { ...state, head: frame.position };
  if (!frame.more) return [{ ...here, wire: { tag: 'live', link }, wasLive: true }, [{ type: 'deliver', run }]];
  const [next, effects] = join(here, link);
  return [next, [{ type: 'deliver', run }, ...effects]];
}

function heard(state: ChannelState, link: LinkId, frame: EventsFrame): Decision {
  // Live events do not come between a subscription and its last page; what comes then belongs to an older one.
  if (state.wire.tag !== 'live' || state.wire.link !== link || state.head === null) return [state, NOTHING];
  const verdict = judge(state.head, frame.epoch, frame.offset, frame.events.length);
  switch (verdict.kind) {
    case 'known':
      return [state, NOTHING];
    case 'apart':
      return join(state, link);
    case 'next': {
      const events = verdict.skip === 0 ? frame.events : frame.events.slice(verdict.skip);
      const end: Position = { epoch: frame.epoch, offset: frame.offset + frame.events.length - 1 };
      const run: Run = { epoch: frame.epoch, first: frame.offset + verdict.skip, events, end, answer: null };
      return [{ ...state, head: end }, [{ type: 'deliver', run }]];
    }
  }
}
