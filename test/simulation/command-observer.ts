/** The invariants of a command: its outcome equals what its handler did, by the handler's own record; once, in order, and in time (rules L1, L7). */
import { RealtimeError } from '../../src/core/errors.js';
import type { ComplaintKind, Complaints } from './complaints.js';
import type { Plan } from './contract.js';
import type { ModelServer } from './model-server.js';
import type { Reached } from './sometimes.js';
import type { Swarm } from './swarm.js';
import type { Truth } from './truth.js';

export interface ObservedCommand {
  readonly id: string;
  readonly tag: string;
  readonly lane: string;
  readonly plan: Plan;
  readonly size: number;
  readonly at: number;
  readonly commandMs: number;
  /** How often the storage had been lost, by what the client could know when it was sent. */
  readonly losses: number;
  cancelledAt: number | null;
  /** The user changed, or the client was disposed. */
  isAbandoned: boolean;
  isOptimistic: boolean;
  ending: string;
  endedAt: number;
}

export interface CommandObserver {
  readonly all: readonly ObservedCommand[];
  /** How many have no outcome yet. */
  readonly waiting: number;
  find(id: string): ObservedCommand | undefined;
  add(command: Pick<ObservedCommand, 'id' | 'tag' | 'lane' | 'plan' | 'size' | 'commandMs' | 'isOptimistic'>, result: Promise<unknown>): ObservedCommand;
  /** Another user, or the end: what has no outcome yet may never have one that is known. */
  abandon(): void;
  checkRest(): void;
}

/** With these a command can be begun several times without a commit. */
const POISONING: ReadonlySet<string> = new Set(['crash', 'amnesia', 'restart']);

