/* oxlint-disable react/rules-of-hooks -- nothing here is ever run: hooks are only looked at by the compiler */
import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { append, channel, command, defineContract, defineView, query, useCommand, type Local, type RealtimeClient } from '../../src/index.js';

const Message = z.object({ id: z.string(), text: z.string() });
type Message = z.infer<typeof Message>;

const api = defineContract({
  channels: {
    room: channel('room:{id}', { events: { message: Message } }),
    lobby: channel('lobby', { events: { message: Message } }),
  },
  queries: {
    history: query({ input: z.object({ room: z.string() }), output: z.array(Message) }),
    now: query({ output: z.date() }),
  },
  commands: { post: command({ input: z.object({ room: z.string(), text: z.string().transform((text) => text.length) }) }), nod: command() },
});
declare const client: RealtimeClient;
declare const local: Local;
const inRoom = defineView(api.channels.room, { initialState: [] as Message[], reduce: append(5) });
const inLobby = defineView(api.channels.lobby, { initialState: 0, reduce: (count) => count + 1 });

/** None of these is ever run: what matters is what they are to the compiler. */
export const uses = {
  infers() {
    const post = useCommand(api.commands.post, {
      optimistic(edits, input, id) {
        expectTypeOf(edits).toEqualTypeOf<Local>();
        expectTypeOf(input).toEqualTypeOf<{ room: string; text: string }>();
        expectTypeOf(id).toEqualTypeOf<string>();
        edits.view(inRoom, { id: input.room }, (list) => [...list, { id, text: input.text }]);
        edits.view(inLobby, {}, (count) => {
          expectTypeOf(count).toEqualTypeOf<number>();
          return count + 1;
        });
        edits.query(api.queries.history, { room: input.room }, (list) => {
          expectTypeOf(list).toEqualTypeOf<Message[]>();
          return [...list, { id, text: input.text }];
        });
        edits.query(api.queries.now, undefined, (date) => date);
      },
    });
    expectTypeOf(post.send).parameters.toEqualTypeOf<[input: { room: string; text: string }]>();
    client.send(api.commands.post, { room: '1', text: 'a' }, { optimistic: (_, { room }) => expectTypeOf(room).toEqualTypeOf<string>() });
    client.send(api.commands.nod, undefined, { optimistic: (_, input) => expectTypeOf(input).toEqualTypeOf<undefined>() });
    client.send(api.commands.nod);
  },
  wrong: [
    // @ts-expect-error the view of a room needs its parameter
    () => local.view(inRoom, {}, (list) => list),
    // @ts-expect-error of this name
    () => local.view(inRoom, { room: '1' }, (list) => list),
    // @ts-expect-error what the edit gives is not the state
    () => local.view(inRoom, { id: '1' }, (list) => list.length),
    // @ts-expect-error not quite the state either
    () => local.view(inRoom, { id: '1' }, (list) => [...list, { id: '1' }]),
    // @ts-expect-error a channel is no view
    () => local.view(api.channels.room, { id: '1' }, (list: unknown) => list),
    // @ts-expect-error an edit gives something
    () => local.view(inLobby, {}, () => {}),
    // @ts-expect-error the query has another input
    () => local.query(api.queries.history, { id: '1' }, (list) => list),
    // @ts-expect-error and another output
    () => local.query(api.queries.history, { room: '1' }, () => 'nothing'),
    // @ts-expect-error a command is no query
    () => local.query(api.commands.post, { room: '1', text: '' }, (list: unknown) => list),
    // @ts-expect-error the input has no such part
    () => useCommand(api.commands.post, { optimistic: (_, input) => void input.id }),
    // @ts-expect-error a slip of the pen
    () => useCommand(api.commands.post, { optimstic: () => {} }),
    // @ts-expect-error nod takes no input
    () => client.send(api.commands.nod, { room: '1' }, { optimistic: () => {} }),
    // @ts-expect-error the options are not the input
    () => client.send(api.commands.post, { optimistic: () => {} }),
  ],
};

it('wrong use does not compile, which `npm run types` checks; here it is counted', () => {
  expect(uses.wrong).toHaveLength(13);
});
