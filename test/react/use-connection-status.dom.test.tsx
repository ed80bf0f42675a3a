import { cleanup } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, useConnectionStatus, type ConnectionResult } from '../../src/index.js';
import { api, createHarness, createRenderLog, distinct, URL } from './harness.js';

afterEach(cleanup);

function createWatcher() {
  const log = createRenderLog<ConnectionResult>();
  const Watcher = () => log.note(useConnectionStatus());
  return { Watcher, now: log.last, seen: () => distinct(log.all.map(({ status }) => status)) };
}

describe('useConnectionStatus', () => {
  it('goes through connecting, connected, reconnecting, connected when the server is killed and started again', async () => {
    const { show, pass, server, world } = createHarness();
    const { Watcher, seen, now } = createWatcher();
    show(<Watcher />);
    await pass(200);
    expect(now()).toMatchObject({ status: 'connected', reason: null, nextRetryAt: null, hasEverConnected: true });

    server.kill();
    await pass(20);
    expect(now()).toMatchObject({ status: 'reconnecting', reason: { kind: 'lost', code: 1006 } });
    expect(now().nextRetryAt).toBeGreaterThan(world.clock.wall());
    await pass(10_000);
    expect(now().attempt).toBeGreaterThan(1);

    server.start();
    await pass(40_000);
    expect(seen()).toEqual(['idle', 'connecting', 'connected', 'reconnecting', 'connected']);
  });

  it('connects now when it is asked to', async () => {
    const { show, pass, server } = createHarness();
    const { Watcher, now } = createWatcher();
    show(<Watcher />);
    await pass(200);
    server.kill();
    await pass(20_000);
    server.start();
    now().reconnect();
    await pass(100);
    expect(now().status).toBe('connected');
  });

  it('stays away after disconnect, and says who wanted it', async () => {
    const { show, pass, world } = createHarness();
    const { Watcher, now } = createWatcher();
    show(<Watcher />);
    await pass(200);
    now().disconnect();
    await pass(60_000);
    expect(now()).toMatchObject({ status: 'disconnected', reason: { kind: 'asked' } });
    expect(world.network.counts('page').open).toBe(0);
    now().reconnect();
    await pass(100);
    expect(now().status).toBe('connected');
  });

  it('renders only for what is selected', async () => {
    const { show, pass, server } = createHarness();
    const log = createRenderLog<boolean>();
    const Watcher = () => log.note(useConnectionStatus((connection) => connection.hasEverConnected));
    show(<Watcher />);
    await pass(200);
    expect(log.last()).toBe(true);
    const before = log.all.length;
    server.kill();
    await pass(20_000);
    server.start();
    await pass(40_000);
    expect(log.all).toHaveLength(before);
  });

  it('renders for no round trip; who wants that has the metrics', async () => {
    const { show, pass, page } = createHarness();
    const client = createClient({ url: URL, contract: api, world: page });
    let renders = 0;
    function Status() {
      renders++;
      useConnectionStatus();
      return null;
    }
    show(<Status />, { client } as never);
    await pass(1_000);
    expect(client.metrics.get()).toEqual({ rttMs: null, eventsPerSecond: 0 });
    const before = renders;
    await pass(13_000);
    // 10 ms a way.
    expect(client.metrics.get()).toEqual({ rttMs: 20, eventsPerSecond: 0 });
    expect(renders).toBe(before);
    client.dispose();
  });
});
