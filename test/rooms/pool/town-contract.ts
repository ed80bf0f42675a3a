/** What the people of the simulated town agree on. */
import { z } from 'zod';
import { channel, command, defineContract, query } from '../../../src/contract/index.js';

const Note = z.object({ id: z.string(), author: z.string(), serial: z.number().int() });
export type Note = z.infer<typeof Note>;

export const town = defineContract({
  channels: { board: channel('board:{id}', { events: { note: Note } }) },
  queries: { notes: query({ output: z.array(Note) }) },
  commands: { pin: command({ input: z.object({ author: z.string(), serial: z.number().int() }), output: Note }) },
});

export const BOARD = { id: 1 };
/** Boards that everybody watches as well: enough of them that everybody needs several links. */
export const OTHER_BOARDS = [2, 3, 4, 5, 6];
/** Boards that people only pass by: joined, left and joined again within moments. */
export const PASSED_BOARDS = [7, 8];
export const RECENT = 40;
