// What each door costs a page: bundled from dist with its dependencies, minified, gzipped; React is the page's own. Run `npm run build` first; `--why` lists the parts.
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, esmExternalRequirePlugin } from 'vite';

/** kB (1,000 bytes), min+gzip. What has no budget is only listed. */
const BUDGETS_KB = { '.': 16 };
/** Where a door is still above its budget: the most that it may cost meanwhile. It only ever goes down (docs/decisions/0003). */
const NOW_KB = { '.': 28.6 };
/** Doors that run in Node: their own code counts, their dependencies do not. */
const NODE_DOORS = new Set(['./server', './server/redis']);
/** The smallest useful page, if these names exist. */
const SMALLEST = ['RealtimeProvider', 'useChannel'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const isWhy = process.argv.includes('--why');
const REACT = /^react(-dom)?(\/|$)/;
const PAGE_OWN = builtinModules;
const NODE_OWN = [...builtinModules, ...Object.keys(manifest.dependencies)];
const isOneOf = (names) => (id) => id.startsWith('node:') || names.some((name) => id === name || id.startsWith(`${name}/`));

async function measure(code, external) {
  const entry = '\0size-entry';
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    plugins: [
      // `require('react')` in a package costs a page nothing: there it is the page's own React. Left to itself the bundler writes a stand-in for `require`.
      esmExternalRequirePlugin({ external: [REACT] }),
      { name: 'size-entry', resolveId: (id) => (id === 'size-entry' ? entry : undefined), load: (id) => (id === entry ? code : undefined) },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: 'size-entry', external, preserveEntrySignatures: 'strict', output: { format: 'es' } },
    },
  });
  const chunks = built.output.filter((part) => part.type === 'chunk');
  const text = chunks.map((chunk) => chunk.code).join('');
  return {
    min: Buffer.byteLength(text),
    gzip: chunks.reduce((sum, chunk) => sum + gzipSync(chunk.code, { level: 9 }).length, 0),
    parts: chunks.flatMap((chunk) => Object.entries(chunk.modules).map(([id, part]) => ({ id, length: part.renderedLength }))),
  };
}

const failures = [];
const summary = [];
const kB = (bytes) => (bytes / 1000).toFixed(2);

for (const [door, to] of Object.entries(manifest.exports)) {
  if (typeof to === 'string') continue;
  const file = join(root, to.default);
  if (!existsSync(file)) {
    failures.push(`${door}: ${to.default} is not there; run npm run build`);
    continue;
  }
  const size = await measure(`export * from ${JSON.stringify(file)};`, isOneOf(NODE_DOORS.has(door) ? NODE_OWN : PAGE_OWN));
  const budget = BUDGETS_KB[door];
  print(door, size, budget === undefined ? '' : `of ${budget} kB`);
  summary.push(`${door} ${kB(size.gzip)}`);
  const most = NOW_KB[door] ?? budget;
  if (most !== undefined && size.gzip > most * 1000) failures.push(`${door} is ${kB(size.gzip)} kB, and may be ${most} kB`);
  else if (budget !== undefined && size.gzip > budget * 1000) console.log(`      ${kB(size.gzip - budget * 1000)} kB above its budget; may be ${most} kB until that is paid (docs/decisions/0003)`);
  if (door === '.') {
    const zod = size.parts.find((part) => /node_modules[\\/]zod[\\/]/.test(part.id) && part.length > 0);
    if (zod) failures.push(`${door} contains zod (${relative(root, zod.id)})`);
    const source = readFileSync(file, 'utf8');
    if (SMALLEST.every((name) => source.includes(name))) {
      print(`. { ${SMALLEST.join(', ')} }`, await measure(`export { ${SMALLEST.join(', ')} } from ${JSON.stringify(file)};`, isOneOf(PAGE_OWN)), '');
    }
  }
}
for (const failure of failures) console.log(`size: ${failure}`);
console.log(`${summary.join(', ')} kB min+gzip${failures.length > 0 ? `; ${failures.length} failed` : ''}`);
process.exit(failures.length === 0 ? 0 : 1);

function print(door, size, note) {
  console.log(`${door.padEnd(34)} ${kB(size.min).padStart(8)} kB min  ${kB(size.gzip).padStart(7)} kB min+gzip  ${note}`);
  if (!isWhy) return;
  for (const { id, length } of size.parts.filter((part) => part.length > 0).sort((a, b) => b.length - a.length).slice(0, 25)) {
    console.log(`    ${kB(length).padStart(8)} kB before minifying  ${relative(root, id.replace('\0', ''))}`);
  }
}
