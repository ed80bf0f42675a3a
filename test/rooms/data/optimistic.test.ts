// Edits that are shown before the server has said so: the small parts alone, then a real client and the real server core in a simulated world.
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Reader } from '../../../src/core/channels/delivery.js';
import type { ChannelEvent } from '../../../src/core/contract.js';
import { createFlusher } from '../../../src/core/data/flush.js';
import { createLayers, createOverlay } from '../../../src/core/data/optimistic.js';
import { createView } from '../../../src/core/data/view.js';
import type { RealtimeError } from '../../../src/core/errors.js';
import type { Position } from '../../../src/core/protocol/position.js';
import {
  append, channel, command, createClient, defineContract, defineView, query, upsert,
  type Local, type Readable, type RealtimeClient, type RealtimeClientOptions,
} from '../../../src/index.js';
import { plainJson } from '../../../src/dialects/index.js';
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js';
import { createSimulatedWorld } from '../../../src/testing/simulated-world.js';
import type { MemoryBrokerOptions } from '../../../src/server/core/memory-broker.js';
import { createSimulatedServer } from '../../../src/testing/simulated-server.js';
import { handOver } from './hand-over.js';

const add = (item: number) => (list: unknown) => [...(list as number[]), item];

describe('the edits over one base', () => {
  const make = (errors: RealtimeError[] = []) => createOverlay('room:1', (error) => errors.push(error));

  it('are applied in order, and again only when the base or they have changed', () => {
    const overlay = make();
    const base = Object.freeze([1]);
    expect(overlay.over(base)).toBe(base);
    overlay.add('a', add(2));
    overlay.add('b', add(3));
    const shown = overlay.over(base);
    expect(shown).toEqual([1, 2, 3]);
    overlay.pass({ epoch: 'e', offset: 9 });
    overlay.settle('c');
    expect(overlay.over(base)).toBe(shown);
    expect(overlay.over(Object.freeze([0]))).toEqual([0, 2, 3]);
    overlay.settle('a');
    expect(overlay.over(base)).toEqual([1, 3]);
    overlay.clear();
    expect(overlay.over(base)).toBe(base);
  });

  it('are called once each while only newer ones come: a thousand sends are not half a million calls', () => {
    const overlay = make();
    const base: readonly number[] = [];
    let calls = 0;
    for (let i = 0; i < 1_000; i++) {
      overlay.add(`c${i}`, (list) => (calls++, add(i)(list)));
      overlay.over(base);
    }
    expect([calls, (overlay.over(base) as number[]).length]).toEqual([1_000, 1_000]);
  });

  it('that throw are reported once and dropped, and the others stay', () => {
    const errors: RealtimeError[] = [];
    const overlay = make(errors);
    overlay.add('a', add(1));
    overlay.add('b', () => {
      throw new Error('mine');
    });
    overlay.add('c', add(3));
    expect(overlay.over([])).toEqual([1, 3]);
    expect(overlay.over([0])).toEqual([0, 1, 3]);
    expect(errors.map(({ code, message }) => [code, message.includes('room:1')])).toEqual([['misuse', true]]);
  });

  it.each([
    ['stay before the position of their outcome', { epoch: 'e', offset: 4 }, [1, 2]],
    ['go at that position', { epoch: 'e', offset: 5 }, [1]],
    ['go behind it', { epoch: 'e', offset: 6 }, [1]],
    ['go in another epoch: it has the event, or there is a gap', { epoch: 'f', offset: 1 }, [1]],
    ['go where nothing more will come', null, [1]],
  ])('%s', (_, at, left) => {
    const overlay = make();
    overlay.add('no outcome yet', add(1));
    overlay.add('a', add(2));
    expect(overlay.settle('a', { epoch: 'e', offset: 5 })).toBe(true);
    overlay.pass(at);
    expect(overlay.over([])).toEqual(left);
  });

  it('are kept for whoever comes before the outcome, and not longer', () => {
    const layers = createLayers();
    const show = () => {
      const overlay = make();
      let changes = 0;
      const leave = layers.show({ key: 'k', overlay, changed: () => changes++, settle: (id) => overlay.settle(id) });
      return { seen: () => overlay.over([]), changes: () => changes, leave };
    };
    const first = show();
    layers.add('a', [{ key: 'k', edit: add(1) }, { key: 'another', edit: add(2) }]);
    const second = show();
    expect([first.seen(), first.changes(), second.seen(), second.changes()]).toEqual([[1], 1, [1], 1]);
    first.leave();
    layers.settle('a', []);
    expect([first.seen(), second.seen(), show().seen()]).toEqual([[1], [], []]);
  });
});

