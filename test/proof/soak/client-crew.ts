/** The soak's client processes. Not a test. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ClientOrder, ClientReport } from './orders.js';

export interface ClientCrew {
  /** To the process that has the client; without a client to all. */
  send(order: ClientOrder): void;
  /** The newest reports of all processes, added up. */
  report(): ClientReport;
  /** Processes that ended before they were told to. */
  readonly failures: readonly string[];
  /** Has everybody write down where it stands; resolves when all processes have ended. */
  rest(): Promise<void>;
  stop(): Promise<void>;
}

interface Member {
  readonly child: ChildProcess;
  readonly clients: readonly string[];
  readonly gone: Promise<unknown>;
  report: ClientReport;
}

export function hireCrew(program: string, histories: string, parts: { readonly port: number; readonly processes: number; readonly clients: number; readonly longestMs: number }): ClientCrew {
  const { port, processes, clients, longestMs } = parts;
  const each = Math.ceil(clients / processes);
  const failures: string[] = [];
  let isEnding = false;
  const members: Member[] = Array.from({ length: processes }, (_, index) => {
    const first = index * each;
    const count = Math.min(each, clients - first);
    const child = fork(program, [join(histories, `client-${index}.jsonl`), port, first, count, longestMs].map(String), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
    const member: Member = { child, clients: Array.from({ length: count }, (_none, n) => `c${first + n}`), gone: once(child, 'exit'), report: { pending: 0, connected: 0, delivered: 0 } };
    child.on('error', () => {});
    child.on('message', (report: ClientReport) => (member.report = report));
    child.once('exit', (code, signal) => {
      if (!isEnding || code !== 0) failures.push(`client process ${index} ended by itself (${code ?? signal})`);
    });
    return member;
  });

  return {
    send(order) {
      for (const { child, clients: own } of members) if (!('client' in order) || own.includes(order.client)) child.send(order, () => {});
    },
    report: () => members.reduce((sum, { report }) => ({ pending: sum.pending + report.pending, connected: sum.connected + report.connected, delivered: sum.delivered + report.delivered }), { pending: 0, connected: 0, delivered: 0 }),
    failures,
    async rest() {
      isEnding = true;
      for (const { child } of members) child.send({ do: 'rest' } satisfies ClientOrder, () => {});
      await Promise.all(members.map(({ gone }) => gone));
    },
    async stop() {
      isEnding = true;
      for (const { child } of members) child.kill('SIGKILL');
      await Promise.all(members.map(({ gone, child }) => (child.exitCode === null && child.signalCode === null ? gone : Promise.resolve())));
    },
  };
}
