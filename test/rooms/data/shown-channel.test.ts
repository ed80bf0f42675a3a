// A view and a listener of a channel, seen from outside: the real client and the real server in a simulated world.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { append, channel, command, createClient, defineContract, defineView, volatile, type RealtimeError } from '../../../src/index.js';
import { createSimulatedServer } from '../../../src/testing/simulated-server.js';
import { createSimulatedWorld } from '../../../src/testing/simulated-world.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() }, clientEvents: { typing: volatile(z.string()) } }) },
  commands: { say: command({ input: z.string() }) },
});
const ROOM = { id: '1' };
const said = defineView(api.channels.room, {
  history: 50,
  initialState: [] as string[],
  reduce(list, event) {
    if (event.data === 'bad') throw new Error('mine');
    return append(100)(list, event);
  },
});
const onlyNew = defineView(api.channels.room, { initialState: [] as string[], reduce: append(100) });

function setUp() {
  const world = createSimulatedWorld({ seed: 3, network: { tailChance: 0 } });
  let handlerMs = 0;
  const server = createSimulatedServer(world, 'a.test', {
    contract: api,
    authenticate: ({ token }) => ({ id: token ?? 'guest' }),
    authorize: { channels: { room: 'public' }, clientEvents: { room: 'public' }, commands: { say: 'public' } },
    commands: {
      async say({ input, publish }) {
        await new Promise<void>((resolve) => void world.clock.after(handlerMs, resolve));
        publish(api.channels.room, ROOM, 'said', input);
      },
    },
  });
  const errors: RealtimeError[] = [];
  const sent: { readonly at: number; readonly t: string }[] = [];
  const page = world.client('page');
  const client = createClient({
    url: 'ws://a.test/',
    contract: api,
    auth: () => 'page',
    world: {
      ...page,
      open(url, protocols, events) {
        const socket = page.open(url, protocols, events);
        return {
          ...socket,
          send(text) {
            sent.push({ at: world.clock.now(), t: (JSON.parse(text) as { t: string }).t });
            return socket.send(text);
          },
        };
      },
    },
    onError: (error) => errors.push(error),
  });
  const other = createClient({ url: 'ws://a.test/', contract: api, world: world.client('other') });
  other.hold();
  return {
    world,
    server,
    client,
    other,
    errors,
    sent,
    takes: (ms: number) => (handlerMs = ms),
    pass: (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms),
    publish: (...texts: string[]) => Promise.all(texts.map((text) => server.core().publish(api.channels.room, ROOM, 'said', text))),
  };
}

describe('a view', () => {
  it('says from when its data is, and is stale while its channel is away', async () => {
    const { client, server, pass, publish, world } = setUp();
    const view = client.view(said, ROOM);
    expect(view.get()).toEqual({ data: [], status: 'pending', liveStatus: 'idle', isStale: false, gap: null, error: null, dataUpdatedAt: 0 });
    view.subscribe(() => {});
    await pass(500);
    expect(view.get()).toMatchObject({ status: 'success', liveStatus: 'live', isStale: false });
    await pass(5_000);
    await publish('a');
    await pass(100);
    const { dataUpdatedAt } = view.get();
    expect(world.clock.wall() - dataUpdatedAt).toBeLessThan(100);
    server.kill();
    await pass(5_000);
    expect(view.get()).toMatchObject({ data: ['a'], status: 'success', liveStatus: 'recovering', isStale: true, dataUpdatedAt });
    client.dispose();
  });

  it('leaves out an event at which its reduce throws, reports it, and goes on', async () => {
    const { client, pass, publish, errors } = setUp();
    const view = client.view(said, ROOM);
    view.subscribe(() => {});
    await pass(500);
    await publish('a', 'bad', 'b');
    await pass(100);
    expect(view.get()).toMatchObject({ data: ['a', 'b'], gap: null });
    expect(errors.map(({ code }) => code)).toEqual(['misuse']);
    expect(errors[0]?.message).toContain("'room:1' threw at offset 2");
    client.dispose();
  });

  it('that is kicked says so, and shows an optimistic edit no longer than until the outcome', async () => {
    const { client, server, pass, takes } = setUp();
    const view = client.view(onlyNew, ROOM);
    view.subscribe(() => {});
    await pass(500);
    takes(3_000);
    client.send(api.commands.say, 'a', { optimistic: (local) => local.view(onlyNew, ROOM, (list) => [...list, 'a!']) });
    await pass(1_000);
    expect(view.get().data).toEqual(['a!']);
    server.core().kick('page', 'room:1');
    await pass(500);
    expect(view.get()).toMatchObject({ data: ['a!'], status: 'error', liveStatus: 'idle', error: { code: 'forbidden' } });
    await pass(5_000);
    expect(view.get()).toMatchObject({ data: [], status: 'error' });
    client.dispose();
  });

  it('that nobody holds has nothing to resync', async () => {
    const { client, sent, pass } = setUp();
    client.hold();
    client.view(said, ROOM).resync();
    await pass(1_000);
    expect(sent.filter(({ t }) => t === 'subscribe')).toEqual([]);
    client.dispose();
  });

  it.each([
    ['30 s', undefined, 30_000],
    ['its own gcTimeMs', 2_000, 2_000],
    ['no time at all', 0, 0],
  ])('keeps its channel for %s after the last look, and leaves it in that moment', async (_, gcTimeMs, keptMs) => {
    const { client, pass, sent, world } = setUp();
    client.hold();
    const view = defineView(api.channels.room, { initialState: [] as string[], reduce: append(10), gcTimeMs });
    const stop = client.view(view, ROOM).subscribe(() => {});
    await pass(500);
    stop();
    const stoppedAt = world.clock.now();
    await pass(60_000);
    expect(sent.filter(({ t }) => t === 'unsubscribe')).toEqual([{ at: stoppedAt + keptMs, t: 'unsubscribe' }]);
    client.dispose();
  });
});

describe('a listener of a channel', () => {
  it('says whether what it has heard may lag behind', async () => {
    const { client, server, pass } = setUp();
    const tap = client.channel(api.channels.room, ROOM).tap({});
    tap.subscribe(() => {});
    expect(tap.get()).toMatchObject({ status: 'pending', isStale: false });
    await pass(500);
    expect(tap.get()).toMatchObject({ status: 'success', liveStatus: 'live', isStale: false });
    server.kill();
    await pass(5_000);
    expect(tap.get()).toMatchObject({ status: 'success', liveStatus: 'recovering', isStale: true });
    client.dispose();
  });

  it('that another one closes hears nothing more, kept or not', async () => {
    const { client, other, pass, publish } = setUp();
    const room = client.channel(api.channels.room, ROOM);
    const heard: string[] = [];
    let leave = (): void => {};
    room.subscribe({
      onEvent: ({ data }) => data === 'go' && leave(),
      onVolatile: ({ data }) => data === 'go' && leave(),
    });
    const second = { onEvent: ({ data }: { data: string }) => heard.push(data), onVolatile: ({ data }: { data: unknown }) => heard.push(`${String(data)}…`) };
    leave = room.subscribe(second);
    await pass(500);
    await publish('stay');
    other.channel(api.channels.room, ROOM).publish('typing', 'stay');
    await pass(100);
    await publish('go');
    await pass(100);
    expect(heard).toEqual(['stay', 'stay…']);
    leave = room.subscribe(second);
    await pass(100);
    other.channel(api.channels.room, ROOM).publish('typing', 'go');
    await pass(100);
    expect(heard).toEqual(['stay', 'stay…']);
    client.dispose();
  });
});