describe('a view, told by its channel alone', () => {
  const event = (offset: number, command?: string): ChannelEvent => ({ name: 'put', data: offset, offset, epoch: 'e', time: 0, ...(command !== undefined && { command }) });
  const at = (offset: number, epoch = 'e') => ({ channel: 'room:1', epoch, offset });

  /** Joined at 4. */
  function open(position: Position | null = at(4)) {
    const layers = createLayers();
    let reader: Reader | undefined;
    const flusher = createFlusher({ clock: { after: () => () => {} }, paint: () => () => {}, onError: () => {} });
    const ref = defineView(channel<number>('room:1'), { history: 5, initialState: [] as number[], reduce: append(9) }) as never;
    const view = createView(ref, 'room:1', 'k', {
      clock: createSimulatedClock(),
      flusher,
      layers,
      join(joined) {
        reader = joined;
        return { position, status: { liveStatus: 'live', refusal: null }, rewind: () => {}, rejoin: () => {}, leave: () => {} };
      },
      onError: () => {},
    });
    view.start();
    // What there is of its history.
    if (position !== null && reader !== undefined) handOver(reader, [], position);
    layers.add('a', [{ key: 'k', edit: add(0) }]);
    return { layers, reader: reader as Reader, view, data: () => view.get().data };
  }

  it('keeps an edit until it has passed the position of the outcome', () => {
    const { layers, reader, data } = open();
    layers.settle('a', [at(6)]);
    expect(data()).toEqual([0]);
    handOver(reader, [event(5)], at(5));
    expect(data()).toEqual([5, 0]);
    // The event was left out: it did not fit the contract.
    handOver(reader, [], at(6));
    expect(data()).toEqual([5]);
  });

  it('drops it with the outcome when it is there already, or in another epoch', () => {
    for (const position of [at(4), at(3), at(9, 'f')]) {
      const { layers, data } = open();
      layers.settle('a', [{ ...at(9), channel: 'room:2' }, position]);
      expect(data()).toEqual([]);
    }
  });

  it('keeps it while it has no position yet, and judges it by the first answer', () => {
    const { layers, reader, data } = open(null);
    layers.settle('a', [at(6)]);
    expect(data()).toEqual([0]);
    handOver(reader, [event(4), event(5)], at(5));
    expect(data()).toEqual([4, 5, 0]);
    reader.onGap({ reason: 'epoch', missed: null });
    handOver(reader, [], at(0, 'f'));
    expect(data()).toEqual([]);
  });

  it('drops it where nothing more will come: refused before or after the outcome', () => {
    const one = open();
    one.layers.settle('a', [at(6)]);
    one.reader.onStatus({ liveStatus: 'idle', refusal: 'kicked' });
    expect(one.data()).toEqual([]);
    const two = open();
    two.reader.onStatus({ liveStatus: 'idle', refusal: 'kicked' });
    expect(two.data()).toEqual([0]);
    two.layers.settle('a', [at(6)]);
    expect(two.data()).toEqual([]);
  });

  it('drops it when another user has signed in, and hears of none once it is closed', () => {
    const { layers, reader, view, data } = open();
    layers.settle('a', [at(6)]);
    reader.onReset();
    expect(data()).toEqual([]);
    view.stop();
    layers.add('b', [{ key: 'k', edit: add(1) }]);
    expect(data()).toEqual([]);
  });
});

