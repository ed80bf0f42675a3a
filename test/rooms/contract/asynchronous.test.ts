/** Schemas that answer later: refused by name wherever they stand, on both ends, and never taken for an answer. */
import { type } from 'arktype';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as m from 'zod/mini';
import { createClient, type RealtimeClient } from '../../../src/browser/create-client.js';
import { channel, command, defineContract, query, volatile, type Schema } from '../../../src/contract/index.js';
import type { RealtimeError } from '../../../src/core/errors.js';
import { validate } from '../../../src/core/validate.js';
import { createServerCore, type ServerCoreOptions } from '../../../src/server/core/server.js';
import { memoryBroker } from '../../../src/server/core/memory-broker.js';
import { createSimulatedWorld } from '../../../src/testing/simulated-world.js';
import { createSimulatedServer } from '../../../src/testing/simulated-server.js';
import { enterClient } from '../../server/fake-client.js';
import { countingDice, fakeClock, settle } from '../../server/fake-world.js';

const fail = (): Promise<never> => Promise.reject(new Error('nobody waits for this'));
/** What answers later, most of them only when a value fits so far. Not here: zod with a promise that rejects; zod itself drops that one, its first try. */
const LATE: readonly (readonly [how: string, schema: Schema<unknown, unknown>])[] = [
  ['zod, refine', z.string().refine(async () => true)],
  ['zod, transform', z.string().transform(async (text) => text)],
  ['zod/mini, refine', m.string().check(m.refine(async () => true))],
  ['valibot, async pipe', v.pipeAsync(v.string(), v.checkAsync(async () => true))],
  // These two call themselves synchronous, and give the promise as the value.
  ['valibot, transform', v.pipe(v.string(), v.transform(async (text) => text))],
  ['valibot, transform that rejects', v.pipe(v.string(), v.transform(fail))],
  ['arktype, morph', type('string').pipe(async (text) => text)],
  ['arktype, morph that rejects', type('string').pipe(fail)],
  ['a hand-written one', { '~standard': { version: 1, vendor: 'mine', validate: async (value) => ({ value }) } }],
];

let unhandled: unknown[];
const note = (reason: unknown): unknown => unhandled.push(reason);
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise((done) => setImmediate(done));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

describe.each(LATE)('%s', (_, schema) => {
  it('is no answer, and not a fault of the value', () => {
    expect(validate(schema, 'x')).toMatchObject({ ok: false, code: 'misuse', issues: expect.stringContaining('asynchronously') as string });
  });
});

const SLOW = LATE[0]?.[1] as Schema<unknown, unknown>;
/** As a hand-written schema, a valibot one or z.promise shows itself: by every value. */
const PLAINLY_SLOW = LATE[3]?.[1] as Schema<unknown, unknown>;
const text = z.unknown();

const MISUSE = (name: string): unknown => expect.objectContaining({ code: 'misuse', message: expect.stringMatching(new RegExp(`${name}.*asynchronously.*leave what has to wait to the handler`, 's')) as string });

describe('a server', () => {
  const serve = (contract: object) => (): unknown =>
    createServerCore({ contract, broker: memoryBroker(), queries: { ask: () => 'x' }, commands: { act: () => 'x' } } as unknown as ServerCoreOptions<ReturnType<typeof defineContract>>, {
      clock: fakeClock(), dice: countingDice(), digest: (value) => value,
    });

  it.each([
    ["event 'said' of channel 'room'", { channels: { room: channel('room', { events: { said: PLAINLY_SLOW } }) } }],
    ["event 'kept' of channel 'room'", { channels: { room: channel('room', { events: {}, clientEvents: { kept: PLAINLY_SLOW } }) } }],
    ["client event 'waved' of channel 'room'", { channels: { room: channel('room', { events: {}, clientEvents: { waved: volatile(PLAINLY_SLOW) } }) } }],
    ["the input of query 'ask'", { queries: { ask: query({ input: PLAINLY_SLOW, output: text }) } }],
    ["the output of query 'ask'", { queries: { ask: query({ output: PLAINLY_SLOW }) } }],
    ["the input of command 'act'", { commands: { act: command({ input: PLAINLY_SLOW }) } }],
    ["the output of command 'act'", { commands: { act: command({ output: PLAINLY_SLOW }) } }],
    ["error 'banned' of command 'act'", { commands: { act: command({ errors: { banned: PLAINLY_SLOW } }) } }],
  ])('is not made with one: %s', (what, draft) => {
    expect(serve(defineContract(draft))).toThrow(MISUSE(what));
  });

  it('is made with schemas that take no undefined, throw at it, or are lazy', () => {
    const throws: Schema = { '~standard': { version: 1, vendor: 'mine', validate: () => { throw new Error('mine'); } } };
    expect(serve(defineContract({ queries: { ask: query({ input: z.lazy(() => Later), output: throws }) } }))).not.toThrow();
  });

  it('where only a value shows it: the publisher is told, and who asks gets an internal error, while the log says why', async () => {
    const contract = defineContract({
      channels: { room: channel('room', { events: { said: SLOW }, clientEvents: { kept: SLOW, waved: volatile(SLOW) } }) },
      queries: { ask: query({ input: SLOW, output: text }), tell: query({ output: SLOW }) },
      commands: { act: command({ input: SLOW }), give: command({ output: SLOW }), no: command({ errors: { banned: SLOW } }) },
    });
    const log: string[] = [];
    const say = (message: string, cause?: unknown): unknown => log.push(`${message} ${cause instanceof Error ? cause.message : ''}`);
    const ran: string[] = [];
    const server = createServerCore(
      {
        contract,
        broker: memoryBroker(),
        logger: { warn: say, error: say },
        authorize: { channels: { room: 'public' }, clientEvents: { room: 'public' }, queries: { ask: 'public', tell: 'public' }, commands: { act: 'public', give: 'public', no: 'public' } },
        queries: { ask: () => ran.push('ask'), tell: () => 'x' },
        commands: { act: () => void ran.push('act'), give: () => 'x', no: ({ reject }) => reject('banned', 'x') },
      },
      { clock: fakeClock(), dice: countingDice(), digest: (value) => value },
    );
    await settle();
    await expect(server.publish(contract.channels.room, {}, 'said', 'x')).rejects.toEqual(MISUSE("'said' of 'room'"));
    const client = await enterClient(server, { features: ['volatile'] });
    const sent = (n: number, name: string, input?: unknown): object => ({ t: 'command', lane: 'a', n, id: `c${n}`, name, ...(input !== undefined && { input }), remainingMs: 1_000 });
    await client.say({ t: 'query', id: 'q1', name: 'ask', input: 'x', remainingMs: 1_000 }, { t: 'query', id: 'q2', name: 'tell', remainingMs: 1_000 });
    await client.say({ t: 'lane', lane: 'a', last: 0, create: true });
    await client.say(sent(1, 'act', 'x'), sent(2, 'give'), sent(3, 'no'));
    await client.say(sent(4, '$publish', { channel: 'room', name: 'kept', data: 'x' }), { t: 'publish', channel: 'room', name: 'waved', data: 'x' });
    expect(client.answers()).toEqual(['q1 internal', 'q2 internal', 'c1 internal', 'c2 internal', 'c3 internal', 'c4 invalid']);
    expect(ran).toEqual([]);
    expect(log.filter((line) => line.includes('asynchronously'))).toHaveLength(7);
  });
});
const Later = z.string();

