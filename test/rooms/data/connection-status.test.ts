// Many links, few words: what a person is told of the connection.
import { describe, expect, it } from 'vitest';
import { describeConnection } from '../../../src/core/data/connection-status.js';
import { RealtimeError } from '../../../src/core/errors.js';
import type { PoolStatus } from '../../../src/core/pool/pool.js';
import type { LinkState } from '../../../src/core/reconnect/link.machine.js';

const tries = { generation: 1, attempt: 0, refusals: 0, loss: null };
const IDLE: LinkState = { tag: 'idle', generation: 1 };
const READY: LinkState = { ...tries, tag: 'ready' };
const CONNECTING: LinkState = { ...tries, tag: 'connecting', attempt: 2 };
const WAITING: LinkState = { ...tries, tag: 'waiting', attempt: 4, waitMs: 0, retryAt: 5_000, mayHurry: true, loss: { code: 1006, reason: '' } };
const STOPPED: LinkState = { tag: 'stopped', generation: 1, code: 'forbidden', loss: { code: 4403, reason: '' } };

const pool = (states: readonly LinkState[], more: Partial<PoolStatus> = {}, suspect = -1): PoolStatus => ({
  isPaused: false,
  isShort: false,
  loss: null,
  links: states.map((state, id) => ({ state, isSuspect: id === suspect, channels: 10 * id, error: state.tag === 'stopped' ? new RealtimeError('forbidden', 'Not you.') : null })),
  ...more,
});
const told = (status: PoolStatus, hasEverConnected = true) => describeConnection(status, hasEverConnected, 1_000_000);

describe('the connection', () => {
  it.each([
    ['nothing was opened', [], 'idle'],
    ['every link was let go', [IDLE, IDLE], 'idle'],
    ['the first one is on its way', [CONNECTING], 'reconnecting'],
    ['one link is ready', [READY], 'connected'],
    ['another one than the first is ready', [IDLE, READY], 'connected'],
    ['one is ready and another on its way', [READY, WAITING], 'connected'],
    ['one is ready and the server has refused another', [STOPPED, READY], 'connected'],
    ['none is ready and one waits', [IDLE, WAITING], 'reconnecting'],
    ['none is ready, one waits and another was refused', [STOPPED, WAITING], 'reconnecting'],
    ['the server has refused the only one', [STOPPED, IDLE], 'disconnected'],
  ] satisfies [string, LinkState[], string][])('%s: %s', (_, states, status) => expect(told(pool(states)).status).toBe(status));

  it('is not connected while a wanted channel has no link', () => {
    expect(told(pool([READY, CONNECTING], { isShort: true }))).toMatchObject({ status: 'reconnecting', attempt: 2 });
    expect(told(pool([READY, CONNECTING], { isShort: true }), false).status).toBe('connecting');
    expect(told(pool([READY, READY])).status).toBe('connected');
  });

  it('shows each link by its number, how loaded it is, and that one is overdue', () => {
    expect(told(pool([READY, READY, IDLE], {}, 1))).toMatchObject({
      isSuspect: true,
      links: [
        { state: 'ready', isSuspect: false, channels: 0 },
        { state: 'ready', isSuspect: true, channels: 10 },
        { state: 'idle', isSuspect: false, channels: 20 },
      ],
    });
  });

  it('says why, since how many attempts, and when the next one comes, by the wall clock', () => {
    expect(told(pool([IDLE, WAITING]))).toMatchObject({ attempt: 4, nextRetryAt: 1_005_000, reason: { kind: 'lost', code: 1006 } });
    expect(told(pool([READY, WAITING]))).toMatchObject({ attempt: 0, nextRetryAt: null, reason: null });
    expect(told(pool([STOPPED]))).toMatchObject({ reason: { kind: 'forbidden', code: 4403, message: 'Not you. (holdfast/docs/errors.md#forbidden)' } });
    expect(told(pool([IDLE], { isPaused: true }))).toMatchObject({ status: 'disconnected', reason: { kind: 'asked', code: null } });
  });
});
