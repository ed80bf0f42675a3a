/** One soak: a server process, client processes, a proxy between them that breaks connections, and the checker's process. Not a test. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createFaultProxy } from '../../wire/fault-proxy.js';
import type { Report } from './checker/checker.js';
import { hireCrew } from './client-crew.js';
import { KEPT_EVENTS } from './contract.js';
import { breakThings } from './faults.js';
import { openHistory } from './history.js';
import { buildPrograms } from './programs.js';
import type { FaultRecord } from './record.js';
import { keepServer } from './server-keeper.js';

export interface SoakOptions {
  readonly minutes: number;
  readonly clients: number;
  readonly processes: number;
  /** Events that the server publishes by itself, on average. */
  readonly eventsPerSecond: number;
  readonly faultEveryMs: number;
  /** Keeps the histories, and says where they are. */
  readonly isKept: boolean;
  onProgress(words: string): void;
}

/** How long everything may take to come to rest when nothing is broken any more. */
const REST_MS = 90_000;
/** What the last events have to arrive. */
const MARK_MS = 15_000;
const PROGRESS_MS = 30_000;
const KEEP_EVENTS_MS = 5 * 60_000;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export async function soak({ minutes, clients, processes, eventsPerSecond, faultEveryMs, isKept, onProgress }: SoakOptions): Promise<Report> {
  const programs = await buildPrograms();
  const server = keepServer(programs.server, programs.histories, eventsPerSecond);
  const proxy = await createFaultProxy(server.port);
  const ends: (() => unknown)[] = [() => server.stop(), () => proxy.close()];
  const forMs = minutes * 60_000;
  try {
    await server.start();
    const crew = hireCrew(programs.client, programs.histories, { port: proxy.port, processes, clients, longestMs: forMs + REST_MS + MARK_MS + 120_000 });
    ends.unshift(() => crew.stop());
    const assertAlive = (): void => {
      const failures = [...crew.failures, ...(server.failure === null ? [] : [server.failure])];
      if (failures.length > 0) throw new Error(failures.join('; '));
    };
    const history = openHistory<FaultRecord>(join(programs.histories, 'faults-0.jsonl'));
    const faults = breakThings({ proxy, server, crew, history, clients, everyMs: faultEveryMs });
    ends.unshift(() => faults.end());

    const endsAt = Date.now() + forMs;
    for (let left = forMs; left > 0; left = endsAt - Date.now()) {
      await pause(Math.min(PROGRESS_MS, left));
      assertAlive();
      const { delivered, connected, pending } = crew.report();
      onProgress(`${Math.max(0, Math.round((endsAt - Date.now()) / 1_000))} s left: ${delivered} events delivered, ${connected} clients connected, ${pending} pending, ${server.runs} server processes`);
    }

    await faults.end();
    history.close();
    crew.send({ do: 'quiet' });
    server.send({ do: 'quiet' });
    const restsBy = Date.now() + REST_MS;
    const isResting = (): boolean => crew.report().pending === 0 && crew.report().connected === clients;
    // Two reports in a row: the first may be older than the order.
    for (let calm = 0; calm < 3 && Date.now() < restsBy; calm = isResting() ? calm + 1 : 0) await pause(1_000);
    assertAlive();
    server.send({ do: 'mark' });
    await pause(MARK_MS);
    await crew.rest();
    assertAlive();
    await server.stop();
    const { stdout } = await promisify(execFile)(process.execPath, [programs.check, programs.histories, String(KEPT_EVENTS), String(KEEP_EVENTS_MS)], { maxBuffer: 2 ** 26 });
    return JSON.parse(stdout) as Report;
  } finally {
    for (const end of ends) await end();
    if (isKept) onProgress(`histories: ${programs.histories}`);
    else programs.remove();
  }
}
