// What npm would publish, looked at as a user gets it: doors that only open, "use client" where it belongs, types that resolve, nothing of this machine. Run `npm run build` first.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, visitorKeys } from 'oxc-parser';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const problems = [];
const figures = [];
/** Doors that no page opens in production: they keep their sentences. */
const NODE_DOORS = ['holdfast/server'];
/** Parts of dist/production that run where developers read: tests, and the server in them. */
const WITH_SENTENCES = ['server', 'testing'];
const slashed = (path) => relative(root, path).split(sep).join('/');

const checks = { doors, production, clients, declarations, lockfile, tarball, publint, attw };
const only = process.argv.slice(2);
for (const [name, check] of Object.entries(checks)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const before = problems.length;
  const figure = check();
  console.log(`${problems.length === before ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${figure}`);
  figures.push(figure);
}
for (const problem of problems) console.log(`package: ${problem}`);
console.log(problems.length === 0 ? figures.join('; ') : `${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

/** Each door is imported in a Node of its own, which must find itself as it was: no timer, no socket, no listener, no new global; and must end by itself. */
function doors() {
  const names = doorNames();
  for (const name of names) {
    const code = `
      const count = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
      const before = { keys: new Set(Reflect.ownKeys(globalThis)), listeners: count() };
      const called = [];
      for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']) {
        const real = globalThis[name];
        globalThis[name] = (...args) => { called.push(name); return real(...args); };
        globalThis[name].isWatch = true;
      }
      const exported = Object.keys(await import(${JSON.stringify(name)}));
      const changed = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch'].filter((name) => !globalThis[name].isWatch);
      console.log(JSON.stringify({
        exported: exported.length, called, changed,
        keys: Reflect.ownKeys(globalThis).filter((key) => !before.keys.has(key)).map(String).filter((key) => !key.startsWith('__zod_')),
        listeners: count() - before.listeners,
        // A file that is being closed by the loader is not ours.
        resources: process.getActiveResourcesInfo().filter((kind) => !/^(CloseReq|FSReq|TTYWrap|PipeWrap)/.test(kind)),
      }));`;
    for (const conditions of name === 'holdfast/contract' ? [[], ['--conditions=react-server']] : [[]]) {
      const run = spawnSync(process.execPath, [...conditions, '--input-type=module', '--eval', code], { cwd: root, encoding: 'utf8', timeout: 10_000 });
      const label = [name, ...conditions].join(' ');
      if (run.error || run.status !== 0) {
        problems.push(`importing ${label}: ${run.error ? 'does not end by itself' : run.stderr.trim().split('\n').slice(0, 6).join(' | ')}`);
        continue;
      }
      const seen = JSON.parse(run.stdout.trim().split('\n').at(-1));
      if (seen.exported === 0) problems.push(`${label} exports nothing`);
      for (const key of ['called', 'changed', 'keys', 'resources']) if (seen[key].length > 0) problems.push(`importing ${label} has an effect: ${key} ${seen[key].join(', ')}`);
      if (seen.listeners > 0) problems.push(`importing ${label} leaves ${seen.listeners} listeners on process`);
    }
  }
  return `${names.length} doors open without effect`;
}

/** The same doors without sentences: the same names, errors that say their code, and no class that is there twice. */
function production() {
  // A page's door left out here would bring a second RealtimeError with it, and `instanceof` would be false.
  const names = doorNames().filter((name) => !NODE_DOORS.includes(name));
  const code = `
    const at = (file) => import(new URL(file, ${JSON.stringify(`file://${root}/`)}));
    const { exports } = JSON.parse(process.argv[1]);
    const seen = [];
    for (const { development, production } of exports) seen.push([Object.keys(await at(development)).join(), Object.keys(await at(production)).join()]);
    const opened = await Promise.all(exports.map(({ production }) => at(production)));
    const [{ RealtimeError, channel }] = opened;
    const isOne = opened.every((door) => (door.RealtimeError ?? RealtimeError) === RealtimeError && (door.channel ?? channel) === channel);
    let thrown;
    try { channel('not a pattern', { events: {} }); } catch (error) { thrown = error; }
    // The provider of tests is that of the hooks: with another context than theirs, every hook would say that it is missing.
    const { createElement } = await import('react');
    const { renderToString } = await import('react-dom/server');
    const { RealtimeTestProvider, createTestServer, useConnectionStatus, defineContract } = Object.assign({}, ...opened);
    const Below = () => useConnectionStatus().status;
    const server = createTestServer({ contract: defineContract({ channels: {} }) });
    const shown = renderToString(createElement(RealtimeTestProvider, { server }, createElement(Below)));
    console.log(JSON.stringify({ seen, isOurs: isOne && thrown instanceof RealtimeError, message: thrown?.message, shown }));`;
  const exports = names.map((name) => manifest.exports[`.${name.slice('holdfast'.length)}`]).map((to) => ({ development: to.development ?? to.default, production: to.default }));
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code, JSON.stringify({ exports })], { cwd: root, encoding: 'utf8', timeout: 10_000 });
  if (run.status !== 0) {
    problems.push(`the production doors: ${run.stderr.trim().split('\n').slice(0, 6).join(' | ')}`);
    return 'failed';
  }
  const { seen, isOurs, message, shown } = JSON.parse(run.stdout.trim().split('\n').at(-1));
  seen.forEach(([development, lean], index) => development !== lean && problems.push(`${names[index]} exports other names in production`));
  if (!isOurs || message !== 'holdfast: misuse') problems.push(`an error of the production doors says '${message}', or RealtimeError is there twice`);
  if (shown !== 'idle') problems.push(`below the test provider of the production doors a hook says '${shown}'`);
  return `${names.length} doors, ${withoutSentences()} errors without sentences`;
}

/** A page pays for every sentence: the error of a page's file carries none in production. @returns how many errors were looked at */
function withoutSentences() {
  const folder = join(root, 'dist', 'production');
  let count = 0;
  for (const file of list(folder).filter((path) => path.endsWith('.js') && !WITH_SENTENCES.some((part) => path.startsWith(join(folder, part))))) {
    const text = readFileSync(file, 'utf8');
    (function visit(node) {
      if (node.type === 'NewExpression' && node.callee.name === 'RealtimeError') {
        count += 1;
        const [, sentence] = node.arguments;
        if (sentence?.type === 'TemplateLiteral' || (sentence?.type === 'Literal' && sentence.value !== '')) problems.push(`${slashed(file)} says ${text.slice(sentence.start, sentence.end)}: write DEV && before it in src`);
      }
      for (const key of visitorKeys[node.type] ?? []) for (const child of [node[key]].flat()) if (child) visit(child);
    })(parseSync(file, text).program);
  }
  if (count === 0) problems.push('no RealtimeError was found in dist/production: is it called something else by now?');
  return count;
}

/** A bundler for server components reads "use client" only from the first statement. */
function clients() {
  const sources = list(join(root, 'src')).filter((file) => /\.tsx?$/.test(file));
  let count = 0;
  for (const file of sources) {
    const text = readFileSync(file, 'utf8');
    const isMarked = /^(\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*['"]use client['"]/.test(text);
    if (!isMarked && file.includes(`${sep}react${sep}`) && (file.endsWith('.tsx') || /export (const|function) use[A-Z]/.test(text))) {
      problems.push(`${slashed(file)} holds a hook or a component and does not begin with 'use client'`);
    }
    if (!isMarked) continue;
    const built = file.replace(`${sep}src${sep}`, `${sep}dist${sep}`).replace(/\.tsx?$/, '.js');
    if (!existsSync(built)) continue; // types only
    count += 1;
    if (!/^["']use client["'];/.test(readFileSync(built, 'utf8'))) problems.push(`${slashed(built)} lost its "use client"`);
  }
  return `${count} client files`;
}

/** What a door shows may name only what a user has: our own files, dependencies with types, peers, Node. */
function declarations() {
  const typed = { ...manifest.dependencies, ...manifest.peerDependencies };
  const queue = Object.values(manifest.exports).flatMap((to) => (typeof to === 'object' ? [join(root, to.types)] : []));
  const seen = new Set();
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (!existsSync(file)) {
      problems.push(`${slashed(file)} is not there`);
      continue;
    }
    for (const [, quoted, imported] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*(?:['"]([^'"]+)['"]|\(['"]([^'"]+)['"]\))/g)) {
      const to = quoted ?? imported;
      if (to.startsWith('.')) {
        if (to.endsWith('.js')) queue.push(join(dirname(file), to.replace(/\.js$/, '.d.ts')));
        else problems.push(`${slashed(file)} imports '${to}' without .js`);
        continue;
      }
      if (to.startsWith('node:')) continue;
      const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : to.split('/')[0];
      if (!(name in typed)) problems.push(`${slashed(file)} names '${to}', which is no dependency`);
      // These bring no types, or types that must stay ours alone.
      if (['ws', 'reconnecting-websocket', 'use-sync-external-store'].includes(name)) problems.push(`${slashed(file)} shows types of '${to}' to users`);
    }
  }
  return `${seen.size} declarations`;
}

/** A lockfile that names a registry works for one machine only; one with a hole for none. */
function lockfile() {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const urls = text.split('\n').filter((line) => line.includes('"resolved"') && /https?:/.test(line)).length;
  if (urls > 0) problems.push(`package-lock.json has ${urls} "resolved" addresses: delete them, and keep omit-lockfile-registry-resolved in .npmrc`);
  // A registry that lacks a platform's binary at install time leaves a hole here without a word, and then `npm ci` refuses: choose a version that has them all.
  const { packages } = JSON.parse(text);
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    const missing = Object.keys(optionalDependencies).filter((name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages));
    if (missing.length > 0) problems.push(`package-lock.json lacks ${missing.length} optional dependencies of ${path} (${missing[0]} …): npm ci will fail`);
  }
  return `${Object.keys(packages).length - 1} locked packages`;
}

function tarball() {
  const run = npm(['pack', '--dry-run', '--json', '--ignore-scripts']);
  if (run.status !== 0) {
    problems.push(`npm pack: ${run.stderr.trim().split('\n').at(-1)}`);
    return 'npm pack';
  }
  const [pack] = Object.values(JSON.parse(run.stdout));
  const paths = pack.files.map((file) => file.path);
  for (const wanted of manifest.files.filter((file) => file !== 'dist')) if (!paths.some((path) => path === wanted || path.startsWith(`${wanted}/`))) problems.push(`the package lacks ${wanted}`);
  for (const path of paths) if (/\.(test|stories|bench)\.|(^|\/)(test|stories|scripts)\//.test(path)) problems.push(`the package contains ${path}`);
  for (const { path } of pack.files) {
    if (/\.(js|d\.ts|md|json)$/.test(path) && readFileSync(join(root, path), 'utf8').includes(root)) problems.push(`${path} names a folder of this machine`);
  }
  return `${paths.length} files, ${(pack.size / 1000).toFixed(1)} kB packed`;
}

function publint() {
  const run = bin('publint', ['--strict']);
  if (run.status !== 0) problems.push(`publint: ${(run.stdout + run.stderr).trim()}`);
  return 'publint --strict';
}

function attw() {
  const run = bin('attw', ['--pack', '.', '--profile', 'esm-only', '--no-emoji', '--format', 'ascii']);
  if (run.status !== 0) problems.push(`attw: ${(run.stdout + run.stderr).trim().split('\n').filter((line) => /failed|problem|❌|💀|🎭|docs\/problems/i.test(line) && !/ignored/.test(line)).join(' | ')}`);
  return 'attw esm-only';
}

function doorNames() {
  return Object.entries(manifest.exports).filter(([, to]) => typeof to === 'object').map(([door]) => `holdfast${door.slice(1)}`);
}

function list(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? list(join(folder, entry.name)) : [join(folder, entry.name)]));
}

function bin(name, args) {
  return spawnSync(process.execPath, [binPath(name), ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } });
}
function binPath(name) {
  const folder = join(root, 'node_modules', name === 'attw' ? '@arethetypeswrong/cli' : name);
  const { bin: bins } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bins === 'string' ? bins : bins[name]);
}
function npm(args) {
  return spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32', env: { ...process.env, npm_config_loglevel: 'error' } });
}
