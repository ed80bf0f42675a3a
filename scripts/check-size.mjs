// What a page pays for what it imports: the packed tarball in an empty Vite app, minified, gzipped; React is the page's own. Run `npm run build` first.
// `npm run check:size -- least chat` measures those alone; `--why` lists the modules of each. What it is not: what a server pays; a door for Node is listed without its dependencies.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap, builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, esmExternalRequirePlugin } from 'vite';

const LEAST = ['RealtimeProvider', 'useChannel', 'useConnectionStatus'];
/** What a page imports from `.`; no names are all names. kB are 1,000 bytes, min+gzip: `now` is the most that it may cost and only ever goes down, `target` is where it has to come (docs/decisions/0003). */
const IMPORTS = {
  least: { names: LEAST, now: 19.5, target: 14.5 },
  chat: { names: [...LEAST, 'useCommand'], now: 23.1, target: 17 },
  app: { names: [...LEAST, 'useCommand', 'useQuery'], now: 25.7, target: 19.5 },
  all: { names: [], now: 27.8, target: 22.5 },
};
/** Doors that run in Node: their own code counts, their dependencies do not. */
const NODE_DOORS = new Set(['./server', './server/redis']);

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const app = join(root, 'node_modules', '.cache', 'holdfast', 'size');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const isWhy = process.argv.includes('--why');
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isWanted = (name) => only.length === 0 || only.includes(name);

/** The app's copy of the package, as npm would install it; its dependencies are found further up, in ours. */
function install() {
  const run = (command, args, cwd) => {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32', env: { ...process.env, npm_config_loglevel: 'error' } });
    if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')}: ${stderr.trim()}`);
    return stdout;
  };
  rmSync(app, { recursive: true, force: true });
  const folder = join(app, 'node_modules', manifest.name);
  mkdirSync(folder, { recursive: true });
  const [{ filename }] = Object.values(JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', app], root)));
  run('tar', ['-xzf', join('..', '..', filename), '--strip-components=1'], folder);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
}

/** Builds a page that does nothing but import. */
async function measure({ door = '.', names }) {
  const from = JSON.stringify(`${manifest.name}${door.slice(1)}`);
  const code = names.length === 0 ? `export * from ${from};` : `export { ${names.join(', ')} } from ${from};`;
  const entry = join(app, 'main.js');
  writeFileSync(entry, code);
  const outside = NODE_DOORS.has(door) ? [...builtinModules, ...Object.keys(manifest.dependencies)] : builtinModules;
  const built = await build({
    root: app,
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    // `require('react')` in a package costs a page nothing: there it is the page's own React. Left to itself the bundler writes a stand-in for `require`.
    plugins: [esmExternalRequirePlugin({ external: [/^react(-dom)?(\/|$)/] })],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      modulePreload: false,
      sourcemap: isWhy ? 'hidden' : false,
      rolldownOptions: {
        input: entry,
        external: (id) => id.startsWith('node:') || outside.some((name) => id === name || id.startsWith(`${name}/`)),
        preserveEntrySignatures: 'strict',
        output: { format: 'es' },
      },
    },
  });
  const chunks = built.output.filter((part) => part.type === 'chunk');
  return {
    min: chunks.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0),
    gzip: chunks.reduce((sum, { code }) => sum + gzipBytes(code), 0),
    files: chunks.flatMap(({ modules }) => Object.entries(modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : []))),
    chunks,
  };
}

const gzipBytes = (text) => gzipSync(text, { level: 9 }).length;
const kB = (bytes) => (bytes / 1000).toFixed(2);

/** The modules of a chunk: their minified bytes, and what the gzipped chunk is larger for each. Modules share words, so that the second column sums up to less than the whole. */
function partsOf({ code, map }) {
  const source = new SourceMap(map);
  const lines = code.split('\n');
  const owners = lines.flatMap((text, line) => Array.from({ length: text.length + (line < lines.length - 1 ? 1 : 0) }, (_, column) => source.findEntry(line, column).originalSource ?? ''));
  const whole = gzipBytes(code);
  const without = (owner) => [...code].filter((_, at) => owners[at] !== owner).join('');
  return [...new Set(owners)].map((owner) => {
    const rest = without(owner);
    return { owner, min: code.length - rest.length, gzip: whole - gzipBytes(rest) };
  });
}

function print(name, size, note) {
  console.log(`${name.padEnd(12)} ${kB(size.min).padStart(8)} kB min ${kB(size.gzip).padStart(7)} kB min+gzip  ${note}`);
  if (!isWhy) return;
  for (const { owner, min, gzip } of size.chunks.flatMap(partsOf).sort((a, b) => b.gzip - a.gzip)) {
    console.log(`${''.padEnd(12)} ${String(min).padStart(8)}  B min ${String(gzip).padStart(7)}  B min+gzip  ${owner === '' ? '(the bundler)' : nameOf(owner)}`);
  }
}

/** `dist/core/client.js` for ours, `ws/index.js` for a dependency's. */
function nameOf(file) {
  return file
    .split(/[\\/]node_modules[\\/]|^node_modules[\\/]/)
    .at(-1)
    .replace(/^(\.\.[\\/])+/, '')
    .replace(`${manifest.name}/dist/production/`, '')
    .replace(`${manifest.name}/dist/`, '');
}

install();
const failures = [];
const summary = [];
for (const [name, wanted] of Object.entries(IMPORTS).filter(([name]) => isWanted(name))) {
  const size = await measure(wanted);
  const spare = wanted.now * 1000 - size.gzip;
  const left = size.gzip - wanted.target * 1000;
  print(name, size, `of ${wanted.now} now, ${left > 0 ? `${kB(left)} above the` : 'within the'} target of ${wanted.target}${spare > 200 ? `; lower \`now\` by ${Math.floor(spare / 100) / 10}` : ''}`);
  summary.push(`${name} ${kB(size.gzip)}`);
  if (spare < 0) failures.push(`${name} is ${kB(size.gzip)} kB, and may be ${wanted.now} kB`);
  const zod = size.files.find((file) => /node_modules[\\/]zod[\\/]/.test(file));
  if (zod) failures.push(`${name} contains zod (${nameOf(zod)})`);
}
for (const [door, to] of Object.entries(manifest.exports)) {
  if (typeof to === 'string' || door === '.' || !isWanted(door)) continue;
  const size = await measure({ door, names: [] });
  print(door, size, '');
  summary.push(`${door} ${kB(size.gzip)}`);
}
for (const failure of failures) console.log(`size: ${failure}`);
console.log(`${summary.join(', ')} kB min+gzip${failures.length > 0 ? `; ${failures.length} failed` : ''}`);
process.exit(failures.length === 0 ? 0 : 1);
