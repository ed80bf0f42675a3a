// The defaults of what is kept are those that TSDoc and README name.
import { expect, it } from 'vitest';
import { DEFAULT_CHANNEL_LIMITS } from '../../src/server/core/channel-log.js';
import { createHeartbeat } from '../../src/server/core/heartbeat.js';
import { DEFAULT_LANE_LIMITS } from '../../src/server/core/lane-log.js';
import { DEFAULT_LIMITS } from '../../src/server/core/server.js';

it('a channel keeps 1,000 events, 1 MB, 5 minutes; all of them 256 MB', () => {
  expect(DEFAULT_CHANNEL_LIMITS).toMatchObject({ eventsPerChannel: 1_000, bytesPerChannel: 1_048_576, bytesInAll: 268_435_456, keepEventsMs: 300_000, channels: 100_000 });
});

it('a principal keeps 64 lanes for 10 minutes and 256 kB of results; all of them 64 MB', () => {
  expect(DEFAULT_LANE_LIMITS).toMatchObject({ lanesPerPrincipal: 64, lanes: 100_000, keepLaneMs: 600_000, resultBytesPerPrincipal: 262_144, resultBytesInAll: 67_108_864 });
});

it('a handler has 30 seconds, a stop 5', () => {
  expect(DEFAULT_LIMITS).toMatchObject({ handlerMs: 30_000, stopMs: 5_000 });
});

it('a connection is pinged once more behind each 64 kB', () => {
  const heartbeat = createHeartbeat({ visibleMs: 6_000, hiddenMs: 25_000 }, true, 0);
  expect([heartbeat.wrote(65_535), heartbeat.wrote(1)]).toEqual([false, true]);
});
