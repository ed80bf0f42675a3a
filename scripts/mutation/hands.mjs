// The workers of a mutation run: each a process group of its own, ended whole when a mutant never comes back.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const living = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const child of living) endGroup(child);
    process.exit(130);
  });
}
process.once('exit', () => {
  for (const child of living) endGroup(child);
});

function endGroup(child) {
  living.delete(child);
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** A worker that is started when it is first asked, and anew after it had to be ended. */
export function createHand(planPath) {
  let child = null;
  let log = '';

  async function start() {
    child = spawn(process.execPath, [join(here, 'worker.mjs'), '--project', 'unit', '--project', 'dom'], {
      cwd: join(here, '..', '..'),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...withoutVitest(process.env), HOLDFAST_MUTATION_PLAN: planPath, HOLDFAST_SEED: '1', HOLDFAST_RUNS: '3', NO_COLOR: '1' },
    });
    living.add(child);
    log = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-20_000)));
    if ((await next(120_000)) === null) throw new Error(`A worker did not start: ${log}`);
  }

  /** The worker's next answer; null if it says nothing for so long, or ends. */
  function next(silenceMs) {
    const asked = child;
    return new Promise((resolve) => {
      let timer;
      const done = (answer) => {
        clearTimeout(timer);
        asked.off('message', hear);
        asked.off('exit', onExit);
        if (answer === null) {
          endGroup(asked);
          child = null;
        }
        resolve(answer);
      };
      const onExit = () => done(null);
      const watch = () => {
        clearTimeout(timer);
        timer = setTimeout(() => done(null), silenceMs);
      };
      const hear = (message) => (message.type === 'progress' ? watch() : done(message));
      asked.on('message', hear);
      asked.on('exit', onExit);
      watch();
    });
  }

  return {
    get log() {
      return log;
    },
    async ask(message, silenceMs) {
      if (child === null) await start();
      child.send(message);
      const answer = await next(silenceMs);
      if (answer?.type === 'broken') throw new Error(answer.error);
      return answer;
    },
    end() {
      if (child !== null) endGroup(child);
      child = null;
    },
  };
}

/** A run inside of a proof inherits that Vitest's variables. */
function withoutVitest(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$|VITE_)/.test(name)));
}