const Item = z.object({ id: z.string(), text: z.string() });
type Item = z.infer<typeof Item>;
const api = defineContract({
  channels: { room: channel('room:{id}', { events: { put: Item } }) },
  queries: { list: query({ input: z.object({ room: z.string() }), output: z.array(Item) }) },
  commands: {
    post: command({ input: z.object({ room: z.string(), text: z.string() }), output: Item, errors: { banned: z.string() } }),
    whisper: command({ input: z.object({ room: z.string(), text: z.string() }) }),
  },
});
const items = defineView(api.channels.room, { history: 50, initialState: [] as Item[], reduce: append(100) });
const sinceNow = defineView(api.channels.room, { initialState: [] as Item[], reduce: append(100) });
const room = { id: '1' };
const input = { room: '1', text: 'x' };

const clients: RealtimeClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

function createStage(options: Partial<RealtimeClientOptions> = {}, keeps: MemoryBrokerOptions['limits'] = {}) {
  const world = createSimulatedWorld({ seed: 1, network: { floorMs: 10, meanMs: 0, tailChance: 0 } });
  let stored: Item[] = [];
  const server = createSimulatedServer(world, 'a.test', {
    contract: api,
    keeps,
    authenticate: ({ token }) => ({ id: token ?? 'ann' }),
    authorize: { channels: { room: 'public' }, queries: { list: 'public' }, commands: { post: 'public', whisper: 'public' } },
    queries: { list: () => [...stored] },
    commands: {
      post({ id, input: { text, room: to }, publish, reject }) {
        if (text === 'rude') throw reject('banned', 'for now');
        const item = { id, text };
        stored = [...stored, item];
        publish(api.channels.room, { id: to }, 'put', item);
        return item;
      },
      whisper: ({ input: { text, room: to }, publish }) => publish(api.channels.room, { id: `${to}-elsewhere` }, 'put', { id: 'w', text }),
    },
  });
  const errors: RealtimeError[] = [];
  const client = createClient({ url: 'ws://a.test/', contract: api, world: world.client('page'), onError: (error) => errors.push(error), ...options } as RealtimeClientOptions);
  clients.push(client);
  const pass = (ms: number): Promise<void> => world.clock.run(world.clock.now() + ms);
  const optimistic = (local: Local, { text, room: to }: { readonly room: string; readonly text: string }, id: string): void => {
    const put = (list: Item[]): Item[] => [...list, { id, text }];
    local.view(items, { id: to }, put);
    local.view(sinceNow, { id: to }, put);
    local.query(api.queries.list, { room: to }, put);
  };
  return { world, server, client, errors, pass, optimistic, post: (text = 'x') => client.send(api.commands.post, { room: '1', text }, { optimistic }), stored: () => stored };
}

/** How often the item was in the list, telling by telling; without what only repeats. */
function watch(readable: Readable<{ readonly data: readonly Item[] | undefined }>) {
  const now = (): number => readable.get().data?.length ?? 0;
  let counts: number[] = [];
  const stop = readable.subscribe(() => {
    if (counts.at(-1) !== now()) counts.push(now());
  });
  counts = [now()];
  return { counts: () => counts, now, stop };
}

const FOLLOW = { channel: api.channels.room, params: room };
const followed = (client: RealtimeClient) => {
  const kept = client.liveQuery(api.queries.list, { room: '1' }, FOLLOW);
  kept.setApply(upsert('id') as never);
  return kept;
};
const SHOWN: readonly (readonly [what: string, show: (client: RealtimeClient) => Readable<{ readonly data: readonly Item[] | undefined }>])[] = [
  ['a view with history', (client) => client.view(items, room)],
  ['a view without', (client) => client.view(sinceNow, room)],
  ['a query that follows', followed],
  ['a query that follows nothing', (client) => client.liveQuery(api.queries.list, { room: '1' })],
];

