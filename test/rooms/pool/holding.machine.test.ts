// The table of who holds the pool.
import { describe, expect, it } from 'vitest';
import { createHoldingStep, type HoldingEffect, type HoldingEvent, type HoldingState } from '../../../src/core/pool/holding.machine.js';
import { fired, machineTable } from '../table.js';

const table = machineTable<HoldingState['tag'], HoldingState, HoldingEvent, HoldingEffect>({
  title: 'Holding',
  about: 'It lingers for 30,000 ms.',
  states: {
    empty: { empty: { tag: 'empty' } },
    open: { 'open, one holder': { tag: 'open', holders: 1 }, 'open, two holders': { tag: 'open', holders: 2 } },
    lingering: { lingering: { tag: 'lingering' } },
    paused: { 'paused, nobody holds it': { tag: 'paused', holders: 0 }, 'paused, one holder': { tag: 'paused', holders: 1 } },
    closed: { closed: { tag: 'closed' } },
  },
  kindOf: (state) => state.tag,
  events: {
    held: { held: { type: 'held' } },
    released: { released: { type: 'released' } },
    'disconnect-asked': { 'disconnect-asked': { type: 'disconnect-asked' } },
    'reconnect-asked': { 'reconnect-asked': { type: 'reconnect-asked' } },
    disposed: { disposed: { type: 'disposed' } },
    'timer-fired': { linger: fired('linger') },
  },
  step: createHoldingStep(30_000),
});

describe('holding.machine', () => {
  it('does what the table says', () => expect(table).toMatchFileSnapshot('../tables/holding.md'));
});
