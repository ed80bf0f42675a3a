/** One and the same shape in the words of each validator, and the contracts that are made of it. Not a test. */
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import * as m from 'zod/mini';
import { channel, command, defineContract, query, volatile, type Schema } from '../../../src/contract/index.js';

/** What travels. */
export interface NoteInput {
  text: string;
  tags: string[];
  at: string;
}

/** What the receiver works with. */
export interface Note {
  text: string;
  tags: string[];
  at: Date;
}

export const zodNote = z.object({ text: z.string(), tags: z.array(z.string()), at: z.string().transform((text) => new Date(text)) });
export const miniNote = m.object({ text: m.string(), tags: m.array(m.string()), at: m.pipe(m.string(), m.transform((text) => new Date(text))) });
export const valibotNote = v.object({ text: v.string(), tags: v.array(v.string()), at: v.pipe(v.string(), v.transform((text) => new Date(text))) });
export const arktypeNote = type({ text: 'string', tags: 'string[]', at: type('string').pipe((text) => new Date(text)) });

export const NOTES: readonly (readonly [vendor: string, note: Schema<NoteInput, Note>])[] = [
  ['zod', zodNote],
  ['zod/mini', miniNote],
  ['valibot', valibotNote],
  ['arktype', arktypeNote],
];

/** Every place of a contract where a schema can stand: an event, a client event kept and not, an input, an output, an error. */
function contractOf(notes: readonly [event: Schema<NoteInput, Note>, kept: Schema<NoteInput, Note>, open: Schema<NoteInput, Note>, input: Schema<NoteInput, Note>, output: Schema<NoteInput, Note>, error: Schema<NoteInput, Note>]) {
  const [event, kept, open, input, output, error] = notes;
  return defineContract({
    channels: { room: channel('room:{id}', { events: { noted: event }, clientEvents: { kept, waved: volatile(open) } }) },
    queries: { echo: query({ input, output }) },
    commands: { post: command({ input, output, errors: { banned: error } }) },
  });
}

const alike = (note: Schema<NoteInput, Note>) => contractOf([note, note, note, note, note, note]);

/** One contract of each validator alone, and one in which every place has another. */
export const CONTRACTS = [...NOTES.map(([vendor, note]) => [vendor, alike(note)] as const), ['all of them in one', contractOf([zodNote, valibotNote, arktypeNote, miniNote, arktypeNote, valibotNote])] as const];
