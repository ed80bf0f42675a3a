// A server that is not ours, in React: channels without a contract find the nearest provider, and look like any other.
import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { append, channel, defineContract, defineView, RealtimeProvider, useChannel, useConnectionStatus, useRealtimeClient } from '../../src/index.js';
import { plainJson } from '../../src/dialects/index.js';
import type { ServerEnd } from '../../src/testing/server-end.js';
import type { SimulatedClient } from '../../src/testing/simulated-client.js';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/testing/simulated-world.js';

interface Price {
  readonly cents: number;
}
const prices = channel<Price>()('prices:{symbol}');
const list = defineView(prices, { initialState: [] as Price[], reduce: append(3) });

const dialect = plainJson({
  subscribe: (name) => ({ action: 'subscribe', channel: name }),
  publish: (name, data) => ({ action: 'publish', channel: name, data }),
  read: (message: { readonly channel: string; readonly data: unknown }) => ({ t: 'event', ...message }),
});

let world: SimulatedWorld;
let page: SimulatedClient;
let ends: ServerEnd[];
let heard: string[];

beforeEach(() => {
  world = createSimulatedWorld({ seed: 1, network: { floorMs: 10, meanMs: 0, tailChance: 0 } });
  page = world.client('page');
  ends = [];
  heard = [];
  world.network.listen('prices.test', (end, { url, protocols }) => {
    heard.push(`${url} [${protocols.join()}]`);
    ends.push(end);
    return {
      onMessage(text) {
        heard.push(text);
        const { action, ...rest } = JSON.parse(text) as { readonly action: string };
        if (action === 'publish') end.send(JSON.stringify(rest));
      },
      onClosed: () => {},
    };
  });
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const pass = (ms: number): Promise<void> => act(() => world.clock.run(world.clock.now() + ms));
const inPage = (children: ReactNode): ReactNode => (
  <StrictMode>
    <RealtimeProvider url="ws://prices.test/feed" dialect={dialect} world={page}>
      {children}
    </RealtimeProvider>
  </StrictMode>
);

it('a channel without a contract shows, publishes, and says after a reconnect what it may have missed', async () => {
  const told: string[] = [];
  function Ticker() {
    const client = useRealtimeClient();
    const { status } = useConnectionStatus();
    const { data, gap, liveStatus } = useChannel(list, { params: { symbol: 'A' } });
    useChannel(prices, { params: { symbol: 'A' }, onEvent: (event) => told.push(`${event.name} ${event.data.cents}`), onGap: ({ reason }) => told.push(reason) });
    return (
      <button onClick={() => client.channel(prices, { symbol: 'A' }).publish({ cents: 7 })}>
        {[status, liveStatus, gap?.reason ?? 'whole', ...data.map(({ cents }) => cents)].join(' ')}
      </button>
    );
  }
  render(inPage(<Ticker />));
  await pass(100);
  act(() => screen.getByRole('button').click());
  await pass(100);
  expect(screen.getByRole('button').textContent).toBe('connected live whole 7');
  ends.at(-1)?.close(1012, '');
  await pass(1_500);
  ends.at(-1)?.send(JSON.stringify({ channel: 'prices:A', data: { cents: 8 } }));
  await pass(100);
  expect(screen.getByRole('button').textContent).toBe('connected live no-resume 7 8');
  expect(told).toEqual(['message 7', 'no-resume', 'message 8']);
  const subscribed = '{"action":"subscribe","channel":"prices:A"}';
  expect(heard).toEqual(['ws://prices.test/feed []', subscribed, '{"action":"publish","channel":"prices:A","data":{"cents":7}}', 'ws://prices.test/feed []', subscribed]);
});

it('is served by the nearest provider, with a contract or without', async () => {
  const other = defineContract({});
  function Ticker() {
    useChannel(list, { params: { symbol: 'B' } });
    return null;
  }
  const outer = world.client('outer');
  render(
    <RealtimeProvider url="ws://elsewhere.test/" contract={other} world={outer}>
      <RealtimeProvider url="ws://prices.test/feed" contract={other} dialect={dialect} world={page}>
        <Ticker />
      </RealtimeProvider>
    </RealtimeProvider>,
  );
  await pass(100);
  expect(heard).toContain('{"action":"subscribe","channel":"prices:B"}');
});

it('a provider needs to know what is said', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  // @ts-expect-error it does not compile either
  expect(() => render(<RealtimeProvider url="ws://prices.test/" />)).toThrow(/needs url and contract \(or dialect\)/);
});
