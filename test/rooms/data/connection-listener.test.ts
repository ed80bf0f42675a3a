// What happens to a connection, as events for people.
import { beforeEach, describe, expect, it } from 'vitest';
import { listenToConnection, type ConnectionListener } from '../../../src/core/data/connection-listener.js';
import type { ConnectionStatus } from '../../../src/core/data/connection-status.js';
import { createFlusher } from '../../../src/core/data/flush.js';
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulated-clock.js';

let clock: SimulatedClock;
let now: ConnectionStatus;
let look: () => void;
let told: string[];
let stop: () => void;
const onError = (error: Error): void => {
  throw error;
};

const CONNECTED: ConnectionStatus = { status: 'connected', reason: null, attempt: 0, nextRetryAt: null, hasEverConnected: true, isSuspect: false, links: [] };
const is = (status: ConnectionStatus['status'], more: Partial<ConnectionStatus> = {}): void => {
  now = { ...CONNECTED, status, ...more };
  look();
};
const failed = (kind: NonNullable<ConnectionStatus['reason']>['kind']): void => is('disconnected', { reason: { kind, code: null, message: '' } });

function listen(listener: ConnectionListener = {}): void {
  stop = listenToConnection(
    { clock, connection: { get: () => now, getInitial: () => now, subscribe: (onChange) => ((look = onChange), () => (look = () => {})) }, flusher: createFlusher({ clock, paint: () => () => {}, onError }) },
    () => ({ onLost: () => told.push('lost'), onRestored: () => told.push('restored'), onFailed: ({ kind }) => told.push(`failed ${kind}`), ...listener }),
  );
}

beforeEach(() => {
  clock = createSimulatedClock();
  now = CONNECTED;
  told = [];
});

describe('a listener of the connection', () => {
  it('is told of each loss that lasts 5 s, once, and of the return from it', () => {
    listen();
    for (const round of [1, 2, 3]) {
      is('reconnecting');
      clock.advance(4_999);
      is('reconnecting', { attempt: round });
      expect(told.at(-1)).not.toBe('lost');
      clock.advance(1);
      expect(told.at(-1)).toBe('lost');
      is('reconnecting', { attempt: 7 });
      clock.advance(60_000);
      is('connected');
      is('connected');
    }
    expect(told).toEqual(['lost', 'restored', 'lost', 'restored', 'lost', 'restored']);
    expect(clock.pending).toBe(0);
  });

  it('is told nothing of a loss that is over sooner, each counted anew', () => {
    listen({ lostAfterMs: 3_000 });
    for (let i = 0; i < 3; i++) {
      is('reconnecting');
      clock.advance(2_999);
      is('connected');
      expect(clock.pending).toBe(0);
    }
    is('reconnecting');
    clock.advance(3_000);
    expect(told).toEqual(['lost']);
  });

  it('is told nothing before the first connection', () => {
    now = { ...CONNECTED, status: 'connecting', hasEverConnected: false };
    listen();
    is('reconnecting', { hasEverConnected: false });
    clock.advance(60_000);
    is('connected');
    expect([told, clock.pending]).toEqual([[], 0]);
  });

  it('is told of an end once, and of the next one after a return; of disconnect() nothing', () => {
    listen();
    failed('asked');
    failed('forbidden');
    failed('forbidden');
    is('connected');
    failed('unauthorized');
    expect(told).toEqual(['failed forbidden', 'failed unauthorized']);
  });

  it('hears of no loss after an end', () => {
    listen();
    is('reconnecting');
    failed('forbidden');
    clock.advance(60_000);
    expect([told, clock.pending]).toEqual([['failed forbidden'], 0]);
  });

  it('that begins while the connection is away is told of it, and of what has failed already', () => {
    now = { ...CONNECTED, status: 'reconnecting' };
    listen();
    clock.advance(5_000);
    expect(told).toEqual(['lost']);
    now = { ...CONNECTED, status: 'disconnected', reason: { kind: 'forbidden', code: 4403, message: '' } };
    listen();
    expect(told).toEqual(['lost', 'failed forbidden']);
  });

  it('leaves no timer when it stops', () => {
    listen();
    is('reconnecting');
    stop();
    expect(clock.pending).toBe(0);
  });

  it('need not want to know everything', () => {
    listen({ onLost: undefined, onRestored: undefined, onFailed: undefined });
    is('reconnecting');
    clock.advance(5_000);
    is('connected');
    failed('forbidden');
    expect(told).toEqual([]);
  });
});
