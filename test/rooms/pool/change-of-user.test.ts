// Another user signs in on the same page: nothing of the former one may be said, asked or heard under the new name.
import { beforeEach, expect, it } from 'vitest';
import { createClient, type RealtimeClient } from '../../../src/browser/create-client.js';
import type { ClientSettings } from '../../../src/browser/create-core.js';
import { createSimulatedWorld, type SimulatedWorld } from '../../../src/testing/simulated-world.js';
import { town } from './town-contract.js';
import { createTownHall, HOST, type TownHall } from './town-hall.js';

let world: SimulatedWorld;
let hall: TownHall;
let client: RealtimeClient;
const settle = (): Promise<void> => new Promise((done) => void setImmediate(done));
const pass = (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms, settle);

function make(options: Partial<ClientSettings> = {}): void {
  client = createClient({ url: `ws://${HOST}/realtime`, contract: town, world: world.client('ada'), onError: () => {}, ...options });
  client.hold();
}

beforeEach(() => {
  world = createSimulatedWorld({ seed: 5, network: { tailChance: 0 } });
  hall = createTownHall(world);
  hall.start();
});

it('reconnect() while the former user\'s token is under way asks for another one, and the former comes to nothing', async () => {
  const given: ((token: string) => void)[] = [];
  make({ auth: () => new Promise((give) => given.push(give)) });
  await pass(100);
  client.reconnect();
  given[0]?.('ada');
  await pass(1_000);
  expect([hall.users('ada').length, given.length]).toEqual([0, 2]);
  given[1]?.('robert');
  await pass(1_000);
  expect([client.connection.get().status, hall.users('robert').length]).toEqual(['connected', 1]);
});

it.each([5, 30, 60])('reconnect() when the former user\'s token is on its way to the server (%i ms) ends that attempt', async (ms) => {
  let who = 'ada';
  make({ auth: () => who });
  await pass(ms);
  who = 'robert';
  client.reconnect();
  await pass(3_000);
  expect([client.connection.get().status, hall.users('ada').length, hall.users('robert').length]).toEqual(['connected', 0, 1]);
});

it('what the former user has asked is not asked for the new one', async () => {
  let who = 'ada';
  make({ auth: () => who });
  await pass(1_000);
  hall.crash();
  await pass(1_000);
  const ended = client.query(town.queries.notes).then(() => 'answered', (error: { code: string }) => error.code);
  who = 'robert';
  hall.start();
  client.reconnect();
  await pass(3_000);
  expect([client.connection.get().status, await ended]).toEqual(['connected', 'cancelled']);
});

it.each(['dispose', 'disconnect', 'reconnect'] as const)('%s() where the server is told to know another user than the page leaves no heartbeat of that link behind', async (end) => {
  const page = world.client('ada');
  let told = 0;
  make({
    world: page,
    user: 'robert',
    auth: () => (told === 0 ? 'ada' : 'robert'),
    onError: () => void (told++ === 0 && client[end]()),
  });
  await pass(1_000);
  expect(told).toBe(1);
  if (end === 'reconnect') client.dispose();
  expect(page.pending).toBe(0);
});
