// What the server and the page agree on: read this first.
import { append, channel, command, defineContract, defineView, query } from 'holdfast/contract';
import { z } from 'zod';

/** The longest message, in characters. */
export const MAX_LENGTH = 200;

export const Message = z.object({ id: z.string(), author: z.string(), text: z.string(), at: z.number() });
export type Message = z.infer<typeof Message>;

export const NewMessage = z.object({ room: z.string(), author: z.string().min(1).max(24), text: z.string() });
export type NewMessage = z.infer<typeof NewMessage>;

export const api = defineContract({
  channels: {
    room: channel('room:{id}', { events: { message: Message } }),
  },
  queries: {
    history: query({ input: z.object({ room: z.string() }), output: z.array(Message) }),
  },
  commands: {
    post: command({
      input: NewMessage,
      output: Message,
      errors: { empty: z.object({}), tooLong: z.object({ limit: z.number() }) },
    }),
  },
});

/** A room's messages, folded from its events once, for every component that shows them. */
export const messages = defineView(api.channels.room, { history: 50, initialState: [] as Message[], reduce: append(200) });
