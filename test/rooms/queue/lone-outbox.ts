/** An outbox without a client around it: its API, its life and its status in one object. Not a test. */
import { createFlusher } from '../../../src/core/data/flush.js';
import { OUTBOX_STATUS, type OutboxStatus } from '../../../src/core/data/outbox-status.js';
import type { Core, FeatureLife } from '../../../src/core/feature.js';
import type { Bounds } from '../../../src/core/options.js';
import type { Pool } from '../../../src/core/pool/pool.js';
import { createOutbox, type Outbox } from '../../../src/core/queue/outbox.js';
import type { Clock, Dice } from '../../../src/core/world.js';

export interface LoneOutbox extends Outbox, Required<Pick<FeatureLife, 'onFrame' | 'onLinkLost' | 'dispose'>> {
  readonly status: OutboxStatus;
}

export function loneOutbox(parts: { readonly clock: Clock; readonly dice: Dice; readonly bounds: Bounds; readonly commandMs: number; readonly window: number } & Pick<Pool, 'any' | 'send' | 'hold'>): LoneOutbox {
  const { clock, dice, bounds, commandMs, window, any, send, hold } = parts;
  const { api, onFrame, onLinkLost, dispose } = createOutbox({
    clock,
    dice,
    bounds,
    timings: { commandMs },
    session: { limits: { channels: 200, windowPerLane: window, keepMs: 0 } },
    pool: { any, send, hold },
    setUnsent() {},
  });
  const flusher = createFlusher({
    clock,
    paint: () => () => {},
    onError(error) {
      throw error;
    },
  });
  const status = OUTBOX_STATUS.create({ flusher, use: () => api } as Partial<Core> as Core).api;
  return Object.defineProperties({ onFrame, onLinkLost, dispose }, { ...Object.getOwnPropertyDescriptors(api), status: { get: status.get } }) as LoneOutbox;
}
