// The server as a process that is killed, frozen and started again: up, frozen or down, and a new one whenever it ends by itself.
import { fork, spawn as startProcess, type ChildProcess } from 'node:child_process';
import type { ServerState } from './fault.js';
import type { Flood, Listening } from './supervised.js';

/** A server that ends by itself is started again after this, and after twice as long each time until it has listened. */
const AGAIN_MS = 500;
const AGAIN_CAP_MS = 10_000;

/** Who waits for the first time that it listens. */
interface First {
  resolve(): void;
  reject(error: Error): void;
}

export type ProcessState = Omit<ServerState, 'sockets'>;

export interface ServerProcess {
  /** Resolves when it listens for the first time. Rejects if it ends before: what cannot start once will not start by itself. */
  start(): Promise<void>;
  state(): ProcessState;
  /** Where it listens; null while it is down. A frozen one still has a port, and answers nothing on it. */
  port(): number | null;
  kill(downMs: number): void;
  /** False while there is nobody to freeze; `flood` the same. */
  freeze(forMs: number): boolean;
  flood(perSecond: number, forMs: number): boolean;
  /** Ends it politely, and resolves when it is gone. */
  stop(): Promise<void>;
}

export function createServerProcess(server: URL): ServerProcess {
  let child: ChildProcess | null = null;
  let port: number | null = null;
  let run = 0;
  let isStopping = false;
  let againMs = AGAIN_MS;
  /** How long it shall be away, when it was killed; null when it ends by itself. */
  let downMs: number | null = null;
  let upAt: number | null = null;
  let isFrozen = false;
  let waker: ChildProcess | null = null;
  let timer: NodeJS.Timeout | undefined;
  let first: First | null = null;

  function later(ms: number, act: () => void): void {
    clearTimeout(timer);
    upAt = Date.now() + ms;
    timer = setTimeout(act, ms);
  }
  function spawn(): void {
    run += 1;
    child = fork(server, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', ({ listening }: Listening) => {
      // Killed before it could say so.
      if (downMs !== null) return;
      port = listening;
      upAt = null;
      againMs = AGAIN_MS;
      first?.resolve();
      first = null;
    });
    // What cannot be told to a process that is just ending; its end comes by itself.
    child.on('error', () => {});
    child.once('exit', ended);
  }
  function ended(): void {
    waker?.kill();
    child = null;
    port = null;
    isFrozen = false;
    if (isStopping) return;
    if (first !== null && downMs === null) return first.reject(new Error('The server ended before it listened.'));
    if (downMs === null) {
      later(againMs, spawn);
      againMs = Math.min(againMs * 2, AGAIN_CAP_MS);
    } else later(downMs, spawn);
    downMs = null;
  }
  function thaw(): void {
    isFrozen = false;
    upAt = null;
    waker?.kill();
    child?.kill('SIGCONT');
  }

  return {
    start: () =>
      new Promise((resolve, reject) => {
        first = { resolve, reject };
        spawn();
      }),
    state: () => ({ server: port === null ? 'down' : isFrozen ? 'frozen' : 'up', pid: port === null ? null : (child?.pid ?? null), run, upAt }),
    port: () => port,
    kill(forMs) {
      if (child === null) return later(forMs, spawn);
      downMs = forMs;
      upAt = Date.now() + forMs;
      port = null;
      child.kill('SIGKILL');
    },
    freeze(forMs) {
      if (port === null || child === null) return false;
      isFrozen = true;
      child.kill('SIGSTOP');
      waker?.kill();
      waker = wakeLater(child.pid, forMs);
      later(forMs, thaw);
      return true;
    },
    flood(perSecond, forMs) {
      if (port === null || child === null || !child.connected) return false;
      return child.send({ flood: { perSecond, forMs } } satisfies Flood);
    },
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      const last = child;
      if (last === null) return;
      const gone = new Promise((resolve) => last.once('exit', resolve));
      last.kill('SIGCONT');
      last.kill('SIGTERM');
      await gone;
    },
  };
}

/** Lets a frozen process go on even if its supervisor is dead by then: stopped, it could not notice, and would stay for ever. */
function wakeLater(pid: number | undefined, ms: number): ChildProcess {
  const wait = `setTimeout(() => { try { process.kill(${pid}, 'SIGCONT'); } catch {} }, ${ms + 1_000})`;
  const waker = startProcess(process.execPath, ['-e', wait], { detached: true, stdio: 'ignore' });
  waker.on('error', () => {});
  waker.unref();
  return waker;
}
