/** What clients publish themselves, from one page to another: kept events and volatile ones. */
import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, createClient, defineContract, useChannel, volatile, type RealtimeClient, type SettledCommand } from '../../src/index.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';
import { createHarness, type Harness } from './harness.js';

const api = defineContract({
  channels: {
    room: channel('room:{id}', { events: { message: z.string() }, clientEvents: { typing: volatile(z.object({ on: z.boolean() })), note: z.string().min(1) } }),
  },
});
const HOST = 'events.test';

let harness: Harness;
let server: SimulatedServer;
let ada: RealtimeClient;
let ben: RealtimeClient;
let told: unknown[];
const room = (client: RealtimeClient) => client.channel(api.channels.room, { id: 1 });

beforeEach(async () => {
  harness = createHarness();
  server = createSimulatedServer(harness.world, HOST, {
    contract: api,
    authenticate: ({ token }) => ({ id: token ?? '' }),
    authorize: { channels: { room: 'public' }, clientEvents: { room: ({ data }) => data !== 'no' } },
  });
  const client = (name: string): RealtimeClient => createClient({ url: `ws://${HOST}/realtime`, contract: api, world: harness.world.client(name), auth: () => name });
  ada = client('ada');
  ben = client('ben');
  told = [];
  room(ben).subscribe({ onEvent: ({ name, data, by }) => told.push([name, data, by]), onVolatile: ({ name, data, by }) => told.push([name, data.on, by]) });
  ada.hold();
  await harness.pass(200);
});

afterEach(() => {
  ada.dispose();
  ben.dispose();
  cleanup();
});

describe('a volatile client event', () => {
  it('reaches who listens now, with its sender by the server’s word, and nobody later', async () => {
    expect(room(ada).publish('typing', { on: true })).toBe(true);
    await harness.pass(100);
    expect(told).toEqual([['typing', true, 'ada']]);
    const late: unknown[] = [];
    room(ada).subscribe({ onEvent: () => late.push('event'), onVolatile: () => late.push('volatile') });
    await harness.pass(100);
    expect(late).toEqual([]);
  });

  it('does not come back to who sent it', async () => {
    room(ben).publish('typing', { on: true });
    await harness.pass(100);
    expect(told).toEqual([]);
  });

  it('is not sent later where there is no connection: false says so', async () => {
    server.kill();
    await harness.pass(100);
    expect(room(ada).publish('typing', { on: true })).toBe(false);
    server.start();
    await harness.pass(40_000);
    expect(told).toEqual([]);
  });

  it('that does not fit, or is too large, is refused where it entered', () => {
    expect(() => room(ada).publish('typing', { on: 1 } as never)).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(() => room(ada).publish('typing', { on: true, more: 'x'.repeat(2_000) } as never)).toThrow(expect.objectContaining({ code: 'too-large' }));
    expect(() => room(ada).publish('shout' as 'note', 'x')).toThrow(expect.objectContaining({ code: 'misuse' }));
  });

  it('reaches a component, and renders nothing', async () => {
    let renders = 0;
    function Tap() {
      renders++;
      useChannel(api.channels.room, { params: { id: 1 }, onVolatile: ({ data }) => told.push(`seen ${data.on}`) });
      return null;
    }
    harness.show(<Tap />, { client: ben } as never);
    await harness.pass(200);
    const before = renders;
    room(ada).publish('typing', { on: false });
    await harness.pass(100);
    expect(told).toEqual([['typing', false, 'ada'], 'seen false']);
    expect(renders).toBe(before);
  });
});

describe('a kept client event', () => {
  it('is an event of the channel, once, also when it was sent while the server was away', async () => {
    const first = room(ada).publish('note', 'a');
    await harness.pass(100);
    await expect(first.result).resolves.toBeUndefined();
    harness.world.network.partition({ client: 'ada' });
    await harness.pass(20_000);
    const second = room(ada).publish('note', 'b');
    harness.world.network.heal();
    harness.world.client('ada').signal('online');
    await harness.pass(40_000);
    await expect(second.result).resolves.toBeUndefined();
    expect(told).toEqual([['note', 'a', 'ada'], ['note', 'b', 'ada']]);
  });

  it('is refused by its outcome', async () => {
    const refused = room(ada).publish('note', 'no');
    const wrong = room(ada).publish('note', '');
    await harness.pass(200);
    await expect(refused.result).rejects.toMatchObject({ code: 'forbidden' });
    await expect(wrong.result).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(/^The input of command/) as string });
    expect(told).toEqual([]);
  });
});

describe('onCommandSettled of a client', () => {
  it('is called for kept client events as well, and for what ends when the client is disposed', async () => {
    const settled: SettledCommand[] = [];
    const cleo = createClient({ url: `ws://${HOST}/realtime`, contract: api, world: harness.world.client('cleo'), auth: () => 'cleo', onCommandSettled: (command) => settled.push(command) });
    room(cleo).publish('note', 'yes');
    room(cleo).publish('note', 'no');
    room(cleo).publish('typing', { on: true });
    await harness.pass(500);
    const input = (data: string) => ({ channel: 'room:1', name: 'note', data });
    expect(settled).toMatchObject([
      { name: '$publish', input: input('yes'), status: 'success', error: null },
      { name: '$publish', input: input('no'), status: 'error', error: { code: 'forbidden' } },
    ]);
    cleo.disconnect();
    const { id } = room(cleo).publish('note', 'late');
    cleo.dispose();
    await harness.pass(0);
    expect(settled.slice(2)).toMatchObject([{ id, name: '$publish', status: 'error', error: { code: 'cancelled' } }]);
  });
});
