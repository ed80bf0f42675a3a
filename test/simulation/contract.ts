/** The contract of the simulated world: boards (events with history), lists (what queries follow) and commands that succeed, are rejected, or fail. */
import { z } from 'zod';
import { channel, command, defineContract, query, volatile } from '../../src/contract/index.js';

const Note = z.object({ key: z.string(), pad: z.string() });
const Item = z.object({ id: z.string(), version: z.number(), pad: z.string() });
export type Note = z.infer<typeof Note>;
export type Item = z.infer<typeof Item>;

/** How the handler of a command ends; the sender asks for it, so that the checker knows what to expect. */
const Plan = z.enum(['publish', 'reject', 'throw', 'hang', 'report']);
export type Plan = z.infer<typeof Plan>;

const Order = z.object({ tag: z.string(), plan: Plan, board: z.number(), size: z.number(), pad: z.string() });
export type Order = z.infer<typeof Order>;
const Receipt = z.object({ tag: z.string(), pad: z.string() });
const Refusal = z.object({ tag: z.string() });

export const contract = defineContract({
  channels: {
    board: channel('board:{id}', { events: { note: Note }, clientEvents: { wave: volatile(z.object({ n: z.number() })) } }),
    list: channel('list:{id}', { events: { item: Item } }),
  },
  queries: {
    items: query({ input: z.object({ list: z.number() }), output: z.array(Item) }),
    echo: query({ input: z.object({ size: z.number() }), output: z.string() }),
  },
  commands: {
    post: command({ input: Order, output: Receipt, errors: { refused: Refusal } }),
    aside: command({ input: Order, output: Receipt, errors: { refused: Refusal }, lane: 'aside' }),
    put: command({ input: z.object({ tag: z.string(), list: z.number(), id: z.string(), pad: z.string() }) }),
  },
});

export const HOST = 'sim.test';

export const boardName = (id: number): string => `board:${id}`;
export const listName = (id: number): string => `list:${id}`;

/** Text of this length. */
export const padding = (size: number): string => '.'.repeat(Math.max(0, size));
