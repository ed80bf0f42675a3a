/**
 * Any Standard Schema, asked at once. Not here: what follows from its answer.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DEV } from './errors.js';
import type { Schema } from './contract.js';

/** What a validator says, in one shape. */
export type Validated = { readonly ok: true; readonly value: unknown } | Misfit;

export interface Misfit {
  readonly ok: false;
  /** `misuse`: the value is not to blame, the schema can judge none. */
  readonly code: 'invalid' | 'misuse';
  readonly issues: string;
  /** The schema threw this instead of an answer; it may hold what the other end must not see. */
  readonly thrown?: unknown;
}

/** `issues` are for people alone: a page's production build is without them. */
const misfit = (issues: string, code: Misfit['code'] = 'invalid'): Misfit => ({ ok: false, code, issues });

/** Validates at once and never throws; a schema that answers with a promise is refused, because order would be lost while it waits. */
export function validate(schema: Schema | undefined, value: unknown): Validated {
  if (schema === undefined) return value === undefined || value === null ? { ok: true, value: undefined } : misfit(DEV && 'nothing was expected');
  let result: ReturnType<Schema['~standard']['validate']>;
  try {
    result = schema['~standard'].validate(value);
  } catch (cause) {
    return { ...misfit(DEV && `the schema threw: ${String(cause)}`), thrown: cause };
  }
  if (typeof result !== 'object' || result === null) return misfit(DEV && 'the schema gave no result; it is not a Standard Schema', 'misuse');
  if (isPromise(result)) return later(result);
  if (result.issues !== undefined) return misfit(DEV && Array.from(result.issues).slice(0, 5).map(describeIssue).join('; '));
  // Where a transform is asynchronous and the validator is not, the promise itself would pass for the value.
  return isPromise(result.value) ? later(result.value) : { ok: true, value: result.value };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}

function later(promise: PromiseLike<unknown>): Misfit {
  // Nobody waits for it, so nobody would hear how it failed.
  promise.then(undefined, () => {});
  return misfit(DEV && 'its schema validates asynchronously; use a synchronous one, and leave what has to wait to the handler', 'misuse');
}

/** As JavaScript writes a path; some validators begin their sentence with it. */
function describeIssue({ path, message }: StandardSchemaV1.Issue): string {
  let where = '';
  // An array of a validator's own class may map to more than it holds.
  for (const part of path ?? []) {
    const key = typeof part === 'object' ? part.key : part;
    where += typeof key === 'number' ? `[${key}]` : where === '' ? String(key) : `.${String(key)}`;
  }
  return where === '' || message.startsWith(`${where} `) ? message : `${where}: ${message}`;
}
