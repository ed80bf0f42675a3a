/** What clients publish themselves: kept events by `$publish`, volatile ones by `publish`. */
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { EventOf, Schema } from '../../src/core/contract.js';
import { channel, command, defineContract, volatile } from '../../src/core/define-contract.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore, type ServerCore, type ServerCoreOptions } from '../../src/server/core/server.js';
import type { ServerWorld } from '../../src/server/core/server-world.js';
import { enterClient, type FakeClient } from './fake-client.js';
import { fakeWorld, settle, type FakeClock } from './fake-world.js';

const throwing: Schema<string> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate() {
      throw new Error('the secret');
    },
  },
};

const api = defineContract({
  channels: {
    room: channel('room:{id}', {
      events: { said: z.string() },
      clientEvents: {
        typing: volatile(z.object({ on: z.boolean() })),
        note: z.object({ text: z.string() }),
        upper: z.string().transform((text) => text.toUpperCase()),
        ping: volatile(z.undefined()),
        thrown: throwing,
        thrownAway: volatile(throwing),
      },
    }),
    unruled: channel('unruled', { events: {}, clientEvents: { typing: volatile(z.string()), note: z.string() } }),
  },
});
type Options = ServerCoreOptions<typeof api>;
type Asked = Parameters<Exclude<NonNullable<NonNullable<NonNullable<Options['authorize']>['clientEvents']>['room']>, 'public'>>[0];

let world: ServerWorld & { readonly clock: FakeClock };
let server: ServerCore;
let asked: Asked[];
let said: string[];

function start(rule: 'public' | ((ask: Asked) => boolean | Promise<boolean>) = (ask) => (asked.push(ask), ask.user.id !== 'mallory'), limits: Options['limits'] = {}): void {
  server = createServerCore<typeof api>(
    {
      contract: api,
      broker: memoryBroker(),
      logger: { warn: (message) => said.push(message), error: (message) => said.push(message) },
      limits,
      authenticate: ({ token }) => ({ id: token ?? 'guest', tag: `tag of ${token}` }),
      authorize: { channels: { room: 'public', unruled: 'public' }, clientEvents: { room: rule } },
    },
    world,
  );
}

beforeEach(() => {
  world = fakeWorld();
  asked = [];
  said = [];
  start();
});

const enter = (over: object = {}): Promise<FakeClient> => enterClient(server, { features: ['volatile'], ...over });
const want = (name = 'room:1', generation = 1): object => ({ t: 'subscribe', channels: [{ name, generation }] });
const lane = { t: 'lane', lane: 'default', last: 0, create: true };
const publish = (name: string, data?: unknown, over: object = {}): object => ({ t: 'publish', channel: 'room:1', name, data, ...over });
const keep = (n: number, name: string, data: unknown, over: object = {}): object => ({ t: 'command', lane: 'default', n, id: `c${n}`, name: '$publish', input: { channel: 'room:1', name, data, ...over }, remainingMs: 10_000 });

describe('a kept client event', () => {
  it('lands in the history under its name, stamped, and reaches everybody, its sender too', async () => {
    const [ann, bob] = [await enter(), await enter({ token: 'bob', client: 'd', features: [] })];
    await ann.say(want(), lane);
    await bob.say(want());
    await ann.say(keep(1, 'note', { text: 'hi' }));
    await world.clock.advance(0);
    const event = { name: 'note', data: { text: 'hi' }, by: 'tag of ann', command: 'c1' };
    for (const { socket } of [ann, bob]) expect(socket.of('events')).toMatchObject([{ channel: 'room:1', offset: 1, events: [event] }]);
    expect(ann.socket.of('response')).toMatchObject([{ id: 'c1', positions: [{ channel: 'room:1', offset: 1 }] }]);
    expect(ann.socket.of('response')[0]).not.toHaveProperty('result');
    const late = await enter({ token: 'cy', client: 'e' });
    await late.say({ t: 'subscribe', channels: [{ name: 'room:1', generation: 1, history: 5 }] });
    expect(late.socket.of('subscribed')).toMatchObject([{ events: [event] }]);
    expect(asked).toEqual([{ user: { id: 'ann', tag: 'tag of ann' }, params: { id: '1' }, event: 'note', data: { text: 'hi' } }]);
  });

  it('travels as its sender wrote it; the rule sees what the schema made of it', async () => {
    const ann = await enter();
    await ann.say(want(), lane, keep(1, 'upper', 'loud'));
    await world.clock.advance(0);
    expect(asked).toMatchObject([{ event: 'upper', data: 'LOUD' }]);
    expect(ann.socket.of('events')).toMatchObject([{ events: [{ data: 'loud' }] }]);
  });

  it('is refused alike for who may not, an unknown channel or event, a server event, a volatile one, and without a rule', async () => {
    const mallory = await enter({ token: 'mallory' });
    await mallory.say(
      lane,
      keep(1, 'note', { text: 'x' }),
      keep(2, 'note', {}, { channel: 'nothing:1' }),
      keep(3, 'sung', {}),
      keep(4, 'said', 'x'),
      keep(5, 'typing', { on: true }),
      keep(6, 'note', 7, { channel: 'unruled' }),
      keep(7, 'toString', {}),
      keep(8, 'note', {}, { channel: 'room:%41' }),
    );
    for (let i = 0; i < 8; i++) await settle();
    const errors = mallory.socket.of('error');
    expect(errors.map(({ code }) => code)).toEqual(Array(8).fill('forbidden'));
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
  });

  it('is invalid if it does not fit: its shape, its data, its size; nothing of it is kept or logged', async () => {
    const ann = await enter();
    await ann.say(want(), lane, keep(1, 'note', { text: 7 }), keep(2, 'note', { text: 'x'.repeat(10_300) }), { ...keep(3, 'note', 0), input: 'x' }, { ...keep(4, 'note', 0), input: undefined });
    await world.clock.advance(0);
    expect(ann.answers()).toEqual(['c1 invalid', 'c2 invalid', 'c3 invalid', 'c4 invalid']);
    expect(ann.socket.of('events')).toEqual([]);
    expect(said).toEqual([]);
    await ann.say(keep(5, 'thrown', 'x'));
    expect(ann.answers().at(-1)).toBe('c5 invalid');
    expect(ann.socket.texts.join()).not.toContain('secret');
    expect(said).toEqual(["The input schema of command '$publish' threw."]);
  });

  it('is a command: once, however often it is offered', async () => {
    const ann = await enter();
    await ann.say(want(), lane, keep(1, 'note', { text: 'hi' }), keep(1, 'note', { text: 'hi' }), keep(2, 'typing', { on: true }));
    await world.clock.advance(0);
    expect(ann.answers()).toEqual(['c1 done', 'c1 done', 'c2 forbidden']);
    expect(ann.socket.of('events')).toMatchObject([{ offset: 1, events: [{}] }]);
  });
});

