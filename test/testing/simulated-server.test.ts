import { beforeEach, describe, expect, it } from 'vitest';
import { createClient, type RealtimeClient } from '../../src/browser/create-client.js';
import { channel, defineContract } from '../../src/contract/index.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';

const api = defineContract({ channels: { clock: channel('clock', { events: { tick: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } } }) } });

describe('a simulated server', () => {
  let world: SimulatedWorld;
  let server: SimulatedServer;
  let client: RealtimeClient;
  const heard: unknown[] = [];
  const pass = (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms);

  beforeEach(async () => {
    heard.length = 0;
    world = createSimulatedWorld({ seed: 1, network: { floorMs: 10, meanMs: 0, tailChance: 0 } });
    server = createSimulatedServer(world, 'chat.test', { contract: api, authorize: { channels: { clock: 'public' } } });
    client = createClient({ url: 'ws://chat.test/', contract: api, world: world.client('ada') });
    client.channel(api.channels.clock).subscribe({ onEvent: ({ data }) => heard.push(data), onGap: ({ reason }) => heard.push(reason) });
    await pass(1_000);
  });

  const tickEachSecond = (): void => {
    let count = 0;
    const tick = (): void => {
      count += 1;
      void server.core().publish(api.channels.clock, {}, 'tick', count);
      server.clock().after(1_000, tick);
    };
    server.clock().after(1_000, tick);
  };

  it('that is frozen says and hears nothing, and goes on where it stood', async () => {
    tickEachSecond();
    await pass(2_500);
    expect(heard).toEqual([1, 2]);
    const thaw = server.freeze();
    await pass(5_000);
    expect([heard, client.connection.get().status]).toEqual([[1, 2], 'connected']);
    thaw();
    await pass(1_500);
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it('that is frozen for long is noticed as any silence is, and takes whoever comes when it goes on', async () => {
    const thaw = server.freeze();
    await pass(10_000);
    expect(client.connection.get().status).toBe('reconnecting');
    thaw();
    await pass(60_000);
    expect(client.connection.get().status).toBe('connected');
  });

  it('that is killed takes its timers with it, frozen or not, and an old thaw does nothing to the next one', async () => {
    tickEachSecond();
    const thaw = server.freeze();
    server.kill();
    thaw();
    server.start();
    await pass(60_000);
    expect([heard, client.connection.get().status]).toEqual([['epoch'], 'connected']);
  });
});
