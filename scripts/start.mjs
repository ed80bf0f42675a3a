// `npm start [-- EXAMPLE]`: builds the library and one example (the desk), then runs it; it prints its URL when it listens.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { buildExample } from './build-example.mjs';

const host = process.env.HOST ?? '127.0.0.1';
const [port, { program, page, data }] = await Promise.all([choosePort(), buildExample(process.argv[2] ?? 'desk').catch((error) => fail(error.message))]);

const child = spawn(process.execPath, [program], {
  stdio: 'inherit',
  env: { ...process.env, NODE_ENV: process.env.NODE_ENV ?? 'production', PORT: String(port), HOST: host, PAGE_DIR: page, DATA_DIR: process.env.DATA_DIR ?? data },
});
child.on('exit', (code, signal) => process.exit(signal ? 0 : (code ?? 1)));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
// A crash of this script must not leave the server behind.
process.on('exit', () => child.kill());

/** PORT if it was given (and then only that), else 5173, else any free one. */
async function choosePort() {
  const given = process.env.PORT;
  if (!given) return (await isFree(5173)) ? 5173 : 0;
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`PORT is "${given}", not a port`);
  if (!(await isFree(port))) fail(`port ${port} is taken; give another one: PORT=${port + 1} npm start`);
  return port;
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

function fail(sentence) {
  console.error(`npm start: ${sentence}`);
  process.exit(1);
}
