/** The client's generated checks and the schemas agree about every field that the client checks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SERVER_FRAME_CHECKS } from '../../src/core/protocol/checks.js';
import type { Check } from '../../src/core/protocol/codec.js';
import { CODE_NOTES, SERVER_FRAME_SCHEMA_CHECKS, SERVER_FRAMES } from '../../src/core/protocol/schemas.js';
import { damage, damaged, json, validFrame } from './frame-arbitraries.js';

const checkOf = (checks: ReadonlyMap<string, Check>, type: string): Check => {
  const check = checks.get(type);
  if (check === undefined) throw new Error(`no check for ${type}`);
  return check;
};

const isUnchecked = (schema: z.core.$ZodType): boolean =>
  CODE_NOTES.get(schema as z.ZodType)?.isUnchecked === true || schema instanceof z.ZodEnum || (schema instanceof z.ZodExactOptional && isUnchecked(schema.unwrap()));

/** The schema without the fields that the client does not check. */
function checkedPart(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodExactOptional) return checkedPart(schema.unwrap()).exactOptional();
  if (schema instanceof z.ZodArray) return z.array(checkedPart(schema.element));
  if (!(schema instanceof z.ZodObject)) return schema as z.ZodType;
  const checked = Object.entries(schema.shape as Record<string, z.core.$ZodType>).filter(([, field]) => !isUnchecked(field));
  return z.object(Object.fromEntries(checked.map(([name, field]) => [name, checkedPart(field)])));
}

/** Paths of the fields that the client does not check, with `[]` for the items of a list. */
function uncheckedPaths(schema: z.core.$ZodType, path: string): string[] {
  if (isUnchecked(schema)) return [path];
  if (schema instanceof z.ZodExactOptional) return uncheckedPaths(schema.unwrap(), path);
  if (schema instanceof z.ZodArray) return uncheckedPaths(schema.element, `${path}[]`);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.core.$ZodType>).flatMap(([name, field]) => uncheckedPaths(field, `${path}.${name}`));
}

describe('checks of the client and schemas', () => {
  it('know the same frames', () => {
    expect([...SERVER_FRAME_CHECKS.keys()]).toEqual([...SERVER_FRAME_SCHEMA_CHECKS.keys()]);
  });

  it('differ in the fields that the decision record names, and in no other', () => {
    expect(Object.entries(SERVER_FRAMES).flatMap(([type, schema]) => uncheckedPaths(schema, type))).toEqual([
      'welcome.link', 'welcome.node', 'welcome.storage', 'welcome.features', 'welcome.limits.keepMs', 'welcome.tokenMs',
      'ping.confirmedMs',
      'subscribed.state', 'subscribed.reason', 'subscribed.missed',
      'unsubscribed.reason',
      'response.redo', 'response.fence',
      'error.code',
    ]);
  });

  describe.each(Object.entries(SERVER_FRAMES))('%s', (type, schema) => {
    const byClient = checkOf(SERVER_FRAME_CHECKS, type);
    const bySchema = checkOf(SERVER_FRAME_SCHEMA_CHECKS, type);
    const part = checkedPart(schema);
    const agree = (frame: Record<string, unknown>): void => {
      const verdicts = { byClient: byClient(frame) === null, byPart: part.safeParse(frame).success, bySchema: bySchema(frame) === null };
      expect(verdicts.byClient, JSON.stringify(frame)).toBe(verdicts.byPart);
      if (verdicts.bySchema) expect(verdicts.byClient, JSON.stringify(frame)).toBe(true);
    };

    it('both accept what is valid', () => {
      fc.assert(
        fc.property(validFrame(schema), (frame) => {
          expect(bySchema(frame)).toBeNull();
          expect(byClient(frame)).toBeNull();
        }),
      );
    });

    it('agree on damaged frames', () => {
      let refused = 0;
      fc.assert(
        fc.property(validFrame(schema), fc.array(damage(), { minLength: 1, maxLength: 2 }), (frame, damages) => {
          const wrong = damages.reduce(damaged, frame);
          agree(wrong);
          if (byClient(wrong) !== null) refused++;
        }),
        { numRuns: 1_000 },
      );
      expect(refused).toBeGreaterThan(100);
    });

    it('agree on anything', () => {
      fc.assert(fc.property(fc.dictionary(fc.string(), json()), (frame) => agree({ ...frame, t: type })));
    });
  });
});
