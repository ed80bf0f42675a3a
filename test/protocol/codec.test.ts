/** Text to frames and back, within limits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, isDeeperThan, isLongerThan, utf8Bytes } from '../../src/core/protocol/codec.js';
import { CLIENT_FRAME_BYTES, FRAME_DEPTH } from '../../src/core/protocol/limits.js';
import { CLIENT_FRAME_CHECKS, CLIENT_FRAMES, SERVER_FRAME_SCHEMA_CHECKS, SERVER_FRAMES } from '../../src/core/protocol/schemas.js';
import { SERVER_FRAME_CHECKS } from '../../src/core/protocol/checks.js';
import { validFrame } from './frame-arbitraries.js';

const MUCH = CLIENT_FRAME_BYTES;
/** Any UTF-16 text, lone surrogates, quotes and backslashes among it. */
const text = (): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
        fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)),
        fc.constantFrom('"', '\\', '{', '}', '[', ']', 'a', 'é', '€', '😀', '\u007f', '\u0080', '\u07ff', '\u0800'),
      ),
    )
    .map((units) => units.join(''));
const tree = (): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'large', maxDepth: 12 },
      fc.oneof(text(), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(text(), tie('any'), { maxKeys: 3 }),
    ),
  })).any;

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('round trip', () => {
  describe.each([
    ['client', CLIENT_FRAMES, CLIENT_FRAME_CHECKS],
    ['server', SERVER_FRAMES, SERVER_FRAME_CHECKS],
    ['server, by schema', SERVER_FRAMES, SERVER_FRAME_SCHEMA_CHECKS],
  ])('%s', (_, schemas, checks) => {
    it.each(Object.entries(schemas))('%s', (_type, schema) => {
      fc.assert(
        fc.property(validFrame(schema), (frame) => {
          const encoded = encode(frame, MUCH);
          expect(encoded.ok).toBe(true);
          if (!encoded.ok) return;
          const decoded = decode(encoded.text, MUCH, checks);
          expect(decoded).toEqual({ ok: true, frame: JSON.parse(JSON.stringify(frame)) });
        }),
      );
    });
  });
});

describe('decode', () => {
  it('never throws, whatever arrives', () => {
    fc.assert(fc.property(fc.oneof(text(), tree().map((value) => JSON.stringify(value))), (anything) => void expect(decode(anything, 200, CLIENT_FRAME_CHECKS)).toHaveProperty('ok')));
  });

  it.each<[string, object]>([
    ['{"t":"later"}', { ok: false, why: 'unknown', record: { t: 'later' } }],
    ['{"t":"later","id":"x"}', { ok: false, why: 'unknown', record: { t: 'later', id: 'x' } }],
    ['{"t":"__proto__"}', { ok: false, why: 'unknown', record: { t: '__proto__' } }],
    ['{"t":"constructor","id":1}', { ok: false, why: 'unknown', record: { t: 'constructor', id: 1 } }],
    ['{}', { ok: false, why: 'malformed', detail: 'not an object with a type t' }],
    ['{"t":1}', { ok: false, why: 'malformed', detail: 'not an object with a type t' }],
    ['[]', { ok: false, why: 'malformed', detail: 'not an object with a type t' }],
    ['null', { ok: false, why: 'malformed', detail: 'not an object with a type t' }],
    ['"t"', { ok: false, why: 'malformed', detail: 'not an object with a type t' }],
    ['', { ok: false, why: 'malformed', detail: 'not JSON' }],
    ['{"t":"cancel"}', { ok: false, why: 'malformed' }],
    [`{"t":"cancel","id":"${'x'.repeat(MUCH)}"}`, { ok: false, why: 'too-large' }],
    [`{"t":"cancel","id":"q","x":${'['.repeat(32)}${']'.repeat(32)}}`, { ok: false, why: 'too-deep' }],
  ])('%.40s', (given, wanted) => expect(decode(given, MUCH, CLIENT_FRAME_CHECKS)).toMatchObject(wanted));

  it('allows exactly the depth of the limit', () => {
    const nested = (lists: number): string => `{"t":"cancel","id":"q","x":${'['.repeat(lists)}${']'.repeat(lists)}}`;
    expect(decode(nested(FRAME_DEPTH - 1), MUCH, CLIENT_FRAME_CHECKS).ok).toBe(true);
    expect(decode(nested(FRAME_DEPTH), MUCH, CLIENT_FRAME_CHECKS)).toMatchObject({ why: 'too-deep' });
  });
});

describe('encode', () => {
  it('refuses what JSON cannot say', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(encode(circle, MUCH)).toMatchObject({ ok: false, why: 'malformed' });
    expect(encode(undefined, MUCH)).toMatchObject({ ok: false, why: 'malformed' });
    expect(encode(1n, MUCH)).toMatchObject({ ok: false, why: 'malformed' });
  });

  it('refuses exactly what is too long or too deep', () => {
    fc.assert(
      fc.property(tree(), fc.nat(300), fc.nat(8), (value, maxBytes, maxDepth) => {
        const written = JSON.stringify(value);
        const encoded = encode(value, maxBytes, maxDepth);
        const why = Buffer.byteLength(written) > maxBytes ? 'too-large' : depthOf(value) > maxDepth ? 'too-deep' : null;
        expect(encoded.ok ? null : encoded.why).toBe(why);
      }),
    );
  });
});

describe('measures', () => {
  it('isDeeperThan is the true depth', () => {
    fc.assert(
      fc.property(tree(), fc.nat(14), fc.constantFrom(undefined, 1, '\t'), (value, maxDepth, space) => {
        expect(isDeeperThan(JSON.stringify(value, null, space), maxDepth)).toBe(depthOf(value) > maxDepth);
      }),
      { numRuns: 500 },
    );
  });

  it('utf8Bytes is what is sent, lone surrogates included', () => {
    fc.assert(fc.property(text(), (given) => void expect(utf8Bytes(given)).toBe(Buffer.byteLength(given))), { numRuns: 1_000 });
  });

  it('isLongerThan is utf8Bytes with a short cut', () => {
    fc.assert(fc.property(text(), fc.nat(40), (given, maxBytes) => void expect(isLongerThan(given, maxBytes)).toBe(Buffer.byteLength(given) > maxBytes)));
  });
});
