/** Contracts of each validator, and one of all of them, between our client and our server over a real socket. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { WebSocketClass } from '../../src/browser/attempt-socket.js';
import { createClient } from '../../src/browser/create-client.js';
import type { RealtimeError } from '../../src/core/errors.js';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';
import { CONTRACTS, type Note, type NoteInput } from '../rooms/contract/vendors.js';

const note = (text: string): NoteInput => ({ text, tags: ['a'], at: '2026-01-02T03:04:05.000Z' });
const received = (text: string): Note => ({ ...note(text), at: new Date('2026-01-02T03:04:05.000Z') });
const wrong = { ...note('wrong'), tags: [5] } as unknown as NoteInput;
const INVALID = { code: 'invalid', message: expect.stringContaining('tags[0]') as string };

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.each(CONTRACTS)('a contract with %s', (_, api) => {
  it('carries the same: handlers and readers get outputs, and what does not fit is refused where it enters', async () => {
    const handled: Note[] = [];
    const realtime = createRealtimeServer({
      contract: api,
      broker: memoryBroker(),
      authorize: { channels: { room: 'public' }, clientEvents: { room: ({ data }) => data.at instanceof Date }, queries: { echo: 'public' }, commands: { post: 'public' } },
      queries: { echo: ({ input }) => (handled.push(input), note(input.text)) },
      commands: {
        post({ input, publish, reject }) {
          handled.push(input);
          if (input.text === 'rude') throw reject('banned', note('too rude'));
          publish(api.channels.room, { id: 1 }, 'noted', note(input.text));
          return note(input.text);
        },
      },
    });
    const http = createServer();
    realtime.attach(http, { allowNoOrigin: true });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    ends.push(() => new Promise((done) => http.close(done)), () => realtime.stop());
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/realtime`;
    const errors: RealtimeError[] = [];
    const [ann, bob] = [0, 1].map(() => {
      const client = createClient({ url, contract: api, WebSocket: WebSocket as unknown as WebSocketClass, onError: (error) => errors.push(error) });
      ends.push(() => client.dispose());
      return client;
    }) as [ReturnType<typeof createClient>, ReturnType<typeof createClient>];

    const heard: [string, Note][] = [];
    const hasHeard = (): Promise<void> => new Promise((done) => (told = done));
    let told: () => void = () => {};
    const hear = ({ name, data }: { readonly name: string; readonly data: Note }): void => {
      heard.push([name, data]);
      told();
    };
    const room = ann.channel(api.channels.room, { id: 1 }).tap({ onEvent: hear, onVolatile: hear });
    await new Promise<void>((live) => {
      const look = (): void => (room.get().liveStatus === 'live' ? live() : undefined);
      ends.push(room.subscribe(look));
      look();
    });

    const first = hasHeard();
    await expect(bob.send(api.commands.post, note('hello')).result).resolves.toEqual(received('hello'));
    await first;
    await expect(bob.query(api.queries.echo, note('there'))).resolves.toEqual(received('there'));
    await expect(bob.send(api.commands.post, note('rude')).result).rejects.toMatchObject({ code: 'rejected', reason: 'banned', data: received('too rude') });
    const second = hasHeard();
    await bob.channel(api.channels.room, { id: 1 }).publish('kept', note('mine')).result;
    await second;
    const third = hasHeard();
    expect(bob.channel(api.channels.room, { id: 1 }).publish('waved', note('over here'))).toBe(true);
    await third;

    await expect(bob.send(api.commands.post, wrong).result).rejects.toMatchObject(INVALID);
    await expect(bob.query(api.queries.echo, wrong)).rejects.toMatchObject(INVALID);
    await expect(bob.channel(api.channels.room, { id: 1 }).publish('kept', wrong).result).rejects.toMatchObject(INVALID);
    expect(() => bob.channel(api.channels.room, { id: 1 }).publish('waved', wrong)).toThrow(expect.objectContaining(INVALID));
    await expect(realtime.publish(api.channels.room, { id: 1 }, 'noted', wrong)).rejects.toMatchObject(INVALID);

    expect(handled).toEqual([received('hello'), received('there'), received('rude')]);
    expect(heard).toEqual([['noted', received('hello')], ['kept', received('mine')], ['waved', received('over here')]]);
    expect(errors).toEqual([]);
  });
});