describe.each(SHOWN)('what a command will do in %s', (what, show) => {
  it.each([
    ['the event comes before the answer', 'response', 100],
    ['the answer comes before the event', 'events', 100],
    ['both come at once', 'none', 0],
  ])('is there from the send on, once and without a break, when %s', async (__, late, ms) => {
    const { client, pass, post, server, stored } = createStage();
    const list = watch(show(client));
    await pass(500);
    server.delay(late, ms);
    const sent = post();
    expect(list.counts()).toEqual([0, 1]);
    await pass(1_000);
    expect(sent.progress.get().status).toBe('success');
    expect(list.counts()).toEqual([0, 1]);
    const two = [post(), post()];
    expect(list.counts()).toEqual([0, 1, 2, 3]);
    await pass(1_000);
    expect(two.map(({ progress }) => progress.get().status)).toEqual(['success', 'success']);
    expect(list.counts()).toEqual([0, 1, 2, 3]);
    // What is shown is what the server has: no edit is left.
    expect(list.now()).toBe(stored().length);
    server.close(4000);
    await pass(5_000);
    expect(list.now()).toBe(3);
  });

  it('is there once while the link is lost before the answer has come, and after', async () => {
    const { client, pass, post, server, stored } = createStage();
    const list = watch(show(client));
    await pass(500);
    for (const type of ['events', 'response']) server.delay(type, 100);
    const sent = [post(), post()];
    await pass(30);
    expect(stored()).toHaveLength(2);
    server.close(4000);
    await pass(20_000);
    expect(sent.map(({ progress }) => progress.get().status)).toEqual(['success', 'success']);
    expect(list.counts()).toEqual([0, 1, 2]);
  });

  it.each([
    ['positions are, and its events come long after the outcome', 150, 200],
    ['positions are not either', 0, 0],
  ])('is there once, and does not go for a moment, where the command took effect and its result is not stored any more: its %s', async (__, resultBytesPerPrincipal, late) => {
    const { client, pass, post, server, stored } = createStage({}, { resultBytesPerPrincipal });
    const list = watch(show(client));
    await pass(500);
    for (const type of ['events', 'response']) server.delay(type, 100);
    const sent = post();
    await pass(30);
    expect(stored()).toHaveLength(1);
    server.close(4000);
    server.delay('subscribed', late);
    await pass(20_000);
    await expect(sent.result).rejects.toMatchObject({ code: 'result-expired', reason: undefined, data: undefined });
    expect(sent.progress.get()).toMatchObject({ status: 'error', error: { code: 'result-expired' }, data: undefined });
    expect(list.counts()).toEqual([0, 1]);
    expect(stored()).toHaveLength(1);
  });

  it.each([
    ['rejected', (stage: ReturnType<typeof createStage>) => void stage.post('rude')],
    ['cancelled', (stage: ReturnType<typeof createStage>) => (stage.server.kill(), stage.post().cancel())],
    ['not what the contract says', (stage: ReturnType<typeof createStage>) => void stage.client.send(api.commands.post, { room: '1', text: 5 as never }, { optimistic: stage.optimistic })],
  ])('goes when it is %s', async (__, fail) => {
    const stage = createStage();
    const list = watch(show(stage.client));
    await stage.pass(500);
    fail(stage);
    await stage.pass(100);
    expect(list.now()).toBe(0);
  });

  it('goes when it waited too long, was dropped for newer ones, or nobody knows whether it was run', async () => {
    const stage = createStage({ timings: { commandMs: 5_000 }, bounds: { outboxCommands: 1, overflow: 'drop-oldest' } });
    const list = watch(show(stage.client));
    await stage.pass(500);
    // Sent, and the server's memory is gone before it has answered.
    stage.server.delay('response', 1_000_000);
    stage.server.delay('events', 1_000_000);
    const unknown = stage.post();
    await stage.pass(12);
    stage.server.kill();
    expect(list.now()).toBe(1);
    stage.server.start();
    await stage.pass(40_000);
    await expect(unknown.result).rejects.toMatchObject({ code: 'outcome-unknown' });
    stage.server.kill();
    const before = list.now();
    await stage.pass(100);
    const dropped = stage.post('dropped');
    const expired = stage.post('expired');
    await expect(dropped.result).rejects.toMatchObject({ code: 'queue-full' });
    expect(list.now()).toBe(before + 1);
    await stage.pass(6_000);
    await expect(expired.result).rejects.toMatchObject({ code: 'expired' });
    expect(list.now()).toBe(before);
  });

  it('is seen by whoever comes while it is pending, and a view that was stopped goes on from where it was', async () => {
    const { client, pass, server } = createStage();
    client.hold();
    await pass(500);
    server.delay('response', 2_000);
    // The item may be there already, so it is put, not added.
    const put = (id: string) => (list: Item[]) => upsert('id')(list, { data: { id, text: 'x' } });
    client.send(api.commands.post, input, {
      optimistic(local, { room: id }, command) {
        local.view(items, { id }, put(command));
        local.view(sinceNow, { id }, put(command));
        local.query(api.queries.list, { room: id }, put(command));
      },
    });
    const early = watch(show(client));
    expect(early.counts()).toEqual([what.startsWith('a view') ? 1 : 0]);
    await pass(1_000);
    const late = watch(show(client));
    expect([early.now(), late.now()]).toEqual(what.startsWith('a view') ? [1, 1] : [0, 0]);
    await pass(5_000);
    expect([early.now(), late.now()]).toEqual([1, 1]);
    early.stop();
    late.stop();
    await pass(40_000);
    // The event has come, and nobody was there to see it; the answer comes later.
    const later = client.send(api.commands.post, input, { optimistic: (local, _, id) => local.view(sinceNow, room, put(id)) });
    await pass(500);
    const between = watch(client.view(sinceNow, room));
    await pass(500);
    // A view that was shown before goes on from where it was stopped, with the former command's item, and is told what came meanwhile.
    const isKept = what === 'a view without';
    expect([between.now(), later.progress.get().status]).toEqual([isKept ? 2 : 1, 'sent']);
    await pass(5_000);
    expect(between.now()).toBe(isKept ? 2 : 0);
    between.stop();
    await pass(40_000);
    const last = watch(show(client));
    await pass(5_000);
    expect(last.now()).toBe(2);
  });

  it('is gone with the client, and with the user', async () => {
    let token = 'ann';
    const stage = createStage({ auth: () => token });
    const list = watch(show(stage.client));
    await stage.pass(500);
    stage.server.delay('events', 1_000_000);
    const settled = stage.post();
    await stage.pass(100);
    await settled.result;
    stage.server.delay('response', 1_000_000);
    stage.server.delay('subscribed', 1_000_000);
    stage.post();
    await stage.pass(5);
    token = 'bob';
    stage.server.close(4000);
    await stage.pass(5_000);
    // The channel says nothing any more, and no answer comes.
    expect(list.now()).toBe(0);
    stage.post('last');
    stage.client.dispose();
    expect(list.now()).toBe(0);
  });
});

