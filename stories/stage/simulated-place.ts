// The stage inside the page: the real server core in the simulated world, whose time is the real one's. No backend, and every fault.
// `createSimulatedPlace` is long because it is the list of the faults, a few lines each over one state.
import { createSimulatedServer, createSimulatedWorld } from 'holdfast/testing';
import { createCell } from './cell.js';
import type { StageApi } from './contract.js';
import { FREEZE_MS, type PlaceState, type StagePlace } from './place.js';
import { createRealTime } from './real-time.js';
import { createService } from './service.js';

const HOST = 'stage.example';
const LATENCY_MS = 20;
const ID = 'stage';

export function createSimulatedPlace(contract: StageApi): StagePlace {
  const world = createSimulatedWorld({ seed: 1, network: { floorMs: LATENCY_MS, meanMs: 10, tailChance: 0 } });
  const service = createService(contract);
  const server = createSimulatedServer(world, HOST, service.rules);
  const state = createCell<PlaceState>({ server: 'up', unplugged: [], latencyMs: LATENCY_MS, seconds: 0, wallMs: world.clock.wall(), isSkipping: false, problem: null });
  const cables = new Map<string, () => void>();
  let lives = 0;
  let lastFaultAt: number | null = null;
  let thaw = (): void => {};

  const begin = (): void => {
    const clock = server.clock();
    lives += 1;
    service.begin({ run: `run ${lives}`, publish: server.core().publish, after: (ms, act) => clock.after(ms, act) });
  };
  begin();

  const time = createRealTime(world, (leftMs) => {
    const seconds = Math.floor(world.clock.now() / 1_000);
    const isSkipping = leftMs > 0;
    if (seconds !== state.get().seconds || isSkipping !== state.get().isSkipping) state.set({ seconds, wallMs: world.clock.wall(), isSkipping });
  });
  const socketsOf = (person: string) => world.network.connections({ client: person }).filter(({ isOpen }) => isOpen);
  const fault = (change: Partial<PlaceState> = {}): void => {
    lastFaultAt = world.clock.now();
    state.set(change);
  };

  return {
    kind: 'simulated',
    id: ID,
    missing: {},
    state,
    now: () => world.clock.now(),
    lastFaultAt: () => lastFaultAt,
    connect: (person) => ({ url: `ws://${HOST}/realtime`, auth: () => person, world: world.client(person) }),
    cut(person) {
      fault();
      for (const socket of socketsOf(person)) socket.inflict({ type: 'reset' });
    },
    cutOne(person) {
      fault();
      socketsOf(person)[0]?.inflict({ type: 'reset' });
    },
    silence(person) {
      fault();
      for (const socket of socketsOf(person)) socket.inflict({ type: 'blackhole' });
    },
    unplug(person) {
      if (cables.has(person)) return;
      cables.set(person, world.network.partition({ client: person }));
      fault({ unplugged: [...cables.keys()] });
    },
    plug(person) {
      cables.get(person)?.();
      cables.delete(person);
      state.set({ unplugged: [...cables.keys()] });
      world.client(person).signal('online');
    },
    freeze() {
      if (state.get().server !== 'up') return;
      const wake = server.freeze();
      fault({ server: 'frozen' });
      const cancel = world.clock.after(FREEZE_MS, () => thaw());
      thaw = () => {
        cancel();
        wake();
        thaw = () => {};
        state.set({ server: 'up' });
      };
    },
    kill() {
      thaw();
      server.kill();
      fault({ server: 'down' });
    },
    start() {
      server.start();
      begin();
      state.set({ server: 'up' });
    },
    close(code, reason) {
      fault();
      server.close(code, reason);
    },
    setLatency(ms) {
      world.network.changeWeather({ floorMs: ms });
      state.set({ latencyMs: ms });
    },
    skip: time.skip,
    run: time.run,
  };
}
