// What a link does, as lines.
import { expect, it } from 'vitest';
import { logLink } from '../../src/core/link-log.js';
import type { LinkState } from '../../src/core/reconnect/link.machine.js';
import type { LinkStatus } from '../../src/core/reconnect/link.js';

const tries = { generation: 1, attempt: 2, refusals: 0, loss: { code: 1006, reason: 'gone' } };
const of = (state: LinkState, isSuspect = false): LinkStatus => ({ state, isSuspect, error: null }) as LinkStatus;

it('says each change of a link once, with why it was lost, and passes every status on', () => {
  const lines: unknown[] = [];
  const passed: LinkStatus[] = [];
  const log = logLink({ debug: (line, details) => lines.push([line, details]) }, 1, (status) => passed.push(status));
  const all = [
    of({ ...tries, tag: 'connecting' }),
    of({ ...tries, tag: 'connecting', attempt: 3 }),
    of({ ...tries, tag: 'ready', loss: null }),
    of({ ...tries, tag: 'ready', loss: null }, true),
    of({ tag: 'stopped', generation: 1, code: 'forbidden', loss: { code: 4403, reason: 'no' } }),
    of({ tag: 'idle', generation: 1 }),
  ];
  for (const status of all) log(status);
  expect(passed).toEqual(all);
  expect(lines).toEqual([
    ['holdfast link 1: idle → connecting', { code: 1006, reason: 'gone', attempt: 2 }],
    ['holdfast link 1: connecting → ready', { attempt: 2 }],
    ['holdfast link 1: ready → ready, suspect', { attempt: 2 }],
    ['holdfast link 1: ready, suspect → stopped', { code: 4403, reason: 'no', attempt: undefined }],
    ['holdfast link 1: stopped → idle', {}],
  ]);
});

it('without a logger nothing stands in between', () => {
  const onStatus = (): void => {};
  expect(logLink(undefined, 0, onStatus)).toBe(onStatus);
});
