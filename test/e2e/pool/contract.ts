// What the page of the pool's end-to-end tests and its server agree on.
import { z } from 'zod';
import { channel, command, defineContract } from 'holdfast/contract';

export const api = defineContract({
  channels: { feed: channel('feed:{id}', { events: { tick: z.number() } }) },
  commands: { count: command({ input: z.number(), output: z.number() }) },
});
