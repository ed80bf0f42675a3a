// What the hydrated page and its server agree on.
import { z } from 'zod';
import { channel, command, defineContract, query } from 'holdfast/contract';

const line = z.object({ id: z.string(), text: z.string() });

export const api = defineContract({
  channels: { room: channel('room:{id}', { events: { said: line } }) },
  queries: { history: query({ input: z.object({ room: z.string() }), output: z.array(line) }) },
  commands: { say: command({ input: z.object({ room: z.string(), text: z.string() }), output: line }) },
});
