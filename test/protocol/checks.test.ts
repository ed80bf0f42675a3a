/** The client's hand checks and the schemas say the same of every server frame. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVER_FRAME_CHECKS } from '../../src/core/protocol/checks.js';
import type { Check } from '../../src/core/protocol/codec.js';
import { SERVER_FRAME_SCHEMA_CHECKS, SERVER_FRAMES } from '../../src/core/protocol/schemas.js';
import { damage, damaged, json, validFrame } from './frame-arbitraries.js';

const checkOf = (checks: ReadonlyMap<string, Check>, type: string): Check => {
  const check = checks.get(type);
  if (check === undefined) throw new Error(`no check for ${type}`);
  return check;
};

describe('hand checks and schemas', () => {
  it('know the same frames', () => {
    expect([...SERVER_FRAME_CHECKS.keys()]).toEqual([...SERVER_FRAME_SCHEMA_CHECKS.keys()]);
  });

  describe.each(Object.entries(SERVER_FRAMES))('%s', (type, schema) => {
    const byHand = checkOf(SERVER_FRAME_CHECKS, type);
    const bySchema = checkOf(SERVER_FRAME_SCHEMA_CHECKS, type);
    const agree = (frame: Record<string, unknown>): void => {
      const verdicts = { byHand: byHand(frame) === null, bySchema: bySchema(frame) === null };
      expect(verdicts.byHand, JSON.stringify(frame)).toBe(verdicts.bySchema);
    };

    it('both accept what is valid', () => {
      fc.assert(
        fc.property(validFrame(schema), (frame) => {
          expect(bySchema(frame)).toBeNull();
          expect(byHand(frame)).toBeNull();
        }),
      );
    });

    it('agree on damaged frames', () => {
      let refused = 0;
      fc.assert(
        fc.property(validFrame(schema), fc.array(damage(), { minLength: 1, maxLength: 2 }), (frame, damages) => {
          const wrong = damages.reduce(damaged, frame);
          agree(wrong);
          if (bySchema(wrong) !== null) refused++;
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
