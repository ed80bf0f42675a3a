// The table of the heartbeat, and the times that follow from it.
import { describe, expect, it } from 'vitest';
import { startHeartbeat, stepHeartbeat, type HeartbeatEffect, type HeartbeatEvent, type HeartbeatState } from '../../../src/core/heartbeat/heartbeat.machine.js';
import { fired, machineTable } from '../table.js';

const table = machineTable<HeartbeatState['tag'], HeartbeatState, HeartbeatEvent, HeartbeatEffect>({
  title: 'Heartbeat',
  about: 'Interval 6,000 ms, last heard at 10,000. Timers fire at the time in brackets.',
  states: {
    live: {
      live: { tag: 'live', everyMs: 6_000, heardAt: 10_000, askedAt: null },
      'live, and a request waits': { tag: 'live', everyMs: 6_000, heardAt: 10_000, askedAt: 11_000 },
    },
    suspect: {
      suspect: { tag: 'suspect', everyMs: 6_000, heardAt: 10_000, isExcused: false },
      'suspect, and excused once': { tag: 'suspect', everyMs: 6_000, heardAt: 10_000, isExcused: true },
    },
    dead: { dead: { tag: 'dead' } },
  },
  kindOf: (state) => state.tag,
  events: {
    heard: { 'heard [12,000]': { type: 'heard', now: 12_000 } },
    'interval-named': {
      'interval-named: the same': { type: 'interval-named', everyMs: 6_000 },
      'interval-named: 25,000': { type: 'interval-named', everyMs: 25_000 },
    },
    doubted: {
      'doubted [12,000]': { type: 'doubted', now: 12_000 },
      'doubted [17,000], a ping overdue': { type: 'doubted', now: 17_000 },
    },
    asked: { 'asked [12,000]': { type: 'asked', now: 12_000 } },
    'timer-fired': {
      'answer [13,999]': fired('answer', 13_999),
      'answer [14,000]': fired('answer', 14_000),
      'silence [17,249], 1 ms early': fired('silence', 17_249),
      'silence [17,250]': fired('silence', 17_250),
      'silence [600,000], late by 1,000': fired('silence', 600_000, 1_000),
      'silence [600,000], late by 1,001': fired('silence', 600_000, 1_001),
    },
  },
  step: stepHeartbeat,
});

describe('heartbeat.machine', () => {
  it('does what the table says', () => expect(table).toMatchFileSnapshot('../tables/heartbeat.md'));

  it('begins with one silence timer of the interval and the grace', () => {
    expect(startHeartbeat(500, 6_000)).toEqual([{ tag: 'live', everyMs: 6_000, heardAt: 500, askedAt: null }, [{ type: 'start-timer', name: 'silence', ms: 7_250 }]]);
  });
});
