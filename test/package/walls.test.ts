// One planted sin for each rule of the house: a check that never fails proves nothing.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkTree, readTree } from '../../scripts/check-walls.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A tiny house that keeps every rule, with a room on each step. */
const HOUSE: Record<string, string> = {
  'src/index.ts': `export { useThing } from './react/use-thing.js';\nexport { defineContract } from './contract/index.js';\n`,
  'src/contract/index.ts': `export { defineContract } from '../core/contract.js';\n`,
  'src/react/use-thing.ts': `'use client';\nimport { useMemo } from 'react';\nimport { createClient } from '../browser/create-client.js';\nexport const useThing = () => useMemo(createClient, []);\n`,
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
  'src/testing/index.ts': `export { createWorld } from './world.js';\nexport { TestProvider } from './react-provider.js';\n`,
  'src/testing/world.ts': `import { createHub } from '../server/core/hub.js';\nexport const createWorld = () => createHub();\n`,
  'src/testing/react-provider.ts': `import { createElement } from 'react';\nexport const TestProvider = () => createElement('b');\n`,
  'examples/first/main.tsx': `import { useThing } from 'holdfast';\nexport const App = () => useThing();\n`,
};

const lines = (count: number, indent = '  '): string => Array.from({ length: count }, (_, i) => `${indent}x += ${i};\n`).join('');

