/**
 * What a client sent as input, held against the contract. Not here: who may send it.
 */
import { validate } from '../../core/validate.js';
import type { CommandRef, QueryRef } from '../../core/contract.js';
import { RealtimeError } from '../../core/errors.js';
import type { Logger } from './logger.js';

export type ReadInput = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** What a schema throws is the application's own and stays here; what it finds wrong is for the sender. */
export function readInput(ref: QueryRef | CommandRef, input: unknown, logger: Logger): ReadInput {
  const result = validate(ref.input, input);
  if (result.ok) return result;
  // The fault is this server's own, whoever asked.
  if (result.code === 'misuse') throw new RealtimeError('misuse', `The input of ${ref.kind} '${ref.key}' cannot be checked: ${result.issues}.`);
  if (!('thrown' in result)) return { ok: false, message: `It does not fit the contract: ${result.issues.slice(0, 300)}.` };
  logger.error(`The input schema of ${ref.kind} '${ref.key}' threw.`, result.thrown);
  return { ok: false, message: 'It does not fit the contract.' };
}
