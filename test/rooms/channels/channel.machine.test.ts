// The table of one channel's subscription.
import { describe, expect, it } from 'vitest';
import { stepChannel, type ChannelEffect, type ChannelEvent, type ChannelState, type Wire } from '../../../src/core/channels/channel.machine.js';
import type { EventsFrame, SubscribedFrame, WireEvent } from '../../../src/core/protocol/frames.js';
import { brief, machineTable } from '../table.js';

const event = (n: number): WireEvent => ({ name: 'message', data: n, time: 0 });
const events = (...offsets: number[]): WireEvent[] => offsets.map(event);
const answer = (generation: number, parts: Partial<SubscribedFrame> = {}): SubscribedFrame => ({
  t: 'subscribed', channel: 'room:1', generation, state: 'recovered', events: events(6, 7), position: { epoch: 'e', offset: 7 }, more: false, fence: 'f', ...parts,
});
const live = (epoch: string, ...offsets: number[]): EventsFrame => ({ t: 'events', channel: 'room:1', epoch, offset: offsets[0] ?? 1, events: events(...offsets) });
const head = { epoch: 'e', offset: 5 };
const known = { generation: 3, head, wasLive: true };

const table = machineTable<Wire['tag'], ChannelState, ChannelEvent, ChannelEffect>({
  title: 'Channel',
  about: 'The newest subscription has generation 3; the head is e:5 where something was heard. Answers carry the events 6 and 7.',
  states: {
    idle: { idle: { generation: 3, head: null, wasLive: false, wire: { tag: 'idle' } } },
    away: { away: { ...known, wire: { tag: 'away' } } },
    joining: { 'joining for the first time': { generation: 3, head: null, wasLive: false, wire: { tag: 'joining', link: 0 } }, 'joining again': { ...known, wire: { tag: 'joining', link: 0 } } },
    live: { live: { ...known, wire: { tag: 'live', link: 0 } } },
    refused: { refused: { ...known, wire: { tag: 'refused', reason: 'forbidden' } } },
  },
  kindOf: (state) => state.wire.tag,
  events: {
    wanted: { 'wanted, link 0 is there': { type: 'wanted', link: 0 }, 'wanted, no link': { type: 'wanted', link: null } },
    unwanted: { unwanted: { type: 'unwanted' } },
    'link-ready': { 'link-ready 0': { type: 'link-ready', link: 0 }, 'link-ready 1': { type: 'link-ready', link: 1 } },
    'link-lost': { 'link-lost 0': { type: 'link-lost', link: 0 }, 'link-lost 1': { type: 'link-lost', link: 1 } },
    subscribed: {
      'subscribed 3': { type: 'subscribed', link: 0, frame: answer(3) },
      'subscribed 3, more': { type: 'subscribed', link: 0, frame: answer(3, { more: true }) },
      'subscribed 3, gap': { type: 'subscribed', link: 0, frame: answer(3, { state: 'gap', reason: 'epoch', position: { epoch: 'g', offset: 2 }, events: events(1, 2) }) },
      'subscribed 2, late': { type: 'subscribed', link: 0, frame: answer(2) },
      'subscribed 3 over link 1': { type: 'subscribed', link: 1, frame: answer(3) },
    },
    unsubscribed: {
      'unsubscribed 3, kicked': { type: 'unsubscribed', link: 0, generation: 3, reason: 'kicked' },
      'unsubscribed 2, late': { type: 'unsubscribed', link: 0, generation: 2, reason: 'kicked' },
      'unsubscribed 3 over link 1': { type: 'unsubscribed', link: 1, generation: 3, reason: 'kicked' },
    },
    events: {
      'events e:6,7 (next)': { type: 'events', link: 0, frame: live('e', 6, 7) },
      'events e:4,5 (known)': { type: 'events', link: 0, frame: live('e', 4, 5) },
      'events e:5,6 (overlap)': { type: 'events', link: 0, frame: live('e', 5, 6) },
      'events e:7 (higher)': { type: 'events', link: 0, frame: live('e', 7) },
      'events g:6 (other epoch)': { type: 'events', link: 0, frame: live('g', 6) },
      'events e:6 over link 1': { type: 'events', link: 1, frame: live('e', 6) },
    },
    resync: { resync: { type: 'resync', link: 0 }, 'resync over link 1': { type: 'resync', link: 1 } },
    forgotten: { forgotten: { type: 'forgotten' } },
  },
  step(state, event) {
    const [next, effects] = stepChannel(state, event);
    return [next, ...effects];
  },
  showState: ({ wire, generation, head: at, wasLive }) => `${brief(wire)}; generation ${generation}, head ${at === null ? '–' : `${at.epoch}:${at.offset}`}${wasLive ? ', was live' : ''}`,
  showEffect: (effect) =>
    effect.type === 'deliver' ? `deliver ${effect.run.epoch}:${effect.run.first}…${effect.run.end.offset}${effect.run.answer === null ? '' : ` (${effect.run.answer.state})`}` : brief(effect),
});

describe('channel.machine', () => {
  it('does what the table says', () => expect(table).toMatchFileSnapshot('../tables/channel.md'));
});