it('is told when the command is on its way: who ends everything then leaves no command without an outcome', async () => {
  const { client, pass, post } = createStage();
  client.view(items, room).subscribe(() => client.view(items, room).get().data.length > 0 && client.dispose(), 'sync');
  await pass(500);
  const ended = post().result.then(() => 'done', ({ code }: RealtimeError) => code);
  expect(client.outbox.get().pending).toBe(0);
  expect(await ended).toBe('cancelled');
});

it('is in the order of the commands, also when one is sent by whoever is told of another', async () => {
  const { client, pass, optimistic, stored } = createStage();
  let isEchoed = false;
  const view = client.view(items, room);
  view.subscribe(() => {
    if (isEchoed || view.get().data.length === 0) return;
    isEchoed = true;
    client.send(api.commands.post, { room: '1', text: 'second' }, { optimistic });
  }, 'sync');
  await pass(500);
  client.send(api.commands.post, { room: '1', text: 'first' }, { optimistic });
  const shown = view.get().data.map(({ text }) => text);
  await pass(500);
  expect([shown, stored().map(({ text }) => text)]).toEqual([['first', 'second'], ['first', 'second']]);
});

it('is never shown of a command that finds no room', async () => {
  const { client, pass, post, server } = createStage({ bounds: { outboxCommands: 1 } });
  const list = watch(client.view(items, room));
  await pass(500);
  server.kill();
  await pass(50);
  post();
  await expect(post().result).rejects.toMatchObject({ code: 'queue-full' });
  await pass(50);
  expect(list.counts()).toEqual([0, 1]);
});

