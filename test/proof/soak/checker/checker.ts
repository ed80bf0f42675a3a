/**
 * Judges the histories of a soak: what clients were told against what the server did. Imports nothing of the library.
 * Long because each kind of record has its place here.
 */
import type { ClientRecord, FaultRecord, ServerRecord } from '../record.js';
import { createCommandCheck } from './command-check.js';
import { createComplaints } from './complaints.js';
import { createFoldCheck } from './fold-check.js';
import { createListenerCheck, type Retention } from './listener-check.js';
import { readTruth } from './truth.js';

export interface Report {
  readonly published: number;
  readonly delivered: number;
  readonly restarts: number;
  readonly mounts: Readonly<Record<string, number>>;
  readonly gaps: Readonly<Record<string, number>>;
  readonly views: number;
  readonly queries: number;
  readonly commands: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  readonly answeredBytes: number;
  readonly faults: Readonly<Record<string, number>>;
  /** How often a client was connected again. */
  readonly reconnects: number;
  /** The most links of one client that were ready at once. */
  readonly links: number;
  readonly clientsAtRest: number;
  /** By kind. */
  readonly violations: Readonly<Record<string, number>>;
  /** Of each kind the first few. */
  readonly first: readonly string[];
}

export interface Checker {
  take(record: ClientRecord | FaultRecord): void;
  end(): Report;
}

/** @param server - all records of all servers, in order; the clients' records are then taken one by one, each file in its order */
export function createChecker(server: Iterable<ServerRecord>, retention: Retention): Checker {
  const complaints = createComplaints();
  const truth = readTruth(server, (words) => complaints.add('storage', words));
  const listeners = createListenerCheck(truth, retention, complaints);
  const folds = createFoldCheck(truth, retention, complaints);
  const commands = createCommandCheck(truth, complaints);
  const faults: Record<string, number> = {};
  const connected = new Set<string>();
  let reconnects = 0;
  let links = 0;
  let clientsAtRest = 0;

  function take(record: ClientRecord | FaultRecord): void {
    switch (record.k) {
      case 'mount':
      case 'live':
      case 'deliver':
      case 'gap':
      case 'unmount':
        return listeners.take(record);
      case 'view':
        return folds.view(record);
      case 'query':
        return folds.query(record);
      case 'outcome':
        if (record.code !== 'done' && record.code !== 'result-expired') folds.failed(record.id);
        return commands.take(record);
      case 'send':
      case 'ask':
      case 'answer':
        return commands.take(record);
      case 'connection':
        links = Math.max(links, record.links);
        if (record.status === 'reconnecting') connected.add(record.c);
        else if (record.status === 'connected' && connected.delete(record.c)) reconnects += 1;
        return;
      case 'complaint':
        return complaints.add('complaint of a client', `${record.c}: ${record.code} ${record.message}`);
      case 'fault':
        faults[record.kind] = (faults[record.kind] ?? 0) + 1;
        return;
      case 'rest':
        clientsAtRest += 1;
        listeners.rest(record.c, record.listeners);
        folds.rest(record.views, record.queries);
        if (record.pending > 0) complaints.add('pending at rest', `${record.c}: ${record.pending} commands and questions`);
        return;
      default:
        record satisfies never;
    }
  }

  return {
    take,
    end() {
      commands.end();
      const { published, ...counts } = { published: truth.events, delivered: listeners.delivered };
      return {
        published,
        ...counts,
        restarts: truth.restarts,
        mounts: listeners.mounts,
        gaps: listeners.gaps,
        views: folds.views,
        queries: folds.queries,
        commands: Object.values(commands.outcomes).reduce((sum, count) => sum + count, 0),
        outcomes: commands.outcomes,
        answers: commands.answers,
        answeredBytes: commands.answeredBytes,
        faults,
        reconnects,
        links,
        clientsAtRest,
        violations: complaints.counts,
        first: complaints.first,
      };
    },
  };
}
