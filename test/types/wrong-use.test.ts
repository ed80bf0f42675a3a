/* oxlint-disable react/rules-of-hooks -- nothing here is ever run: hooks are only looked at by the compiler */
/** What must not compile, one wrong thing a line; `npm run types` fails on a line that does. Beside it stands its right twin, or the line would say nothing. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import { channel, command, defineContract, defineView, query, useChannel, useCommand, useQuery, volatile, type RealtimeClient } from '../../src/index.js';
import type { RealtimeServer } from '../../src/server/node/index.js';

const api = defineContract({
  channels: {
    room: channel('room:{id}', { events: { message: z.object({ text: z.string() }), rang: z.number() }, clientEvents: { note: z.object({ text: z.string() }), typing: volatile(z.object({ on: z.boolean() })) } }),
    lobby: channel('lobby', { events: { message: z.string() } }),
  },
  queries: { history: query({ input: z.object({ room: z.string() }), output: z.array(z.string()) }), now: query({ output: z.number() }) },
  commands: { post: command({ input: z.object({ text: z.string() }), output: z.string(), errors: { banned: z.object({ until: z.number() }) } }), nod: command() },
});
const { lobby, room } = api.channels;
declare const client: RealtimeClient;
declare const server: RealtimeServer;
const rang = defineView(room, { initialState: 0, reduce: (count) => count + 1 });

export const right = {
  flush: () => [useChannel(rang, { params: { id: 1 }, flush: 'sync' }), useQuery(api.queries.now, { flush: { everyMs: 100 }, gcTimeMs: 5_000 })],
  reduce: () => defineView(room, { initialState: 0, reduce: (count, event) => (event.name === 'rang' ? count + event.data : count) }),
  params: () => [useChannel(room, { params: { id: 1 } }), useChannel(rang, { params: { id: 'a' } }), useChannel(lobby, {}), client.channel(room, { id: 1 }), client.view(rang, { id: 1 })],
  input: () => [useQuery(api.queries.history, { input: { room: '1' } }), useQuery(api.queries.now), client.send(api.commands.post, { text: 'x' }), client.send(api.commands.nod)],
  errors: () => {
    const post = useCommand(api.commands.post);
    return post.status === 'error' && post.error.reason === 'banned' && post.error.data.until > 1;
  },
  publish: () => [client.channel(room, { id: 1 }).publish('note', { text: 'x' }), client.channel(room, { id: 1 }).publish('typing', { on: true }), server.publish(room, { id: 1 }, 'rang', 1), server.publish(lobby, {}, 'message', 'x')],
};

export const wrong = {
  flush: [
    // @ts-expect-error not one of the three
    () => useChannel(rang, { params: { id: 1 }, flush: 'never' }),
    // @ts-expect-error a number says nothing of its unit
    () => useQuery(api.queries.now, { flush: 100 }),
    // @ts-expect-error a time, not a text
    () => useQuery(api.queries.now, { gcTimeMs: '5 s' }),
  ],
  reduce: [
    // @ts-expect-error room has no event 'sang'
    () => defineView(room, { initialState: 0, reduce: (count, event) => (event.name === 'sang' ? count + 1 : count) }),
    // @ts-expect-error a volatile event is never folded
    () => defineView(room, { initialState: 0, reduce: (count, event) => (event.name === 'typing' ? count + 1 : count) }),
    // @ts-expect-error 'rang' carries a number
    () => defineView(room, { initialState: '', reduce: (text, event) => (event.name === 'rang' ? event.data.text : text) }),
    // @ts-expect-error which event it is must be known before its data is read
    () => defineView(room, { initialState: '', reduce: (_, event) => event.data.text }),
    // @ts-expect-error the state is a number, not a text
    () => defineView(room, { initialState: 0, reduce: () => 'x' }),
  ],
  params: [
    // @ts-expect-error missing
    () => useChannel(room, {}),
    // @ts-expect-error by another name
    () => useChannel(room, { params: { room: '1' } }),
    // @ts-expect-error one too many
    () => useChannel(room, { params: { id: '1', part: 2 } }),
    // @ts-expect-error lobby has none
    () => useChannel(lobby, { params: { id: '1' } }),
    // @ts-expect-error a boolean
    () => useChannel(room, { params: { id: true } }),
    // @ts-expect-error nothing
    () => useChannel(room, { params: { id: undefined } }),
    // @ts-expect-error the same of a view
    () => useChannel(rang, { params: { id: {} } }),
    // @ts-expect-error and of one that names none
    () => useChannel(rang),
    // @ts-expect-error and of a followed channel
    () => useQuery(api.queries.now, { follow: { channel: room, params: { id: null }, apply: (now) => now } }),
    // @ts-expect-error and without React
    () => client.channel(room),
    // @ts-expect-error and of a view there
    () => client.view(rang, { id: '1', part: 2 }),
    // @ts-expect-error and on the server
    () => server.publish(room, {}, 'rang', 1),
    // @ts-expect-error and there, where the channel has none
    () => server.publish(lobby, { id: 1 }, 'message', 'x'),
  ],
  input: [
    // @ts-expect-error missing
    () => useQuery(api.queries.history, {}),
    // @ts-expect-error missing altogether
    () => useQuery(api.queries.history),
    // @ts-expect-error room is a text
    () => useQuery(api.queries.history, { input: { room: 1 } }),
    // @ts-expect-error missing
    () => client.send(api.commands.post),
    // @ts-expect-error text is missing
    () => client.send(api.commands.post, {}),
    // @ts-expect-error text is a text
    () => useCommand(api.commands.post).send({ text: 1 }),
    // @ts-expect-error missing
    () => useCommand(api.commands.post).send(),
    // @ts-expect-error nod takes none
    () => useCommand(api.commands.nod).send('x'),
  ],
  errors: [
    () => {
      const post = useCommand(api.commands.post);
      // @ts-expect-error the contract names no such reason
      return post.status === 'error' && post.error.reason === 'tired';
    },
    () => {
      const post = useCommand(api.commands.post);
      // @ts-expect-error banned carries no such thing
      return post.status === 'error' && post.error.reason === 'banned' && post.error.data.by;
    },
    () => {
      const nod = useCommand(api.commands.nod);
      // @ts-expect-error nod names none, so there is nothing to read
      return nod.status === 'error' && nod.error.data.until;
    },
  ],
  publish: [
    // @ts-expect-error room has no client event 'sang'
    () => client.channel(room, { id: 1 }).publish('sang', { text: 'x' }),
    // @ts-expect-error the server's own events are not for clients
    () => client.channel(room, { id: 1 }).publish('rang', 1),
    // @ts-expect-error lobby has no client events
    () => client.channel(lobby).publish('message', 'x'),
    // @ts-expect-error note carries a text
    () => client.channel(room, { id: 1 }).publish('note', { text: 1 }),
    // @ts-expect-error typing carries whether
    () => client.channel(room, { id: 1 }).publish('typing', { text: 'x' }),
    // @ts-expect-error and without it
    () => client.channel(room, { id: 1 }).publish('typing'),
    // @ts-expect-error the server knows no event 'sang'
    () => server.publish(room, { id: 1 }, 'sang', 1),
    // @ts-expect-error 'rang' carries a number
    () => server.publish(room, { id: 1 }, 'rang', 'x'),
    // @ts-expect-error what nobody keeps the server publishes not either
    () => server.publish(room, { id: 1 }, 'typing', { on: true }),
  ],
};

it('each wrong thing has its line, which `npm run types` judges; here they are counted', () => {
  expect(Object.fromEntries(Object.entries(wrong).map(([kind, lines]) => [kind, lines.length]))).toEqual({ flush: 3, reduce: 5, params: 13, input: 8, errors: 3, publish: 9 });
});
