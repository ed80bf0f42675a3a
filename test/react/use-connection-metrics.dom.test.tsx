/** Figures that change all the time, and a component that shows them. */
import { cleanup } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { createClient, useChannel, useConnectionMetrics, type ConnectionMetrics } from '../../src/index.js';
import { api, createHarness, createRenderLog, messages, URL } from './harness.js';

afterEach(cleanup);

it('shows the round trip and the rate, and renders at most once a second', async () => {
  const { show, pass, publish } = createHarness();
  const log = createRenderLog<ConnectionMetrics>();
  const Figures = () => log.note(useConnectionMetrics());
  function Listening() {
    useChannel(messages, { params: { id: '1' } });
    return null;
  }
  show(<><Figures /><Listening /></>);
  await pass(500);
  expect(log.last()).toEqual({ rttMs: null, eventsPerSecond: 0 });
  const before = log.all.length;
  for (let i = 0; i < 100; i++) {
    await publish(`a${i}`, `b${i}`);
    await pass(50);
  }
  // Two every 50 ms for five seconds; a render in StrictMode is two.
  expect(log.last().eventsPerSecond).toBe(40);
  expect((log.all.length - before) / 2).toBeLessThanOrEqual(5);
  await pass(10_000);
  // 10 ms a way.
  expect(log.last()).toEqual({ rttMs: 20, eventsPerSecond: 0 });
});

it('samples nothing while nobody watches, and nothing after the end', async () => {
  const { show, tree, pass, page } = createHarness();
  const client = createClient({ url: URL, contract: api, world: page });
  const stopped = client.hold();
  await pass(500);
  const quiet = page.pending;
  const stops = [client.metrics.subscribe(() => {}), client.metrics.subscribe(() => {})];
  expect(page.pending).toBe(quiet + 1);
  // Who leaves twice takes nobody else's figures away.
  stops[0]?.();
  stops[0]?.();
  expect(page.pending).toBe(quiet + 1);
  for (const stop of stops) stop();
  expect(page.pending).toBe(quiet);
  const Figures = () => (useConnectionMetrics(), null);
  const shown = show(<Figures />, { client } as never);
  await pass(3_000);
  client.dispose();
  client.metrics.subscribe(() => {});
  await pass(3_000);
  expect(page.pending).toBe(0);
  shown.rerender(tree(null, { client } as never));
  stopped();
});
