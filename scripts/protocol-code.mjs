// Draws src/core/protocol/frames.ts and checks.ts from the zod schemas. Pure: schemas in, text out.
// Not here: reading and writing files (generate-protocol.mjs), the document (protocol-document.mjs).

const FIRST_LINE = '// Generated from schemas.ts by `npm run generate`: edit that file instead.';

/** The JSON Schema of a frame; `notes` at each part says what the code needs to know besides. */
function drawSchema({ z, CODE_NOTES }, schema) {
  return z.toJSONSchema(schema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      jsonSchema.notes = { ...jsonSchema.notes, ...CODE_NOTES.get(zodSchema) };
    },
  });
}

const drawAll = (words, frames) => Object.entries(frames).map(([name, schema]) => [name, drawSchema(words, schema)]);

/* Types */

/** The text of frames.ts. `words` is { z, CODE_NOTES, CLIENT_FRAMES, SERVER_FRAMES }. */
export function framesText(words) {
  const types = { imports: new Map(), declared: new Map() };
  const side = (title, union, frames) => {
    const before = new Set(types.declared.keys());
    const names = drawAll(words, frames).map(([, drawn]) => typeOf(types, drawn, ''));
    const texts = [...types.declared].filter(([name]) => !before.has(name)).map(([, text]) => text);
    return [`/* ${title} */`, ...texts, `export type ${union} =\n${names.map((name) => `  | ${name}`).join('\n')};`];
  };
  const parts = [...side('client → server', 'ClientFrame', words.CLIENT_FRAMES), ...side('server → client', 'ServerFrame', words.SERVER_FRAMES)];
  const imports = [...types.imports].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([from, names]) => `import type { ${[...names].toSorted().join(', ')} } from '${from}';\n`);
  const header = '/**\n * Every frame of protocol v1 that is built, by direction.\n * Not here: what a frame means (docs/PROTOCOL.md).\n * Long because every field carries its description.\n */\n';
  return `${FIRST_LINE}\n/* oxlint-disable max-lines -- Long because it lists every field of every frame. */\n${header}${imports.join('')}\n${parts.join('\n\n')}\n`;
}

function typeOf(types, drawn, indent) {
  const { type, from } = drawn.notes ?? {};
  if (from !== undefined) types.imports.set(from, (types.imports.get(from) ?? new Set()).add(type));
  // Any text may come; the name keeps the known words for completion.
  if (type !== undefined && drawn.type === 'string') return `${type} | (string & {})`;
  if (type !== undefined) {
    if (from === undefined) declare(types, type, drawn);
    return type;
  }
  if (drawn.const !== undefined) return `'${drawn.const}'`;
  if (drawn.enum !== undefined) return drawn.enum.map((value) => `'${value}'`).join(' | ');
  if (drawn.anyOf !== undefined) return drawn.anyOf.map((one) => typeOf(types, one, indent)).join(' | ');
  switch (drawn.type) {
    case 'object':
      return `{\n${fieldsText(types, drawn, `${indent}  `)}\n${indent}}`;
    case 'array': {
      const item = typeOf(types, drawn.items, indent);
      return `readonly ${item.includes(' | ') ? `(${item})` : item}[]`;
    }
    case 'integer':
    case 'number':
      return 'number';
    default:
      return drawn.type ?? 'unknown';
  }
}

function declare(types, name, drawn) {
  // Parts come before what they are a part of.
  const fields = fieldsText(types, drawn, '  ');
  const text = `${comment(drawn, '')}export interface ${name} {\n${fields}\n}`;
  if ((types.declared.get(name) ?? text) !== text) throw new Error(`Two schemas have the name ${name} and differ`);
  types.declared.set(name, text);
}

function fieldsText(types, drawn, indent) {
  const required = new Set(drawn.required);
  return Object.entries(drawn.properties)
    .map(([name, field]) => `${name === 't' ? '' : comment(field, indent)}${indent}readonly ${name}${required.has(name) ? '' : '?'}: ${typeOf(types, field, indent)};`)
    .join('\n');
}

function comment({ description, unit }, indent) {
  if (description === undefined) return '';
  // The name of a field in ms says so.
  return `${indent}/** ${description}${unit === undefined || unit === 'ms' ? '' : ` Unit: ${unit}.`} */\n`.replaceAll('Unit: at most', 'At most');
}

/* Checks */

