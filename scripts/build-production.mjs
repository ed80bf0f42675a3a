// A page pays for every sentence: what browsers load in production gets the codes of errors alone, without what was only ever said in a sentence,
// and close codes as numbers. Writes dist/production beside dist, which keeps the words for development and for Node. Run after the build.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, visitorKeys } from 'oxc-parser';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const target = join(dist, 'production');
/** What a page can import. */
const ROOMS = ['index.js', 'react', 'core', 'browser', 'contract', 'dialects'];
/** A server's sentences are read by those who run it, and a test may run where pages do: there it must find the page's own provider and errors. */
const WHOLE_ROOMS = ['testing', join('server', 'core')];

/** Which argument of these is for people. */
const SENTENCE_OF = { RealtimeError: 1, unfit: 1, misfit: 0, noAnswer: 2 };

rmSync(target, { recursive: true, force: true });
const { CloseCode } = await import(new URL('../dist/core/protocol/codes.js', import.meta.url));
const cut = { RealtimeError: 0, unfit: 0, misfit: 0, noAnswer: 0, CloseCode: 0, never: 0 };
for (const file of ROOMS.flatMap((room) => scripts(room))) write(file, lean(file, readFileSync(join(dist, file), 'utf8')));
for (const file of WHOLE_ROOMS.flatMap((room) => scripts(room))) write(file, readFileSync(join(dist, file), 'utf8'));
for (const [name, count] of Object.entries(cut)) if (count === 0) throw new Error(`No ${name} was found: is it called something else by now?`);
console.log(`dist/production: ${cut.RealtimeError} sentences fewer`);

function write(file, text) {
  const to = join(target, file);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
}

function scripts(path) {
  if (path.endsWith('.js')) return [path];
  return readdirSync(join(dist, path), { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(path, name));
}

/**
 * `new RealtimeError(code, sentence)` → `new RealtimeError(code)`, `unfit(why, detail)` → `unfit(why)`, `CloseCode.silent` → `4001`,
 * and no `default: return event`, which the compiler has proved to be never reached (`satisfies never`).
 */
function lean(file, text) {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const edits = [];
  const replace = (name, start, end, by) => {
    cut[name]++;
    edits.push({ start, end, by });
  };
  (function visit(node) {
    const { name } = (node.type === 'NewExpression' || node.type === 'CallExpression' ? node.callee : node.object) ?? {};
    const at = SENTENCE_OF[name];
    const sentence = node.arguments?.[at];
    if (sentence && at > 0 && at === node.arguments.length - 1) replace(name, node.arguments[at - 1].end, sentence.end, '');
    else if (sentence) replace(name, sentence.start, sentence.end, '""');
    else if (node.type === 'MemberExpression' && name === 'CloseCode') replace(name, node.start, node.end, String(CloseCode[node.property.name]));
    else if (node.type === 'SwitchStatement' && isProof(node)) replace('never', node.cases.at(-1).start, node.cases.at(-1).end, '');
    for (const key of visitorKeys[node.type] ?? []) {
      for (const child of [node[key]].flat()) if (child && child !== sentence) visit(child);
    }
  })(program);
  const proofs = edits.filter(({ by, start }) => by === '' && text.startsWith('default:', start)).length;
  if (proofs !== proofsOf(file)) throw new Error(`${file} returns what it switches on by default ${proofs} times, and its source proves ${proofsOf(file)} times that this is never reached.`);
  return edits.sort((a, b) => b.start - a.start).reduce((rest, { start, end, by }) => `${rest.slice(0, start)}${by}${rest.slice(end)}`, text);
}

/** Whether the last case only returns what the others are about. */
function isProof({ discriminant, cases }) {
  const { test, consequent } = cases.at(-1);
  const about = discriminant.type === 'MemberExpression' ? discriminant.object : discriminant;
  const [first] = consequent;
  return test === null && first?.type === 'ReturnStatement' && first.argument?.type === 'Identifier' && first.argument.name === about.name;
}

/** How often the source says so. */
function proofsOf(file) {
  const source = join(dist, '..', 'src', file.replace(/\.js$/, '.ts'));
  return existsSync(source) ? readFileSync(source, 'utf8').match(/default:\s+return \w+ satisfies never;/g)?.length ?? 0 : 0;
}
