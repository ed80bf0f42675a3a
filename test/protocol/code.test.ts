/** The generator of types and checks draws what a schema says, and refuses what it cannot draw. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checksText, framesText } from '../../scripts/protocol-code.mjs';
import { CODE_NOTES } from '../../src/core/protocol/schemas.js';

/** One frame of the server with these fields. */
const words = (fields: Record<string, z.ZodType>) => ({
  z,
  CODE_NOTES,
  CLIENT_FRAMES: {},
  SERVER_FRAMES: { news: z.object({ t: z.literal('news'), n: z.int().min(0), ...fields }).meta({ description: 'Tells the news.' }).register(CODE_NOTES, { type: 'NewsFrame' }) },
});
const checkOf = (field: z.ZodType): string => /isCount\(frame\.n\)(?: &&\s+)?(.*?),\n\}\);/s.exec(checksText(words({ field })))?.[1] ?? 'none';
const typeOf = (field: z.ZodType): string => /readonly (field[\s\S]*?;)\n\}/.exec(framesText(words({ field })))?.[1] ?? 'none';
const part = () => z.object({ from: z.int().min(1), note: z.string().exactOptional() });

describe('a field', () => {
  it.each<[string, z.ZodType, string, string]>([
    ['a count', z.int().min(1), 'field: number;', 'isCount(frame.field, 1)'],
    ['milliseconds, perhaps', z.number().min(0).exactOptional(), 'field?: number;', 'isAbsentOr(frame.field, isMs)'],
    ['a short text, perhaps', z.string().max(9).exactOptional(), 'field?: string;', 'isAbsentOr(frame.field, (value) => isText(value, 9))'],
    ['a flag', z.boolean(), 'field: boolean;', 'isFlag(frame.field)'],
    ['a count or null', z.int().min(0).nullable(), 'field: number | null;', '(isCount(frame.field) || frame.field === null)'],
    ['texts', z.array(z.string()), 'field: readonly string[];', 'isListOf(frame.field, (item) => isText(item))'],
    ['words', z.array(z.enum(['a', 'b'])), "field: readonly ('a' | 'b')[];", 'isListOf(frame.field, (item) => true)'],
    ['a word', z.enum(['a', 'b']), "field: 'a' | 'b';", ''],
    ['any JSON', z.unknown().exactOptional(), 'field?: unknown;', ''],
    ['what is not read', z.string().register(CODE_NOTES, { isUnchecked: true }), 'field: string;', ''],
    ['a part', part(), 'field: {\n    readonly from: number;\n    readonly note?: string;\n  };', 'isCount(frame.field?.from, 1) &&\n    isAbsentOr(frame.field?.note, isText)'],
    ['a position', part().register(CODE_NOTES, { type: 'Part', from: './part.js' }), 'field: Part;', 'isCount(frame.field?.from, 1) &&\n    isAbsentOr(frame.field?.note, isText)'],
  ])('that is %s', (_, field, type, check) => {
    expect([typeOf(field), checkOf(field)]).toEqual([type, check]);
  });

  it('with a description and a unit has them as its comment', () => {
    expect(framesText(words({ at: z.number().min(0).meta({ description: 'When it was.', unit: 'ms since 1970' }) }))).toContain('  /** When it was. Unit: ms since 1970. */\n  readonly at: number;\n');
  });
});

describe('refused', () => {
  it.each<[string, z.ZodType]>([
    ['a pattern', z.string().regex(/^a$/)],
    ['a largest number', z.int().min(0).max(9)],
    ['a longest list', z.array(z.int().min(0)).max(9)],
    ['a least time', z.number().min(1)],
  ])('%s, for which there is no check', (_, field) => expect(() => checkOf(field)).toThrow(/has a limit for which field-checks\.ts has no check/));

  it('an object without a required field, of which no check would say that it is one', () => {
    expect(() => checkOf(z.object({ note: z.string().exactOptional() }))).toThrow(/no required field that is checked/);
  });

  it('two types of one name', () => {
    const one = part().register(CODE_NOTES, { type: 'Part' });
    const other = z.object({ to: z.int().min(0) }).register(CODE_NOTES, { type: 'Part' });
    expect(() => framesText(words({ one, other }))).toThrow('Two schemas have the name Part and differ');
  });
});
