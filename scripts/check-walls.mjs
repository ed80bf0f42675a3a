// The house's rules that a program can see (docs/decisions and CONTRIBUTING.md say why): import walls, the stairs between rooms, circles, pure brains, names, sizes.
// What it is not: the compile wall (tsconfig.core.json) or the linter. It parses with oxc and resolves relative imports by itself, so that it needs no TypeScript API.
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, visitorKeys } from 'oxc-parser';

/** Rooms from low to high; those of one step do not know each other. A room takes types, never values, from a lower one; it states the port it needs itself. */
export const STAIRS = [['protocol'], ['heartbeat'], ['reconnect'], ['pool'], ['queue', 'queries', 'channels'], ['data']];

/** The hall and its helpers: they alone may know several rooms. */
const HALL = new Set(['client', 'handles', 'session', 'resume', 'router', 'link-log', 'restored-outcome']);
/** What every room stands on. They may use protocol, and name types of rooms (options do). */
const FLOOR = new Set(['errors', 'machine', 'world', 'options', 'contract', 'define-contract', 'channel-name', 'validate', 'lease', 'payloads']);

/** Where zod may be named in core, and what only the server, tests and documents may import. */
const SCHEMAS = new Set(['src/core/protocol/schemas.ts', 'src/core/protocol/reserved.ts']);

/** Files that may be called index.ts: the doors. */
const DOORS = new Set([
  'src/index.ts',
  'src/contract/index.ts',
  'src/browser/index.ts',
  'src/dialects/index.ts',
  'src/server/node/index.ts',
  'src/server/redis/index.ts',
  'src/testing/index.ts',
  'src/devtools/index.ts',
]);

const FORBIDDEN_NAMES = new Set(['types', 'utils', 'util', 'helpers', 'helper', 'common', 'misc', 'shared']);
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.(machine|test|dom\.test|browser\.test|e2e\.test|test-d|stories|bench|config|fixture))*(\.d)?\.(ts|tsx|mts|mjs)$/;

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;
/** `Long because …` in the header of the file, or in the comment right above the function. */
const REASON = /\blong because\b/i;

/** Packages that a part may import; a trailing `type` means types only. Node's own modules are `node:`. */
const PACKAGES = {
  core: { '@standard-schema/spec': 'type' },
  contract: { '@standard-schema/spec': 'type' },
  react: { react: 'value', 'react-dom': 'value', 'use-sync-external-store': 'value' },
  browser: { 'reconnecting-websocket': 'value', idb: 'value' },
  'server/core': { zod: 'value', '@standard-schema/spec': 'type' },
  'server/node': { ws: 'value', zod: 'value', 'node:': 'value' },
  'server/redis': { 'node:': 'value', zod: 'value', ioredis: 'type', redis: 'type' },
  dialects: {},
  testing: {},
  'testing/react': { react: 'value', 'react-dom': 'value' },
  devtools: { react: 'value', 'react-dom': 'value' },
  door: {},
};

/** Parts of src that a part may import besides itself; `core/x` names one folder or file. */
const PARTS = {
  core: [],
  contract: ['core'],
  dialects: ['core'],
  react: ['core', 'contract', 'browser/create-client'],
  browser: ['core', 'contract'],
  'server/core': ['core/protocol', 'core/contract', 'core/channel-name', 'core/validate', 'core/errors', 'core/machine', 'core/world'],
  'server/node': ['server/core', 'core/protocol', 'core/contract', 'core/channel-name', 'core/validate', 'core/errors', 'core/machine', 'core/world'],
  'server/redis': ['server/core', 'core/protocol', 'core/contract', 'core/channel-name', 'core/validate', 'core/errors', 'core/machine', 'core/world'],
  testing: ['core', 'contract', 'server/core'],
  'testing/react': ['testing', 'core', 'contract', 'server/core', 'react', 'browser/create-client'],
  devtools: ['core', 'contract', 'react'],
  door: ['core', 'contract', 'react', 'browser/create-client'],
};

/** Globals that no machine's home may name: the world is asked instead. */
const NO_GLOBALS = new Set(
  'Date performance crypto setTimeout setInterval setImmediate clearTimeout clearInterval queueMicrotask requestAnimationFrame globalThis window self document navigator process console WebSocket fetch localStorage indexedDB'.split(' '),
);

/**
 * Checks a tree of sources, given as `{ 'src/core/client.ts': text }`.
 * Only src/ is held to the walls; tests, stories and examples to names, and examples to the doors.
 * @param {Record<string, string>} files
 */
