// Draws the generated parts of docs/PROTOCOL.md and docs/protocol.schema.json from the zod schemas. Pure: words in, text out.
// Not here: reading and writing files, loading TypeScript (generate-protocol.mjs).

const SCHEMA_DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The JSON Schema document: every frame under `$defs`, and the two unions. Frames with a `feature` are reserved.
 * `words` is { z, CLIENT_FRAMES, SERVER_FRAMES, RESERVED_CLIENT_FRAMES, RESERVED_SERVER_FRAMES, RESERVED_FIELDS }.
 */
export function jsonSchema(words) {
  const draw = (schema) => drawSchema(words.z, schema);
  const defs = {};
  const add = (side, frames) => {
    for (const [name, schema] of Object.entries(frames)) defs[`${side}.${name}`] = draw(schema);
  };
  add('client', words.CLIENT_FRAMES);
  add('client', words.RESERVED_CLIENT_FRAMES);
  add('server', words.SERVER_FRAMES);
  add('server', words.RESERVED_SERVER_FRAMES);
  const union = (side, frames) => ({ oneOf: Object.keys(frames).map((name) => ({ $ref: `#/$defs/${side}.${name}` })) });
  return {
    $schema: SCHEMA_DIALECT,
    title: 'holdfast.v1',
    description: 'One frame of the Holdfast protocol. Unknown fields are to be ignored. Definitions with a `feature` are reserved.',
    // Not oneOf: a frame of one side may carry fields that are unknown there and known on the other.
    anyOf: [{ $ref: '#/$defs/clientFrame' }, { $ref: '#/$defs/serverFrame' }],
    $defs: {
      clientFrame: union('client', words.CLIENT_FRAMES),
      serverFrame: union('server', words.SERVER_FRAMES),
      ...defs,
    },
  };
}

function drawSchema(z, schema) {
  // As input: what is accepted, so that unknown fields stay allowed.
  const { $schema: _, ...drawn } = z.toJSONSchema(schema, { io: 'input' });
  return drawn;
}

/** Name → Markdown of each generated part. */
export function sections(words) {
  const tables = (side, frames) =>
    Object.entries(frames)
      .map(([name, schema]) => frameSection(side, name, drawSchema(words.z, schema)))
      .join('\n\n');
  return new Map([
    ['client-frames', tables('Client → server', words.CLIENT_FRAMES)],
    ['server-frames', tables('Server → client', words.SERVER_FRAMES)],
    ['reserved-client-frames', tables('Client → server', words.RESERVED_CLIENT_FRAMES)],
    ['reserved-server-frames', tables('Server → client', words.RESERVED_SERVER_FRAMES)],
    ['reserved-fields', reservedFields(words)],
  ]);
}

function frameSection(side, name, drawn) {
  const feature = drawn.feature === undefined ? '' : ` Reserved, under features: \`${drawn.feature}\`.`;
  const rows = fieldRows(drawn, '').filter((row) => row.field !== 't');
  const table = rows.length === 0 ? 'No further fields.' : markdownTable(['field', 'type', 'limit', 'unit', 'meaning'], rows.map(cells));
  return `#### \`${name}\`\n\n${side}.${feature} ${drawn.description}\n\n${table}`;
}

const cells = (row) => [`\`${row.field}\`${row.isRequired ? '' : ' ?'}`, row.type, row.limit, row.unit, row.meaning];

/** One row a field, in order, fields of nested objects below their parent. */
function fieldRows(drawn, prefix) {
  const required = new Set(drawn.required ?? []);
  return Object.entries(drawn.properties ?? {}).flatMap(([name, field]) => rowsOf(prefix + name, required.has(name), field));
}

function rowsOf(path, isRequired, field) {
  const row = { field: path, isRequired, type: typeOf(field), limit: limitOf(field), unit: field.unit ?? '', meaning: field.description ?? '' };
  if (field.type === 'object') return [row, ...fieldRows(field, `${path}.`)];
  if (field.type === 'array' && field.items?.type === 'object') return [row, ...fieldRows(field.items, `${path}[].`)];
  return [row];
}

function typeOf(field) {
  if (field.const !== undefined) return `\`"${field.const}"\``;
  if (field.enum !== undefined) return field.enum.map((word) => `\`"${word}"\``).join(' \\| ');
  if (field.anyOf !== undefined) return field.anyOf.map(typeOf).join(' or ');
  if (field.type === 'array') return `list of ${field.items.type}s`;
  return field.type ?? 'any JSON';
}

function limitOf(field) {
  if (field.anyOf !== undefined) return field.anyOf.map(limitOf).filter((limit) => limit !== '').join('; ');
  const limits = [];
  if (field.pattern !== undefined) limits.push(`\`${field.pattern.replaceAll('|', '\\|')}\``);
  if (field.maxLength !== undefined) limits.push(`≤ ${number(field.maxLength)} characters`);
  if (field.maxItems !== undefined) limits.push(`≤ ${number(field.maxItems)} items`);
  if (field.items?.pattern !== undefined) limits.push(`each \`${field.items.pattern}\``);
  if (field.items?.maxLength !== undefined) limits.push(`each ≤ ${number(field.items.maxLength)} characters`);
  if (field.minimum !== undefined) limits.push(`≥ ${number(field.minimum)}`);
  if (field.maximum !== undefined && field.maximum !== Number.MAX_SAFE_INTEGER) limits.push(`≤ ${number(field.maximum)}`);
  return limits.join(', ');
}

const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

function reservedFields(words) {
  const rows = words.RESERVED_FIELDS.flatMap(({ frames, feature, field, schema }) =>
    rowsOf(field, false, drawSchema(words.z, schema)).map((row) => [frames, `\`${row.field}\`${row.isRequired ? '' : ' ?'}`, row.type, row.limit, `\`${feature}\``, row.meaning]),
  );
  return markdownTable(['frame', 'field', 'type', 'limit', 'feature', 'meaning'], rows);
}

function markdownTable(head, rows) {
  const line = (row) => `| ${row.join(' | ')} |`.replaceAll('|  |', '| |').replaceAll('|  |', '| |');
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Puts each part between its markers; throws if a marker is missing or unknown. */
export function fill(document, parts) {
  const missing = new Set(parts.keys());
  const filled = document.replace(/<!-- generated:([a-z-]+) -->[\s\S]*?<!-- \/generated -->/g, (whole, name) => {
    const part = parts.get(name);
    if (part === undefined) throw new Error(`PROTOCOL.md has a marker for '${name}', which nothing generates`);
    missing.delete(name);
    return `<!-- generated:${name} -->\n\n${part}\n\n<!-- /generated -->`;
  });
  if (missing.size > 0) throw new Error(`PROTOCOL.md lacks markers for ${[...missing].join(', ')}`);
  return filled;
}

export const schemaText = (words) => `${JSON.stringify(jsonSchema(words), null, 2)}\n`;
