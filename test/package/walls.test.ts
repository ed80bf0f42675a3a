// One planted violation for each rule of ours: a check that never fails proves nothing.
// All of them are written into one folder, each as a tree of its own, and the linter looks at that folder once with each of this repository's two configurations.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import wallsConfig from '../../oxlint.walls.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A small tree that keeps every rule, with a module in each layer. */
const TREE: Record<string, string> = {
  'src/index.ts': `export { useThing } from './react/use-thing.js';\nexport { defineContract } from './contract/index.js';\n`,
  'src/contract/index.ts': `export { defineContract } from '../core/contract.js';\n`,
  'src/react/use-thing.ts': `'use client';\nimport { useMemo } from 'react';\nimport { createClient } from '../browser/create-client.js';\nexport const useThing = () => useMemo(() => createClient(), []);\n`,
  'src/browser/index.ts': `export { createClient } from './create-client.js';\n`,
  'src/browser/create-client.ts': `import { createCoreClient } from '../core/client.js';\nexport const createClient = () => createCoreClient(Date.now);\n`,
  'src/core/client.ts': `import { createPool } from './pool/pool.js';\nimport { createCell } from './data/store.js';\nimport type { View } from './data/view.js';\nexport const createCoreClient = (now: () => number) => [createPool(), createCell<View>(), now()];\n`,
  'src/core/feature.ts': `import type { createCell } from './data/store.js';\nimport { RealtimeError } from './errors.js';\nexport type Feature = typeof createCell;\nexport const fail = () => new RealtimeError();\n`,
  'src/core/contract.ts': `import type { StandardSchemaV1 } from '@standard-schema/spec';\nexport const defineContract = (schema: StandardSchemaV1) => schema;\n`,
  'src/core/errors.ts': `export class RealtimeError extends Error {}\n`,
  'src/core/machine.ts': `export type Step<S> = (state: S) => S;\n`,
  'src/core/protocol/frames.ts': `export interface Frame { readonly t: string }\n`,
  'src/core/protocol/schemas.ts': `import { z } from 'zod';\nexport const frame = z.object({ t: z.string() });\n`,
  'src/core/reconnect/backoff.ts': `export const backoff = (attempt: number) => attempt * 2;\n`,
  'src/core/reconnect/link.machine.ts': `import { backoff } from './backoff.js';\nimport { RealtimeError } from '../errors.js';\nimport type { Step } from '../machine.js';\nexport const next: Step<number> = (n) => { if (n < 0) throw new RealtimeError(); return backoff(n); };\n`,
  'src/core/pool/pool.ts': `import type { Frame } from '../protocol/frames.js';\nimport type { next } from '../reconnect/link.machine.js';\nexport const createPool = (): Frame & { n?: typeof next } => ({ t: 'x' });\n`,
  'src/core/queue/queue.ts': `import type { Feature } from '../feature.js';\nexport type { Feature };\nexport const createQueue = () => [];\nexport const QUEUE = { create: createQueue };\n`,
  'src/core/channels/positions.ts': `export const positions = 1;\n`,
  'src/core/data/store.ts': `export const createCell = <T,>(): T[] => [];\n`,
  'src/core/data/view.ts': `import type { positions } from '../channels/positions.js';\nimport { QUEUE, type createQueue } from '../queue/queue.js';\nexport type View = typeof positions | typeof createQueue;\nexport const VIEW = [QUEUE];\n`,
  'src/server/core/hub.ts': `import { frame } from '../../core/protocol/schemas.js';\nexport const createHub = () => frame;\n`,
  'src/server/node/index.ts': `import { WebSocketServer } from 'ws';\nimport { createServer } from 'node:http';\nimport { createHub } from '../core/hub.js';\nexport const createRealtimeServer = () => [createHub(), WebSocketServer, createServer];\n`,
  'src/testing/index.ts': `export { createWorld } from './world.js';\nexport { TestProvider } from './react/provider.js';\n`,
  'src/testing/world.ts': `import { createHub } from '../server/core/hub.js';\nexport const createWorld = () => createHub();\n`,
  'src/testing/react/provider.ts': `import { createElement } from 'react';\nexport const TestProvider = () => createElement('b');\n`,
  'examples/first/main.tsx': `import { useThing } from 'holdfast';\nexport const App = () => useThing();\n`,
};

