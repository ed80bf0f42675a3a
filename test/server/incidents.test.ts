/** What clients do wrong leaves a line in the log, counted, and with nothing of theirs in it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract, query, volatile } from '../../src/core/define-contract.js';
import { createIncidents } from '../../src/server/core/incidents.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore, type ServerCore, type ServerCoreOptions } from '../../src/server/core/server.js';
import type { ServerWorld } from '../../src/server/core/server-world.js';
import { enterClient, hello, openClient } from './fake-client.js';
import { fakeWorld, type FakeClock } from './fake-world.js';

const api = defineContract({
  channels: {
    room: channel('room:{id}', { events: { said: z.string() }, clientEvents: { wave: volatile(z.number()), note: z.number() } }),
    unruled: channel('unruled', { events: { said: z.string() } }),
  },
  queries: { ask: query({ output: z.null() }), unruled: query({ output: z.null() }) },
  commands: { act: command({}), unruled: command({}) },
});
type Options = ServerCoreOptions<typeof api>;

let world: ServerWorld & { readonly clock: FakeClock };
let lines: unknown[][];

beforeEach(() => {
  world = fakeWorld();
  lines = [];
});

const no = (): boolean => false;
function start(over: Partial<Options> = {}): ServerCore {
  return createServerCore<typeof api>(
    {
      contract: api,
      broker: memoryBroker(),
      logger: { warn: (...line) => lines.push(line), error: (...line) => lines.push(line) },
      authenticate: ({ token }) => (token === 'secret-bad' ? null : { id: `id of ${token}`, tag: `tag of ${token}` }),
      authorize: { channels: { room: no }, clientEvents: { room: no }, queries: { ask: no }, commands: { act: no } },
      queries: { ask: () => null, unruled: () => null },
      commands: { act: () => undefined, unruled: () => undefined },
      ...over,
    },
    world,
  );
}

const ANN = { user: 'tag of ann' };
const command_ = (n: number, name: string, input?: unknown): object => ({ t: 'command', lane: 'l', n, id: `secret-${n}`, name, input, remainingMs: 10_000 });

describe('what is forbidden', () => {
  const lane = { t: 'lane', lane: 'l', last: 0, create: true };
  it.each<[string, readonly object[], string, string]>([
    ['a channel', [{ t: 'subscribe', channels: [{ name: 'room:secret', generation: 1 }] }], 'A channel was forbidden.', 'room'],
    ['a channel without a rule', [{ t: 'subscribe', channels: [{ name: 'unruled', generation: 1 }] }], 'A channel was forbidden.', 'unruled'],
    ['an unknown channel', [{ t: 'subscribe', channels: [{ name: 'secret', generation: 1 }] }], 'A channel was forbidden.', 'not in the contract'],
    ['a query', [{ t: 'query', id: 'secret', name: 'ask', remainingMs: 1_000 }], 'A query was forbidden.', 'ask'],
    ['a query without a rule', [{ t: 'query', id: 'secret', name: 'unruled', remainingMs: 1_000 }], 'A query was forbidden.', 'unruled'],
    ['an unknown query', [{ t: 'query', id: 'q', name: 'secret', remainingMs: 1_000 }], 'A query was forbidden.', 'not in the contract'],
    ['a command', [lane, command_(1, 'act')], 'A command was forbidden.', 'act'],
    ['a command without a rule', [lane, command_(1, 'unruled')], 'A command was forbidden.', 'unruled'],
    ['an unknown command', [lane, command_(1, 'secret')], 'A command was forbidden.', 'not in the contract'],
    ['a client event that is kept', [lane, command_(1, '$publish', { channel: 'room:secret', name: 'note', data: 7 })], 'A command was forbidden.', '$publish'],
    ['a volatile client event', [{ t: 'publish', channel: 'room:secret', name: 'wave', data: 7 }], 'A client event was forbidden.', 'wave'],
  ])('%s: the user and the name of the contract are in the line, and nothing that the client said', async (_, frames, message, what) => {
    const client = await enterClient(start(), { client: 'secret', features: ['volatile'] });
    await client.say(...frames);
    expect(lines).toEqual([[message, { ...ANN, what }]]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});

describe('who is sent away', () => {
  it.each<[string, string, string, string | undefined]>([
    ['a broken frame', 'secret{', 'A connection was closed: a frame broke the protocol.', 'malformed frame'],
    ['a second hello', JSON.stringify(hello()), 'A connection was closed: a frame broke the protocol.', 'a second hello'],
    ['a large frame', JSON.stringify({ t: 'ping', n: 1, visible: true, x: 'secret'.repeat(20_000) }), 'A connection was closed: a frame was too large.', 'frame too large'],
  ])('for %s is named by its tag', async (_, text, message, what) => {
    const client = await enterClient(start(), { token: 'ann' });
    client.handler.onMessage(text);
    expect(lines).toEqual([[message, { ...ANN, what }]]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('before it was let in is named by its address', async () => {
    const server = start({ limits: { framesPerSecond: 0, frameBurst: 1 } });
    openClient(server, '203.0.113.7').handler.onMessage('secret');
    await openClient(server, '203.0.113.8').say(hello({ token: 'secret-bad' }));
    await openClient(server, '203.0.113.9').say(hello({ v: 7 }));
    openClient(server, '203.0.113.10').handler.onBinary();
    await openClient(server, '203.0.113.11').say(hello(), hello());
    openClient(server).handler.onBinary();
    expect(lines).toEqual([
      ['A connection was closed: a frame broke the protocol.', { address: '203.0.113.7', what: 'malformed frame' }],
      ['A client was refused: authenticate said no.', { address: '203.0.113.8' }],
      ['A client was refused: it speaks another version of the protocol.', { address: '203.0.113.9', what: 'this server speaks version 1' }],
      ['A connection was closed: a frame broke the protocol.', { address: '203.0.113.10', what: 'binary frame' }],
      ['A connection was closed: the client sent too much.', { address: '203.0.113.11' }],
      ['A connection was closed: a frame broke the protocol.', { address: undefined, what: 'binary frame' }],
    ]);
  });

  it('for a flood, for reading too slowly, for too many connections, and for too many of one address', async () => {
    const server = start({ limits: { framesPerSecond: 0, frameBurst: 2, connectionsPerUser: 2, hellosPerSecond: 0, helloBurst: 3 } });
    const [flooding, slow] = [await enterClient(server), await enterClient(server, { client: 'd' })];
    for (let n = 0; n < 3 && flooding.socket.closed === null; n++) await flooding.say({ t: 'ping', n, visible: true });
    slow.socket.buffered = 2 ** 30;
    await slow.say({ t: 'ping', n: 1, visible: true });
    for (let i = 0; i < 5; i++) await openClient(server, '203.0.113.7').say(hello({ client: `e${i}` }));
    expect(lines).toEqual([
      ['A connection was closed: the client sent too much.', ANN],
      ['A connection was closed: the client read too slowly.', { ...ANN, what: 'too slow' }],
      ['Clients were sent away for a while: their user has too many connections.', ANN],
      ['Clients were sent away for a while: too many of one address asked to be let in.', { address: '203.0.113.7' }],
    ]);
  });
});

describe('a thousand times the same', () => {
  it('is one line at once, and one with the count when ten seconds are over, also if everybody has gone', async () => {
    const server = start();
    const before = world.clock.timers;
    for (let i = 0; i < 1_000; i++) {
      const client = openClient(server, i % 10 === 0 ? '203.0.113.8' : '203.0.113.7');
      await client.say(hello({ token: 'secret-bad', client: `c${i}` }));
      client.handler.onClosed();
    }
    const message = 'A client was refused: authenticate said no.';
    expect(lines).toEqual([
      [message, { address: '203.0.113.8' }],
      [message, { address: '203.0.113.7' }],
    ]);
    await world.clock.advance(9_500);
    expect(lines).toHaveLength(2);
    await world.clock.advance(600);
    expect(lines.slice(2)).toEqual([
      [message, { address: '203.0.113.8', times: 99, seconds: 10 }],
      [message, { address: '203.0.113.7', times: 899, seconds: 10 }],
    ]);
    await world.clock.advance(1_000_000);
    expect(lines).toHaveLength(4);
    expect(world.clock.timers).toBe(before);
    await openClient(server, '203.0.113.7').say(hello({ token: 'secret-bad' }));
    expect(lines.slice(4)).toEqual([[message, { address: '203.0.113.7' }]]);
  });

  it('of a thousand users is counted for the rest together: what is remembered has an end', () => {
    let now = 0;
    const incidents = createIncidents({ warn: (...line) => lines.push(line) }, { now: () => now });
    for (let i = 0; i < 3_000; i++) incidents.note('Flood.', { user: `u${i}` });
    expect(lines).toHaveLength(1_000);
    expect(incidents.size).toBe(1_001);
    incidents.note('Flood.', { user: 'u7' });
    incidents.note('Slow reader.', { user: 'u8' });
    now = 10_000;
    incidents.sweep();
    expect(lines.slice(1_000)).toEqual([
      ['Flood.', { user: 'u7', times: 1, seconds: 10 }],
      ['Flood.', { others: true, times: 2_000, seconds: 10 }],
      ['Slow reader.', { others: true, times: 1, seconds: 10 }],
    ]);
    expect(incidents.size).toBe(0);
  });
});
