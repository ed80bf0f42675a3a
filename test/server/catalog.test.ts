// Names from outside against the application's contract and rules.
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract, query, volatile } from '../../src/contract/index.js';
import { createCatalog, type Catalog, type PlainRules } from '../../src/server/core/catalog.js';
import type { Rule } from '../../src/server/core/entries.js';
import type { User } from '../../src/server/core/handlers.js';
import { fakeClock, type FakeClock } from './fake-world.js';

const events = { said: z.string() };
const api = defineContract({
  channels: {
    room: channel('room:{id}', { events, clientEvents: { typing: volatile(z.boolean()), note: z.string() } }),
    lobby: channel('room:lobby', { events }),
    plain: channel('plain', { events }),
  },
  queries: { find: query({ input: z.string(), output: z.string() }) },
  commands: { post: command({ input: z.string() }) },
});
const ann: User = { id: 'ann', tag: 'ann' } as User;
const handlers = { queries: { find: () => '' }, commands: { post: () => '' } };

let clock: FakeClock;
let said: unknown[];
const make = (authorize: PlainRules['authorize'] = {}, more: Partial<PlainRules> = {}): Catalog =>
  createCatalog({ contract: api, ...handlers, authorize, ...more }, { clock, ruleMs: 5_000, logger: { warn: () => {}, error: (message, details) => said.push([message, details]) }, incidents: { note: () => {} } });
const may = (rule: Rule, name = 'room:1'): Promise<boolean> => make({ channels: { room: rule } }).maySubscribe(ann, name);

beforeEach(() => {
  clock = fakeClock();
  said = [];
});

describe('a rule', () => {
  it.each<[string, Rule, boolean]>([
    ['public', 'public', true],
    ['true', () => true, true],
    ['false', () => false, false],
    ['a promise of true', () => Promise.resolve(true), true],
    ['a promise of false', () => Promise.resolve(false), false],
    ['something that is no answer', () => Promise.resolve('yes'), false],
    ['nothing', () => undefined, false],
  ])('that says %s', async (_, rule, isAllowed) => {
    expect([await may(rule), said, clock.timers]).toEqual([isAllowed, [], 0]);
  });

  it.each<[string, Rule]>([
    ['throws', () => { throw new Error('mine'); }],
    ['rejects', () => Promise.reject(new Error('mine'))],
  ])('that %s refuses, and is logged', async (_, rule) => {
    expect(await may(rule)).toBe(false);
    expect(said).toEqual([['A rule of authorize failed; the request was refused.', new Error('mine')]]);
    expect(clock.timers).toBe(0);
  });

  it('that does not answer within its time refuses, and is logged', async () => {
    let answer: boolean | null = null;
    void may(() => new Promise(() => {})).then((isAllowed) => (answer = isAllowed));
    await clock.advance(4_999);
    expect([answer, said]).toEqual([null, []]);
    await clock.advance(1);
    expect([answer, said]).toEqual([false, [['A rule of authorize did not answer in time; the request was refused.', undefined]]]);
  });

  it('is asked with the user and the parameters of the name', async () => {
    const asked: unknown[] = [];
    expect(await may((ask) => asked.push(ask) > 0, 'room:a%20b')).toBe(true);
    expect(asked).toEqual([{ user: ann, params: { id: 'a b' } }]);
  });

  it('that is not there refuses, as a name does that is no channel', async () => {
    const catalog = make();
    for (const name of ['room:1', 'plain', 'nothing:1', 'room 1', '', 'r'.repeat(300)]) expect(await catalog.maySubscribe(ann, name), name).toBe(false);
    expect(said).toEqual([]);
  });

  it('belongs to the first pattern that has the name', async () => {
    const catalog = make({ channels: { room: () => false, lobby: 'public', plain: 'public' } });
    expect([await catalog.maySubscribe(ann, 'room:lobby'), await catalog.maySubscribe(ann, 'plain')]).toEqual([false, true]);
  });
});

describe('client events', () => {
  it('are those that the contract names and a rule stands beside', () => {
    const catalog = make({ clientEvents: { room: 'public' } });
    expect(catalog.clientEvent('room:1', 'typing')).toMatchObject({ channel: 'room:1', name: 'typing', params: { id: '1' }, isVolatile: true, rule: 'public' });
    expect(catalog.clientEvent('room:1', 'note')).toMatchObject({ isVolatile: false });
    for (const [at, name] of [['room:1', 'said'], ['room:1', 'toString'], ['plain', 'typing'], ['nothing', 'typing']] as const) expect(catalog.clientEvent(at, name)).toBeNull();
    expect(make().clientEvent('room:1', 'typing')).toBeNull();
  });

  it('ask their rule with the event and its data', async () => {
    const asked: unknown[] = [];
    const catalog = make({ clientEvents: { room: (ask) => asked.push(ask) > 0 } });
    const event = catalog.clientEvent('room:1', 'typing');
    expect(event !== null && (await catalog.mayPublish(event, ann, true))).toBe(true);
    expect(asked).toEqual([{ user: ann, params: { id: '1' }, event: 'typing', data: true }]);
  });
});

describe('the name of a channel for the server', () => {
  it('is that of its own contract alone', () => {
    const other = defineContract({ channels: { room: channel('room:{id}', { events }) } });
    expect(make().nameOf(api.channels.room, { id: 'a b' })).toBe('room:a%20b');
    expect(() => make().nameOf(other.channels.room, { id: '1' })).toThrow(/'room:\{id\}' is not of this server's contract/);
  });

  it('is refused where subscribers would take it for another one, or could not say it', () => {
    expect(() => make().nameOf(api.channels.lobby, {})).toThrow(/belongs to an earlier pattern/);
    expect(() => make().nameOf(api.channels.room, { id: 'x'.repeat(252) })).toThrow(/is too long/);
    expect(make().nameOf(api.channels.room, { id: 'x'.repeat(251) })).toHaveLength(256);
  });
});

describe('a server that is made wrongly', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a handler is missing', () => make({}, { queries: {} }), /'find' has no handler/],
    ['a handler is no function', () => make({}, { commands: { post: 'x' as never } }), /The handler of 'post' is a string/],
    ['a rule for a name that is not there', () => make({ commands: { pots: 'public' } }), /authorize.commands has a rule for 'pots'/],
    ['a rule for what every object inherits', () => make({ channels: { toString: 'public' as never } }), /has a rule for 'toString'/],
    ['a rule that can say nothing', () => make({ queries: { find: true as never } }), /The rule for 'find' under authorize.queries can let nobody in/],
    ['a command of the protocol’s name', () => createCatalog({ contract: defineContract({ commands: { $publish: command() } }), commands: { $publish: () => '' } }, { clock, ruleMs: 1, logger: { warn() {}, error() {} }, incidents: { note: () => {} } }), /\$publish/],
  ])('%s: it says so at once', (_, run, sentence) => {
    expect(run).toThrow(sentence);
  });

  it('a rule that is left out, or undefined, is none', async () => {
    const catalog = make({ commands: { post: undefined } });
    const post = catalog.commands.get('post');
    expect(post !== undefined && (await catalog.isAllowed(post, ann, 'x'))).toBe(false);
  });
});