export function createCommandObserver(parts: {
  readonly who: string;
  readonly now: () => number;
  readonly server: ModelServer;
  readonly truth: Truth;
  readonly swarm: Swarm;
  readonly knownLosses: () => number;
  /** Whether a socket has taken the command. */
  readonly wasSent: (id: string) => boolean;
  errorCode(id: string): string | undefined;
  readonly complaints: Complaints;
  readonly reached: Reached;
}): CommandObserver {
  const { who, now, server, truth, swarm, knownLosses, wasSent, errorCode, complaints, reached } = parts;
  const all: ObservedCommand[] = [];
  let waiting = 0;
  const byId = new Map<string, ObservedCommand>();

  const complain = (kind: ComplaintKind, { id, tag, plan }: ObservedCommand, what: string): void => complaints.add(kind, who, `command ${tag} (${plan}, ${id}) ${what}`);

  const ended = (command: ObservedCommand, ending: string, value: unknown): void => {
    if (command.ending !== 'pending') return complain('outcome-twice', command, `ended ${ending} after ${command.ending}`);
    waiting--;
    command.ending = ending;
    command.endedAt = now();
    reached.addSeen(`outcome: ${ending}`);
    const runs = server.runs(command.tag);
    const did = runs.map(({ end }) => end).join() || 'nothing';
    const has = (end: string): boolean => runs.some((run) => run.end === end);
    const stored = truth.commits(command.id).map(({ kind, code }) => code ?? kind);
    const waitedMs = command.endedAt - command.at;
    switch (ending) {
      case 'done': {
        const run = runs.find(({ end }) => end === 'returned');
        if (run === undefined || !stored.includes('done')) return complain('outcome-done-wrong', command, `ended done; its handler did ${did}, stored is ${stored.join() || 'nothing'}`);
        if (JSON.stringify(value) !== JSON.stringify(run.result)) complain('outcome-done-wrong', command, `ended done with ${JSON.stringify(value)?.slice(0, 60)}, its handler returned ${JSON.stringify(run.result)?.slice(0, 60)}`);
        return;
      }
      case 'result-expired':
        if (!has('returned') || !stored.includes('done') || swarm.keeps.resultBytesPerPrincipal > 100_000) complain('outcome-failed-wrong', command, `ended result-expired; its handler did ${did}`);
        return;
      case 'rejected': {
        const error = value as RealtimeError;
        // The payload may be gone, never the kind (rule L7).
        const isExpired = error.data === undefined && swarm.keeps.resultBytesPerPrincipal < 100_000;
        const isOwn = isExpired || (error.reason === 'refused' && (error.data as { tag?: string } | undefined)?.tag === command.tag);
        if (isExpired) reached.add('outcome: rejected, its data expired');
        if (!has('rejected') || !isOwn) complain('outcome-failed-wrong', command, `ended rejected (${error.reason}); its handler did ${did}`);
        return;
      }
      case 'internal':
        // Begun three times and never committed, by crashes.
        if (errorCode(command.id) === 'poisoned' && runs.every(({ end }) => end === 'interrupted') && swarm.faults.some((fault) => POISONING.has(fault))) return reached.add('outcome: poisoned');
        if (!has('threw')) complain('outcome-failed-wrong', command, `ended internal; its handler did ${did}`);
        return;
      case 'forbidden':
        if (!server.isDenied(command.tag)) complain('outcome-failed-wrong', command, `ended forbidden, and no rule has refused it; its handler did ${did}`);
        return;
      case 'timeout':
        if (!stored.includes('timeout')) complain('outcome-early', command, `ended timeout after ${waitedMs} ms; stored is ${stored.join() || 'nothing'}`);
        return;
      case 'expired':
        if (Math.ceil(waitedMs) < command.commandMs) complain('outcome-early', command, `ended expired after ${waitedMs} of ${command.commandMs} ms`);
        return;
      case 'cancelled':
        if (command.cancelledAt === null && !command.isAbandoned) complain('outcome-early', command, 'ended cancelled, and nobody cancelled it');
        return;
      case 'queue-full':
        if (swarm.outboxCommands > 100) complain('outcome-early', command, 'ended queue-full in an outbox that was not full');
        return;
      case 'outcome-unknown': {
        // A withdrawn command whose server stays silent is given up on.
        const isWithdrawn = command.cancelledAt !== null || Math.ceil(waitedMs) >= command.commandMs;
        const why = !wasSent(command.id) ? 'it was never sent' : server.losses > command.losses || command.isAbandoned || isWithdrawn ? null : 'nothing made it unknown';
        if (why !== null) complain('outcome-unknown-wrong', command, `ended outcome-unknown after ${Math.round(waitedMs)} ms, and ${why}; its handler did ${did}`);
        return;
      }
      default:
        complain('outcome-failed-wrong', command, `ended ${ending}; its handler did ${did}, stored is ${stored.join() || 'nothing'}`);
    }
  };

  const checkEffects = (command: ObservedCommand): void => {
    const runs = server.runs(command.tag);
    const finished = runs.filter(({ end }) => end !== 'interrupted').length;
    const stored = truth.commits(command.id);
    if (finished > 1) complain('effect-twice', command, `was run ${finished} times to the end`);
    const wasCrashed = runs.some(({ end }) => end === 'interrupted');
    if (runs.length > 1 && !wasCrashed) complain('effect-twice', command, `was begun ${runs.length} times`);
    if (stored.filter(({ kind }) => kind === 'done').length > 1) complain('effect-twice', command, 'was committed twice');
    const isFailure = !['done', 'outcome-unknown', 'result-expired', 'pending'].includes(command.ending);
    if (isFailure && stored.some(({ kind }) => kind === 'done')) complain('effect-after-failure', command, `ended ${command.ending} and is committed`);
  };

  return {
    all,
    get waiting() {
      return waiting;
    },
    find: (id) => byId.get(id),
    add(given, result) {
      const command: ObservedCommand = { ...given, at: now(), losses: knownLosses(), cancelledAt: null, isAbandoned: false, ending: 'pending', endedAt: 0 };
      waiting++;
      all.push(command);
      byId.set(command.id, command);
      result.then(
        (value) => ended(command, 'done', value),
        (error: unknown) => ended(command, error instanceof RealtimeError ? error.code : String(error), error),
      );
      return command;
    },
    abandon() {
      for (const command of all) if (command.ending === 'pending') command.isAbandoned = true;
    },
    checkRest() {
      const lastEffect = new Map<string, number>();
      for (const command of all) {
        if (command.ending === 'pending') complain('outcome-pending', command, `has no outcome after ${now() - command.at} ms; its handler did ${server.runs(command.tag).map(({ end }) => end).join() || 'nothing'}`);
        checkEffects(command);
        const sequence = truth.firstEffect(command.id);
        // One of which the outcome was given up may still wait in a lane that the client has left.
        if (sequence === undefined || command.ending === 'outcome-unknown') continue;
        if (sequence < (lastEffect.get(command.lane) ?? -1)) complain('effect-order', command, `took effect before an earlier one of lane ${command.lane}`);
        lastEffect.set(command.lane, sequence);
      }
    },
  };
}