/** What is planted, by the rule that must see it: files that are added to the house, or replace some of it. */
const SINS: readonly [rule: string, sin: string, files: Record<string, string>][] = [
  ['wall', 'a dialect imports the browser', { 'src/dialects/index.ts': `export { createClient } from '../browser/create-client.js';\n` }],
  ['wall', 'core imports a dialect', { 'src/dialects/plain.ts': `export const plain = 1;\n`, 'src/core/session.ts': `export { plain } from '../dialects/plain.js';\n` }],
  ['world', 'a dialect sets a timer of its own', { 'src/dialects/plain.ts': `export const a = () => setTimeout(() => 0, 1);\n` }],
  ['wall', 'core imports React', { 'src/core/session.ts': `import { useMemo } from 'react';\nexport const a = useMemo;\n` }],
  ['wall', 'core imports src/react', { 'src/core/session.ts': `import { useThing } from '../react/use-thing.js';\nexport const a = useThing;\n` }],
  ['wall', 'core imports src/browser, a type', { 'src/core/session.ts': `import type { createClient } from '../browser/create-client.js';\nexport type A = typeof createClient;\n` }],
  ['wall', 'core imports the server', { 'src/core/session.ts': `import { createHub } from '../server/core/hub.js';\nexport const a = createHub;\n` }],
  ['wall', 'core imports testing', { 'src/core/session.ts': `import { createWorld } from '../testing/world.js';\nexport const a = createWorld;\n` }],
  ['wall', 'core imports the contract door', { 'src/core/session.ts': `import { defineContract } from '../contract/index.js';\nexport const a = defineContract;\n` }],
  ['wall', 'core imports a Node module', { 'src/core/session.ts': `import { readFileSync } from 'node:fs';\nexport const a = readFileSync;\n` }],
  ['wall', 'core takes a value from a package of types', { 'src/core/session.ts': `import { x } from '@standard-schema/spec';\nexport const a = x;\n` }],
  ['wall', 'React imports the inside of browser', { 'src/browser/socket.ts': `export const s = 1;\n`, 'src/react/use-s.ts': `import { s } from '../browser/socket.js';\nexport const a = s;\n` }],
  ['wall', 'React imports the server', { 'src/react/use-s.ts': `import { createHub } from '../server/core/hub.js';\nexport const a = createHub;\n` }],
  ['wall', 'browser imports React', { 'src/browser/socket.ts': `import { useMemo } from 'react';\nexport const s = useMemo;\n` }],
  ['wall', 'the server imports a room', { 'src/server/core/x.ts': `import { createPool } from '../../core/pool/pool.js';\nexport const a = createPool;\n` }],
  ['wall', 'the server imports the hall', { 'src/server/node/x.ts': `import { createCoreClient } from '../../core/client.js';\nexport const a = createCoreClient;\n` }],
  ['wall', 'server/core imports Node', { 'src/server/core/x.ts': `import { createServer } from 'node:http';\nexport const a = createServer;\n` }],
  ['wall', 'server/core imports ws', { 'src/server/core/x.ts': `import { WebSocket } from 'ws';\nexport const a = WebSocket;\n` }],
  ['wall', 'server/core imports server/node', { 'src/server/node/x.ts': `export const a = 1;\n`, 'src/server/core/x.ts': `export { a } from '../node/x.js';\n` }],
  ['wall', 'the simulated world imports React', { 'src/testing/dice.ts': `import { useMemo } from 'react';\nexport const a = useMemo;\n` }],
  ['wall', 'the socket library in a second file', {
    'src/browser/socket.ts': `import R from 'reconnecting-websocket';\nexport const a = R;\n`,
    'src/browser/other.ts': `import R from 'reconnecting-websocket';\nexport const a = R;\n`,
  }],
  ['wall', 'the socket library outside browser', { 'src/react/use-s.ts': `import R from 'reconnecting-websocket';\nexport const a = R;\n` }],
  ['wall', 'a part that nobody planned', { 'src/extras/x.ts': `import { RealtimeError } from '../core/errors.js';\nexport const a = RealtimeError;\n` }],
  ['wall', 'src imports a test', { 'src/core/session.ts': `import { a } from '../../test/a.js';\nexport const b = a;\n`, 'test/a.ts': `export const a = 1;\n` }],
  ['wall', 'an example reaches into src', { 'examples/first/main.tsx': `import { useThing } from '../../src/index.js';\nexport const App = useThing;\n` }],
  ['wall', 'a dynamic import is an import', { 'src/core/session.ts': `export const a = () => import('react');\n` }],
  ['zod', 'zod beside schemas.ts', { 'src/core/protocol/checks.ts': `import { z } from 'zod';\nexport const a = z;\n` }],
  ['zod', 'the door . reaches zod', { 'src/core/session.ts': `import { frame } from './protocol/schemas.js';\nexport const a = frame;\n`, 'src/core/client.ts': `export * from './session.js';\nexport const createCoreClient = (now: () => number) => now();\n` }],
  ['zod', 'contract imports zod', { 'src/contract/x.ts': `import * as z from 'zod/mini';\nexport const a = z;\n` }],
  ['zod', 'the types of schemas.ts in a room', { 'src/core/pool/growth.ts': `import type { frame } from '../protocol/schemas.js';\nexport type A = typeof frame;\n` }],
  ['zod', 'the reserved frames in a room', { 'src/core/protocol/reserved.ts': `import { z } from 'zod';\nexport const r = z;\n`, 'src/core/pool/growth.ts': `import { r } from '../protocol/reserved.js';\nexport const a = r;\n` }],
  ['stairs', 'a room imports a higher one', { 'src/core/pool/growth.ts': `import type { View } from '../data/view.js';\nexport type A = View;\n` }],
  ['stairs', 'protocol imports a room', { 'src/core/protocol/codec.ts': `import { backoff } from '../reconnect/backoff.js';\nexport const a = backoff;\n` }],
  ['stairs', 'rooms side by side', { 'src/core/queue/lane.ts': `import type { positions } from '../channels/positions.js';\nexport type A = typeof positions;\n` }],
  ['stairs', 'a room takes a lower one by value', { 'src/core/pool/growth.ts': `import { backoff } from '../reconnect/backoff.js';\nexport const a = backoff;\n` }],
  ['stairs', 'the hall takes a feature by value', { 'src/core/client.ts': `import { QUEUE } from './queue/queue.js';\nexport const createCoreClient = (now: () => number) => [QUEUE, now()];\n` }],
  ['stairs', 'the hall takes a view by value', { 'src/core/client.ts': `import { VIEW } from './data/view.js';\nexport const createCoreClient = (now: () => number) => [VIEW, now()];\n` }],
  ['stairs', 'a feature takes more than the key of a lower one', { 'src/core/data/list.ts': `import { createQueue } from '../queue/queue.js';\nexport const a = createQueue;\n` }],
  ['stairs', 'a feature takes all of a lower one', { 'src/core/data/list.ts': `import * as queue from '../queue/queue.js';\nexport const a = queue;\n` }],
  ['stairs', 'a feature imports a lower one for its effect', { 'src/core/data/list.ts': `import '../queue/queue.js';\nexport const a = 1;\n` }],
  ['stairs', 'a feature names the key of one beside it', { 'src/core/channels/list.ts': `import { QUEUE } from '../queue/queue.js';\nexport const a = QUEUE;\n` }],
  ['stairs', 'a feature names the key of a higher one', { 'src/core/queue/list.ts': `import { VIEW } from '../data/view.js';\nexport const a = VIEW;\n` }],
  ['stairs', 'a room that is no feature imports feature.ts', { 'src/core/pool/growth.ts': `import type { Feature } from '../feature.js';\nexport type A = Feature;\n` }],
  ['stairs', 'feature.ts takes a room by value', { 'src/core/feature.ts': `import { createCell } from './data/store.js';\nexport type Feature = number;\nexport const a = createCell;\n` }],
  ['stairs', 'a room imports the hall', { 'src/core/pool/growth.ts': `import type { createCoreClient } from '../client.js';\nexport type A = typeof createCoreClient;\n` }],
  ['stairs', 'the floor takes a room by value', { 'src/core/options.ts': `import { backoff } from './reconnect/backoff.js';\nexport const a = backoff;\n` }],
  ['stairs', 'a file in core that is nothing', { 'src/core/stuff.ts': `import { RealtimeError } from './errors.js';\nimport { backoff } from './reconnect/backoff.js';\nexport const a = [RealtimeError, backoff];\n` }],
  ['brain', 'a machine imports hands', { 'src/core/pool/socket.ts': `import { x } from '../world.js';\nexport const s = x;\n`, 'src/core/world.ts': `export const x = 1;\n`, 'src/core/pool/pool.machine.ts': `import { s } from './socket.js';\nexport const a = s;\n` }],
  ['brain', 'a machine imports the world by value', { 'src/core/world.ts': `export const x = 1;\n`, 'src/core/pool/pool.machine.ts': `import { x } from '../world.js';\nexport const a = x;\n` }],
  ['brain', 'a machine waits', { 'src/core/pool/pool.machine.ts': `export async function a() { await 1; }\n` }],
  ['brain', 'a machine holds a promise', { 'src/core/pool/pool.machine.ts': `export const a = new Promise(() => {});\n` }],
  ['world', 'a clock of its own', { 'src/core/session.ts': `export const a = () => Date.now();\n` }],
  ['world', 'dice of its own', { 'src/core/session.ts': `export const a = () => Math.random();\n` }],
  ['world', 'a timer of its own', { 'src/server/core/x.ts': `export const a = () => setTimeout(() => {}, 1);\n` }],
  ['world', 'a global in the simulated world', { 'src/testing/dice.ts': `export const a = () => globalThis.crypto;\n` }],
  ['circle', 'two files that know each other', { 'src/core/queue/lane.ts': `import { b } from './outbox.js';\nexport const a = () => b;\n`, 'src/core/queue/outbox.ts': `import { a } from './lane.js';\nexport const b = () => a;\n` }],
  ['circle', 'a circle of three, closed by a type', {
    'src/core/queue/a.ts': `import { b } from './b.js';\nexport const a = b;\nexport type A = number;\n`,
    'src/core/queue/b.ts': `import { c } from './c.js';\nexport const b = c;\n`,
    'src/core/queue/c.ts': `import type { A } from './a.js';\nexport const c: A = 1;\n`,
  }],
  ['name', 'camelCase', { 'src/core/queue/laneThing.ts': `export const a = 1;\n` }],
  ['name', 'types.ts', { 'src/core/queue/types.ts': `export type A = 1;\n` }],
  ['name', 'utils.ts in the tests', { 'test/utils.ts': `export const a = 1;\n` }],
  ['name', 'an inner barrel', { 'src/core/queue/index.ts': `export { createQueue } from './queue.js';\n` }],
  ['default', 'a default export', { 'src/core/session.ts': `export default 1;\n` }],
  ['default', 'a default export by another way', { 'src/core/session.ts': `const a = 1;\nexport { a as default };\n` }],
  ['any', 'any', { 'src/core/session.ts': `export const a = (x: any) => x;\n` }],
  ['extension', 'an import without .js', { 'src/core/session.ts': `import { RealtimeError } from './errors';\nexport const a = RealtimeError;\n` }],
  ['unresolved', 'an import of nothing', { 'src/core/session.ts': `import { x } from './gone.js';\nexport const a = x;\n` }],
  ['size', 'a long file', { 'src/core/session.ts': `let x = 0;\n${lines(301, '')}export const a = x;\n` }],
  ['size', 'a long function', { 'src/core/session.ts': `export function a() {\n  let x = 0;\n${lines(61)}  return x;\n}\n` }],
  ['syntax', 'a file that does not parse', { 'src/core/session.ts': `export const = 1;\n` }],
];