describe('a volatile client event', () => {
  it('reaches who listens and knows of it, stamped, and not the connection that it came from', async () => {
    const ann = await enter();
    const [bob, other, old, away] = [await enter({ token: 'bob', client: 'd' }), await enter({ link: 1 }), await enter({ client: 'e', features: [] }), await enter({ client: 'f' })];
    for (const client of [ann, bob, other, old]) await client.say(want());
    await away.say(want('room:2'));
    await ann.say(publish('typing', { on: true }), publish('ping'));
    const heard = [
      { t: 'volatile', channel: 'room:1', name: 'typing', data: { on: true }, by: 'tag of ann' },
      { t: 'volatile', channel: 'room:1', name: 'ping', by: 'tag of ann' },
    ];
    expect(bob.socket.of('volatile')).toEqual(heard);
    expect(other.socket.of('volatile')).toEqual(heard);
    for (const { socket } of [ann, old, away]) expect(socket.of('volatile')).toEqual([]);
    expect(bob.socket.texts.at(-1)).toBe(other.socket.texts.at(-1));
    const late = await enter({ client: 'g' });
    await late.say({ t: 'subscribe', channels: [{ name: 'room:1', generation: 1, history: 5 }] });
    expect(late.socket.of('subscribed')).toMatchObject([{ events: [], position: { offset: 0 } }]);
  });

  it('is dropped without a word: refused, unknown, kept, invalid, too large, thrown by its schema, or without the feature', async () => {
    const bob = await enter({ token: 'bob', client: 'd' });
    await bob.say(want(), want('unruled'));
    const [mallory, ann, old] = [await enter({ token: 'mallory' }), await enter(), await enter({ client: 'e', features: [] })];
    const before = [mallory, ann, old].map(({ socket }) => socket.frames.length);
    await mallory.say(publish('typing', { on: true }));
    await old.say(publish('typing', { on: true }));
    await ann.say(
      publish('sung', {}),
      publish('note', { text: 'x' }),
      publish('said', 'x'),
      publish('typing', { on: 1 }),
      publish('typing', { on: true, more: 'x'.repeat(1_024) }),
      publish('typing', 'x', { channel: 'unruled' }),
      publish('typing', { on: true }, { channel: 'nothing' }),
      publish('thrownAway', 'x'),
    );
    expect(bob.socket.of('volatile')).toEqual([]);
    expect([mallory, ann, old].map(({ socket }) => socket.frames.length)).toEqual(before);
    expect(said.toSorted()).toEqual(['A client event was forbidden.', "The schema of client event 'thrownAway' threw."]);
    expect(asked.map(({ user }) => user.id)).toEqual(['mallory']);
  });

  it('comes only while a subscription is live, and not to a reader that is behind', async () => {
    start('public');
    const [ann, bob] = [await enter(), await enter({ token: 'bob', client: 'd' })];
    await bob.say(want());
    bob.socket.buffered = 64 * 1024;
    await ann.say(publish('typing', { on: true }));
    expect(bob.socket.of('volatile')).toEqual([]);
    bob.socket.buffered = 0;
    await ann.say(publish('typing', { on: true }));
    expect(bob.socket.of('volatile')).toHaveLength(1);
    for (let i = 0; i < 4; i++) await server.publish(api.channels.room, { id: '1' }, 'said', 'x'.repeat(5_000));
    await world.clock.advance(0);
    const epoch = bob.socket.of('events')[0]?.epoch;
    await bob.say({ t: 'subscribe', channels: [{ name: 'room:1', generation: 2, position: { epoch, offset: 0 } }] });
    expect(bob.socket.of('subscribed')[1]).toMatchObject({ more: true });
    await ann.say(publish('typing', { on: true }));
    expect(bob.socket.of('volatile')).toHaveLength(1);
  });

  it('costs its sender one, and one for each listener; what is over the budget is dropped', async () => {
    start('public', { fanOutPerSecond: 4 });
    const [ann, bob, cy] = [await enter(), await enter({ token: 'bob', client: 'd' }), await enter({ token: 'cy', client: 'e' })];
    for (const client of [ann, bob, cy]) await client.say(want());
    for (let i = 0; i < 5; i++) await ann.say(publish('typing', { on: true }));
    // Eight in the bucket, four each.
    expect(bob.socket.of('volatile')).toHaveLength(2);
    await bob.say(publish('typing', { on: true }));
    expect(cy.socket.of('volatile')).toHaveLength(3);
    await world.clock.advance(1_000);
    await ann.say(publish('typing', { on: true }), publish('typing', { on: true }));
    expect(bob.socket.of('volatile')).toHaveLength(3);
  });

  it('waits for its rule in bounded numbers, and says nothing for who is gone', async () => {
    const answers: ((isAllowed: boolean) => void)[] = [];
    start(() => new Promise((resolve) => answers.push(resolve)));
    const [ann, bob] = [await enter(), await enter({ token: 'bob', client: 'd' })];
    await bob.say(want());
    for (let i = 0; i < 40; i++) await ann.say(publish('typing', { on: true }));
    expect(answers).toHaveLength(32);
    answers[0]?.(true);
    await settle();
    expect(bob.socket.of('volatile')).toHaveLength(1);
    await ann.say(publish('typing', { on: true }));
    expect(answers).toHaveLength(33);
    server.closeUser('ann');
    for (const answer of answers) answer(true);
    await settle();
    expect(bob.socket.of('volatile')).toHaveLength(1);
  });
});

