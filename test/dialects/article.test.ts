// The article's three kinds of server, unchanged in their messages, through the shipped client over real sockets.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract, query } from '../../src/contract/index.js';
import { channelDialect, heartbeatDialect, protocolDialect, startChannelServer, startHeartbeatServer, startProtocolServer, type ProtocolServer } from './article-servers.js';
import type { ForeignServer } from './foreign-server.js';
import { plainJson } from '../../src/dialects/index.js';
import { connection, createGate, createHandTimedWorld, listen, openPage, type Page } from './page.js';

interface Price {
  readonly cents: number;
}
const prices = channel<Price>()('prices:{symbol}');

const pages: Page[] = [];
const open = (...args: Parameters<typeof openPage>): Page => {
  const page = openPage(...args);
  pages.push(page);
  return page;
};
afterEach(() => {
  for (const { client } of pages.splice(0)) client.dispose();
});

describe('1: action, channel, data', () => {
  let server: ForeignServer;
  beforeEach(async () => {
    server = await startChannelServer();
  });
  afterEach(() => server.stop());
  const isAction = (action: string) => (message: object) => 'action' in message && message.action === action;

  it('is subscribed to, confirms, sends events, takes what is published, and is told goodbye, in its own words', async () => {
    const { client, errors } = open(server.url, channelDialect);
    const room = listen(client, prices, { symbol: 'ACME' });
    await room.live();
    const sent = client.channel(prices, { symbol: 'ACME' }).publish({ cents: 5 });
    await expect(sent.result).resolves.toBeUndefined();
    expect(sent.progress.get()).toMatchObject({ status: 'handed-over', error: null, attempt: 1 });
    await room.toldAtLeast(1);
    expect(room.told).toEqual([{ cents: 5 }]);
    room.leave();
    await server.heard(isAction('unsubscribe'));
    expect(server.said).toEqual([
      { action: 'subscribe', channel: 'prices:ACME' },
      { action: 'publish', channel: 'prices:ACME', data: { cents: 5 } },
      { action: 'unsubscribe', channel: 'prices:ACME' },
    ]);
    expect(server.opened).toEqual(['/feed -']);
    expect(errors).toEqual([]);
    expect(client.outbox.get()).toMatchObject({ pending: 0, bytes: 0 });
  });

  it('is live when it has confirmed, and not before', async () => {
    server.mute(true);
    const { client } = open(server.url, channelDialect);
    const tap = client.channel(prices, { symbol: 'A' }).tap({});
    tap.subscribe(() => {});
    await server.heard(isAction('subscribe'));
    await connection(client, ({ status }) => status === 'connected');
    expect(tap.get()).toMatchObject({ liveStatus: 'connecting', status: 'pending' });
    server.shout(JSON.stringify({ channel: 'system', data: { type: 'subscription_confirm', channel: 'prices:A' } }));
    await new Promise<void>((resolve) => tap.subscribe(() => tap.get().liveStatus === 'live' && resolve()));
  });

  it('after a reconnect is subscribed to again, and each channel is told one gap, no-resume, before its next event', async () => {
    const { client, errors } = open(server.url, channelDialect);
    const a = listen(client, prices, { symbol: 'A' });
    const b = listen(client, prices, { symbol: 'B' });
    await Promise.all([a.live(), b.live()]);
    client.channel(prices, { symbol: 'A' }).publish({ cents: 1 });
    await a.toldAtLeast(1);
    for (let round = 1; round <= 2; round++) {
      server.cut();
      await server.heard(isAction('subscribe'), 2 + 2 * round);
      await Promise.all([a.toldAtLeast(2 * round), b.live()]);
      client.channel(prices, { symbol: 'A' }).publish({ cents: 1 + round });
      await a.toldAtLeast(1 + 2 * round);
    }
    expect(a.told).toEqual([{ cents: 1 }, 'gap no-resume', { cents: 2 }, 'gap no-resume', { cents: 3 }]);
    // Two losses with nothing in between are one hole.
    expect(b.told).toEqual(['gap no-resume']);
    expect(server.said.filter(isAction('subscribe'))).toHaveLength(6);
    expect(errors).toEqual([]);
  });

  it('a channel that nobody has been live on has nothing to miss', async () => {
    const { client } = open(server.url, channelDialect);
    server.mute(true);
    const room = listen(client, prices, { symbol: 'A' });
    await server.heard(isAction('subscribe'));
    server.mute(false);
    server.cut();
    await room.live();
    client.channel(prices, { symbol: 'A' }).publish({ cents: 1 });
    await room.toldAtLeast(1);
    expect(room.told).toEqual([{ cents: 1 }]);
  });

  it('what is published while away goes out once, in order, when the server is there again', async () => {
    const { client } = open(server.url, channelDialect);
    const room = listen(client, prices, { symbol: 'A' });
    await room.live();
    server.refuse(1013);
    server.cut();
    await connection(client, ({ status }) => status === 'reconnecting');
    const sent = Array.from({ length: 40 }, (_, cents) => client.channel(prices, { symbol: 'A' }).publish({ cents }));
    expect(sent[0]?.progress.get().status).toBe('queued');
    expect(client.outbox.get().pending).toBe(40);
    server.refuse(null);
    await Promise.all(sent.map(({ result }) => result));
    await room.toldAtLeast(41);
    expect(room.told).toEqual(['gap no-resume', ...Array.from({ length: 40 }, (_, cents) => ({ cents }))]);
    expect(server.said.filter(isAction('publish'))).toHaveLength(40);
    server.cut();
    await server.heard(isAction('subscribe'), 3);
    expect(server.said.filter(isAction('publish'))).toHaveLength(40);
  });

  it('is never given up for answering no ping', async () => {
    const { world, clock } = createHandTimedWorld();
    const { client, errors } = open(server.url, channelDialect, { world });
    const room = listen(client, prices, { symbol: 'A' });
    await room.live();
    clock.advance(24 * 3_600_000);
    expect(client.connection.get()).toMatchObject({ status: 'connected', isSuspect: false, attempt: 0 });
    client.channel(prices, { symbol: 'A' }).publish({ cents: 1 });
    await room.toldAtLeast(1);
    expect(room.told).toEqual([{ cents: 1 }]);
    expect(server.opened).toHaveLength(1);
    expect(server.said.filter((message) => !('action' in message))).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('an error on its system channel is reported in its words', async () => {
    const { client, errors } = open(server.url, channelDialect);
    listen(client, channel('closed'));
    await server.heard(isAction('subscribe'));
    const open_ = listen(client, channel('open'));
    await open_.live();
    expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual(['internal: The server says: no channel closed (holdfast/docs/errors.md#internal)']);
  });

  it('answers no query: one fails at once, away or not', async () => {
    const api = defineContract({ queries: { all: query({ output: z.number() }) } });
    const { client } = open('ws://127.0.0.1:1/', channelDialect, { contract: api });
    await expect(client.query(api.queries.all, undefined)).rejects.toMatchObject({ code: 'unsupported' });
    expect(client.connection.get().status).toBe('idle');
    const kept = client.liveQuery(api.queries.all, undefined);
    kept.subscribe(() => {});
    expect(kept.get()).toMatchObject({ status: 'error', error: { code: 'unsupported' } });
  });
});

describe('2: a heartbeat', () => {
  let server: ForeignServer;
  beforeEach(async () => {
    server = await startHeartbeatServer();
  });
  afterEach(() => server.stop());
  const isPing = (message: object): boolean => 'type' in message && message.type === 'ping';

  it('is pinged each interval and lives while it answers', async () => {
    const { world, clock } = createHandTimedWorld();
    const { client } = open(server.url, heartbeatDialect(5_000), { world });
    const room = listen(client, channel<number>('n'));
    await room.live();
    for (let count = 1; count <= 5; count++) {
      clock.advance(5_000);
      await server.heard(isPing, count);
      // Its answer has come when what it said after it has.
      server.shout(JSON.stringify({ channel: 'n', data: count }));
      await room.toldAtLeast(count);
    }
    expect(client.connection.get()).toMatchObject({ status: 'connected', isSuspect: false });
    expect(server.said).toEqual(Array.from({ length: 5 }, () => ({ type: 'ping' })));
    expect(server.opened).toHaveLength(1);
    expect(room.told).toEqual([1, 2, 3, 4, 5]);
  });

  it('is not given up for a ping that the dialect could not say', async () => {
    const { world, clock } = createHandTimedWorld();
    const broken = plainJson({
      ping: () => {
        throw new Error('mine');
      },
    });
    const { client, errors } = open(server.url, broken, { world });
    client.hold();
    await connection(client, ({ status }) => status === 'connected');
    clock.advance(3_600_000);
    expect(client.connection.get()).toMatchObject({ status: 'connected', isSuspect: false, attempt: 0 });
    expect(server.opened).toHaveLength(1);
    expect(errors.map(({ code }) => code)).toEqual(['misuse']);
  });

  it('is suspect when an answer is missing, and given up after the usual grace', async () => {
    const { world, clock } = createHandTimedWorld();
    const { client } = open(server.url, heartbeatDialect(5_000), { world });
    const room = listen(client, channel<number>('n'));
    await room.live();
    server.mute(true);
    clock.advance(5_000);
    await server.heard(isPing);
    clock.advance(1_249);
    expect(client.connection.get().isSuspect).toBe(false);
    clock.advance(1);
    await connection(client, ({ isSuspect }) => isSuspect);
    clock.advance(1_249);
    expect(client.connection.get().status).toBe('connected');
    clock.advance(1);
    await server.left(1);
    expect(server.closes).toEqual([4001]);
    clock.advance(1_000);
    await room.toldAtLeast(1);
    expect(room.told).toEqual(['gap no-resume']);
  });
});

describe('3: id, type, payload, timestamp', () => {
  const api = defineContract({
    channels: { feed: channel('feed', { events: { message: z.number() } }) },
    queries: { double: query({ input: z.number(), output: z.number() }), nothing: query({ output: z.number() }) },
    commands: { add: command({ input: z.string(), output: z.number() }), drop: command({}) },
  });
  let server: ProtocolServer;
  beforeEach(async () => {
    server = await startProtocolServer();
  });
  afterEach(() => server.stop());

  it('lets in who has a token, answers queries and commands, and sends events', async () => {
    const { client, errors } = open(server.url, protocolDialect, { contract: api, auth: () => 'good' });
    const room = listen(client, channel<string>('greeted'));
    await room.live();
    await expect(client.query(api.queries.double, 21)).resolves.toBe(42);
    await expect(client.query(api.queries.nothing, undefined)).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('no resource nothing') as string });
    const sent = client.send(api.commands.add, 'one');
    await expect(sent.result).resolves.toBe(1);
    expect(sent.progress.get()).toMatchObject({ status: 'success', data: 1 });
    await expect(client.send(api.commands.drop, undefined).result).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('no action drop') as string });
    await expect(client.channel(channel<string>('greeted')).publish('hi').result).resolves.toBeUndefined();
    await room.toldAtLeast(1);
    expect(room.told).toEqual(['hi']);
    expect(server.effects).toEqual(['one']);
    expect(errors).toEqual([]);
    expect(server.said[0]).toEqual({ id: 'auth', type: 'authentication', payload: { token: 'good' }, timestamp: 0 });
  });

  it('is not ready before it has let us in, and says why where it does not', async () => {
    const { client, errors, reported } = open(server.url, protocolDialect, { contract: api, auth: () => 'wrong' });
    const asked = client.query(api.queries.double, 1);
    asked.catch(() => {});
    await reported(1);
    expect(client.connection.get().status).toBe('connecting');
    expect(errors.map(({ message }) => message)).toEqual(['The server says: bad token (holdfast/docs/errors.md#internal)']);
    expect(server.said.filter(({ type }) => type === 'query')).toEqual([]);
  });

  it('a query that was under way is asked again after a reconnect; a command is not, and says that its outcome is unknown', async () => {
    const { client } = open(server.url, protocolDialect, { contract: api });
    client.hold();
    await connection(client, ({ status }) => status === 'connected');
    server.mute(true);
    const asked = client.query(api.queries.double, 21);
    const sent = client.send(api.commands.add, 'one');
    await server.heard(({ type }) => type === 'command');
    server.mute(false);
    server.refuse(1013);
    server.cut();
    await connection(client, ({ status }) => status === 'reconnecting');
    const waiting = client.send(api.commands.add, 'two');
    server.refuse(null);
    await expect(asked).resolves.toBe(42);
    await expect(sent.result).rejects.toMatchObject({ code: 'outcome-unknown' });
    await expect(waiting.result).resolves.toBe(1);
    expect(server.effects).toEqual(['two']);
    expect(server.said.filter(({ type }) => type === 'command')).toHaveLength(2);
  });

  it('a query that follows a channel takes its later events, and after a reconnect is asked anew', async () => {
    const { client } = open(server.url, protocolDialect, { contract: api });
    const doubled = client.liveQuery(api.queries.double, 21, { channel: api.channels.feed, params: {} });
    const seen: (number | undefined)[] = [];
    const gate = createGate();
    doubled.subscribe(() => {
      if (doubled.get().data !== seen.at(-1)) seen.push(doubled.get().data);
      gate.look();
    });
    doubled.setApply((_, event) => event.data);
    await gate.until(() => seen.at(-1) === 42 && !doubled.get().isStale);
    server.shout(JSON.stringify({ type: 'event', payload: { event: 'feed', data: 50 } }));
    await gate.until(() => seen.at(-1) === 50);
    server.cut();
    await gate.until(() => seen.at(-1) === 42 && !doubled.get().isStale);
    server.shout(JSON.stringify({ type: 'event', payload: { event: 'feed', data: 51 } }));
    await gate.until(() => seen.at(-1) === 51);
    expect(seen).toEqual([42, 50, 42, 51]);
  });

  it('a command that was sent and is given up cannot be taken back, and says so', async () => {
    const { client } = open(server.url, protocolDialect, { contract: api });
    client.hold();
    await connection(client, ({ status }) => status === 'connected');
    server.mute(true);
    const sent = client.send(api.commands.add, 'one');
    await server.heard(({ type }) => type === 'command');
    sent.cancel();
    await expect(sent.result).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(server.said.filter(({ type }) => type === 'command')).toHaveLength(1);
  });
});
