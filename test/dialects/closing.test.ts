// What a foreign server's close means, and what it is offered when a socket is opened.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainJson } from '../../src/dialects/index.js';
import { startHeartbeatServer } from './article-servers.js';
import type { ForeignServer } from './foreign-server.js';
import { connection, createHandTimedWorld, openPage } from './page.js';

let server: ForeignServer;
beforeEach(async () => {
  server = await startHeartbeatServer();
});
afterEach(() => server.stop());

describe('the close of a foreign server', () => {
  it('whatever its code, is followed by a return with backoff that grows, for nobody has proved anything by opening', async () => {
    const { world, clock } = createHandTimedWorld();
    const { client } = openPage(server.url, plainJson({}), { world });
    // With us this one would mean: stay away.
    server.refuse(4_403);
    client.hold();
    for (let attempt = 1; attempt <= 6; attempt++) {
      await connection(client, (status) => status.attempt === attempt && status.nextRetryAt !== null);
      expect(server.opened).toHaveLength(attempt);
      expect(client.connection.get().reason).toMatchObject({ kind: 'lost', code: 4_403 });
      // To the next attempt, and no further: what limits an attempt is a time too.
      clock.advance((client.connection.get().nextRetryAt ?? 0) - clock.wall() + 1);
    }
    client.dispose();
  });

  it('ends it where the dialect says so', async () => {
    const { client } = openPage(server.url, plainJson({ closePolicy: (code) => (code === 4_001 ? 'stop' : 'reconnect') }));
    server.refuse(4_001);
    client.hold();
    await connection(client, ({ status }) => status === 'disconnected');
    expect(client.connection.get().reason).toMatchObject({ kind: 'forbidden', code: 4_001 });
    client.dispose();
  });

  it('asks for a fresh token where the dialect says so, and stops at the second refusal in a row', async () => {
    let tokens = 0;
    const { client } = openPage(server.url, plainJson({ can: { greet: false }, authenticate: (token) => ({ token }), closePolicy: () => 'authenticate' }), {
      auth: () => `token ${++tokens}`,
    });
    server.refuse(3_000);
    client.hold();
    await connection(client, ({ status }) => status === 'disconnected');
    expect(client.connection.get().reason).toMatchObject({ kind: 'unauthorized', code: 3_000 });
    expect(tokens).toBe(2);
    client.dispose();
  });
});

it('the subprotocol is the dialect\'s, or none', async () => {
  const { client } = openPage(server.url, plainJson({ subprotocol: 'prices.v2' }));
  client.hold();
  const plain = openPage(server.url, plainJson({}));
  plain.client.hold();
  await Promise.all([connection(plain.client, ({ status }) => status === 'connected'), server.arrived(2)]);
  expect([...server.opened].sort()).toEqual(['/feed -', '/feed prices.v2']);
  client.dispose();
  plain.client.dispose();
});
