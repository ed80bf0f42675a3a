// The outcome of a restored command goes to onCommandSettled, in the terms of the contract.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { command, defineContract } from '../../../src/contract/index.js';
import type { SettledCommand } from '../../../src/core/data/command-status.js';
import { DEFAULT_BOUNDS } from '../../../src/core/options.js';
import type { ClientFrame, ErrorFrame, ResponseFrame } from '../../../src/core/protocol/frames.js';
import { restoreOutbox } from '../../../src/core/queue/outbox-snapshot.js';
import { createRestoredOutcome } from '../../../src/core/data/restored-outcome.js';
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js';
import { loneOutbox } from '../queue/lone-outbox.js';

const contract = defineContract({
  commands: { post: command({ input: z.string(), output: z.string().transform((text) => text.length), errors: { banned: z.object({ until: z.number() }) } }) },
});

/** One command was sent before the page ended; the restored client's server says how it ended. */
function settle(name: string, answer: Omit<ResponseFrame, 'id'> | Omit<ErrorFrame, 'id'> | 'forgotten', of: typeof contract | undefined = contract): SettledCommand[] {
  const clock = createSimulatedClock();
  const said: ClientFrame[] = [];
  const settled: SettledCommand[] = [];
  const outbox = loneOutbox({
    clock,
    dice: { id: () => 'x', roll: () => 0 },
    bounds: DEFAULT_BOUNDS,
    commandMs: 1_000,
    any: () => 0,
    send: (frame) => said.push(frame) > 0,
    hold: () => () => {},
    window: 32,
  });
  const stored = {
    v: 1,
    lanes: [{ name: 'default', wireName: 'default.1', isCreated: true, refusals: 0, next: 2, answeredTo: 0, recordMs: 1_000 }],
    commands: [{ id: 'a', name, input: 'hello', lane: 'default', bytes: 7, ageMs: 0, remainingMs: 1_000, sent: { n: 1, attempt: 1 } }],
  };
  restoreOutbox(outbox, stored, { clock, link: 0, onOutcome: createRestoredOutcome(of, (command) => settled.push(command)) });
  outbox.onFrame({ t: 'lane', lane: 'default.1', last: answer === 'forgotten' ? null : 0, fence: 'f' }, 0);
  if (answer !== 'forgotten') outbox.onFrame({ id: 'a', ...answer }, 0);
  return settled;
}

it('done: with the output that the contract reads', () => {
  expect(settle('post', { t: 'response', result: 'five!' })).toEqual([
    { id: 'a', name: 'post', input: 'hello', status: 'success', data: 5, error: null, attempt: 2, isPending: false, isSuccess: true, isError: false },
  ]);
});

it('rejected: with the reason and data of the contract', () => {
  expect(settle('post', { t: 'error', code: 'rejected', name: 'banned', data: { until: 5 }, message: '', final: true })).toMatchObject([
    { id: 'a', status: 'error', data: undefined, isError: true, error: { code: 'rejected', reason: 'banned', data: { until: 5 } } },
  ]);
});

it('the server has forgotten the lane: outcome-unknown', () => {
  expect(settle('post', 'forgotten')).toMatchObject([{ id: 'a', name: 'post', status: 'error', attempt: 1, error: { code: 'outcome-unknown' } }]);
});

it('handed over: no more than that', () => {
  expect(settle('post', { t: 'error', code: 'handed-over', message: '', final: true })).toMatchObject([{ status: 'handed-over', data: undefined, isSuccess: false }]);
});

it.each(['gone', '$publish', 'toString'])('a command that the contract does not name (%s) has its outcome too', (name) => {
  const done = [{ id: 'a', name, status: 'success', data: { any: 'thing' } }];
  expect(settle(name, { t: 'response', result: { any: 'thing' } })).toMatchObject(done);
  expect(settle(name, { t: 'response', result: { any: 'thing' } }, undefined)).toMatchObject(done);
});
