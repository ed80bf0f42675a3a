// What the page and its server agree on; the same file that your server imports.
import { append, channel, command, defineContract, defineView, query } from 'holdfast/contract';
import { z } from 'zod';

const Message = z.object({ id: z.string(), author: z.string(), text: z.string() });
export type Message = z.infer<typeof Message>;

export const api = defineContract({
  channels: { room: channel('room:{id}', { events: { message: Message } }) },
  queries: { topic: query({ input: z.object({ room: z.string() }), output: z.string() }) },
  commands: {
    post: command({ input: z.object({ room: z.string(), text: z.string() }), output: Message, errors: { banned: z.object({ until: z.string() }) } }),
  },
});

export const messages = defineView(api.channels.room, { history: 50, initialState: [] as Message[], reduce: append(200) });
