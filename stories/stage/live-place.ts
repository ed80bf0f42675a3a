// The stage around a real server process: `npm run storybook` runs it under a supervisor, which does the faults to it.
import type { ServerState, Fault } from '../../examples/supervisor/fault.js';
import { createCell } from './cell.js';
import { uncheckedApi, type StageApi } from './contract.js';
import { DOWN_MS, FREEZE_MS, type PlaceState, type StagePlace } from './place.js';

const ASK_EACH_MS = 1_000;
const NO_DOOR = 'Not with a live server: one link alone, the cable of your own machine, a close code of your choice, the latency, and a clock that can be skipped. Where the guide asks for one of them, cut or silence the sockets, and wait as long as it says.';
const UNREACHABLE = 'The live server does not answer. It runs as long as `npm run storybook` does: start that again, or choose “Server: simulated”.';

export function createLivePlace(url: string, contract: StageApi): StagePlace {
  const id = `s${crypto.randomUUID().slice(0, 8)}`;
  const state = createCell<PlaceState>({ server: 'up', unplugged: [], latencyMs: 20, seconds: 0, wallMs: Date.now(), isSkipping: false, problem: null });
  let lastFaultAt: number | null = null;
  const page = (person: string): string => `${id}-${person}`;

  const hear = async (answer: Promise<Response>): Promise<void> => {
    try {
      const response = await answer;
      const body = (await response.json()) as ServerState & { readonly error?: string };
      const time = { seconds: Math.floor(performance.now() / 1_000), wallMs: Date.now() };
      if (response.ok) state.set({ ...time, server: body.server, problem: null });
      else state.set({ ...time, problem: body.error ?? 'The supervisor refused.' });
    } catch {
      state.set({ problem: UNREACHABLE });
    }
  };
  const post = (fault: Fault): void => {
    lastFaultAt = performance.now();
    void hear(fetch(`${url}/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) }));
  };
  const nothing = (): void => {};

  return {
    kind: 'live',
    id,
    missing: { cutOne: NO_DOOR, cable: NO_DOOR, close: NO_DOOR, latency: NO_DOOR, skip: NO_DOOR },
    state,
    now: () => performance.now(),
    lastFaultAt: () => lastFaultAt,
    connect: (person) => ({ url: `${url}/${contract === uncheckedApi ? 'unchecked' : 'realtime'}?page=${page(person)}`, auth: () => person }),
    cut: (person) => post({ fault: 'cut', page: page(person) }),
    silence: (person) => post({ fault: 'silence', page: page(person) }),
    freeze: () => post({ fault: 'freeze', forMs: FREEZE_MS }),
    kill: () => post({ fault: 'kill', downMs: DOWN_MS }),
    cutOne: nothing,
    unplug: nothing,
    plug: nothing,
    start: nothing,
    close: nothing,
    setLatency: nothing,
    skip: nothing,
    run() {
      const ask = (): void => void hear(fetch(`${url}/faults`));
      ask();
      const timer = setInterval(ask, ASK_EACH_MS);
      return () => clearInterval(timer);
    },
  };
}
