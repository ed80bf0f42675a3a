// Which folder may import what. ESLint's own rules run in oxlint (`npm run check:walls`), each folder with a list of what it may import; everything else is refused.
// What it is not: the compile walls (tsconfig.core.json and its siblings), or the rules that do not depend on the folder (.oxlintrc.json).
// dependency-cruiser would say the same, but reads types through the compiler's old API, which TypeScript 7 has no more. oxlint's own no-restricted-imports does not see import(), and knows no lookahead.
import { fileURLToPath } from 'node:url';

/** The layers of core from low to high; those of one step do not know each other. A layer takes types, never values, from a lower one, and states the port that it needs itself. */
const LAYERS = [['protocol'], ['heartbeat'], ['reconnect'], ['pool'], ['queue', 'queries', 'channels'], ['data']];
/** Layers that are built on demand. They alone know `feature.ts`; a higher one names the key of a lower one (`CHANNELS`) by value, and nothing else of it. */
const FEATURES = ['queue', 'queries', 'channels', 'data'];
/** The composition root and its helper: they alone join layers. */
const ROOT = ['client', 'link-log'];
/** What the root takes of `data`: it knows no feature by value, so that a page pays for those that its hooks import. */
const CELLS = ['store', 'flush', 'connection-status'].map((file) => `core/data/${file}.js`);
/** What every layer stands on. These use protocol, and name types of layers (options do). */
const FOUNDATION = ['errors', 'machine', 'world', 'options', 'contract', 'define-contract', 'channel-name', 'validate', 'lease', 'payloads', 'session'].map((file) => `core/${file}.js`);
/** Modules without a promise, a clock or an outside, beside `*.machine.ts`: a machine may import these from its own folder. */
const PURE = ['core/reconnect/backoff', 'core/pool/growth'];
/** Written with zod, which costs a page 13 kB and more: for the server, the simulated world, tests and documents. */
const SCHEMAS = ['core/protocol/schemas', 'core/protocol/reserved'];

const layer = (name) => `core/${name}/`;
const protocol = layer('protocol');
const layers = LAYERS.flat().map(layer);
const core = ['core/', ...layers];
const serverSeesOfCore = ['core/protocol/**', ...['contract', 'channel-name', 'validate', 'errors', 'machine', 'world'].map((file) => `core/${file}.js`)];

/**
 * For each folder, or file, what it may import besides its own folder: `values` (and their types), of `keys` the names in capitals (and types), and `types` alone. `x/` is the files of a folder without
 * its index and the schemas, `x/**` with the schemas, `x.js` one file, and what begins with `npm:` or `node:` a package. Later entries go before earlier ones.
 */
const MAY_IMPORT = {
  'core/': { values: [protocol, ...FOUNDATION], types: [...layers, 'npm:@standard-schema/spec'], own: [] },
  'core/feature.ts': { values: FOUNDATION, types: layers, own: [] },
  ...Object.fromEntries(
    ROOT.map((file) => [`core/${file}.ts`, { values: ['core/', ...layers.filter((name) => !FEATURES.map(layer).includes(name)), ...CELLS], types: layers, own: [] }]),
  ),
  ...Object.fromEntries(
    LAYERS.flatMap((step, height) =>
      step.map((name) => {
        const lower = LAYERS.slice(0, height).flat();
        const isFeature = FEATURES.includes(name);
        return [
          layer(name),
          {
            values: [protocol, ...FOUNDATION, ...(isFeature ? ['core/feature.js'] : [])],
            keys: isFeature ? lower.filter((other) => FEATURES.includes(other)).map(layer) : [],
            types: [...lower.map(layer), 'npm:@standard-schema/spec'],
          },
        ];
      }),
    ),
  ),
  ...Object.fromEntries(SCHEMAS.map((file) => [`${file}.ts`, { values: ['core/protocol/**', ...FOUNDATION, 'npm:zod'] }])),
  'contract/': { values: core, types: ['npm:@standard-schema/spec'] },
  'dialects/': { values: core },
  'react/': { values: [...core, 'browser/create-client.js', 'browser/create-core.js', 'npm:react', 'npm:react-dom', 'npm:use-sync-external-store'] },
  'browser/': { values: [...core, 'npm:idb'] },
  // The core without any feature: what every page pays for.
  'browser/create-core.ts': { values: ['core/', protocol, 'browser/attempt-socket.js', 'browser/world.js'], types: core, own: [] },
  // The one file that binds the socket library.
  'browser/attempt-socket.ts': { values: [...core, 'npm:reconnecting-websocket'] },
  'server/core/': { values: [...serverSeesOfCore, 'npm:zod'], types: ['npm:@standard-schema/spec'] },
  'server/node/': { values: [...serverSeesOfCore, 'server/core/', 'npm:ws', 'npm:zod', 'node:'] },
  'server/redis/': { values: [...serverSeesOfCore, 'server/core/', 'npm:zod', 'node:'], types: ['npm:ioredis', 'npm:redis'] },
  'testing/': { values: [...core, 'core/protocol/**', 'server/core/'] },
  // The door shows the provider for users' tests; the simulated world behind it knows no React.
  'testing/index.ts': { values: [...core, 'core/protocol/**', 'server/core/', 'testing/react/'] },
  'testing/react/': { values: [...core, 'server/core/', 'testing/', 'react/', 'browser/create-client.js', 'browser/create-core.js', 'npm:react', 'npm:react-dom'] },
  'devtools/': { values: [...core, 'react/', 'npm:react', 'npm:react-dom'] },
  'index.ts': { values: [...core, 'contract/index.js', 'react/', 'browser/create-client.js', 'browser/create-core.js', 'browser/attempt-socket.js'] },
};

