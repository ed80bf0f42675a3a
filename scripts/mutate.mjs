// `npm run mutation [-- --sample 500] [--seed 1] [--least 95] [--workers 2] [FILES…]`: changes one place of src/core and src/server/core at a time and sees whether a test notices. One line JSON at the end; exit 1 under the least share, or if the list of equivalent mutants is stale.
// FILES are beginnings of paths, or one line: `npm run mutation -- --sample 5000 src/core/pool` tries every mutant of a folder, `… src/core/lease.ts:37` those of a line.
// Not StrykerJS: its present version needs Node 22, and this repository runs on Node 20; Vitest's own API, a switch for each mutant and the parser that this repository has are enough.
import { availableParallelism } from 'node:os';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EQUIVALENT } from './mutation/equivalent.mjs';
import { createHand } from './mutation/hands.mjs';
import { describeMutant, findMutants } from './mutation/mutants.mjs';
import { sample } from './mutation/sample.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cache = join(root, 'node_modules', '.cache', 'holdfast');
const SUBJECTS = ['src/core', 'src/server/core'];

const { values, positionals: wanted } = parseArgs({
  options: { sample: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' }, least: { type: 'string', default: '95' }, workers: { type: 'string' } },
  allowPositionals: true,
});
const workers = Number(values.workers ?? Math.min(2, availableParallelism()));
const started = performance.now();
const minutes = () => `${((performance.now() - started) / 60_000).toFixed(1)} min`;

// All mutants, those that are known as equivalent, and the sample.
const files = SUBJECTS.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`))
  .filter((path) => path.endsWith('.ts'))
  .toSorted();
const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const byFile = new Map([...sources].map(([file, source]) => [file, findMutants(file, source)]));
const all = [...byFile.values()].flat();
const isSame = (known) => (mutant) =>
  mutant.file === known.file && mutant.lineText === known.line && mutant.operator === known.operator && mutant.after === known.after && mutant.nth === (known.nth ?? 1);
const known = EQUIVALENT.map((entry) => ({ ...entry, mutant: all.find(isSame(entry)) }));
const stale = known.filter(({ mutant }) => mutant === undefined).map((entry) => ({ ...entry, because: 'there is no such mutant' }));
const whyOf = new Map(known.flatMap(({ mutant, why }) => (mutant === undefined ? [] : [[mutant.id, why]])));
const isWanted = ({ file, line }) => wanted.length === 0 || wanted.some((place) => (/:\d+$/.test(place) ? place === `${file}:${line}` : file.startsWith(place)));
const asked = new Map([...byFile].map(([file, found]) => [file, found.filter(isWanted)]).filter(([, found]) => found.length > 0));
const mutants = sample(asked, Number(values.sample), values.seed).map((mutant, number) => ({ ...mutant, number }));
mkdirSync(cache, { recursive: true });
const planPath = join(cache, `mutation-plan-${process.pid}.json`);
process.once('exit', () => rmSync(planPath, { force: true }));
writeFileSync(planPath, JSON.stringify({ mutants, sources: Object.fromEntries([...sources].filter(([file]) => asked.has(file))) }));
console.log(`${mutants.length} of ${all.length} mutants, ${asked.size} files, seed ${values.seed}`);

const hands = Array.from({ length: workers }, () => createHand(planPath));
/** Gives each item to the next free worker. */
async function spread(items, work) {
  const queue = [...items];
  await Promise.all(
    hands.map(async (hand) => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(hand, item);
    }),
  );
}

// Which tests reach which mutant, how long they take; all of them must be green.
const { files: testFiles } = await hands[0].ask({ type: 'list' }, 120_000);
const batches = Array.from({ length: Math.ceil(testFiles.length / 8) }, (_, i) => testFiles.slice(i * 8, i * 8 + 8));
const tests = [];
await spread(batches, async (hand, batch) => {
  const answer = await hand.ask({ type: 'record', files: batch }, 180_000);
  if (answer === null || answer.killer !== null) fail(`The tests fail without any mutant: ${answer === null ? hand.log : `${answer.killer.test}: ${answer.killer.error}`}`);
  tests.push(...answer.tests);
});
const covering = coverage(tests);
console.log(`${tests.length} tests of ${testFiles.length} files, ${minutes()}; ${mutants.filter(({ number }) => !covering.has(number)).length} mutants are reached by none`);

// Each mutant against the tests that reach it.
const results = [];
await spread(mutants, async (hand, mutant) => {
  const chosen = inOrder(mutant, covering.get(mutant.number) ?? []);
  const slowest = Math.max(0, ...chosen.map(({ slowestMs }) => slowestMs));
  const timeoutMs = 4_000 + 4 * slowest;
  const begun = performance.now();
  let killer = null;
  if (chosen.length > 0) {
    const answer = await hand.ask({ type: 'run', number: mutant.number, timeoutMs, files: chosen.map(({ project, file, testIds }) => ({ project, file, testIds })) }, timeoutMs + 15_000);
    killer = answer === null ? { test: '(time limit)', error: 'the tests did not come back' } : answer.killer;
  }
  results.push({ ...mutant, killer, ms: performance.now() - begun, tests: chosen.reduce((sum, { count }) => sum + count, 0) });
  if (killer === null && !whyOf.has(mutant.id)) console.log(`survives ${mutant.file}:${mutant.line}  ${mutant.operator}  ${mutant.lineText}`);
  if (results.length % 50 === 0) console.log(`${results.length} of ${mutants.length}, ${results.filter((one) => one.killer === null).length} survive, ${minutes()}`);
});
for (const hand of hands) hand.end();
report();

function fail(message) {
  for (const hand of hands) hand.end();
  console.error(message);
  process.exit(1);
}

/** Mutant → the tests that reach it, by file; with a mutant of the module level every test of a file does. */
function coverage(tests) {
  const byTestFile = grouped(tests, keyOf);
  const found = new Map();
  const of = (number, key, first) => {
    if (!found.has(number)) found.set(number, new Map());
    const inFiles = found.get(number);
    if (!inFiles.has(key)) inFiles.set(key, { project: first.project, file: first.file, isWhole: false, tests: [] });
    return inFiles.get(key);
  };
  for (const [key, inFile] of byTestFile) {
    for (const number of inFile.flatMap(({ shared }) => shared ?? [])) Object.assign(of(number, key, inFile[0]), { isWhole: true, tests: inFile });
    for (const test of inFile) {
      for (const number of test.reached ?? []) {
        const entry = of(number, key, test);
        if (!entry.isWhole) entry.tests.push(test);
      }
    }
  }
  return new Map([...found].map(([number, inFiles]) => [number, [...inFiles.values()]]));
}

function keyOf({ project, file }) {
  return `${project} ${file}`;
}

function grouped(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** The file's own tests first, then those of its folder, then the quick ones. */
function inOrder(mutant, found) {
  const name = basename(mutant.file, '.ts').replace('.machine', '');
  const folder = basename(dirname(mutant.file));
  const isNear = (file) => (basename(file).startsWith(name) ? 2 : dirname(relative(root, file)).endsWith(`/${folder}`) ? 1 : 0);
  return found
    .map(({ project, file, isWhole, tests: chosen }) => ({
      project,
      file,
      testIds: isWhole ? undefined : chosen.map(({ id }) => id),
      count: chosen.length,
      ms: chosen.reduce((sum, { ms }) => sum + ms, 0),
      slowestMs: Math.max(...chosen.map(({ ms }) => ms)),
      isDom: project === 'dom' ? 1 : 0,
      near: isNear(file),
    }))
    .toSorted((a, b) => a.isDom - b.isDom || b.near - a.near || a.ms - b.ms);
}

function report() {
  const survivors = results.filter(({ killer }) => killer === null).toSorted((a, b) => a.number - b.number);
  const explained = survivors.filter(({ id }) => whyOf.has(id));
  const open = survivors.filter(({ id }) => !whyOf.has(id));
  // A time limit on a busy machine disproves nothing; a failed assertion does.
  const refuted = results.filter(({ id, killer }) => whyOf.has(id) && killer !== null && !/time limit|timed out/i.test(killer.test + killer.error));
  for (const { file, lineText, operator, after, killer } of refuted) stale.push({ file, line: lineText, operator, after, because: `it is killed by ${killer.test}` });

  const rows = [...grouped(results, ({ file }) => file)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  console.log(`\n${'file'.padEnd(48)} mutants killed survived equivalent`);
  for (const [file, of] of rows) {
    const alive = of.filter(({ killer }) => killer === null);
    const same = alive.filter(({ id }) => whyOf.has(id)).length;
    console.log(`${file.padEnd(48)} ${String(of.length).padStart(7)} ${String(of.length - alive.length).padStart(6)} ${String(alive.length - same).padStart(8)} ${String(same).padStart(10)}`);
  }
  for (const mutant of open) {
    const { before, after, operator } = describeMutant(mutant);
    console.log(`\nsurvives  ${mutant.file}:${mutant.line}  ${operator}  (${mutant.tests} tests reach it)\n  in      ${mutant.lineText}\n  before  ${before}\n  after   ${after}\n  entry   ${JSON.stringify({ file: mutant.file, line: mutant.lineText, operator: mutant.operator, after: mutant.after, ...(mutant.nth > 1 && { nth: mutant.nth }) })}`);
  }
  for (const mutant of explained) console.log(`\nequivalent  ${mutant.file}:${mutant.line}  ${mutant.operator}: ${describeMutant(mutant).before} → ${describeMutant(mutant).after}\n  why       ${whyOf.get(mutant.id)}`);
  for (const { file, line, operator, because } of stale) console.log(`\nstale entry in scripts/mutation/equivalent.mjs: ${file}  ${operator}  ${line}\n  ${because}`);

  const counted = results.length - explained.length;
  const killed = results.length - survivors.length;
  const share = counted === 0 ? 100 : (100 * killed) / counted;
  const isGood = share >= Number(values.least) && stale.length === 0;
  writeFileSync(join(cache, 'mutation.json'), JSON.stringify(results, null, 1));
  console.log(`\n${killed} of ${counted} killed (${share.toFixed(1)} %), ${open.length} survive, ${explained.length} equivalent, ${minutes()}; each with its killer: ${relative(root, join(cache, 'mutation.json'))}`);
  console.log(JSON.stringify({ mutants: results.length, killed, survived: open.length, equivalent: explained.length, stale: stale.length, share: Number(share.toFixed(2)), seed: values.seed, minutes: Number(((performance.now() - started) / 60_000).toFixed(1)) }));
  process.exit(isGood ? 0 : 1);
}