export function checkTree(files) {
  /** @type {{ rule: string, file: string, line: number, text: string }[]} */
  const findings = [];
  const modules = new Map();
  for (const [file, text] of Object.entries(files)) modules.set(file, read(file, text, findings));

  let edges = 0;
  let typeEdges = 0;
  for (const module of modules.values()) {
    checkName(module, findings);
    if (module.file.startsWith('examples/')) checkExample(module, findings);
    if (!module.file.startsWith('src/')) continue;
    checkText(module, findings);
    for (const edge of module.imports) {
      edges += 1;
      if (edge.isType) typeEdges += 1;
      if (edge.to.startsWith('.')) checkInside(module, edge, modules, findings);
      else checkPackage(module, edge, findings);
    }
  }
  checkBrains(modules, findings);
  checkZod(modules, findings);
  const circles = findCircles(modules);
  for (const circle of circles) findings.push({ rule: 'circle', file: circle[0], line: 1, text: circle.join(' → ') });

  const source = [...modules.values()].filter((module) => module.file.startsWith('src/'));
  const lengths = source.map((module) => module.lines).sort((a, b) => a - b);
  return {
    findings,
    modules: source.length,
    edges,
    typeEdges,
    circles: circles.length,
    medianLines: lengths[Math.floor(lengths.length / 2)] ?? 0,
    longestLines: lengths.at(-1) ?? 0,
  };
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────────

function read(file, text, findings) {
  const { program, module, comments, errors } = parseSync(file, text);
  const lineAt = lineCounter(text);
  if (errors.length > 0) findings.push({ rule: 'syntax', file, line: 1, text: errors[0].message });

  const imports = [];
  for (const found of module.staticImports) {
    const isType = found.entries.length > 0 && found.entries.every((entry) => entry.isType);
    imports.push({ to: found.moduleRequest.value, isType, line: lineAt(found.start) });
  }
  for (const found of module.staticExports) {
    const named = found.entries.filter((entry) => entry.moduleRequest);
    if (named.length > 0) imports.push({ to: named[0].moduleRequest.value, isType: named.every((entry) => entry.isType), line: lineAt(found.start) });
  }
  for (const found of module.dynamicImports) {
    const request = text.slice(found.moduleRequest.start, found.moduleRequest.end);
    imports.push({ to: /^(['"`])(.*)\1$/s.exec(request)?.[2] ?? request, isType: false, line: lineAt(found.start) });
  }
  walk(program, (node) => {
    if (node.type === 'TSImportType') imports.push({ to: node.source?.value ?? node.argument?.literal?.value ?? '', isType: true, line: lineAt(node.start) });
  });
  for (const edge of imports) edge.path = edge.to.startsWith('.') ? resolve(file, edge.to) : undefined;
  return { file, text, program, comments, lineAt, imports, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0) };
}

function lineCounter(text) {
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

function walk(node, visit, parents = []) {
  if (!node || typeof node.type !== 'string') return;
  visit(node, parents);
  const inner = [...parents, node];
  for (const key of visitorKeys[node.type] ?? []) {
    const child = node[key];
    if (Array.isArray(child)) for (const item of child) walk(item, visit, inner);
    else walk(child, visit, inner);
  }
}

/** The file that a relative import means: sources say `.js`. */
function resolve(file, to) {
  return posix.join(posix.dirname(file), to);
}
function candidates(path) {
  return path.endsWith('.js') ? [`${path.slice(0, -3)}.ts`, `${path.slice(0, -3)}.tsx`] : [path];
}
function targetOf(edge, modules) {
  return edge.path === undefined ? undefined : candidates(edge.path).find((path) => modules.has(path));
}

// ── where a file stands ──────────────────────────────────────────────────────────────────────────

/** `src/core/pool/pool.ts` → part `core`, room `pool`; `src/core/client.ts` → part `core`, room `hall`. */
function place(file) {
  const [, first, second] = file.split('/');
  const stem = basename(file).replace(/\.tsx?$/, '');
  if (file === 'src/index.ts') return { part: 'door', room: undefined, stem };
  if (first === 'server') return { part: `server/${second}`, room: undefined, stem };
  if (first === 'testing') return { part: second?.startsWith('react') ? 'testing/react' : 'testing', room: undefined, stem };
  if (first !== 'core') return { part: first ?? '', room: undefined, stem };
  if (STAIRS.flat().includes(second)) return { part: 'core', room: second, stem };
  if (HALL.has(stem)) return { part: 'core', room: 'hall', stem };
  return { part: 'core', room: FLOOR.has(stem) ? 'floor' : `unknown:${second}`, stem };
}
const step = (room) => STAIRS.findIndex((rooms) => rooms.includes(room));

// ── import walls ─────────────────────────────────────────────────────────────────────────────────

function checkInside(module, edge, modules, findings) {
  const { file } = module;
  const report = (rule, text) => findings.push({ rule, file, line: edge.line, text });
  const target = targetOf(edge, modules);
  if (!/\.(js|json)$/.test(edge.to)) report('extension', `'${edge.to}' must end in .js`);
  if (target === undefined) {
    if (!edge.path.startsWith('src/')) report('wall', `'${edge.to}' leaves src/`);
    else report('unresolved', `'${edge.to}' is no file`);
    return;
  }
  const from = place(file);
  const to = place(target);
  if (!target.startsWith('src/')) return report('wall', `src must not import ${target}`);
  if (DOORS.has(target) && file !== 'src/index.ts') return report('wall', `nothing inside imports a door (${target})`);

  // The door shows the provider for users' tests; the simulated world behind it knows no React.
  if (file === 'src/testing/index.ts' && to.part === 'testing/react') return;
  if (from.part !== to.part) {
    const allowed = PARTS[from.part];
    if (allowed === undefined) return report('wall', `src/${from.part} is no part of the house`);
    const path = target.slice('src/'.length).replace(/\.tsx?$/, '');
    if (!allowed.some((part) => path === part || path.startsWith(`${part}/`))) report('wall', `${from.part} must not import ${path}`);
    return;
  }
  if (from.part === 'core') checkStairs(from, to, edge, report);
}

function checkStairs(from, to, edge, report) {
  if (from.room.startsWith('unknown:')) return; // said once, by checkName
  if (from.room === to.room || from.room === 'hall' || to.room === 'floor' || to.room.startsWith('unknown:')) return;
  if (to.room === 'hall') return report('stairs', `nothing lower imports the hall (${to.stem})`);
  if (to.room === 'protocol') return;
  if (from.room === 'floor') {
    if (!edge.isType) report('stairs', `${from.stem} must not import the room ${to.room} by value`);
    return;
  }
  if (step(to.room) > step(from.room)) return report('stairs', `${from.room} must not import ${to.room}, which stands higher`);
  if (step(to.room) === step(from.room)) return report('stairs', `${from.room} and ${to.room} stand side by side: each states the port it needs`);
  if (!edge.isType) report('stairs', `${from.room} takes ${to.room} by value; the hall joins rooms, a room takes types at most`);
}

function checkPackage(module, edge, findings) {
  const { file } = module;
  const { part } = place(file);
  const name = edge.to.startsWith('node:') ? 'node:' : edge.to.startsWith('@') ? edge.to.split('/').slice(0, 2).join('/') : edge.to.split('/')[0];
  if (name === 'zod' && SCHEMAS.has(file)) return;
  const allowed = PACKAGES[part]?.[name];
  if (allowed === undefined) findings.push({ rule: name === 'zod' ? 'zod' : 'wall', file, line: edge.line, text: `${part} must not import '${edge.to}'` });
  else if (allowed === 'type' && !edge.isType) findings.push({ rule: 'wall', file, line: edge.line, text: `${part} may import only types from '${edge.to}'` });
}

/** zod costs 13 kB and more: nothing that a browser loads may reach it, and only one file binds the socket library. */
function checkZod(modules, findings) {
  const binders = [...modules.values()].filter((module) => module.file.startsWith('src/') && module.imports.some((edge) => edge.to === 'reconnecting-websocket'));
  for (const module of binders.slice(1)) findings.push({ rule: 'wall', file: module.file, line: 1, text: `reconnecting-websocket is bound in one file, and ${binders[0].file} is it` });

  for (const door of ['src/index.ts', 'src/browser/index.ts', 'src/contract/index.ts', 'src/dialects/index.ts']) {
    const cameFrom = new Map([[door, undefined]]);
    for (const file of cameFrom.keys()) {
      for (const edge of modules.get(file)?.imports ?? []) {
        if (edge.isType) continue;
        const target = targetOf(edge, modules);
        if (target && !cameFrom.has(target)) cameFrom.set(target, file);
        if (edge.to !== 'zod' && !edge.to.startsWith('zod/')) continue;
        const path = [];
        for (let at = file; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
        findings.push({ rule: 'zod', file: door, line: 1, text: `${[...path, 'zod'].join(' → ')}` });
      }
    }
  }
  for (const module of modules.values()) {
    if (!module.file.startsWith('src/')) continue;
    const { part } = place(module.file);
    if (part.startsWith('server/') || part === 'testing' || SCHEMAS.has(module.file)) continue;
    for (const edge of module.imports) {
      const target = targetOf(edge, modules);
      if (SCHEMAS.has(target)) findings.push({ rule: 'zod', file: module.file, line: edge.line, text: `${basename(target)} is for the server, tests and documents` });
    }
  }
}

function checkExample(module, findings) {
  for (const edge of module.imports) {
    if (edge.path?.startsWith('src/')) findings.push({ rule: 'wall', file: module.file, line: edge.line, text: `an example comes in by a door ('holdfast'), not by ${edge.path}` });
  }
}

// ── brains ───────────────────────────────────────────────────────────────────────────────────────

/** A machine imports values only from protocol, machine, errors, and siblings in its room that are as pure as itself. */
function checkBrains(modules, findings) {
  const known = new Map();
  const isPure = (file) => {
    if (known.has(file)) return known.get(file);
    known.set(file, true); // circles are reported elsewhere
    known.set(file, impurities(file).length === 0);
    return known.get(file);
  };
  const impurities = (file) => {
    const found = [];
    for (const edge of modules.get(file).imports) {
      const target = targetOf(edge, modules);
      if (edge.isType) continue;
      const to = target && place(target);
      const isFloor = to?.part === 'core' && (to.room === 'protocol' || (to.room === 'floor' && ['machine', 'errors'].includes(to.stem)));
      const isSibling = target !== undefined && dirname(target) === dirname(file) && isPure(target);
      if (!isFloor && !isSibling) found.push({ line: edge.line, text: `a machine decides and holds nothing: '${edge.to}' is not protocol, machine, errors or a pure sibling` });
    }
    const { program, lineAt } = modules.get(file);
    walk(program, (node) => {
      if (node.type === 'AwaitExpression' || (/Function/.test(node.type) && node.async)) found.push({ line: lineAt(node.start), text: 'a machine has no promise' });
      if (node.type === 'Identifier' && node.name === 'Promise') found.push({ line: lineAt(node.start), text: 'a machine has no promise' });
    });
    return found;
  };
  for (const file of modules.keys()) {
    if (!file.startsWith('src/') || !file.endsWith('.machine.ts')) continue;
    for (const { line, text } of impurities(file)) findings.push({ rule: 'brain', file, line, text });
  }
}

// ── circles ──────────────────────────────────────────────────────────────────────────────────────

/** Strongly connected components of more than one file (Tarjan), types included. */
function findCircles(modules) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const circles = [];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    for (const edge of modules.get(file).imports) {
      const target = targetOf(edge, modules);
      if (target === undefined) continue;
      if (target === file) circles.push([file, file]);
      else if (!index.has(target)) {
        visit(target);
        low.set(file, Math.min(low.get(file), low.get(target)));
      } else if (stack.includes(target)) low.set(file, Math.min(low.get(file), index.get(target)));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) circles.push([...circle, circle[0]]);
  };
  for (const file of modules.keys()) if (file.startsWith('src/') && !index.has(file)) visit(file);
  return circles;
}

// ── names and text ───────────────────────────────────────────────────────────────────────────────

function checkName(module, findings) {
  const { file } = module;
  const name = basename(file);
  const report = (text) => findings.push({ rule: 'name', file, line: 1, text });
  if (!KEBAB.test(name)) report(`${name} is not kebab-case`);
  if (FORBIDDEN_NAMES.has(name.split('.')[0])) report(`${name} says nothing: name the noun that is in it`);
  const { part, room } = place(file);
  if (file.startsWith('src/') && part === 'core' && room?.startsWith('unknown:')) {
    const text = `neither in a room (${STAIRS.flat().join(', ')}), nor the hall (${[...HALL].join(', ')}), nor the floor (${[...FLOOR].join(', ')}): give it its place in scripts/check-walls.mjs`;
    findings.push({ rule: 'stairs', file, line: 1, text });
  }
  if (file.startsWith('src/') && name.startsWith('index.') && !DOORS.has(file)) report('an inner barrel: import the file itself');
}

function checkText(module, findings) {
  const { file, program, comments, text, lines, lineAt } = module;
  const report = (rule, line, sentence) => findings.push({ rule, file, line, text: sentence });
  const firstStatement = program.body.find((node) => !(node.type === 'ExpressionStatement' && node.directive))?.start ?? text.length;
  const header = comments.filter((comment) => comment.end <= firstStatement).map((comment) => comment.value).join('\n');

  if (lines > MAX_FILE_LINES && !REASON.test(header)) report('size', 1, `${lines} lines, and no "Long because …" in its header`);

  const { part } = place(file);
  const isMachinesHome = ['core', 'contract', 'dialects', 'server/core', 'testing'].includes(part);
  const functions = [];
  walk(program, (node, parents) => {
    if (node.type === 'TSAnyKeyword') report('any', lineAt(node.start), 'any');
    if (node.type === 'ExportDefaultDeclaration') report('default', lineAt(node.start), 'a default export');
    if (node.type === 'ExportSpecifier' && (node.exported.name ?? node.exported.value) === 'default') report('default', lineAt(node.start), 'a default export');
    if (isMachinesHome) checkGlobal(node, parents, (sentence) => report('world', lineAt(node.start), sentence));
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type) && node.body) functions.push({ node, parents });
  });

  for (const { node, parents } of functions) {
    const span = lineAt(node.end) - lineAt(node.start) + 1;
    if (span <= MAX_FUNCTION_LINES) continue;
    // A function answers for its own lines, not for those of the functions in it: a factory is a list of small ones.
    const inner = functions.filter((other) => other.node !== node && other.parents.findLast((parent) => functions.some((f) => f.node === parent)) === node);
    const own = span - inner.reduce((sum, other) => sum + Math.max(0, lineAt(other.node.end) - lineAt(other.node.start)), 0);
    if (own <= MAX_FUNCTION_LINES || REASON.test(header)) continue;
    const statement = parents.findLast((parent) => /Declaration$|Statement$|MethodDefinition|Property/.test(parent.type)) ?? node;
    const above = comments.filter((comment) => comment.end <= statement.start && text.slice(comment.end, statement.start).trim().length < 30).at(-1);
    if (above && REASON.test(above.value)) continue;
    report('size', lineAt(node.start), `a function of ${own} lines of its own, and no "Long because …" above it`);
  }
}

function checkGlobal(node, parents, report) {
  if (node.type !== 'Identifier') return;
  const parent = parents.at(-1);
  const isName =
    (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
    (/^(Property|PropertyDefinition|MethodDefinition|TSPropertySignature|TSMethodSignature)$/.test(parent?.type ?? '') && parent.key === node && !parent.computed && !parent.shorthand);
  if (isName) {
    if (parent.type === 'MemberExpression' && node.name === 'random' && parent.object.name === 'Math') report('Math.random: ask the world for dice');
    return;
  }
  if (parents.some((above) => above.type === 'TSTypeReference' || above.type === 'TSTypeQuery')) return;
  if (NO_GLOBALS.has(node.name) && !isOwnName(node.name, parents)) report(`${node.name}: ask the world`);
}

/** A parameter or variable that happens to be called like a global (`document`, `self`) is no global. */
function isOwnName(name, parents) {
  return parents.some((above) => {
    const binds = (pattern) => {
      let found = false;
      walk(pattern, (node) => (found ||= node.type === 'Identifier' && node.name === name));
      return found;
    };
    if (/Function|TSMethodSignature|TSFunctionType/.test(above.type)) return (above.params ?? []).some(binds);
    const body = above.type === 'BlockStatement' || above.type === 'Program' ? above.body : [];
    return body.some((statement) => {
      const declaration = statement.declaration ?? statement;
      if (declaration.type === 'VariableDeclaration') return declaration.declarations.some((one) => binds(one.id));
      if (statement.type === 'ImportDeclaration') return statement.specifiers.some((one) => one.local.name === name);
      return declaration.id?.name === name;
    });
  });
}

// ── the command ──────────────────────────────────────────────────────────────────────────────────

/** Every source under the given folders, as `checkTree` wants it. */
export function readTree(root, folders = ['src', 'test', 'stories', 'examples', 'bench']) {
  const files = {};
  const enter = (folder) => {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!['node_modules', 'dist', '.cache'].includes(entry.name)) enter(path);
      } else if (/\.(ts|tsx|mts)$/.test(entry.name)) files[relative(root, path).split(sep).join('/')] = readFileSync(path, 'utf8');
    }
  };
  for (const folder of folders) enter(join(root, folder));
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..');
  const result = checkTree(readTree(root));
  for (const { rule, file, line, text } of result.findings) console.log(`${file}:${line} [${rule}] ${text}`);
  console.log(
    `${result.modules} modules, ${result.edges} imports (${result.typeEdges} of types only), ${result.circles} circles, ` +
      `median ${result.medianLines} lines, longest ${result.longestLines}, ${result.findings.length} findings`,
  );
  process.exit(result.findings.length === 0 ? 0 : 1);
}
