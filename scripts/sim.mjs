// The simulated world: `npm run sim -- [--worlds 300] [--seed 7] [--only kick,reset] [--classify] [FILTERS]`.
//
// Without --seed the seeds come from the commit's hash. `--seed N --worlds 1` replays one world with the end of its trace. `--runs` is an alias of
// --worlds. FILTERS are test files: then Vitest runs them with HOLDFAST_SEED. Exit code 1: a violation, or something that must be reached was not.
import { execFileSync, fork, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values, positionals } = parseArgs({
  options: { seed: { type: 'string' }, worlds: { type: 'string' }, runs: { type: 'string' }, only: { type: 'string' }, jobs: { type: 'string' }, classify: { type: 'boolean' } },
  allowPositionals: true,
});
const seed = values.seed ?? process.env.SEED;
if (positionals.length > 0) {
  const env = { ...process.env, ...(seed !== undefined && { HOLDFAST_SEED: seed }) };
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  process.exit(spawnSync(process.execPath, [vitest, 'run', '--project', 'unit', '--no-file-parallelism', ...positionals], { cwd: root, stdio: 'inherit', env }).status ?? 1);
}

const worlds = Number(values.worlds ?? values.runs ?? (seed === undefined ? 8 : 1));
const first = seed === undefined ? seedOfCommit() : Number(seed);
if (!Number.isInteger(worlds) || worlds < 1 || !Number.isInteger(first)) throw new Error('--worlds and --seed take whole numbers.');
const only = values.only?.split(',');
const jobs = Math.min(worlds, Number(values.jobs ?? Math.min(2, availableParallelism())));
const onlyText = only === undefined ? '' : ` --only ${only.join(',')}`;

