/** What is generated from the schemas is that of the schemas, and docs/PROTOCOL.md says what the code does. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checksText, framesText } from '../../scripts/protocol-code.mjs';
import { fill, schemaText, sections } from '../../scripts/protocol-document.mjs';
import { type Check, decode, encode } from '../../src/core/protocol/codec.js';
import { CloseCode, closePolicy, FEATURES, GAP_REASONS, UNSUBSCRIBE_REASONS, WIRE_ERRORS } from '../../src/core/protocol/codes.js';
import * as limits from '../../src/core/protocol/limits.js';
import * as reserved from '../../src/core/protocol/reserved.js';
import * as schemas from '../../src/core/protocol/schemas.js';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const document = read('PROTOCOL.md');
const words = { z, ...schemas, ...reserved };

/** The rows of the first table after `heading`, cells without backticks. */
function rowsAfter(heading: string): string[][] {
  const after = document.split(heading)[1] ?? '';
  const table = /(?:^\|.*\n)+/m.exec(after)?.[0] ?? '';
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.slice(1, -1).split(' | ').map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')));
}

describe('generated parts', () => {
  it('tables are those of the schemas; if not, run npm run generate', () => {
    expect(document).toBe(fill(document, sections(words)));
  });

  it('the JSON Schema is that of the schemas; if not, run npm run generate', () => {
    expect(read('protocol.schema.json')).toBe(schemaText(words));
  });

  it.each([
    ['frames.ts', framesText],
    ['checks.ts', checksText],
  ])('src/core/protocol/%s is that of the schemas; if not, run npm run generate', (name, draw) => {
    expect(readFileSync(new URL(`../../src/core/protocol/${name}`, import.meta.url), 'utf8')).toBe(draw(words));
  });

  it('the code says first that it is generated, and from what', () => {
    for (const text of [framesText(words), checksText(words)]) expect(text.split('\n')[0]).toBe('// Generated from schemas.ts by `npm run generate`: edit that file instead.');
  });

  it('every field says what it means', () => {
    const silent = [...sections(words).values()].flatMap((part: string) => part.split('\n')).filter((line) => line.startsWith('| `') && line.endsWith('| |'));
    expect(silent).toEqual([]);
  });

  it('the JSON Schema refuses no unknown field', () => {
    expect(read('protocol.schema.json')).not.toContain('additionalProperties');
  });
});

