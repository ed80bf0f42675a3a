/**
 * One page of a test: the world of its client, from the mount of its provider to the end, and what its network suffers.
 * Not here: when it is mounted (`test-provider.tsx`).
 */
import type { World } from '../../core/world.js';
import type { LiveClock } from '../live-clock.js';
import type { SeededDice } from '../seeded-dice.js';
import { createSimulatedClient } from '../simulated-client.js';
import type { SimulatedNetwork } from '../simulated-network.js';
import type { SimulatedTrace } from '../simulated-trace.js';

export interface TestPage {
  readonly name: string;
  readonly user: string | undefined;
  readonly world: World;
  /**
   * Time goes on for it, until the returned function is called. Then it is closed for good, unless it is opened again at once,
   * as StrictMode does.
   */
  open(onClosed: () => void): () => void;
  setFault(fault: 'offline' | 'frozen' | undefined): void;
}

export interface TestPageParts {
  readonly name: string;
  readonly user: string | undefined;
  readonly clock: LiveClock;
  readonly dice: SeededDice;
  readonly network: SimulatedNetwork;
  readonly trace: SimulatedTrace;
  readonly show: (run: () => void) => void;
  readonly onOpened: (page: TestPage) => void;
  readonly onClosed: (page: TestPage) => void;
}

export function createTestPage(parts: TestPageParts): TestPage {
  const { name, user, clock, network, trace, show } = parts;
  const client = createSimulatedClient({ name, clock, network, trace, dice: parts.dice.stream(name), onCrash: () => {} });
  let isOpen = false;
  let isClosed = false;
  let suffers: 'offline' | 'frozen' | undefined;
  let heal = (): void => {};

  const closeUnlessOpen = (onClosed: () => void): void => {
    if (isOpen || isClosed) return;
    isClosed = true;
    heal();
    client.crash();
    parts.onClosed(page);
    show(onClosed);
  };

  const page: TestPage = {
    name,
    user,
    world: {
      clock: client.clock,
      dice: client.dice,
      open: (url, protocols, events) => client.open(url, protocols, events),
      paint: (run) => client.paint(run),
      show,
      isVisible: () => client.isVisible(),
      watch: (onSignal) => client.watch(onSignal),
    },
    open(onClosed) {
      isOpen = true;
      parts.onOpened(page);
      const letGo = clock.hold();
      return () => {
        isOpen = false;
        letGo();
        void Promise.resolve().then(() => closeUnlessOpen(onClosed));
      };
    },
    setFault(fault) {
      if (fault === suffers) return;
      suffers = fault;
      heal();
      heal = fault === undefined ? () => {} : network.partition({ client: name });
      if (fault === undefined) client.signal('online');
      if (fault !== 'offline') return;
      for (const connection of network.connections({ client: name })) connection.inflict({ type: 'reset' });
      client.signal('offline');
    },
  };
  return page;
}