const out = join(root, 'node_modules', '.cache', `holdfast-sim-${process.pid}`);
/** Every case of every machine, as `file: label`, with a number where a label is there more than once. */
const cases = new Set();
/** Notes each case that is run. Of the machines' other branches (`if`, `?:`) nothing is noted. */
const noteCases = {
  name: 'note-cases',
  enforce: 'pre',
  transform(code, id) {
    const file = /src\/(?:core|server).*\/([\w-]+)\.machine\.ts$/.exec(id)?.[1];
    if (file === undefined) return null;
    return code.replaceAll(/case '([\w-]+)':/g, (text, label) => {
      let name = `case ${file}: ${label}`;
      for (let n = 2; cases.has(name); n++) name = `case ${file}: ${label} (${n})`;
      cases.add(name);
      return `${text} globalThis.holdfastSeen?.add(${JSON.stringify(name)});`;
    });
  },
};
await build({
  configFile: false,
  plugins: [noteCases],
  root,
  logLevel: 'error',
  build: { ssr: true, outDir: out, emptyOutDir: true, minify: false, target: 'node20', rollupOptions: { input: { worker: join(root, 'test/simulation/worker.ts'), registry: join(root, 'test/simulation/registry.ts') }, output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' } } },
});
const { SOMETIMES, NOT_REACHED, COMPLAINTS } = await import(join(out, 'registry.mjs'));

const startedAt = Date.now();
const results = new Map();
let next = 0;
await Promise.all(Array.from({ length: jobs }, () => runProcess()));
const seconds = (Date.now() - startedAt) / 1000;
const all = [...results.values()].sort((a, b) => a.seed - b.seed);
process.exitCode = report() ? 0 : 1;
execFileSync('rm', ['-rf', out]);

function runProcess() {
  return new Promise((resolve, reject) => {
    const child = fork(join(out, 'worker.mjs'), { serialization: 'advanced' });
    const go = () => {
      if (next >= worlds) return child.disconnect();
      child.send({ seed: first + next++, only });
    };
    child.on('message', (result) => {
      results.set(result.seed, result);
      if (result.complaints.length > 0 && worlds > 1 && !values.classify) console.log(`\nnpm run sim -- --seed ${result.seed} --worlds 1${onlyText}: ${result.complaints.length} violations, first [${result.complaints[0].kind}] ${result.complaints[0].who} at ${result.complaints[0].at} ms: ${result.complaints[0].what}`);
      if (results.size % 100 === 0) console.log(`${results.size} of ${worlds} worlds`);
      go();
    });
    child.on('exit', (code) => (code === 0 || code === null ? resolve() : reject(new Error(`A process of the simulation ended with ${code}.`))));
    go();
  });
}

function report() {
  const broken = all.filter(({ complaints }) => complaints.length > 0);
  if (worlds === 1) console.log(all[0].report, '\n', all[0].counts, `trace ${all[0].hash}`);
  const sum = (name) => all.reduce((total, { counts }) => total + (counts[name] ?? 0), 0);
  const names = ['events', 'stored', 'commands', 'queries', 'faults', 'gaps', 'sockets'];
  console.log(`\n${worlds} worlds from seed ${first}, ${Math.round(sum('virtualMs') / 60_000)} virtual minutes in ${seconds.toFixed(0)} s (${(worlds / seconds).toFixed(2)} worlds/s): ${names.map((name) => `${sum(name)} ${name}`).join(', ')}`);

  const kinds = new Map();
  for (const [index, { seed: own, complaints }] of all.entries()) {
    for (const { kind } of complaints) {
      const seen = kinds.get(kind) ?? { worlds: new Set(), count: 0, first: index + 1, seed: own };
      seen.worlds.add(own);
      seen.count++;
      kinds.set(kind, seen);
    }
  }
  console.log(`${broken.length} worlds with a violation`);
  if (kinds.size > 0) console.table(Object.fromEntries([...kinds].sort(([, a], [, b]) => b.worlds.size - a.worlds.size).map(([kind, { worlds: its, count, first: at, seed: own }]) => [kind, { worlds: its.size, complaints: count, 'found in world': at, seed: own, what: COMPLAINTS[kind] ?? '' }])));

  if (values.classify) {
    for (const kind of kinds.keys()) {
      const examples = all.flatMap(({ seed: own, complaints }) => complaints.filter((one) => one.kind === kind).slice(0, 1).map(({ at, who, what }) => `  seed ${own}: ${who} at ${at} ms: ${what}`));
      console.log(`${kind}\n${examples.slice(0, 6).join('\n')}`);
    }
  }
  const reached = new Map();
  for (const { reached: names } of all) for (const name of names) reached.set(name, (reached.get(name) ?? 0) + 1);
  // What a small run must reach is less; below 300 worlds nothing is demanded here (the default worlds' test has a list of its own).
  const missing = only === undefined && worlds >= 300 ? Object.entries(SOMETIMES).filter(([name, least]) => least > 0 && (reached.get(name) ?? 0) < Math.max(1, Math.ceil((least * worlds) / 300))) : [];
  if (only === undefined && worlds >= 300) for (const name of cases) if (NOT_REACHED[name] === undefined && !reached.has(name)) missing.push([name, 1]);
  console.log(`cases of machines: ${[...cases].filter((name) => reached.has(name)).length} of ${cases.size} reached${worlds < 300 ? '' : `, without a reason: ${[...cases].filter((name) => NOT_REACHED[name] === undefined && !reached.has(name)).join(', ') || 'none'}`}`);
  if (worlds >= 8) console.log(`reached, in how many of ${worlds} worlds:\n${[...new Set([...Object.keys(SOMETIMES), ...[...reached.keys()].filter((name) => !cases.has(name))])].map((name) => `  ${String(reached.get(name) ?? 0).padStart(5)}  ${name}${SOMETIMES[name] === undefined ? ' (not in the registry)' : ''}`).join('\n')}`);
  for (const [name, least] of missing) console.log(`NOT REACHED: ${name}, in ${reached.get(name) ?? 0} of ${worlds} worlds; ${least} are demanded of 300`);
  return broken.length === 0 && missing.length === 0;
}

/** A number of 31 bits from the hash of the commit: every commit has worlds of its own. */
function seedOfCommit() {
  const hash = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  const found = parseInt(hash.slice(0, 8), 16) >>> 1;
  console.log(`seeds from commit ${hash.slice(0, 8)}: --seed ${found}`);
  return found;
}
