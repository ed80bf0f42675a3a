/** Being told what happens to the connection; nothing is rendered for it. */
import { cleanup } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { createClient, useConnectionListener, useRealtimeClient, type RealtimeClient } from '../../src/index.js';
import { api, createHarness, createRenderLog, URL } from './harness.js';

afterEach(cleanup);

function createListening() {
  const told: string[] = [];
  const log = createRenderLog<RealtimeClient>();
  function Listening({ as = '', lostAfterMs }: { readonly as?: string; readonly lostAfterMs?: number }) {
    useConnectionListener({
      onLost: () => told.push(`${as}lost`),
      onRestored: () => told.push(`${as}restored`),
      onFailed: ({ kind }) => told.push(`${as}failed ${kind}`),
      lostAfterMs,
    });
    return log.note(useRealtimeClient());
  }
  return { Listening, told, log };
}

it('tells of a loss that lasts, and of the return, to the newest function, and renders nothing', async () => {
  const { show, tree, pass, server } = createHarness();
  const { Listening, told, log } = createListening();
  const shown = show(<Listening />);
  await pass(200);
  expect(told).toEqual([]);
  server.kill();
  await pass(4_900);
  expect(told).toEqual([]);
  shown.rerender(tree(<Listening as="new " />));
  const before = log.all.length;
  await pass(200);
  expect(told).toEqual(['new lost']);
  await pass(20_000);
  server.start();
  await pass(40_000);
  expect(told).toEqual(['new lost', 'new restored']);
  expect(log.all).toHaveLength(before);
});

it('tells of no loss that is over sooner, and counts each anew', async () => {
  const { show, pass, world } = createHarness();
  const { Listening, told } = createListening();
  show(<Listening lostAfterMs={3_000} />);
  await pass(200);
  for (let i = 0; i < 5; i++) {
    world.network.connections()[0]?.inflict({ type: 'reset' });
    // Long enough for the link to prove itself: the next loss is sought within a second again.
    await pass(12_000);
  }
  expect(world.network.counts('page').opened).toBe(6);
  expect(told).toEqual([]);
});

it('tells of nothing before the first connection, nor of disconnect()', async () => {
  const { show, pass, server } = createHarness();
  const { Listening, told, log } = createListening();
  server.kill();
  show(<Listening />);
  await pass(20_000);
  expect(told).toEqual([]);
  server.start();
  await pass(40_000);
  log.last().disconnect();
  await pass(20_000);
  log.last().reconnect();
  await pass(200);
  expect(told).toEqual([]);
});

it('tells that it stays away, and of no loss after that; a throw ends nothing', async () => {
  const { show, pass, server, reported } = createHarness();
  const { Listening, told, log } = createListening();
  const Throwing = () => {
    useConnectionListener({
      onFailed() {
        throw new Error('mine');
      },
    });
    return null;
  };
  show(<><Throwing /><Listening /></>);
  await pass(200);
  server.close(4400);
  await pass(20_000);
  expect(told).toEqual([expect.stringMatching(/^failed /)]);
  expect(reported).toContainEqual(expect.objectContaining({ cause: new Error('mine') }));
  log.last().reconnect();
  await pass(200);
  server.close(4400);
  await pass(200);
  expect(told).toHaveLength(2);
});

it('tells who comes later that it stays away, and leaves no timer', async () => {
  const { show, tree, pass, page, server } = createHarness();
  const { Listening, told } = createListening();
  const client = createClient({ url: URL, contract: api, world: page, onError: () => {} });
  const shown = show(null, { client } as never);
  await pass(200);
  server.close(4400);
  await pass(200);
  shown.rerender(tree(<Listening />, { client } as never));
  expect(new Set(told)).toEqual(new Set(['failed bad-frame']));
  client.reconnect();
  await pass(200);
  server.kill();
  await pass(1_000);
  client.dispose();
  await pass(100);
  expect(page.pending).toBe(0);
  expect(told).not.toContain('lost');
});

it('tells nobody who has gone meanwhile, and leaves no timer of a loss that was being waited for', async () => {
  const { show, tree, pass, server, page } = createHarness();
  const { Listening, told } = createListening();
  const client = createClient({ url: URL, contract: api, world: page });
  const release = client.hold();
  const shown = show(<Listening />, { client } as never);
  await pass(200);
  server.kill();
  await pass(1_000);
  const before = page.pending;
  shown.rerender(tree(null, { client } as never));
  expect(page.pending).toBe(before - 1);
  await pass(20_000);
  expect(told).toEqual([]);
  release();
  client.dispose();
});