/** The text of checks.ts. */
export function checksText(words) {
  const code = { leaves: new Set(['checksOf']), items: new Map() };
  const frames = drawAll(words, words.SERVER_FRAMES).map(([name, drawn]) => `  ${name}: ${functionText('(frame)', fieldChecks(code, drawn, 'frame'), '  ')},\n`);
  const items = [...code.items].map(([name, text]) => `const ${name} = ${text};\n\n`);
  const header = '/**\n * The client\'s checks of what a server sends: every field that the client reads, words of a set excepted.\n * Not here: why the others are not checked (docs/decisions/0015).\n */\n';
  const imports = `import type { Check } from './codec.js';\nimport { ${[...code.leaves].toSorted().join(', ')}, type Value } from './field-checks.js';\nimport type { ServerFrame } from './frames.js';\n`;
  return `${FIRST_LINE}\n${header}${imports}\n${items.join('')}export const SERVER_FRAME_CHECKS: ReadonlyMap<string, Check> = checksOf<ServerFrame['t']>({\n${frames.join('')}});\n`;
}

function functionText(parameters, checks, indent) {
  const isShort = checks.length < 2;
  return `${parameters} =>${isShort ? ' ' : `\n${indent}  `}${checks.join(` &&\n${indent}  `)}`;
}

/** One expression a checked field of the object that `path` names. An object that is none lacks its required fields. */
function fieldChecks(code, drawn, path) {
  const required = new Set(drawn.required);
  const isOptional = (name) => !required.has(name);
  const checks = Object.entries(drawn.properties).flatMap(([name, field]) => checkText(code, field, `${path}.${name}`, isOptional(name)));
  if (!Object.entries(drawn.properties).some(([name, field]) => !isOptional(name) && checkText(code, field, '', false).length > 0)) {
    throw new Error(`${path} has no required field that is checked: nothing would say whether it is an object`);
  }
  return checks;
}

/** Whether the client takes whatever stands in the field: it is marked, a word of a closed set, or any JSON. */
function isUnchecked({ notes, const: only, enum: words, type, anyOf }) {
  return notes?.isUnchecked === true || only !== undefined || words !== undefined || (type === undefined && anyOf === undefined);
}

/** What the leaves of the checks cannot say, so that no limit of a schema is lost unseen. */
function hasOtherLimit({ type, minimum = 0, maximum = Number.MAX_SAFE_INTEGER, exclusiveMinimum, exclusiveMaximum, multipleOf, minLength, pattern, format, minItems, maxItems }) {
  const others = [exclusiveMinimum, exclusiveMaximum, multipleOf, minLength, pattern, format, minItems, maxItems];
  return minimum < 0 || (type === 'number' && minimum !== 0) || maximum !== Number.MAX_SAFE_INTEGER || others.some((limit) => limit !== undefined);
}

/** No expression: it is not checked. */
function checkText(code, drawn, path, isOptional) {
  if (isUnchecked(drawn)) return [];
  if (hasOtherLimit(drawn)) throw new Error(`${path} has a limit for which field-checks.ts has no check: ${JSON.stringify(drawn)}`);
  const leaf = (name) => {
    code.leaves.add(name);
    return name;
  };
  if (isOptional) {
    const checks = checkText(code, drawn, 'value', false);
    if (checks.length === 0) return [];
    const plain = checks.length === 1 && /^(\w+)\(value\)$/.exec(checks[0])?.[1];
    return [`${leaf('isAbsentOr')}(${path}, ${plain || `(value) => ${checks.join(' && ')}`})`];
  }
  if (drawn.anyOf !== undefined) return [`(${drawn.anyOf.flatMap((one) => checkText(code, one, path, false)).join(' || ')})`];
  switch (drawn.type) {
    case 'null':
      return [`${path} === null`];
    case 'integer':
      return [`${leaf('isCount')}(${path}${drawn.minimum > 0 ? `, ${drawn.minimum}` : ''})`];
    case 'number':
      return [`${leaf('isMs')}(${path})`];
    case 'boolean':
      return [`${leaf('isFlag')}(${path})`];
    case 'string':
      return [`${leaf('isText')}(${path}${drawn.maxLength === undefined ? '' : `, ${drawn.maxLength}`})`];
    case 'object':
      return fieldChecks(code, drawn, `${path}?`);
    case 'array':
      return [`${leaf('isListOf')}(${path}, ${itemCheck(code, drawn.items)})`];
    default:
      throw new Error(`${path} is of a kind that has no check: ${JSON.stringify(drawn)}`);
  }
}

function itemCheck(code, items) {
  if (items.notes?.type === undefined) return `(item) => ${checkText(code, items, 'item', false).join(' && ') || 'true'}`;
  const name = `is${items.notes.type}`;
  code.items.set(name, functionText('(item: Value)', fieldChecks(code, items, 'item?'), ''));
  return name;
}
