// The outbox takes what fits exactly, and no byte and no command more.
import { expect, it } from 'vitest';
import { createOutboxState } from '../../../src/core/queue/outbox.machine.js';

const outbox = (outboxCommands: number, outboxBytes: number) =>
  createOutboxState({ bounds: { outboxCommands, outboxBytes, overflow: 'reject' }, laneRecordMs: 1, freshName: (lane) => lane });

it('has room for exactly as many bytes as it may hold', () => {
  expect([outbox(10, 100).makeRoom(100), outbox(10, 100).makeRoom(101)]).toEqual([[], null]);
});

it('has room for exactly as many commands as it may hold', () => {
  expect([outbox(1, 100).makeRoom(1), outbox(0, 100).makeRoom(1)]).toEqual([[], null]);
});
