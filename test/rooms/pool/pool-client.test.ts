// Several links under a whole client: the real client and the real server in a simulated world.
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient, type RealtimeClient } from '../../../src/browser/create-client.js';
import type { ClientSettings } from '../../../src/browser/create-core.js';
import type { RealtimeError } from '../../../src/core/errors.js';
import { createSimulatedWorld, type SimulatedWorld } from '../../../src/testing/simulated-world.js';
import { town } from './town-contract.js';
import { createTownHall, HOST, type TownHall } from './town-hall.js';

let world: SimulatedWorld;
let hall: TownHall;
let client: RealtimeClient;
let errors: RealtimeError[];
const settle = (): Promise<void> => new Promise((done) => void setImmediate(done));
const pass = (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms, settle);
const connections = () => world.network.connections({ client: 'ada' }).filter((one) => one.isOpen);
const links = (): string[] => client.connection.get().links.map(({ state, channels }) => `${state} ${channels}`);
const join = (id: number) => {
  const tap = client.channel(town.channels.board, { id }).tap({});
  return { tap, leave: tap.subscribe(() => {}) };
};
const boards = (count: number, from = 100) => Array.from({ length: count }, (_, index) => join(from + index));

function make(options: Partial<ClientSettings> = {}): void {
  client = createClient({ url: `ws://${HOST}/realtime`, contract: town, auth: () => 'ada', world: world.client('ada'), onError: (error) => errors.push(error), ...options });
  client.hold();
}

beforeEach(() => {
  world = createSimulatedWorld({ seed: 5, network: { tailChance: 0 } });
  hall = createTownHall(world);
  hall.start();
  errors = [];
});

describe('a pool', () => {
  it('has one link for a hundred channels, and a second from the next one on', async () => {
    make();
    boards(100);
    await pass(2_000);
    expect(links()).toEqual(['ready 100']);
    boards(1, 1_000);
    await pass(2_000);
    expect(links()).toEqual(['ready 101', 'ready 0']);
    boards(1, 2_000);
    await pass(2_000);
    expect(links()).toEqual(['ready 101', 'ready 1']);
  });

  it('has more channels at once than a server takes on one link, and again after a restart: none is refused', async () => {
    make();
    const all = boards(450);
    await pass(3_000);
    const live = () => all.filter(({ tap }) => tap.get().liveStatus === 'live').length;
    expect([live(), client.connection.get().status, links().length]).toEqual([450, 'connected', 3]);
    hall.crash();
    await pass(1_000);
    expect(client.connection.get().status).toBe('reconnecting');
    hall.start();
    await pass(40_000);
    expect([live(), client.connection.get().status]).toEqual([450, 'connected']);
    expect(errors).toEqual([]);
  });

  it('does not ask again to be let in where it was refused, only because a further link came', async () => {
    make({ pool: { channelsPerLink: 1 } });
    const [kicked] = boards(1);
    await pass(1_000);
    hall.kick('ada', 'board:100');
    await pass(1_000);
    expect(kicked?.tap.get()).toMatchObject({ status: 'error', liveStatus: 'idle' });
    boards(3, 200);
    await pass(2_000);
    expect(links()).toHaveLength(2);
    expect(kicked?.tap.get()).toMatchObject({ status: 'error', liveStatus: 'idle' });
  });

  it('says why it is not connected, also while the only link on its way is another one than the lost one', async () => {
    make({ pool: { size: 2 } });
    boards(1);
    await pass(2_000);
    world.network.greet(HOST, { type: 'mute' });
    for (const one of connections()) one.inflict({ type: 'blackhole' });
    const reasons = new Set<string>();
    for (let i = 0; i < 300; i++) {
      await pass(50);
      const { status, reason } = client.connection.get();
      if (status !== 'connected') reasons.add(`${status}: ${reason?.kind} ${reason?.message}`);
    }
    expect(links()[0]).toMatch(/^idle/);
    expect([...reasons]).toEqual(['reconnecting: lost silent for too long', 'reconnecting: lost not open in time']);
    world.network.heal();
    await pass(40_000);
    expect(client.connection.get()).toMatchObject({ status: 'connected', reason: null });
    // What was lost before then is no reason any more.
    client.reconnect();
    await pass(10);
    expect(client.connection.get()).toMatchObject({ status: 'reconnecting', reason: null });
  });

  it('closes a further link 30 s after its last channel, and what was said over it goes on over the first', async () => {
    make({ pool: { size: 2, channelsPerLink: 1 }, timings: { channelLeaseMs: 0 } });
    const all = boards(2);
    await pass(1_000);
    all.push(...boards(1, 200));
    await pass(1_000);
    expect(links()).toEqual(['ready 2', 'ready 1']);
    for (const { leave } of all) leave();
    await pass(29_000);
    expect(connections()).toHaveLength(2);
    await pass(2_000);
    expect([connections().length, links()]).toEqual([1, ['ready 0', 'idle 0']]);
    const { result } = client.send(town.commands.pin, { author: 'ada', serial: 1 });
    await pass(1_000);
    await expect(result).resolves.toMatchObject({ serial: 1 });
  });

  it('lets the links of the former user go before anything is said as the new one', async () => {
    let who = 'ada';
    make({ auth: () => who, pool: { size: 2, channelsPerLink: 1 } });
    boards(2);
    await pass(1_000);
    expect(links()).toEqual(['ready 2', 'ready 0']);
    // The server knows people by the length of their names.
    who = 'robert';
    world.network.connections({ client: 'ada' })[1]?.inflict({ type: 'reset' });
    boards(2, 500);
    await pass(30_000);
    expect(client.connection.get().status).toBe('connected');
    expect(hall.users('ada')).toEqual([]);
    expect(hall.users('robert').length).toBeGreaterThan(0);
  });

  it.each([1, 60])('does not hammer a server that welcomes and drops, be its links full or not (%i channels)', async (count) => {
    make({ pool: { channelsPerLink: 10 } });
    boards(count);
    await pass(2_000);
    const before = world.network.counts('ada').opened;
    const end = world.clock.now() + 120_000;
    const seen = new Map<number, number>();
    while (world.clock.now() < end) {
      for (const one of connections()) {
        const since = seen.get(one.id) ?? world.clock.now();
        seen.set(one.id, since);
        // Long enough for a welcome, and for the next link to be on its way.
        if (world.clock.now() - since >= 200) one.inflict({ type: 'reset' });
      }
      await pass(20);
    }
    // Full jitter up to 1, 2, 4, 8, 16, 30 s …: about nine attempts, and each may bring a second link.
    expect(world.network.counts('ada').opened - before).toBeLessThan(30);
  });

  it('leaves no socket, timer or listener behind, whatever its links are doing', async () => {
    make({ pool: { channelsPerLink: 1 } });
    boards(5);
    await pass(120);
    client.dispose();
    await pass(60_000);
    const { pending, watchers } = world.client('ada');
    expect([connections().length, pending, watchers]).toEqual([0, 0, 0]);
  });

  it('of no links is refused where it is asked for', () => {
    for (const size of [0, -1, 1.5, NaN, Infinity]) expect(() => make({ pool: { size } })).toThrow(expect.objectContaining({ code: 'misuse' }));
  });
});