const lines = (count: number, indent = '  '): string => Array.from({ length: count }, (_, i) => `${indent}x += ${i};\n`).join('');

/** What is planted, with the rule that must report it: files that are added to the tree, or replace some of it. */
const VIOLATIONS: readonly [rule: string, violation: string, files: Record<string, string>][] = [
  ['eslint-js/no-restricted-imports', 'a dialect imports the browser', { 'src/dialects/index.ts': `export { createClient } from '../browser/create-client.js';\n` }],
  ['eslint-js/no-restricted-imports', 'core imports a dialect', { 'src/dialects/plain.ts': `export const plain = 1;\n`, 'src/core/session.ts': `export { plain } from '../dialects/plain.js';\n` }],
  ['no-restricted-globals', 'a dialect sets a timer of its own', { 'src/dialects/plain.ts': `export const a = () => setTimeout(() => 0, 1);\n` }],
  ['eslint-js/no-restricted-imports', 'core imports React', { 'src/core/session.ts': `import { useMemo } from 'react';\nexport const a = useMemo;\n` }],
  ['eslint-js/no-restricted-imports', 'core imports src/react', { 'src/core/session.ts': `import { useThing } from '../react/use-thing.js';\nexport const a = useThing;\n` }],
  ['eslint-js/no-restricted-imports', 'core imports src/browser, a type', { 'src/core/session.ts': `import type { createClient } from '../browser/create-client.js';\nexport type A = typeof createClient;\n` }],
  ['eslint-js/no-restricted-imports', 'core imports the server', { 'src/core/session.ts': `import { createHub } from '../server/core/hub.js';\nexport const a = createHub;\n` }],
  ['eslint-js/no-restricted-imports', 'core imports testing', { 'src/core/session.ts': `import { createWorld } from '../testing/world.js';\nexport const a = createWorld;\n` }],
  ['eslint-js/no-restricted-imports', 'core imports the contract door', { 'src/core/session.ts': `import { defineContract } from '../contract/index.js';\nexport const a = defineContract;\n` }],
  ['eslint-js/no-restricted-imports', 'core imports a Node module', { 'src/core/session.ts': `import { readFileSync } from 'node:fs';\nexport const a = readFileSync;\n` }],
  ['eslint-js/no-restricted-imports', 'core takes a value from a package of types', { 'src/core/session.ts': `import { x } from '@standard-schema/spec';\nexport const a = x;\n` }],
  ['eslint-js/no-restricted-imports', 'React imports the inside of browser', { 'src/browser/socket.ts': `export const s = 1;\n`, 'src/react/use-s.ts': `import { s } from '../browser/socket.js';\nexport const a = s;\n` }],
  ['eslint-js/no-restricted-imports', 'React imports the server', { 'src/react/use-s.ts': `import { createHub } from '../server/core/hub.js';\nexport const a = createHub;\n` }],
  ['eslint-js/no-restricted-imports', 'browser imports React', { 'src/browser/socket.ts': `import { useMemo } from 'react';\nexport const s = useMemo;\n` }],
  ['eslint-js/no-restricted-imports', 'the server imports a layer of the client', { 'src/server/core/x.ts': `import { createPool } from '../../core/pool/pool.js';\nexport const a = createPool;\n` }],
  ['eslint-js/no-restricted-imports', 'the server imports the composition root', { 'src/server/node/x.ts': `import { createCoreClient } from '../../core/client.js';\nexport const a = createCoreClient;\n` }],
  ['eslint-js/no-restricted-imports', 'server/core imports Node', { 'src/server/core/x.ts': `import { createServer } from 'node:http';\nexport const a = createServer;\n` }],
  ['eslint-js/no-restricted-imports', 'server/core imports ws', { 'src/server/core/x.ts': `import { WebSocket } from 'ws';\nexport const a = WebSocket;\n` }],
  ['eslint-js/no-restricted-imports', 'server/core imports server/node', { 'src/server/node/x.ts': `export const a = 1;\n`, 'src/server/core/x.ts': `export { a } from '../node/x.js';\n` }],
  ['eslint-js/no-restricted-imports', 'the simulated world imports React', { 'src/testing/dice.ts': `import { useMemo } from 'react';\nexport const a = useMemo;\n` }],
  ['eslint-js/no-restricted-imports', 'the socket library in a second file', {
    'src/browser/socket.ts': `import R from 'reconnecting-websocket';\nexport const a = R;\n`,
    'src/browser/other.ts': `import R from 'reconnecting-websocket';\nexport const a = R;\n`,
  }],
  ['eslint-js/no-restricted-imports', 'the socket library outside browser', { 'src/react/use-s.ts': `import R from 'reconnecting-websocket';\nexport const a = R;\n` }],
  ['eslint-js/no-restricted-imports', 'a folder that has no entry', { 'src/extras/x.ts': `import { RealtimeError } from '../core/errors.js';\nexport const a = RealtimeError;\n` }],
  ['eslint-js/no-restricted-imports', 'src imports a test', { 'src/core/session.ts': `import { a } from '../../test/a.js';\nexport const b = a;\n`, 'test/a.ts': `export const a = 1;\n` }],
  ['eslint-js/no-restricted-imports', 'an example reaches into src', { 'examples/first/main.tsx': `import { useThing } from '../../src/index.js';\nexport const App = useThing;\n` }],
  ['eslint-js/no-restricted-syntax', 'a dynamic import', { 'src/core/session.ts': `export const a = () => import('react');\n` }],
  ['eslint-js/no-restricted-imports', 'zod beside schemas.ts', { 'src/core/protocol/checks.ts': `import { z } from 'zod';\nexport const a = z;\n` }],
  ['eslint-js/no-restricted-imports', 'the door . reaches zod', { 'src/core/session.ts': `import { frame } from './protocol/schemas.js';\nexport const a = frame;\n`, 'src/core/client.ts': `export * from './session.js';\nexport const createCoreClient = (now: () => number) => now();\n` }],
  ['eslint-js/no-restricted-imports', 'contract imports zod', { 'src/contract/x.ts': `import * as z from 'zod/mini';\nexport const a = z;\n` }],
  ['eslint-js/no-restricted-imports', 'the types of schemas.ts in a layer', { 'src/core/pool/growth.ts': `import type { frame } from '../protocol/schemas.js';\nexport type A = typeof frame;\n` }],
  ['eslint-js/no-restricted-imports', 'the reserved frames in a layer', { 'src/core/protocol/reserved.ts': `import { z } from 'zod';\nexport const r = z;\n`, 'src/core/pool/growth.ts': `import { r } from '../protocol/reserved.js';\nexport const a = r;\n` }],
  ['eslint-js/no-restricted-imports', 'the composition root takes a feature by value', { 'src/core/client.ts': `import { QUEUE } from './queue/queue.js';\nexport const createCoreClient = (now: () => number) => [QUEUE, now()];\n` }],
  ['eslint-js/no-restricted-imports', 'the composition root takes a view by value', { 'src/core/client.ts': `import { VIEW } from './data/view.js';\nexport const createCoreClient = (now: () => number) => [VIEW, now()];\n` }],
  ['eslint-js/no-restricted-imports', 'a feature takes more than the key of a lower one', { 'src/core/data/list.ts': `import { createQueue } from '../queue/queue.js';\nexport const a = createQueue;\n` }],
  ['eslint-js/no-restricted-imports', 'a feature takes all of a lower one', { 'src/core/data/list.ts': `import * as queue from '../queue/queue.js';\nexport const a = queue;\n` }],
  ['eslint-js/no-restricted-syntax', 'a feature imports a lower one for its effect', { 'src/core/data/list.ts': `import '../queue/queue.js';\nexport const a = 1;\n` }],
  ['eslint-js/no-restricted-imports', 'a feature names the key of one beside it', { 'src/core/channels/list.ts': `import { QUEUE } from '../queue/queue.js';\nexport const a = QUEUE;\n` }],
  ['eslint-js/no-restricted-imports', 'a feature names the key of a higher one', { 'src/core/queue/list.ts': `import { VIEW } from '../data/view.js';\nexport const a = VIEW;\n` }],
  ['eslint-js/no-restricted-imports', 'a layer that is no feature imports feature.ts', { 'src/core/pool/growth.ts': `import type { Feature } from '../feature.js';\nexport type A = Feature;\n` }],
  ['eslint-js/no-restricted-imports', 'feature.ts takes a layer by value', { 'src/core/feature.ts': `import { createCell } from './data/store.js';\nexport type Feature = number;\nexport const a = createCell;\n` }],
  ['eslint-js/no-restricted-imports', 'the core of the browser takes a feature', { 'src/browser/create-core.ts': `import { QUEUE } from '../core/queue/queue.js';\nexport const a = QUEUE;\n` }],
  ['eslint-js/no-restricted-imports', 'a layer imports a higher one', { 'src/core/pool/growth.ts': `import type { View } from '../data/view.js';\nexport type A = View;\n` }],
  ['eslint-js/no-restricted-imports', 'protocol imports a layer above it', { 'src/core/protocol/codec.ts': `import { backoff } from '../reconnect/backoff.js';\nexport const a = backoff;\n` }],
  ['eslint-js/no-restricted-imports', 'layers side by side', { 'src/core/queue/lane.ts': `import type { positions } from '../channels/positions.js';\nexport type A = typeof positions;\n` }],
  ['eslint-js/no-restricted-imports', 'a layer takes a lower one by value', { 'src/core/pool/growth.ts': `import { backoff } from '../reconnect/backoff.js';\nexport const a = backoff;\n` }],
  ['eslint-js/no-restricted-imports', 'a layer imports the composition root', { 'src/core/pool/growth.ts': `import type { createCoreClient } from '../client.js';\nexport type A = typeof createCoreClient;\n` }],
  ['eslint-js/no-restricted-imports', 'the foundation takes a layer by value', { 'src/core/options.ts': `import { backoff } from './reconnect/backoff.js';\nexport const a = backoff;\n` }],
  ['eslint-js/no-restricted-imports', 'a file in core that has no place', { 'src/core/stuff.ts': `import { RealtimeError } from './errors.js';\nimport { backoff } from './reconnect/backoff.js';\nexport const a = [RealtimeError, backoff];\n` }],
  ['eslint-js/no-restricted-syntax', 'a machine imports a module with effects', { 'src/core/pool/socket.ts': `import { x } from '../world.js';\nexport const s = x;\n`, 'src/core/world.ts': `export const x = 1;\n`, 'src/core/pool/pool.machine.ts': `import { s } from './socket.js';\nexport const a = s;\n` }],
  ['eslint-js/no-restricted-syntax', 'a machine imports the world by value', { 'src/core/world.ts': `export const x = 1;\n`, 'src/core/pool/pool.machine.ts': `import { x } from '../world.js';\nexport const a = x;\n` }],
  ['eslint-js/no-restricted-syntax', 'a machine waits', { 'src/core/pool/pool.machine.ts': `export async function a() { await 1; }\n` }],
  ['eslint-js/no-restricted-syntax', 'a machine holds a promise', { 'src/core/pool/pool.machine.ts': `export const a = new Promise(() => {});\n` }],
  ['no-restricted-globals', 'a clock of its own', { 'src/core/session.ts': `export const a = () => Date.now();\n` }],
  ['no-restricted-properties', 'random numbers of its own', { 'src/core/session.ts': `export const a = () => Math.random();\n` }],
  ['no-restricted-globals', 'a timer of its own', { 'src/server/core/x.ts': `export const a = () => setTimeout(() => {}, 1);\n` }],
  ['no-restricted-globals', 'a global in the simulated world', { 'src/testing/dice.ts': `export const a = () => globalThis.crypto;\n` }],
  ['import/no-cycle', 'two files that import each other', { 'src/core/queue/lane.ts': `import { b } from './outbox.js';\nexport const a = () => b;\n`, 'src/core/queue/outbox.ts': `import { a } from './lane.js';\nexport const b = () => a;\n` }],
  ['import/no-cycle', 'a circle of three, closed by a type', {
    'src/core/queue/a.ts': `import { b } from './b.js';\nexport const a = b;\nexport type A = number;\n`,
    'src/core/queue/b.ts': `import { c } from './c.js';\nexport const b = c;\n`,
    'src/core/queue/c.ts': `import type { A } from './a.js';\nexport const c: A = 1;\n`,
  }],
  ['unicorn/filename-case', 'camelCase', { 'src/core/queue/laneThing.ts': `export const a = 1;\n` }],
  ['eslint-js/no-restricted-syntax', 'types.ts', { 'src/core/queue/types.ts': `export type A = 1;\n` }],
  ['eslint-js/no-restricted-syntax', 'utils.ts in the tests', { 'test/utils.ts': `export const a = 1;\n` }],
  ['eslint-js/no-restricted-syntax', 'an inner barrel', { 'src/core/queue/index.ts': `export { createQueue } from './queue.js';\n` }],
  ['import/no-default-export', 'a default export', { 'src/core/session.ts': `export default 1;\n` }],
  ['import/no-default-export', 'a default export by another way', { 'src/core/session.ts': `const a = 1;\nexport { a as default };\n` }],
  ['typescript/no-explicit-any', 'any', { 'src/core/session.ts': `export const a = (x: any) => x;\n` }],
  ['import/extensions', 'an import without .js', { 'src/core/session.ts': `import { RealtimeError } from './errors';\nexport const a = RealtimeError;\n` }],
  ['max-lines', 'a long file', { 'src/core/session.ts': `let x = 0;\n${lines(301, '')}export const a = x;\n` }],
  ['holdfast/function-lines', 'a long function', { 'src/core/session.ts': `export function a() {\n  let x = 0;\n${lines(61)}  return x;\n}\n` }],
  ['holdfast/reasoned-directive', 'a directive without a reason', { 'src/core/session.ts': `// oxlint-disable-next-line no-debugger\ndebugger;\n` }],
  ['holdfast/reasoned-directive', 'a long file whose directive has another reason', { 'src/core/session.ts': `/* oxlint-disable max-lines -- later */\nlet x = 0;\n${lines(301, '')}export const a = x;\n` }],
  ['import/no-self-import', 'a file that imports itself', { 'src/core/session.ts': `import { a } from './session.js';\nexport const b = a;\nexport const a = 1;\n` }],
  ['no-console', 'the console in src', { 'src/server/node/x.ts': `export const a = () => console.log(1);\n` }],
  ['eslint-js/no-restricted-imports', 'a path that is not the shortest', { 'src/core/pool/growth.ts': `import type { positions } from '../pool/../channels/positions.js';\nexport type A = typeof positions;\n` }],
  ['eslint-js/no-restricted-imports', 'a type that is named by an import of its own', { 'src/core/session.ts': `export { type createClient } from '../browser/create-client.js';\n` }],
  ['eslint-js/no-restricted-imports', 'a layer that has no entry', { 'src/core/presence/presence.ts': `import { RealtimeError } from '../errors.js';\nexport const a = RealtimeError;\n` }],
  ['typescript/consistent-type-imports', 'an import inside a type', { 'src/core/session.ts': `export type A = import('../browser/create-client.js').createClient;\n` }],
  ['syntax', 'a file that does not parse', { 'src/core/session.ts': `export const = 1;\n` }],
];

