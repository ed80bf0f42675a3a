/* oxlint-disable react/rules-of-hooks -- nothing here is ever run: hooks are only looked at by the compiler */
import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  append, channel, command, createClient, defineContract, defineView, query, RealtimeProvider, skipToken, upsert, useChannel, useCommand, useConnectionStatus, useQuery,
  type RealtimeClient, type RealtimeError, type SettledCommand,
} from '../../src/index.js';

const Message = z.object({ id: z.string(), text: z.string() });
type Message = z.infer<typeof Message>;

const api = defineContract({
  channels: {
    room: channel('room:{id}', { events: { message: Message, rang: z.number() } }),
    desk: channel('desk:{row}:{seat}', { events: { taken: z.string() } }),
    lobby: channel('lobby', { events: { message: Message } }),
  },
  queries: {
    history: query({ input: z.object({ room: z.string() }), output: z.array(Message) }),
    now: query({ output: z.date() }),
  },
  commands: {
    post: command({ input: z.object({ text: z.string().transform((text) => text.length) }), output: Message, errors: { banned: z.object({ until: z.number() }), late: z.string() } }),
    nod: command(),
  },
});
declare const client: RealtimeClient;
const list = defineView(api.channels.lobby, { initialState: [] as Message[], reduce: append(5) });
const roomList = defineView(api.channels.room, { initialState: 0, reduce: (count) => count + 1 });

