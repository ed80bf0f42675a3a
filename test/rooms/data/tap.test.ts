// A tap hears what comes while it is open, and nothing after it was closed, in the middle of a run or not.
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Reader } from '../../../src/core/channels/delivery.js';
import type { ChannelEvent } from '../../../src/core/contract.js';
import { createFlusher } from '../../../src/core/data/flush.js';
import { channel, createClient, defineContract } from '../../../src/index.js';
import { createSimulatedWorld } from '../../../src/testing/simulated-world.js';
import { createSimulatedServer } from '../../../src/testing/simulated-server.js';
import { createTap, type ChannelListener } from '../../../src/core/data/tap.js';
import { handOver } from './hand-over.js';

const event = (offset: number): ChannelEvent => ({ name: 'put', data: offset, offset, epoch: 'e', time: 0 });
const end = { epoch: 'e', offset: 3 };

function open(listener: ChannelListener) {
  const readers: Reader[] = [];
  const flusher = createFlusher({ clock: { after: () => () => {} }, paint: () => () => {}, onError: () => {} });
  const join = (reader: Reader) => {
    readers.push(reader);
    return { position: null, status: { liveStatus: 'live', refusal: null } as const, rewind: () => {}, rejoin: () => {}, leave: () => {} };
  };
  const tap = createTap('room:1', { flusher, join, userEra: () => 0, isDisposed: () => false, readVolatile: () => null, onError: () => {} }, listener);
  const leave = tap.subscribe(() => {}, 'sync');
  return { reader: readers[0] as Reader, leave, snapshot: tap.get };
}

it('shows at once that its channel is live already', () => {
  expect(open({}).snapshot()).toMatchObject({ status: 'success', liveStatus: 'live' });
});

it('is told the first gap of another user, though the former one was told of a gap and of no event since', () => {
  const heard: unknown[] = [];
  const { reader } = open({ onGap: ({ reason }) => heard.push(reason) });
  reader.onGap({ reason: 'epoch', missed: null });
  reader.onGap({ reason: 'trimmed', missed: null });
  expect(heard).toEqual(['epoch']);
  reader.onReset();
  reader.onGap({ reason: 'trimmed', missed: null });
  expect(heard).toEqual(['epoch', 'trimmed']);
});

it('hears no more of a run once it was closed by one of its events', () => {
  const heard: unknown[] = [];
  const tap = open({
    onEvent({ data }) {
      heard.push(data);
      tap.leave();
    },
    onGap: () => heard.push('gap'),
  });
  handOver(tap.reader, [event(1), event(2), event(3)], end);
  tap.reader.onGap({ reason: 'epoch', missed: null });
  expect(heard).toEqual([1]);
});

it('has each of 15,000 events of one burst, in order, however slow it is', async () => {
  const world = createSimulatedWorld({ seed: 1 });
  const api = defineContract({ channels: { ticks: channel('ticks', { events: { tick: z.number() } }) } });
  const server = createSimulatedServer(world, 'a.test', { contract: api, authorize: { channels: { ticks: 'public' } } });
  const client = createClient({ url: 'ws://a.test/', contract: api, world: world.client('page') });
  const heard: number[] = [];
  let slow = 0;
  let gaps = 0;
  client.channel(api.channels.ticks).subscribe({
    onEvent({ data, offset }) {
      for (let work = 0; work < 1_000; work++) slow = Math.imul(slow + work, 31);
      heard.push(data);
      if (offset !== heard.length) gaps++;
    },
    onGap: () => gaps++,
  });
  await world.clock.run(1_000);
  await Promise.all(Array.from({ length: 15_000 }, (_, n) => server.core().publish(api.channels.ticks, {}, 'tick', n)));
  await world.clock.run(60_000);
  expect(heard).toEqual(Array.from({ length: 15_000 }, (_, n) => n));
  expect(gaps).toBe(0);
  client.dispose();
});