describe('the contract', () => {
  it('makes kept client events events, and names each once', () => {
    expect(Object.keys(api.channels.room.events)).toEqual(['said', 'note', 'upper', 'thrown']);
    expectTypeOf<EventOf<typeof api.channels.room>['name']>().toEqualTypeOf<'said' | 'note' | 'upper' | 'thrown'>();
    expectTypeOf<Asked['event']>().toEqualTypeOf<'typing' | 'note' | 'upper' | 'ping' | 'thrown' | 'thrownAway'>();
    expectTypeOf<Extract<Asked, { event: 'typing' }>['data']>().toEqualTypeOf<{ on: boolean }>();
    expect(() => channel('x', { events: { a: z.string() }, clientEvents: { a: volatile(z.string()) } })).toThrow('two different names');
    expect(() => channel('x', { events: {}, clientEvents: { 'a b': z.string() } })).toThrow('cannot name');
    expect(channel('x', { events: {} }).clientEvents).toEqual({});
  });

  it('may not name a command as the protocol does', () => {
    const contract = defineContract({ commands: { $publish: command({}) } });
    expect(() => createServerCore({ contract, broker: memoryBroker(), commands: { $publish: () => undefined } }, world)).toThrow("'$publish' is the protocol's");
  });
});

/** None of these is ever run: what matters is that each of them does not compile. */
export const mustNotCompile = {
  notASchema: (): unknown =>
    // @ts-expect-error a client event is a schema, or volatile(schema)
    channel('x', { events: {}, clientEvents: { typing: 5 } }),
  unknownChannel: (): Options['authorize'] => ({
    // @ts-expect-error the contract has no channel 'rom'
    clientEvents: { rom: 'public' },
  }),
  unknownEvent: (): Options['authorize'] => ({
    // @ts-expect-error room has no client event 'sung'
    clientEvents: { room: ({ event }) => event === 'sung' },
  }),
  wrongData: (): Options['authorize'] => ({
    // @ts-expect-error typing carries a boolean
    clientEvents: { room: (ask) => ask.event === 'typing' && ask.data.on === 'yes' },
  }),
  wrongParameter: (): Options['authorize'] => ({
    // @ts-expect-error room has a parameter id
    clientEvents: { room: ({ params }) => params.room === '1' },
  }),
  volatileIsNoEvent: (): unknown =>
    // @ts-expect-error a volatile client event is not in the history
    server.publish(api.channels.room, { id: '1' }, 'typing', { on: true }),
};