const rulesIn = (files: Record<string, string>): string[] => checkTree(files).findings.map((finding) => finding.rule);

describe('the walls', () => {
  test('a house that keeps every rule has no finding', () => {
    expect(checkTree(HOUSE)).toMatchObject({ findings: [], circles: 0, modules: Object.keys(HOUSE).length - 1 });
  });

  test.each(SINS)('%s: %s', (rule, _sin, files) => {
    expect(rulesIn({ ...HOUSE, ...files })).toContain(rule);
  });

  test('every rule that the check can report has a planted sin', () => {
    const source = readFileSync(`${root}/scripts/check-walls.mjs`, 'utf8');
    const rules = new Set([...source.matchAll(/report\('([a-z]+)',|rule: '([a-z]+)'/g)].map((match) => match[1] ?? match[2]));
    expect([...rules].filter((rule) => !SINS.some(([planted]) => planted === rule))).toEqual([]);
  });

  test('what is allowed: reasons, lookalikes, types downstairs', () => {
    const fine = {
      'src/core/session.ts': `// Long because it is a table.\nlet x = 0;\n${lines(301, '')}export const a = x;\n`,
      'src/core/link-log.ts': `// Long because it lists every case.\nexport function a() {\n  let x = 0;\n${lines(61)}  return x;\n}\n`,
      'src/core/lease.ts': `// A field may be called like a global, and a type may name one.\nexport const a = (at: { performance: number; self: number }, document: string) => [at.performance, document, { process: 1 }];\n`,
    };
    expect(checkTree({ ...HOUSE, ...fine }).findings).toEqual([]);
  });

  test('this repository keeps them', () => {
    expect(checkTree(readTree(root)).findings).toEqual([]);
  });
});
