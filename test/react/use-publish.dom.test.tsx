/** Publishing without listening. */
import { cleanup, render } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { plainJson } from '../../src/dialects/index.js';
import { channel, createClient, defineContract, RealtimeProvider, usePublish, volatile, type Publish, type PublishOpen } from '../../src/index.js';
import { createHarness, createRenderLog } from './harness.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';

afterEach(cleanup);

const api = defineContract({
  channels: { room: channel('room:{id}', { events: {}, clientEvents: { typing: volatile(z.object({ on: z.boolean() })), note: z.string().min(1) } }) },
});
const prices = channel<number>()('prices:{symbol}');

it('gives one function for one channel, which publishes both kinds and subscribes nothing', async () => {
  const { world, page, pass } = createHarness();
  const server = createSimulatedServer(world, 'notes.test', { contract: api, authorize: { channels: { room: 'public' }, clientEvents: { room: 'public' } } });
  const ben = createClient({ url: 'ws://notes.test/realtime', contract: api, world: world.client('ben') });
  const told: unknown[] = [];
  ben.channel(api.channels.room, { id: 1 }).subscribe({ onEvent: ({ data }) => told.push(data), onVolatile: ({ data }) => told.push(data.on) });
  await pass(100);
  const log = createRenderLog<Publish<typeof api.channels.room>>();
  const Writing = ({ id }: { readonly id: number }) => log.note(usePublish(api.channels.room, { id }));
  const inPage = (id: number) => (
    <StrictMode>
      <RealtimeProvider url="ws://notes.test/realtime" contract={api} world={page}>
        <Writing id={id} />
      </RealtimeProvider>
    </StrictMode>
  );
  const shown = render(inPage(1));
  const first = log.last();
  const sent = first('note', 'written offline');
  expect(first('typing', { on: false })).toBe(false);
  await pass(200);
  expect(first('typing', { on: true })).toBe(true);
  await pass(100);
  expect([told, await sent.result, typeof sent.id]).toEqual([['written offline', true], undefined, 'string']);
  shown.rerender(inPage(1));
  expect(log.last()).toBe(first);
  shown.rerender(inPage(2));
  expect(log.last()).not.toBe(first);
  log.last()('note', 'elsewhere');
  await pass(200);
  expect(told).toHaveLength(2);
  expect(server.heard.filter(({ t }) => t === 'subscribe')).toHaveLength(1);
  ben.dispose();
});

it('publishes what is said on a channel without a contract', async () => {
  const { world, page, pass } = createHarness();
  const heard: string[] = [];
  world.network.listen('prices.test', () => ({ onMessage: (text) => void heard.push(text), onClosed: () => {} }));
  const dialect = plainJson({ publish: (name, data) => ({ name, data }), read: () => undefined });
  const log = createRenderLog<PublishOpen<number>>();
  const Writing = () => log.note(usePublish(prices, { symbol: 'A' }));
  render(<RealtimeProvider url="ws://prices.test/" dialect={dialect} world={page}><Writing /></RealtimeProvider>);
  await pass(100);
  log.last()(7);
  await pass(100);
  expect(heard).toEqual(['{"name":"prices:A","data":7}']);
});