const LEGAL: readonly (readonly [name: string, files: Record<string, string>])[] = [
  ['a reason for a long file', { 'src/core/session.ts': `/* oxlint-disable max-lines -- Long because it is a table. */\nlet x = 0;\n${lines(301, '')}export const a = x;\n` }],
  ['a reason for a long function', { 'src/core/link-log.ts': `// Long because it lists every case.\nexport function a() {\n  let x = 0;\n${lines(61)}  return x;\n}\n` }],
  ['a long function of short ones', { 'src/core/link-log.ts': `export function a() {\n  let x = 0;\n${'bcde'.replace(/./g, (name) => `  const ${name} = () => {\n${lines(20)}  };\n`)}  return [x, b, c, d, e];\n}\n` }],
  ['a field that is called like a global, and a type that names one', { 'src/core/lease.ts': `export const a = (at: { performance: number; self: number }, document: string) => [at.performance, document, { process: 1 }];\n` }],
  ['a second file that is pure by name', { 'src/core/pool/growth.ts': `export const growth = 1;\n`, 'src/core/pool/pool.machine.ts': `import { growth } from './growth.js';\nexport const a = growth;\n` }],
  ['the one file that binds the socket library', { 'src/browser/attempt-socket.ts': `import R from 'reconnecting-websocket';\nexport const a = R;\n` }],
];

