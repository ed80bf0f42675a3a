// `npm run bench -- NAME [args]` runs bench/NAME.bench.{ts,mjs}; without a name, all of them; `--quick` is passed on. The last line of each is one JSON object.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'bench');
const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith('-'));
const flags = args.filter((arg) => arg.startsWith('-'));

const found = existsSync(folder) ? readdirSync(folder).filter((file) => /\.bench\.(ts|tsx|mjs)$/.test(file)).sort() : [];
const nameOf = (file) => file.replace(/\.bench\.\w+$/, '');
const unknown = names.filter((name) => !found.some((file) => nameOf(file) === name));
if (unknown.length > 0) {
  console.error(`no bench named ${unknown.join(', ')}; there are: ${found.map(nameOf).join(', ') || 'none yet'}`);
  process.exit(1);
}
const chosen = names.length > 0 ? found.filter((file) => names.includes(nameOf(file))) : found;
if (chosen.length === 0) console.log('bench: no bench yet');

let failures = 0;
for (const file of chosen) {
  console.log(`\n# ${nameOf(file)}`);
  const entry = file.endsWith('.mjs') ? join(folder, file) : await compile(file);
  const run = spawnSync(process.execPath, ['--expose-gc', entry, ...flags], { cwd: root, stdio: 'inherit', env: { NODE_ENV: 'production', ...process.env } });
  if (run.status !== 0) failures += 1;
}
process.exit(failures === 0 ? 0 : 1);

/** TypeScript benches are bundled with the library's source; packages stay outside. */
async function compile(file) {
  const outDir = join(root, 'node_modules', '.cache', 'holdfast', 'bench');
  mkdirSync(outDir, { recursive: true });
  const name = `${basename(file).replace(/\.\w+$/, '')}.mjs`;
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { lib: false, ssr: join(folder, file), outDir, emptyOutDir: false, target: 'node20', rolldownOptions: { output: { preserveModules: false, entryFileNames: name } } },
  });
  return join(outDir, name);
}