describe('tables by hand', () => {
  it('close codes: every code, its name and its policy', () => {
    const rows = rowsAfter('<!-- checked: close codes -->').map(([code, name, policy]) => [Number(code), name, policy]);
    const wanted = Object.entries(CloseCode).sort(([, a], [, b]) => a - b).map(([name, code]) => [code, name, closePolicy(code)]);
    expect(rows).toEqual(wanted);
  });

  it('close ranges: both ends of each', () => {
    const ranges = rowsAfter('## 7. Closing').filter(([range]) => range?.includes('–') === true);
    expect(ranges).toHaveLength(4);
    for (const [range, policy] of ranges) {
      const [from, to] = (range ?? '').split('–').map(Number);
      expect([closePolicy(from ?? 0), closePolicy(to ?? 0)]).toEqual([policy, policy]);
    }
  });

  it.each([
    ['features', FEATURES],
    ['error codes', WIRE_ERRORS],
    ['gap reasons', GAP_REASONS],
    ['unsubscribe reasons', UNSUBSCRIBE_REASONS],
  ])('%s', (name, wanted) => {
    expect(rowsAfter(`<!-- checked: ${name} -->`).map(([word]) => word)).toEqual([...wanted]);
  });

  it('limits', () => {
    const limitRows = new Map(rowsAfter('**Sizes and times that the protocol fixes:**').map(([what, limit]) => [what, limit]));
    const count = (value: number): string => value.toLocaleString('en');
    expect(Object.fromEntries(limitRows)).toEqual({
      'a client frame': `${count(limits.CLIENT_FRAME_BYTES)} bytes`,
      'fragments of a client message': count(limits.CLIENT_FRAGMENTS),
      'a server frame': `${count(limits.SERVER_FRAME_BYTES)} bytes`,
      'the data of one event, the result of one command': `${count(limits.PAYLOAD_BYTES)} bytes`,
      'the result of one query, its parts together': `${count(limits.RESULT_BYTES)} bytes`,
      'the data of one volatile client event': `${count(limits.VOLATILE_BYTES)} bytes`,
      'nesting of objects and lists, the frame\'s own braces included': count(limits.FRAME_DEPTH),
      'a token': `${count(limits.TOKEN_BYTES)} bytes`,
      'channels in one `subscribe`, `unsubscribe` or `stamp`': count(limits.FRAME_CHANNELS),
      '`history` in `subscribe`': `${count(limits.HISTORY_EVENTS)} events`,
      'remainingMs': `${count(limits.REMAINING_MS)} ms`,
      'silence past the interval until suspect': `${count(limits.SUSPECT_AFTER_MS)} ms`,
      'silence past the interval until dead': `${count(limits.DEAD_AFTER_MS)} ms`,
      "a channel's name": limits.CHANNEL_NAME.source,
      'the name of a lane, a query, a command': limits.WORD_NAME.source,
      'an id': limits.WIRE_ID.source,
    });
    expect(document).toContain(`\`${limits.SUBPROTOCOL}\``);
  });

  it('reserved features: every one is described', () => {
    const described = rowsAfter('## 13. Reserved').map(([feature]) => feature);
    const used = [...document.matchAll(/under features: `([a-z]+)`/g)].map(([, feature]) => feature);
    expect(new Set(described)).toEqual(new Set([...used, ...reserved.RESERVED_FIELDS.map(({ feature }) => feature)]));
  });

  it('links inside the document lead somewhere', () => {
    const anchors = [...document.matchAll(/^#+ (.*)$/gm)].map(([, title]) => (title ?? '').toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
    for (const [, anchor] of document.matchAll(/\]\(#([^)]*)\)/g)) expect(anchors).toContain(anchor);
  });
});

/* Examples */

type Side = 'client' | 'server';
const examples = [...document.matchAll(/^```(\w+)(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, language, side, body]) =>
  (body ?? '').trim().split('\n').map((line) => ({ language, side: (side ?? '').trim() as Side, line })),
);
const withReserved = (checks: ReadonlyMap<string, Check>, frames: Readonly<Record<string, z.ZodType>>): ReadonlyMap<string, Check> =>
  new Map([...checks, ...Object.entries(frames).map(([type, schema]): [string, Check] => [type, (frame) => schema.safeParse(frame).error?.message ?? null])]);
const bySide: Readonly<Record<Side, { readonly maxBytes: number; readonly checks: ReadonlyMap<string, Check> }>> = {
  client: { maxBytes: limits.CLIENT_FRAME_BYTES, checks: withReserved(schemas.CLIENT_FRAME_CHECKS, reserved.RESERVED_CLIENT_FRAMES) },
  server: { maxBytes: limits.SERVER_FRAME_BYTES, checks: withReserved(schemas.SERVER_FRAME_SCHEMA_CHECKS, reserved.RESERVED_SERVER_FRAMES) },
};
const knownFields = (side: Side, type: string): readonly string[] => {
  const frames = side === 'client' ? { ...schemas.CLIENT_FRAMES, ...reserved.RESERVED_CLIENT_FRAMES } : { ...schemas.SERVER_FRAMES, ...reserved.RESERVED_SERVER_FRAMES };
  return Object.keys((frames as Readonly<Record<string, z.ZodObject>>)[type]?.shape ?? {});
};

describe('examples', () => {
  it('are many, and each says who speaks', () => {
    expect(examples.length).toBeGreaterThan(30);
    for (const { language, side } of examples) expect([language, side]).toEqual(['json', expect.stringMatching(/^(client|server)$/)]);
  });

  it.each(examples)('$side $line', ({ side, line }) => {
    const { maxBytes, checks } = bySide[side];
    const decoded = decode<Record<string, unknown>>(line, maxBytes, checks);
    expect(decoded).toMatchObject({ ok: true });
    if (!decoded.ok) return;
    expect(encode(decoded.frame, maxBytes)).toEqual({ ok: true, text: line });
    const known = knownFields(side, String(decoded.frame.t));
    expect(Object.keys(decoded.frame).filter((field) => !known.includes(field))).toEqual([]);
  });

  it('every built frame that a sequence needs is shown', () => {
    const shown = new Set(examples.map(({ side, line }) => `${side} ${String((JSON.parse(line) as { t: string }).t)}`));
    for (const frame of ['client hello', 'server welcome', 'client subscribe', 'server subscribed', 'server events', 'client query', 'server response', 'client lane', 'server lane', 'client command', 'server error', 'server ping', 'client pong', 'server move', 'client reauth']) {
      expect(shown).toContain(frame);
    }
  });
});
