/**
 * Makes valid frames from the schemas, and damages them.
 * Not here: any judgement of the result.
 */
import fc from 'fast-check';
import { z } from 'zod';
import { EPOCH_LENGTH, FENCE_LENGTH } from '../../src/core/protocol/limits.js';

interface Drawn {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Drawn[];
  readonly properties?: Readonly<Record<string, Drawn>>;
  readonly required?: readonly string[];
  readonly items?: Drawn;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** JSON as it arrives: what `JSON.parse` gives back. */
export const json = (): fc.Arbitrary<unknown> => fc.jsonValue({ maxDepth: 3 });

export function validFrame(schema: z.ZodType): fc.Arbitrary<Record<string, unknown>> {
  return valid(z.toJSONSchema(schema, { io: 'input' }) as Drawn) as fc.Arbitrary<Record<string, unknown>>;
}

function valid(drawn: Drawn): fc.Arbitrary<unknown> {
  if (drawn.const !== undefined) return fc.constant(drawn.const);
  if (drawn.enum !== undefined) return fc.constantFrom(...drawn.enum);
  if (drawn.anyOf !== undefined) return fc.oneof(...drawn.anyOf.map(valid));
  switch (drawn.type) {
    case 'object': {
      const fields = Object.entries(drawn.properties ?? {}).map(([name, field]) => [name, valid(field)] as const);
      return fc.record(Object.fromEntries(fields), { requiredKeys: [...(drawn.required ?? [])], noNullPrototype: true });
    }
    case 'array':
      return fc.array(valid(drawn.items ?? {}), { maxLength: 3 });
    case 'string':
      return drawn.pattern === undefined
        ? fc.string({ maxLength: Math.min(drawn.maxLength ?? 20, 20), unit: 'grapheme' })
        : fc.stringMatching(new RegExp(drawn.pattern));
    case 'integer':
      return fc.oneof(
        fc.integer({ min: drawn.minimum ?? 0, max: Math.min(drawn.maximum ?? 1_000, 1_000) }),
        fc.constantFrom(drawn.minimum ?? 0, drawn.maximum ?? Number.MAX_SAFE_INTEGER),
      );
    case 'number':
      return fc.oneof(fc.double({ min: drawn.minimum ?? 0, max: drawn.maximum ?? Number.MAX_VALUE, noNaN: true }), fc.integer({ min: 0, max: 9_999 }));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return json();
  }
}

/** Values that sit on the edges of what a field may be. */
const EDGES: readonly unknown[] = [
  null, true, false, 0, -1, 1, 0.5, -0.5, 1e308, -1e308, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1, Number.MIN_VALUE, 2 ** 53,
  '', 'x', '0', 'null', 'live', 'gap', 'memory', 'durable', 'forbidden', 'trimmed', [], [null], [[]], ['x'], [{}], [1], {}, { length: 0 }, { 0: 'x' },
  { epoch: 'e', offset: 1 }, { epoch: 'e', offset: -1 }, { epoch: 1, offset: 1 }, { from: 1, to: 2 }, { from: 1 }, [{ name: 'n', time: 0 }], [{ name: 'n', time: -1 }],
  [{ name: 'n', time: 0, by: 1 }], [{ channel: 'c', epoch: 'e', offset: 0 }], [{ channel: 'c', epoch: 'e' }],
];

/** Texts that are just short enough for an epoch or a fence, and just not. */
const LONG: readonly string[] = [EPOCH_LENGTH, FENCE_LENGTH].flatMap((length) => ['x'.repeat(length), 'x'.repeat(length + 1)]);

export interface Damage {
  /** Chooses the place. */
  readonly at: number;
  readonly how: 'drop' | 'replace' | 'wrap' | 'add';
  readonly value: unknown;
}

export const damage = (): fc.Arbitrary<Damage> =>
  fc.record({
    at: fc.nat(),
    how: fc.constantFrom('drop', 'replace', 'replace', 'replace', 'wrap', 'add'),
    value: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...EDGES) }, { weight: 1, arbitrary: fc.constantFrom(...LONG) }, { weight: 1, arbitrary: json() }),
  });

/** A damaged copy, at any depth, and still JSON; `t` is left alone. */
export function damaged(frame: Record<string, unknown>, { at, how, value }: Damage): Record<string, unknown> {
  const copy = JSON.parse(JSON.stringify(frame)) as Record<string, unknown>;
  const places = placesOf(copy).filter(([owner, key]) => owner !== copy || key !== 't');
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return copy;
  const [owner, key] = place;
  if (how === 'add') owner[`extra${key}`] = value;
  else if (how === 'wrap') owner[key] = [owner[key]];
  else if (how === 'replace') owner[key] = value;
  else if (Array.isArray(owner)) owner.splice(Number(key), 1);
  else delete owner[key];
  return JSON.parse(JSON.stringify(copy)) as Record<string, unknown>;
}

function placesOf(value: unknown): (readonly [owner: Record<string, unknown>, key: string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Record<string, unknown>;
  return Object.keys(owner).flatMap((key) => [[owner, key] as const, ...placesOf(owner[key])]);
}
