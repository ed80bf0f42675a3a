// How a command ends on the wire: what its answer may carry, and what happens when the storage cannot take it.
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract } from '../../src/contract/index.js';
import type { Broker } from '../../src/server/core/broker.js';
import { createLog, type Log } from '../../src/server/core/log.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore, type ServerCore } from '../../src/server/core/server.js';
import { enterClient, type FakeClient } from './fake-client.js';
import { countingDice, fakeWorld, type FakeClock } from './fake-world.js';

const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: z.string() } }) },
  commands: {
    /** Publishes once to so many rooms, and answers with so many signs. */
    post: command({ input: z.object({ rooms: z.number(), signs: z.number() }), output: z.string() }),
    refuse: command({ input: z.any(), errors: { bare: z.undefined(), detailed: z.any() } }),
  },
});

const nested = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 1);

let clock: FakeClock;
let log: Log;
let server: ServerCore;
let said: string[];
let number: number;

function start(broker: Broker = memoryBroker({ log })): void {
  const world = fakeWorld();
  ({ clock } = world);
  server = createServerCore(
    {
      contract: api,
      broker,
      logger: { warn: (message) => said.push(message), error: (message) => said.push(message) },
      authenticate: ({ token }) => ({ id: token ?? 'guest' }),
      authorize: { commands: { post: 'public', refuse: 'public' } },
      commands: {
        post({ input, publish }) {
          for (let id = 0; id < input.rooms; id++) publish(api.channels.room, { id }, 'said', 'x');
          return 'x'.repeat(input.signs);
        },
        refuse({ input, reject }) {
          if (input === undefined) reject('bare', undefined);
          reject('detailed', typeof input === 'number' ? nested(input) : input);
        },
      },
    },
    world,
  );
}

beforeEach(() => {
  log = createLog({ dice: countingDice() });
  said = [];
  number = 0;
  start();
});

const enter = async (): Promise<FakeClient> => {
  const client = await enterClient(server);
  await client.say({ t: 'lane', lane: 'default', last: 0, create: true });
  return client;
};
const run = async (client: FakeClient, name: string, input: unknown): Promise<Readonly<Record<string, unknown>>> => {
  const id = `c${++number}`;
  await client.say({ t: 'command', lane: 'default', n: number, id, name, ...(input !== undefined && { input }), remainingMs: 10_000 });
  return client.socket.frames.findLast((frame) => frame['id'] === id) ?? {};
};

describe('an answer', () => {
  it('names where its events are, and no server frame is over 12 kB', async () => {
    const client = await enter();
    const answer = await run(client, 'post', { rooms: 60, signs: 1_000 });
    expect(answer).toMatchObject({ t: 'response', result: 'x'.repeat(1_000) });
    expect(answer['positions']).toHaveLength(60);
    for (const text of client.socket.texts) expect(text.length).toBeLessThanOrEqual(12 * 1_024);
  });

  it('that would be over it with the places of its events is none: the command has failed, and nothing is published', async () => {
    const client = await enter();
    const before = log.head('room:0', 0).offset;
    expect(await run(client, 'post', { rooms: 60, signs: 9_000 })).toMatchObject({ t: 'error', code: 'too-large', final: true });
    expect(log.head('room:0', 0).offset).toBe(before);
    expect(await run(client, 'post', { rooms: 1, signs: 9_000 })).toMatchObject({ t: 'response' });
    expect(client.socket.closed).toBeNull();
  });
});

describe('a rejection', () => {
  it('carries what the contract says, or nothing', async () => {
    const client = await enter();
    expect(await run(client, 'refuse', { seats: 3 })).toMatchObject({ t: 'error', code: 'rejected', name: 'detailed', data: { seats: 3 }, final: true });
    const bare = await run(client, 'refuse', undefined);
    expect(bare).toMatchObject({ t: 'error', code: 'rejected', name: 'bare', final: true });
    expect('data' in bare).toBe(false);
    expect(said).toEqual([]);
  });

  it('may be nested as deep as a frame leaves room for', async () => {
    const client = await enter();
    expect(await run(client, 'refuse', 31)).toMatchObject({ code: 'rejected', data: nested(31) });
    expect(said).toEqual([]);
    expect(await run(client, 'refuse', 32)).toMatchObject({ code: 'internal' });
    expect(said).toHaveLength(1);
  });
});

describe('a storage that fails', () => {
  it.each(['begin', 'void'] as const)('in %s puts the command off, and it runs when it is offered again', async (call) => {
    const broker = memoryBroker({ log });
    let isDown = true;
    const orFail = ((...its: never[]) => (isDown ? Promise.reject(new Error('down')) : (broker[call] as (...all: never[]) => unknown)(...its))) as never;
    start({ ...broker, [call]: orFail });
    const client = await enter();
    const offer = { t: 'command', lane: 'default', n: 1, id: 'c1', name: 'post', input: { rooms: 1, signs: 1 }, remainingMs: 10_000, ...(call === 'void' && { void: true }) };
    await client.say(offer);
    expect(client.socket.of('error')).toMatchObject([{ id: 'c1', code: 'unavailable', final: false }]);
    expect(said).toEqual(['A command could not be brought to its outcome; the client will offer it again.']);
    isDown = false;
    await client.say(offer);
    expect(client.answers().at(-1)).toBe(call === 'void' ? 'c1 void' : 'c1 x');
    await clock.advance(0);
  });
});
