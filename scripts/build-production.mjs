// A page pays for every sentence: what browsers load in production gets the codes of errors alone. Writes dist/production beside dist, which keeps the sentences for development and for Node. Run after the build.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, visitorKeys } from 'oxc-parser';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const target = join(dist, 'production');
/** What a page can import; the server keeps its sentences. */
const ROOMS = ['index.js', 'react', 'core', 'browser', 'contract', 'dialects'];

rmSync(target, { recursive: true, force: true });
let sentences = 0;
for (const file of ROOMS.flatMap((room) => scripts(room))) {
  const to = join(target, file);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, withoutSentences(file, readFileSync(join(dist, file), 'utf8')));
}
if (sentences === 0) throw new Error('No sentence was found: is RealtimeError called something else by now?');
console.log(`dist/production: ${sentences} sentences fewer`);

function scripts(path) {
  if (path.endsWith('.js')) return [path];
  return readdirSync(join(dist, path), { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(path, name));
}

/** `new RealtimeError(code, sentence, …)` → `new RealtimeError(code, "", …)`, and what goes into such a sentence: `misfit(issues, …)` → `misfit("", …)` */
function withoutSentences(file, text) {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const cuts = [];
  (function visit(node) {
    if (node.type === 'NewExpression' && node.callee.type === 'Identifier' && node.callee.name === 'RealtimeError' && node.arguments.length > 1) {
      cuts.push(node.arguments[1]);
      return;
    }
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'misfit') {
      cuts.push(node.arguments[0]);
      return;
    }
    for (const key of visitorKeys[node.type] ?? []) {
      const child = node[key];
      for (const one of [child].flat()) if (one) visit(one);
    }
  })(program);
  sentences += cuts.length;
  return cuts.reduceRight((rest, { start, end }) => `${rest.slice(0, start)}""${rest.slice(end)}`, text);
}