interface Config {
  jsPlugins: { name: string; specifier: string }[];
  rules: Record<string, unknown>;
  overrides: { files: string[]; excludeFiles?: string[]; rules: Record<string, unknown> }[];
}
const base = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as Config;
const walls = { rules: {}, ...wallsConfig } as Config;

/** The configuration for trees that stand each in a folder of its own. */
function below({ jsPlugins, overrides, ...rest }: Config): object {
  const inner = (globs: string[] | undefined) => globs?.map((glob) => `*/${glob}`);
  const specifierOf = (specifier: string) => (specifier.startsWith('./') ? join(root, specifier) : fileURLToPath(import.meta.resolve(specifier)));
  return {
    ...rest,
    $schema: undefined,
    jsPlugins: jsPlugins.map(({ name, specifier }) => ({ name, specifier: specifier.startsWith('/') ? specifier : specifierOf(specifier) })),
    overrides: overrides.map((one) => ({ ...one, files: inner(one.files), excludeFiles: inner(one.excludeFiles) })),
  };
}

/** Tree → the rules that reported something in it, as the configuration writes them. */
function lint(trees: ReadonlyMap<string, Record<string, string>>): Map<string, Set<string>> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-walls-'));
  try {
    const names = new Map([...trees.keys()].map((tree, i) => [`t${i}`, tree]));
    const planted: string[] = [];
    for (const [name, tree] of names) {
      for (const [file, text] of Object.entries({ ...TREE, ...trees.get(tree) })) {
        mkdirSync(dirname(join(folder, name, file)), { recursive: true });
        writeFileSync(join(folder, name, file), text);
      }
      planted.push(...Object.keys(trees.get(tree) ?? {}).map((file) => `${name}/${file}`));
    }
    const found = new Map([...trees.keys()].map((tree) => [tree, new Set<string>()]));
    for (const config of [base, walls]) {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(below(config)));
      const args = [join(root, 'node_modules', 'oxlint', 'bin', 'oxlint'), '--config=config.json', '--no-ignore', '--format=json', ...planted];
      const run = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
      const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: { code?: string; filename: string }[] };
      for (const { code, filename } of diagnostics) {
        const tree = names.get(filename.split('/')[0] ?? '') ?? '';
        found.get(tree)?.add(code?.replace(/^eslint\((.*)\)$/, '$1').replace(/\((.*)\)$/, '/$1') ?? 'syntax');
      }
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the walls', () => {
  let found: ReadonlyMap<string, ReadonlySet<string>>;
  beforeAll(() => {
    found = lint(new Map([['nothing', TREE], ...VIOLATIONS.map(([, violation, files]) => [violation, files] as const), ...LEGAL]));
  }, 120_000);

  test('a tree that keeps every rule has no finding', () => {
    expect([...(found.get('nothing') ?? ['?'])]).toEqual([]);
  });

  test.each(VIOLATIONS)('%s: %s', (rule, violation) => {
    expect([...(found.get(violation) ?? [])]).toContain(rule);
  });

  test.each(LEGAL)('allowed: %s', (name) => {
    expect([...(found.get(name) ?? ['?'])]).toEqual([]);
  });

  test('every rule of ours has a planted violation', () => {
    const chosen = [...base.overrides, ...walls.overrides].flatMap(({ rules }) => Object.entries<unknown>(rules).flatMap(([rule, level]) => (level === 'off' ? [] : [rule])));
    const rules = new Set([...chosen.filter((rule) => !rule.startsWith('react-hooks-js/')), ...Object.keys(base.rules).filter((rule) => rule.startsWith('holdfast/'))]);
    expect([...rules].filter((rule) => !VIOLATIONS.some(([planted]) => planted === rule))).toEqual([]);
  });

  test('no folder may import a package that nobody named, a test, or a path outside of src', () => {
    for (const { files, rules } of walls.overrides) {
      if (files[0]?.startsWith('examples/')) continue;
      const [, options] = (rules['eslint-js/no-restricted-imports'] ?? []) as [string?, { patterns: { regex: string; allowImportNamePattern?: string }[] }?];
      for (const { regex, allowImportNamePattern } of options?.patterns ?? []) {
        // This one narrows what the others allow.
        if (allowImportNamePattern !== undefined) continue;
        for (const specifier of ['left-pad', '../test/a.js', '../../test/a.js', '../../../test/a.js', '../dist/index.js', './..//a.js']) expect(specifier, files[0]).toMatch(new RegExp(regex, 'u'));
      }
    }
  });
});