it('goes at once when the answer names no position of the channel', async () => {
  const { client, pass, optimistic } = createStage();
  const list = watch(client.view(items, room));
  const kept = watch(followed(client));
  await pass(500);
  client.send(api.commands.whisper, input, { optimistic });
  expect([list.now(), kept.now()]).toEqual([1, 1]);
  await pass(100);
  expect([list.counts(), kept.counts()]).toEqual([[0, 1, 0], [0, 1, 0]]);
});

it('edits every live query with that input and no other, and nothing that nobody shows', async () => {
  const { client, pass, post } = createStage();
  const lists = [followed(client), client.liveQuery(api.queries.list, { room: '1' }), client.liveQuery(api.queries.list, { room: '2' })].map(watch);
  await pass(500);
  post();
  expect(lists.map(({ now }) => now())).toEqual([1, 1, 0]);
  expect(client.view(items, room).get().data).toEqual([]);
});

it('an edit of a query is not called before there is an answer', async () => {
  const { client, pass, server, errors } = createStage();
  server.kill();
  const list = watch(client.liveQuery(api.queries.list, { room: '1' }));
  const sent = client.send(api.commands.post, input, { optimistic: (local) => local.query(api.queries.list, { room: '1' }, (all) => [...all, ...all]) });
  await pass(1_000);
  sent.cancel();
  expect([list.counts(), errors]).toEqual([[0], []]);
});

it('a function that throws, or names what cannot be, is told; the command goes all the same', async () => {
  const { client, pass, errors, stored } = createStage();
  const list = watch(client.view(items, room));
  await pass(500);
  const throwing = [
    () => {
      throw new Error('mine');
    },
    (local: Local) => local.view(items, {} as never, (all) => all),
    (local: Local) => local.query(api.queries.list, { room: 5 as never }, (all) => all),
    // The edit itself: later, when it is laid over the data.
    (local: Local) => local.view(items, room, (all) => (all as never as { wrong(): Item[] }).wrong()),
  ];
  for (const optimistic of throwing) client.send(api.commands.post, input, { optimistic });
  await pass(500);
  expect(errors.map(({ code }) => code)).toEqual(['misuse', 'misuse', 'misuse', 'misuse']);
  expect([stored().length, list.now()]).toEqual([4, 4]);
});

it('goes with the hand-over where a foreign server answers no command', async () => {
  const world = createSimulatedWorld({ seed: 1, network: { floorMs: 10, meanMs: 0, tailChance: 0 } });
  const heard: string[] = [];
  const serve = (): void => world.network.listen('b.test', () => ({ onMessage: (text) => heard.push(text), onClosed: () => {} }));
  const dialect = plainJson({ subscribe: (name) => ({ join: name }), command: (name, said) => ({ [name]: said }), can: { acknowledge: false }, read: () => null });
  const client = createClient({ url: 'ws://b.test/', contract: api, dialect, world: world.client('page') });
  clients.push(client);
  const list = watch(client.view(sinceNow, room));
  const sent = client.send(api.commands.post, input, { optimistic: (local, { text }, id) => local.view(sinceNow, room, (all) => [...all, { id, text }]) });
  await world.clock.run(1_000);
  expect([list.counts(), sent.progress.get().status]).toEqual([[0, 1], 'queued']);
  serve();
  await world.clock.run(60_000);
  expect(heard).toContain('{"post":{"room":"1","text":"x"}}');
  expect([list.counts(), sent.progress.get().status]).toEqual([[0, 1, 0], 'handed-over']);
});
