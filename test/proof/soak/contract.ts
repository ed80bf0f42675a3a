/** What the soak's server and clients share, with sizes up to the limits. Not a test. */
import { z } from 'zod';
import { channel, command, defineContract, defineView, query } from '../../../src/contract/index.js';

/** `id` tells one event from every other one; `body` gives it its size. */
const Note = z.object({ id: z.string(), body: z.string() });

export const BOARDS = Array.from({ length: 16 }, (_, index) => `b${index}`);
/** Kept events of a board: less than what a busy one has in the longest absence. */
export const KEPT_EVENTS = 150;
/** An event's data is at most 10 kB, all of it included. */
export const LARGEST_BODY = 10_000;
/** A command's output, too. */
export const LARGEST_OUTPUT = 10_000;
/** A query's answer is at most 1 MB. */
export const LARGEST_ANSWER = 1_000_000;

const Order = z.object({
  client: z.string(),
  /** Counts the commands of one client in one lane. */
  serial: z.number().int(),
  board: z.string(),
  body: z.string(),
  outputBytes: z.number().int(),
  pauseMs: z.number(),
  isRejected: z.boolean(),
});
export type Order = z.infer<typeof Order>;
const Receipt = z.object({ mark: z.string(), padding: z.string() });
const order = (lane: string) => command({ input: Order, output: Receipt, errors: { refused: Receipt }, lane });

export const api = defineContract({
  channels: { board: channel('board:{id}', { events: { note: Note } }) },
  queries: {
    /** The ids of a board's newest events. */
    latest: query({ input: z.object({ board: z.string() }), output: z.array(z.object({ id: z.string() })) }),
    sized: query({ input: z.object({ bytes: z.number().int() }), output: z.string() }),
  },
  commands: { post: order('posts'), trade: order('trades'), move: order('moves') },
});

/** One event of a board as a view keeps it: epoch, offset, id. `pending`: an optimistic edit of that command. */
export type Line = readonly [epoch: string, offset: number, id: string] | { readonly pending: string };

const view = (history: number, kept: number) =>
  defineView(api.channels.board, {
    history,
    initialState: [] as readonly Line[],
    reduce: (lines, { epoch, offset, data }) => [...lines.slice(1 - kept), [epoch, offset, data.id] as const],
  });

export const VIEWS = {
  /** More than one page, most of the time. */
  recent: { ref: view(40, 60), history: 40 },
  /** Many pages. */
  long: { ref: view(120, 140), history: 120 },
  /** From its mount on. */
  tail: { ref: view(0, 60), history: 0 },
} as const;