/** None of these is ever run: what matters is what they are to the compiler. */
export const uses = {
  infers() {
    const room = useChannel(api.channels.room, {
      params: { id: 1 },
      onEvent(event) {
        if (event.name === 'rang') expectTypeOf(event.data).toEqualTypeOf<number>();
        else expectTypeOf(event.data).toEqualTypeOf<Message>();
      },
    });
    expectTypeOf(room.data).toEqualTypeOf<undefined>();
    expectTypeOf(useChannel(list, {}).data).toEqualTypeOf<Message[]>();
    expectTypeOf(useChannel(list, { select: (all) => all.length }).data).toEqualTypeOf<number>();
    expectTypeOf(useQuery(api.queries.history, { input: { room: '1' } }).data).toEqualTypeOf<Message[] | undefined>();
    expectTypeOf(useQuery(api.queries.now, {}).data).toEqualTypeOf<Date | undefined>();
    expectTypeOf(useQuery(api.queries.now).data).toEqualTypeOf<Date | undefined>();
    expectTypeOf(useChannel(list).data).toEqualTypeOf<Message[]>();
    expectTypeOf(useQuery(api.queries.history, { input: { room: '1' }, select: (all) => all.length }).data).toEqualTypeOf<number | undefined>();
    useQuery(api.queries.history, {
      input: { room: '1' },
      follow: { channel: api.channels.lobby, apply: upsert('id') },
    });
    expectTypeOf(useChannel(list, { flush: { everyMs: 100 } }).data).toEqualTypeOf<Message[]>();
    useChannel(api.channels.lobby, { onEvent: () => {} });
    for (const flush of ['frame', 'sync', { everyMs: 100 }, undefined] as const) useQuery(api.queries.history, { input: { room: '1' }, flush, gcTimeMs: 1_000 });
    expectTypeOf(defineView(api.channels.lobby, { initialState: 0, reduce: (count) => count + 1, gcTimeMs: 0 }).initialState).toEqualTypeOf<number>();
    expectTypeOf(client.scheduleFlushes((flush) => flush())).toEqualTypeOf<() => void>();
    const isThere: boolean = Date.now() > 0;
    expectTypeOf(useQuery(api.queries.history, { input: isThere ? { room: '1' } : skipToken, enabled: isThere }).data).toEqualTypeOf<Message[] | undefined>();
    // What is there only sometimes may be given as undefined, but for `select`: without it the data is another.
    useQuery(api.queries.history, { input: { room: '1' }, follow: isThere ? { channel: api.channels.lobby, apply: upsert('id') } : undefined });
    useChannel(roomList, { params: { id: 1 }, isEqual: isThere ? Object.is : undefined });
    useChannel(api.channels.room, { params: { id: 1 }, onEvent: isThere ? () => {} : undefined, onGap: isThere ? () => {} : undefined, onVolatile: isThere ? () => {} : undefined });
    expectTypeOf(useQuery(api.queries.now, { input: skipToken }).data).toEqualTypeOf<Date | undefined>();
    expectTypeOf(useChannel(roomList, { params: isThere ? { id: 1 } : skipToken }).data).toEqualTypeOf<number>();
    expectTypeOf(useChannel(list, { params: skipToken, select: (all) => all.map(({ id }) => id), isEqual: (a, b) => a.length === b.length }).data).toEqualTypeOf<string[]>();
    expectTypeOf(useConnectionStatus(({ status }) => status === 'connected')).toEqualTypeOf<boolean>();
    expectTypeOf(client.query(api.queries.now)).toEqualTypeOf<Promise<Date>>();
    expectTypeOf(client.send(api.commands.nod).result).toEqualTypeOf<Promise<undefined>>();
    client.channel(api.channels.desk, { row: 1, seat: 'a' }).subscribe({ onEvent: ({ data }) => expectTypeOf(data).toEqualTypeOf<string>() });
  },
  infersCallbacks() {
    useCommand(api.commands.post, {
      onSuccess(output, input) {
        expectTypeOf(output).toEqualTypeOf<Message>();
        expectTypeOf(input).toEqualTypeOf<{ text: string }>();
      },
      onError(error, input) {
        if (error.reason === 'banned') expectTypeOf(error.data).toEqualTypeOf<{ until: number }>();
        expectTypeOf(input).toEqualTypeOf<{ text: string }>();
      },
      onSettled(output, error, input) {
        expectTypeOf(output).toEqualTypeOf<Message | undefined>();
        if (error?.reason === 'late') expectTypeOf(error.data).toEqualTypeOf<string>();
        expectTypeOf(input).toEqualTypeOf<{ text: string }>();
      },
    });
    const isThere: boolean = Date.now() > 0;
    const nod = useCommand(api.commands.nod, { onSuccess: isThere ? (output) => expectTypeOf(output).toEqualTypeOf<undefined>() : undefined, onError: undefined, onSettled: undefined });
    expectTypeOf(nod.isPending).toEqualTypeOf<boolean>();
    const post = useCommand(api.commands.post);
    if (post.isSuccess) expectTypeOf(post.data).toEqualTypeOf<Message>();
    if (post.isError && post.error.reason === 'banned') expectTypeOf(post.error.data).toEqualTypeOf<{ until: number }>();
    if (post.isPending) expectTypeOf(post.status).toEqualTypeOf<'queued' | 'sent'>();
    const settled = (command: SettledCommand): void => {
      expectTypeOf(command.status).toEqualTypeOf<'success' | 'error' | 'handed-over'>();
      expectTypeOf(command.name).toEqualTypeOf<string>();
      if (command.status === 'error') expectTypeOf(command.error).toEqualTypeOf<RealtimeError>();
      else expectTypeOf(command.error).toEqualTypeOf<null>();
    };
    createClient({ url: '/realtime', contract: api, onCommandSettled: settled });
    return <RealtimeProvider url="/realtime" contract={api} onCommandSettled={isThere ? settled : undefined} />;
  },
  tellsRejectionsApart() {
    const post = useCommand(api.commands.post);
    expectTypeOf(post.send).parameters.toEqualTypeOf<[input: { text: string }]>();
    if (post.status === 'success') expectTypeOf(post.data).toEqualTypeOf<Message>();
    if (post.status !== 'error') return;
    expectTypeOf(post.error).toExtend<RealtimeError>();
    if (post.error.reason === 'banned') expectTypeOf(post.error.data).toEqualTypeOf<{ until: number }>();
    if (post.error.reason === 'late') expectTypeOf(post.error.data).toEqualTypeOf<string>();
    // @ts-expect-error the contract names no such rejection
    if (post.error.reason === 'tired') return;
    // @ts-expect-error which one it is must be known before its data is read
    return post.error.data.until;
  },
  channels: [
    // @ts-expect-error room needs its parameter
    () => useChannel(api.channels.room, {}),
    // @ts-expect-error and so does a view of it
    () => useChannel(roomList),
    // @ts-expect-error a symbol of somebody else
    () => useChannel(api.channels.room, { params: Symbol.iterator }),
    // @ts-expect-error a tap selects nothing
    () => useChannel(api.channels.room, { params: skipToken, select: () => 1 }),
    // @ts-expect-error room's parameter has another name
    () => useChannel(api.channels.room, { params: { room: '1' } }),
    // @ts-expect-error a parameter is a text or a number
    () => useChannel(api.channels.room, { params: { id: { a: 1 } } }),
    // @ts-expect-error both parameters are needed
    () => client.channel(api.channels.desk, { row: 1 }),
    // @ts-expect-error a query is no channel
    () => useChannel(api.queries.history, { params: { id: '1' } }),
    // @ts-expect-error the contract has no such channel
    () => useChannel(api.channels.rom, { params: { id: '1' } }),
    // @ts-expect-error a view takes select, not onEvent
    () => useChannel(list, { onEvent: () => {} }),
    // @ts-expect-error no event of lobby is called 'rang'
    () => useChannel(api.channels.lobby, { onEvent: ({ name }) => name === 'rang' }),
    // @ts-expect-error what reduce makes is not the state
    () => defineView(api.channels.lobby, { initialState: 0, reduce: (n, { data }) => data.text }),
    // @ts-expect-error append keeps messages, and the state is a list of numbers
    () => defineView(api.channels.lobby, { initialState: [] as number[], reduce: append(5) }),
    // @ts-expect-error a view needs its initial state
    () => defineView(api.channels.lobby, { reduce: append(5) }),
    // @ts-expect-error a schema, not a type's name
    () => channel('room', { events: { message: 'string' } }),
  ],
  queries: [
    // @ts-expect-error history needs its input
    () => useQuery(api.queries.history, {}),
    // @ts-expect-error of this type
    () => useQuery(api.queries.history, { input: { room: 1 } }),
    // @ts-expect-error now takes none
    () => useQuery(api.queries.now, { input: { room: '1' } }),
    // @ts-expect-error nor here
    () => client.query(api.queries.now, { room: '1' }),
    // @ts-expect-error a channel that is followed needs its parameters
    () => useQuery(api.queries.history, { input: { room: '1' }, follow: { channel: api.channels.room, apply: (all) => all } }),
    // @ts-expect-error apply gives the query's data
    () => useQuery(api.queries.history, { input: { room: '1' }, follow: { channel: api.channels.lobby, apply: () => 5 } }),
    // @ts-expect-error messages have no such key
    () => useQuery(api.queries.history, { input: { room: '1' }, follow: { channel: api.channels.lobby, apply: upsert('key') } }),
    // @ts-expect-error a command is no query
    () => client.query(api.commands.post, { text: 'x' }),
    // @ts-expect-error a query has an output
    () => query({ input: z.string() }),
    // @ts-expect-error a slip of the pen
    () => query({ inptu: z.string(), output: z.string() }),
  ],
  commands: [
    // @ts-expect-error post needs its input
    () => client.send(api.commands.post),
    // @ts-expect-error the input goes out before its transform
    () => client.send(api.commands.post, { text: 5 }),
    // @ts-expect-error nod takes none, inside a contract as well
    () => client.send(api.commands.nod, 'x'),
    // @ts-expect-error a channel is no command
    () => useCommand(api.channels.lobby),
    // @ts-expect-error the output has no such part
    () => useCommand(api.commands.post, { onSuccess: (output) => output.title }),
    // @ts-expect-error the contract names no such rejection
    () => useCommand(api.commands.post, { onError: (error) => error.reason === 'tired' }),
    // @ts-expect-error a send takes no callback; its result does
    () => client.send(api.commands.post, { text: '' }, { onSuccess: () => {} }),
    // @ts-expect-error a lane is a text
    () => command({ lane: 5 }),
    // @ts-expect-error a slip of the pen
    () => command({ inptu: z.string() }),
    // @ts-expect-error an error carries something, described by a schema
    () => command({ errors: { banned: 'text' } }),
  ],
  provider: [
    // @ts-expect-error url and contract, or a client
    () => <RealtimeProvider />,
    // @ts-expect-error a url alone says nothing of what it carries
    () => <RealtimeProvider url="/realtime" />,
    // @ts-expect-error a client has its url already
    () => <RealtimeProvider client={client} url="/realtime" contract={api} />,
    // @ts-expect-error auth gives a text
    () => <RealtimeProvider url="/realtime" contract={api} auth={() => 5} />,
    // @ts-expect-error a client needs its contract
    () => createClient({ url: '/realtime' }),
    // @ts-expect-error a time is a number of milliseconds
    () => createClient({ url: '/realtime', contract: api, timings: { queryMs: '10s' } }),
    // @ts-expect-error a client has its own
    () => <RealtimeProvider client={client} onCommandSettled={() => {}} />,
    // @ts-expect-error nobody knows here what was sent
    () => <RealtimeProvider url="/realtime" contract={api} onCommandSettled={({ input }) => input.text} />,
  ],
};

it('wrong use does not compile, which `npm run types` checks; here it is counted', () => {
  expect([uses.channels, uses.queries, uses.commands, uses.provider].map(({ length }) => length)).toEqual([15, 10, 10, 8]);
});
