// `npm run storybook [-- OPTIONS OF storybook dev]`: the live server on a loopback port, and a Storybook that knows where it is.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildLive } from './build-live.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const host = '127.0.0.1';
const [port, program] = await Promise.all([choosePort(), buildLive()]);
const children = [];

// Other pages may neither open its sockets nor do faults to it.
const origins = [host, 'localhost'].map((name) => `http://${name}:${port}`).join(',');
const live = start(process.execPath, [program], { STORY_ORIGINS: origins }, ['ignore', 'pipe', 'inherit']);
const liveUrl = await new Promise((resolve) => createInterface({ input: live.stdout }).once('line', resolve));

console.log(`Storybook will be at http://${host}:${port} and its live server is at ${liveUrl}`);
const options = ['dev', '--ci', '--no-open', '--exact-port', '--host', host, '--port', String(port), ...process.argv.slice(2)];
start(join(root, 'node_modules', '.bin', 'storybook'), options, { STORYBOOK_LIVE_URL: liveUrl }, 'inherit');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));

/** Neither is left alone: the end of one is the end of the other. */
function start(command, args, env, stdio) {
  const child = spawn(command, args, { cwd: root, stdio, env: { ...process.env, ...env } });
  children.push(child);
  child.once('exit', (code) => end(code ?? 1));
  return child;
}

function end(code) {
  process.exitCode ??= code;
  for (const child of children) child.kill();
}

/** 6006 if it is free, else any that is. */
async function choosePort() {
  return (await tryPort(6006)) ?? (await tryPort(0));
}

function tryPort(wanted) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen(wanted, host, () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}
