/** Keeps one server process running, and kills, stops and continues it. Each new process has another storage. Not a test. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ServerOrder } from './orders.js';

export interface ServerKeeper {
  /** Null while no process listens. */
  port(): number | null;
  readonly runs: number;
  /** A process that ended by itself; null: none. */
  readonly failure: string | null;
  start(): Promise<void>;
  send(order: ServerOrder): void;
  /** SIGKILL; resolves when the next process listens. */
  kill(downMs: number): Promise<void>;
  /** SIGSTOP, and SIGCONT after a while. */
  freeze(forMs: number): Promise<void>;
  stop(): Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export function keepServer(program: string, histories: string, perSecond: number): ServerKeeper {
  let child: ChildProcess | null = null;
  let port: number | null = null;
  let runs = 0;
  let failure: string | null = null;
  let isExpected = false;

  async function start(): Promise<void> {
    runs += 1;
    isExpected = false;
    const next = fork(program, [join(histories, `server-${runs}.jsonl`), String(runs), String(perSecond)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
    child = next;
    next.on('error', () => {});
    next.once('exit', (code, signal) => {
      port = null;
      if (!isExpected) failure = `server process ${runs} ended by itself (${code ?? signal})`;
    });
    port = await new Promise((resolve, reject) => {
      next.once('message', ({ listening }: { readonly listening: number }) => resolve(listening));
      next.once('exit', () => reject(new Error('The server process ended before it listened.')));
    });
  }

  async function end(): Promise<void> {
    const last = child;
    isExpected = true;
    if (last === null || last.exitCode !== null || last.signalCode !== null) return;
    const gone = once(last, 'exit');
    last.kill('SIGKILL');
    await gone;
  }

  return {
    port: () => port,
    get runs() {
      return runs;
    },
    get failure() {
      return failure;
    },
    start,
    send: (order) => void child?.send(order, () => {}),
    async kill(downMs) {
      await end();
      await pause(downMs);
      await start();
    },
    async freeze(forMs) {
      const frozen = child;
      frozen?.kill('SIGSTOP');
      const waker = continueLater(frozen?.pid, forMs + 2_000);
      await pause(forMs);
      frozen?.kill('SIGCONT');
      waker.kill();
    },
    stop: end,
  };
}

/** Continues a stopped process even if its keeper is gone by then: it could not notice that, and would stay for ever. */
function continueLater(pid: number | undefined, ms: number): ChildProcess {
  const waker = spawn(process.execPath, ['-e', `setTimeout(() => { try { process.kill(${pid}, 'SIGCONT'); } catch {} }, ${ms})`], { detached: true, stdio: 'ignore' });
  waker.on('error', () => {});
  waker.unref();
  return waker;
}
