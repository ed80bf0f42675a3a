/**
 * Reads the outcomes of restored commands: their promises and components are gone, so `onCommandSettled` alone gets them.
 * Nothing imports this file but what restores an outbox.
 */
import { PUBLISH, type AnyContract } from '../contract.js';
import { settledSnapshot, type SettledCommand } from './command-status.js';
import { readOutcome } from '../payloads.js';
import type { OnRestoredOutcome } from '../queue/outbox-snapshot.js';

export function createRestoredOutcome(contract: AnyContract | undefined, onCommandSettled: (command: SettledCommand) => void): OnRestoredOutcome {
  return ({ id, name, input, attempt }, outcome) => {
    const known = contract !== undefined && Object.hasOwn(contract.commands, name) ? contract.commands[name] : undefined;
    // A kept client event, or a command that the contract does not name any more: its output is not checked.
    const ref = known ?? { ...PUBLISH, key: name };
    onCommandSettled({ id, name, ...settledSnapshot(input, attempt, readOutcome(ref, outcome), outcome.kind === 'handed-over') } as SettledCommand);
  };
}