describe('a client', () => {
  const api = defineContract({
    channels: { room: channel('room', { events: { said: SLOW }, clientEvents: { kept: SLOW, waved: volatile(SLOW) } }) },
    queries: { ask: query({ input: SLOW, output: text }), tell: query({ output: SLOW }) },
    commands: { act: command({ input: SLOW }), give: command({ output: SLOW }), no: command({ errors: { banned: SLOW } }) },
  });
  /** The same names, and nothing to wait for: a server that is built of an older contract. */
  const plain = defineContract({
    channels: { room: channel('room', { events: { said: text }, clientEvents: { kept: text, waved: volatile(text) } }) },
    queries: { ask: query({ input: text, output: text }), tell: query({ output: text }) },
    commands: { act: command({ input: text }), give: command({ output: text }), no: command({ errors: { banned: text } }) },
  });

  function setUp() {
    const world = createSimulatedWorld({ seed: 1 });
    const server = createSimulatedServer(world, 'x.test', {
      contract: plain,
      authorize: { channels: { room: 'public' }, clientEvents: { room: 'public' }, queries: { ask: 'public', tell: 'public' }, commands: { act: 'public', give: 'public', no: 'public' } },
      queries: { ask: () => 'x', tell: () => 'x' },
      commands: { act: () => undefined, give: () => 'x', no: ({ reject }: { reject: (name: string, data: unknown) => never }) => reject('banned', 'x') },
    } as never);
    const errors: RealtimeError[] = [];
    let clients = 0;
    const made = (contract: typeof api | typeof plain): RealtimeClient =>
      createClient({ url: 'ws://x.test/realtime', contract, world: world.client(`c${++clients}`), onError: (error) => errors.push(error) });
    const pass = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 10) {
        world.clock.advance(10);
        await settle();
      }
    };
    return { server, errors, pass, client: made(api), other: made(plain) };
  }

  it('is told by what goes out, where it is called', async () => {
    const { client } = setUp();
    expect(() => client.send(api.commands.act, 'x')).toThrow(MISUSE("command 'act'"));
    await expect(client.query(api.queries.ask, 'x')).rejects.toEqual(MISUSE("query 'ask'"));
    expect(client.liveQuery(api.queries.ask, 'x').get()).toMatchObject({ status: 'error', error: MISUSE("query 'ask'") as object });
    const room = client.channel(api.channels.room);
    expect(() => room.publish('kept', 'x')).toThrow(/asynchronously/);
    expect(() => room.publish('waved', 'x')).toThrow(MISUSE("'waved' of 'room'"));
    client.dispose();
  });

  it('is told by what comes in: an event leaves a hole, an answer is an error, a volatile event is reported', async () => {
    const { server, errors, pass, client, other } = setUp();
    const heard: unknown[] = [];
    client.channel(api.channels.room).subscribe({ onEvent: ({ data }) => heard.push(data), onGap: ({ reason }) => heard.push(reason), onVolatile: ({ data }) => heard.push(data) });
    await pass(2_000);
    void server.core().publish(plain.channels.room, {}, 'said', 'x');
    const told = expect(client.query(api.queries.tell)).rejects.toEqual(MISUSE("query 'tell'"));
    const given = expect(client.send(api.commands.give).result).rejects.toEqual(MISUSE("command 'give'"));
    const refused = expect(client.send(api.commands.no).result).rejects.toMatchObject({ code: 'rejected', message: expect.stringMatching(/'banned'.*asynchronously/) as string });
    other.hold();
    await pass(2_000);
    expect(other.channel(plain.channels.room).publish('waved', 'x')).toBe(true);
    await pass(2_000);
    await Promise.all([told, given, refused]);
    expect(heard).toEqual(['invalid']);
    expect(errors).toEqual([MISUSE("'said' of 'room'"), expect.objectContaining({ code: 'misuse', cause: MISUSE("'waved' of 'room'") })]);
    client.dispose();
    other.dispose();
  });
});
