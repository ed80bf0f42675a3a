// A link has one socket at a time, the one with the highest number, in whatever order its sockets arrive and are authenticated.
import { beforeEach, describe, expect, it } from 'vitest';
import { channel, defineContract } from '../../src/core/define-contract.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { createServerCore, type ServerCore } from '../../src/server/core/server.js';
import { enterClient, hello, openClient } from './fake-client.js';
import { fakeWorld, settle } from './fake-world.js';

const api = defineContract({ channels: { room: channel('room:{id}', { events: {} }) }, queries: {}, commands: {} });

let server: ServerCore;
/** By token: ends its authentication. A token that begins with `slow` waits for it. */
let authenticated: Map<string, () => void>;

beforeEach(() => {
  authenticated = new Map();
  server = createServerCore(
    {
      contract: api,
      broker: memoryBroker(),
      authenticate: ({ token = '' }) => (token.startsWith('slow') ? new Promise((done) => authenticated.set(token, () => done({ id: 'ann' }))) : { id: token }),
      authorize: { channels: { room: 'public' } },
    },
    fakeWorld(),
  );
});

describe("a client's own late socket never replaces its newer one", () => {
  it('greeted later, with a lower number: the server closes the late socket and keeps the newer one', async () => {
    const newer = await enterClient(server, { attempt: 2 });
    const late = await enterClient(server, { attempt: 1 });
    expect(late.socket.frames).toEqual([]);
    expect(late.socket.closed).toEqual({ code: 4404, reason: 'a newer socket is connected' });
    expect([newer.socket.closed, newer.socket.of('welcome').length]).toEqual([null, 1]);
  });

  it('authenticated later, though it was greeted first', async () => {
    const late = openClient(server);
    await late.say(hello({ token: 'slow 1', attempt: 1 }));
    const newer = openClient(server);
    await newer.say(hello({ token: 'slow 2', attempt: 2 }));
    authenticated.get('slow 2')?.();
    await settle();
    authenticated.get('slow 1')?.();
    await settle();
    expect([late.socket.closed?.code, newer.socket.closed]).toEqual([4404, null]);
  });

  it('a socket with the same number is another client with the same id: the one that is connected stays', async () => {
    const first = await enterClient(server, { attempt: 5 });
    const second = await enterClient(server, { attempt: 5 });
    expect([first.socket.closed, second.socket.closed?.code]).toEqual([null, 4404]);
  });

  it('numbers of another link, client or user do not count', async () => {
    const first = await enterClient(server, { attempt: 5 });
    const others = [await enterClient(server, { attempt: 1, link: 1 }), await enterClient(server, { attempt: 1, client: 'd' }), await enterClient(server, { attempt: 1, token: 'bob' })];
    expect([first, ...others].map(({ socket }) => [socket.closed, socket.of('welcome').length])).toEqual([first, ...others].map(() => [null, 1]));
  });
});

describe('a newer socket replaces an older one', () => {
  it('and the older one is told, before the newer one is welcomed', async () => {
    const older = await enterClient(server, { attempt: 1 });
    const newer = await enterClient(server, { attempt: 2 });
    expect(older.socket.closed).toEqual({ code: 4404, reason: 'replaced' });
    expect([newer.socket.closed, newer.socket.of('welcome').length]).toEqual([null, 1]);
  });

  it('and the release of the older one does not take the newer one off: a late socket is still refused, the next one still replaces', async () => {
    const older = await enterClient(server, { attempt: 1 });
    const newer = await enterClient(server, { attempt: 3 });
    older.handler.onClosed();
    const late = await enterClient(server, { attempt: 2 });
    expect([late.socket.closed?.code, newer.socket.closed]).toEqual([4404, null]);
    await enterClient(server, { attempt: 4 });
    expect(newer.socket.closed).toEqual({ code: 4404, reason: 'replaced' });
  });

  it('and once it is gone, any number is welcome', async () => {
    const newer = await enterClient(server, { attempt: 7 });
    newer.handler.onClosed();
    const next = await enterClient(server, { attempt: 1 });
    expect([next.socket.closed, next.socket.of('welcome').length]).toEqual([null, 1]);
  });
});
