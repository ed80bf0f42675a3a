// `npm start [-- EXAMPLE]`: builds the library and one example, then runs its server. The server gets PORT, HOST and PAGE_DIR (the built page) and prints nothing it needs to.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const example = process.argv[2] ?? 'first';
const source = join(root, 'examples', example);
const out = join(root, 'dist-example', example);
const host = process.env.HOST ?? '127.0.0.1';

if (!existsSync(join(source, 'server.ts'))) fail(`there is no examples/${example}/server.ts`);

// First, so that a taken port is said at once.
const port = await choosePort();

// The example is built against the built library, through the doors of package.json, as a user's would be; beside dist/, which belongs to `npm run build`.
const library = join(out, 'library');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const alias = Object.entries(exports)
  .filter(([, to]) => typeof to === 'object')
  .map(([door, to]) => ({ find: new RegExp(`^holdfast${door.slice(1)}$`), replacement: join(library, to.default.replace('./dist/', '')) }));
const shared = { root: source, configFile: false, logLevel: 'error', resolve: { alias, dedupe: ['react', 'react-dom'] } };

await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: { outDir: library, emptyOutDir: false } });
await Promise.all([
  existsSync(join(source, 'index.html')) &&
    build({ ...shared, plugins: [react()], build: { outDir: join(out, 'page'), emptyOutDir: true, chunkSizeWarningLimit: 2_000 } }),
  build({ ...shared, build: { ssr: 'server.ts', outDir: join(out, 'server'), emptyOutDir: true, target: 'node20', rolldownOptions: { output: { entryFileNames: 'server.mjs' } } } }),
]);

const server = spawn(process.execPath, [join(out, 'server', 'server.mjs')], {
  stdio: 'inherit',
  env: { ...process.env, NODE_ENV: process.env.NODE_ENV ?? 'production', PORT: String(port), HOST: host, PAGE_DIR: join(out, 'page') },
});
let isOver = false;
server.on('exit', (code, signal) => {
  isOver = true;
  process.exit(signal ? 0 : (code ?? 1));
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
// A crash of this script must not leave the server behind.
process.on('exit', () => server.kill());

const deadline = Date.now() + 20_000;
while (!(await isListening(port))) {
  if (isOver || Date.now() > deadline) fail(`the server of examples/${example} does not listen on port ${port}`);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
console.log(`Holdfast is running at http://${host}:${port}`);

/** PORT if it was given (and then only that), else 5173, else any free one. */
async function choosePort() {
  const given = process.env.PORT;
  if (given !== undefined && given !== '') {
    const port = Number(given);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`PORT is "${given}", not a port`);
    return (await freePort(port)) ?? fail(`port ${port} is taken; give another one: PORT=${port + 1} npm start`);
  }
  return (await freePort(5173)) ?? (await freePort(0));
}

function freePort(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, host, () => {
      const found = probe.address().port;
      probe.close(() => resolve(found));
    });
  });
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

function fail(sentence) {
  console.error(`npm start: ${sentence}`);
  process.exit(1);
}
