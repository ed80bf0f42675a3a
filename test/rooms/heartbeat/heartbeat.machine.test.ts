// The table of the heartbeat, and the times that follow from it.
import { describe, expect, it } from 'vitest';
import { heartbeatTimer, startHeartbeat, stepHeartbeat, type HeartbeatEffect, type HeartbeatEvent, type HeartbeatState } from '../../../src/core/heartbeat/heartbeat.machine.js';
import { fired, machineTable } from '../table.js';

const WATCHED = { everyMs: 6_000, heardAt: 10_000, unread: [], tripMs: 50, lookAt: 17_250 } as const;
const UNREAD = { ...WATCHED, lookAt: 15_300, unread: [{ at: 8_000, since: 8_050 }, { at: 9_000, since: 9_050 }] } as const;

const table = machineTable<HeartbeatState['tag'], HeartbeatState, HeartbeatEvent, HeartbeatEffect>({
  title: 'Heartbeat',
  about: 'Interval 6,000 ms, last heard at 10,000. Frames sent at 8,000 and 9,000 where it says so, the round trip is 50 ms. Timers fire at the time in brackets.',
  states: {
    live: {
      live: { tag: 'live', ...WATCHED, answerDueAt: null },
      'live, and a request waits': { tag: 'live', ...WATCHED, lookAt: 14_000, answerDueAt: 14_000 },
      'live, and frames are not known to have been read': { tag: 'live', ...UNREAD, answerDueAt: null },
      'live, with a server that never says what it has read': { tag: 'live', ...WATCHED, unread: null, answerDueAt: null },
    },
    suspect: {
      suspect: { tag: 'suspect', ...WATCHED, lookAt: 18_500, isExcused: false },
      'suspect, and excused once': { tag: 'suspect', ...WATCHED, lookAt: 18_500, isExcused: true },
      'suspect, because frames are not known to have been read': { tag: 'suspect', ...UNREAD, lookAt: 16_550, isExcused: false },
    },
    dead: { dead: { tag: 'dead' } },
  },
  kindOf: (state) => state.tag,
  events: {
    heard: { 'heard [12,000]': { type: 'heard', now: 12_000 } },
    sent: {
      'sent [12,000]': { type: 'sent', now: 12_000, bytes: 100, isRequest: false },
      'sent [9,050]': { type: 'sent', now: 9_050, bytes: 100, isRequest: false },
      'request sent [12,000]': { type: 'sent', now: 12_000, bytes: 100, isRequest: true },
      'request of 64,000 bytes sent [12,000]': { type: 'sent', now: 12_000, bytes: 64_000, isRequest: true },
    },
    read: {
      'read up to 12,000': { type: 'read', now: 14_000, agoMs: 2_000 },
      'read up to 8,500, a trip of 400': { type: 'read', now: 14_000, agoMs: 5_500, tripMs: 400 },
      'read up to 7,899': { type: 'read', now: 14_000, agoMs: 6_101 },
      'read [16,000], a second ago': { type: 'read', now: 16_000, agoMs: 1_000 },
    },
    'interval-named': {
      'interval-named: the same': { type: 'interval-named', now: 10_000, everyMs: 6_000 },
      'interval-named: 25,000': { type: 'interval-named', now: 10_000, everyMs: 25_000 },
    },
    doubted: {
      'doubted [12,000]': { type: 'doubted', now: 12_000 },
      'doubted [17,000], a ping overdue': { type: 'doubted', now: 17_000 },
    },
    'timer-fired': {
      'timer [13,999]': fired(13_999),
      'timer [14,000]': fired(14_000),
      'timer [15,299]': fired(15_299),
      'timer [15,300]': fired(15_300),
      'timer [17,249], 1 ms early': fired(17_249),
      'timer [17,250]': fired(17_250),
      'timer [600,000], late by 1,000': fired(600_000, 1_000),
      'timer [600,000], late by 1,001': fired(600_000, 1_001),
    },
  },
  step: stepHeartbeat,
  timer: heartbeatTimer,
});

describe('heartbeat.machine', () => {
  it('does what the table says', () => expect(table).toMatchFileSnapshot('../tables/heartbeat.md'));

  it('begins with a timer of the interval and the grace', () => {
    const state = startHeartbeat(500, { everyMs: 6_000, tripMs: 9_000, saysRead: true });
    expect(state).toEqual({ tag: 'live', everyMs: 6_000, heardAt: 500, unread: [], tripMs: 2_500, lookAt: 7_750, answerDueAt: null });
    expect(heartbeatTimer(state, 500)?.[1]).toBe(7_250);
  });

  it('sets no timer anew for a frame that was heard or sent', () => {
    let state = startHeartbeat(0, { everyMs: 6_000, tripMs: 50, saysRead: true });
    const before = heartbeatTimer(state, 0);
    for (const event of [{ type: 'heard', now: 100 }, { type: 'sent', now: 200, bytes: 10, isRequest: false }] satisfies HeartbeatEvent[]) [state] = stepHeartbeat(state, event) ?? [state];
    expect(heartbeatTimer(state, 0)).toEqual(before);
  });
});