/** The imports that a folder may write to reach `target`, as a regular expression: always the shortest relative path, so that there is one way to write each. */
function pattern(folder, target) {
  if (target === 'node:') return 'node:';
  if (target.startsWith('npm:')) return `${escape(target.slice('npm:'.length))}(/|$)`;
  const [, path, rest] = /^(.*?)(\/|\/\*\*)?$/.exec(target);
  const up = folder.split('/').filter(Boolean);
  const down = path.split('/').filter(Boolean);
  while (up.length > 0 && up[0] === down[0]) [up, down].forEach((parts) => parts.shift());
  const relative = [...(up.length > 0 ? up.map(() => '..') : ['.']), ...down].map(escape).join('/');
  if (rest === undefined) return `${relative}$`;
  return `${relative}/(?!index\\.${rest === '/' ? '|schemas\\.|reserved\\.' : ''})[^/]+\\.js$`;
}
function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const except = (folder, targets) => `^(?!${targets.map((target) => pattern(folder, target)).join('|')})`;

function wall(place, { values, keys = [], types = [], own }) {
  const folder = place.slice(0, place.lastIndexOf('/') + 1);
  const isFile = place.endsWith('.ts');
  const allowed = [...values, ...(own ?? [place === 'index.ts' ? [] : SCHEMAS.includes(place.slice(0, -3)) ? `${folder}**` : folder]).flat()];
  return {
    files: isFile ? [`src/${place}`] : ['ts', 'tsx'].map((end) => `src/${place}*.${end}`),
    rules: {
      'eslint-js/no-restricted-imports': [
        'error',
        {
          patterns: [
            ...(keys.length === 0 ? [] : [{ regex: `^(?:${keys.map((target) => pattern(folder, target)).join('|')})`, allowImportNamePattern: '^[A-Z][A-Z_]*$', allowTypeImports: true, caseSensitive: true, message: `src/${place} takes the key of this feature alone (an export in capitals).` }]),
            { regex: except(folder, [...allowed, ...keys]), allowTypeImports: true, caseSensitive: true, message: `src/${place} must not import this (oxlint.walls.mjs lists what it may import).` },
            { regex: except(folder, [...allowed, ...types]), caseSensitive: true, message: `src/${place} must not import this, not even its types (oxlint.walls.mjs lists what it may import).` },
          ],
        },
      ],
    },
  };
}

const oneWayToImport = [
  { selector: 'ImportExpression', message: 'No import() in src: the walls see declarations only.' },
  { selector: 'ImportDeclaration[specifiers.length=0]', message: 'No import for its effect: importing a module of src does nothing.' },
];
/** A machine decides: it imports values from protocol, errors, machine and pure modules of its folder, and has no promise. */
const machineImport = `/^(?!\\.\\/(${PURE.map((file) => file.split('/').at(-1)).join('|')}|[^/]+\\.machine)\\.js$|(\\.\\.\\/)+(core\\/)?(protocol\\/[^/]+|errors|machine)\\.js$)/`;
const ownProtocolFile = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'];
const machine = [
  ...oneWayToImport,
  ...ownProtocolFile.map((node) => ({
    selector: `${node}[${node === 'ImportDeclaration' ? 'importKind' : 'exportKind'}!="type"][source.value=${machineImport}]`,
    message: 'A machine imports values from protocol, errors, machine, and pure modules of its own folder (PURE in oxlint.walls.mjs).',
  })),
  { selector: ':matches(FunctionDeclaration, FunctionExpression, ArrowFunctionExpression)[async=true]', message: 'A machine has no promise.' },
  { selector: 'AwaitExpression', message: 'A machine has no promise.' },
  { selector: 'Identifier[name="Promise"]', message: 'A machine has no promise.' },
];

export default {
  plugins: ['import'],
  categories: { correctness: 'off' },
  jsPlugins: [{ name: 'eslint-js', specifier: fileURLToPath(import.meta.resolve('oxlint-plugin-eslint')) }],
  overrides: [
    {
      files: ['src/**'],
      rules: {
        'eslint-js/no-restricted-imports': ['error', { patterns: [{ regex: '', message: 'This folder has no entry in oxlint.walls.mjs: give it one.' }] }],
        'eslint-js/no-restricted-syntax': ['error', ...oneWayToImport],
      },
    },
    ...Object.entries(MAY_IMPORT).map(([place, may]) => wall(place, may)),
    { files: ['src/**/*.machine.ts', ...PURE.map((file) => `src/${file}.ts`)], rules: { 'eslint-js/no-restricted-syntax': ['error', ...machine] } },
    {
      files: ['examples/**'],
      rules: { 'eslint-js/no-restricted-imports': ['error', { patterns: [{ regex: '(^|/)src/', message: "An example imports the package's doors ('holdfast')." }] }] },
    },
  ],
};
