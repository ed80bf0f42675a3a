// A Vite plugin: `reconnecting-websocket` compiled from the TypeScript that the package ships, instead of the ES5 that it ships (docs/decisions/0016).
// Nothing of it is copied into this repository, and nothing that it does is changed: its private members become private names of JavaScript, which a
// page's minifier shortens, and its debug log is left out. test/rooms/browser/reconnecting-websocket.test.ts holds the result and the package to one contract.
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, normalizePath } from 'vite';

const NAME = 'reconnecting-websocket';
/** As a bundler names it, wherever node_modules leads. */
const folder = normalizePath(realpathSync(fileURLToPath(new URL(`../node_modules/${NAME}`, import.meta.url))));
/** SHA-256 of the sources that the edits below were written for. */
const SOURCES = {
  'reconnecting-websocket.ts': '3a7a01051d23fb4dbd2662f7ae2acd4f47f180e73b1e5fe749efd68bf0f602fd',
  'events.ts': '5440cb80b255f109aecdcd0ea61181b7a7f1dfd865a63942b2f502a1f84fdb70',
};
const VIRTUAL = `\0${NAME}`;
/** Where the library's build puts the module, and the licence that goes with it. */
const OUTPUT = `browser/${NAME}`;

export function reconnectingWebSocket() {
  let compiled;
  return {
    name: 'holdfast:reconnecting-websocket',
    enforce: 'pre',
    resolveId: (id) => (id === NAME ? VIRTUAL : null),
    load: (id) => (id === VIRTUAL ? (compiled ??= compile()) : null),
    outputOptions(options) {
      if (!options.preserveModules) return null;
      return { ...options, entryFileNames: ({ name }) => (name.endsWith(NAME) ? `${OUTPUT}.js` : '[name].js') };
    },
    generateBundle(options) {
      if (options.preserveModules) this.emitFile({ type: 'asset', fileName: `${OUTPUT}.LICENSE`, source: readFileSync(join(folder, 'LICENSE')) });
    },
  };
}

/** One module without imports. */
async function compile() {
  const [{ output }] = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [{ name: 'edit', enforce: 'pre', load: (id) => (dirname(id) === folder ? edit(readSource(basename(id))) : null) }],
    build: { write: false, target: 'es2022', minify: false, lib: { entry: join(folder, `${NAME}.ts`), formats: ['es'] } },
  });
  const [{ code }] = output;
  if (/debug\(|RWS>|\._/.test(code)) throw new Error(`${NAME}: the debug log or a private name is still there`);
  return code;
}

function readSource(file) {
  const text = readFileSync(join(folder, file), 'utf8');
  const hash = createHash('sha256').update(text).digest('hex');
  if (hash !== SOURCES[file])
    throw new Error(
      `${NAME}/${file} is not the source of version 4.4.0 (SHA-256 ${hash}). Read what has changed, run its contract tests, then write the new hash here.`,
    );
  return text;
}

/** Both edits are exact for the sources above: every name that begins with `_` is a private member, and every call of `_debug` is a statement on one line. */
function edit(text) {
  return text
    .replace(/^ +this\._debug\(.*\);\n/gm, '')
    .replace(/^ {4}private _debug\([^]*?\n {4}\}\n/m, '')
    .replace(/\bprivate ((?:readonly )?)_/g, '$1_')
    .replace(/\b_(?=[a-z])/g, '#');
}
