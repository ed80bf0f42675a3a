/**
 * Any Standard Schema, asked at once. Not here: what follows from its answer.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Schema } from './contract.js';

/** What a validator says, in one shape. */
export type Validated =
  | { readonly ok: true; readonly value: unknown }
  /** `thrown`: the schema threw this instead of an answer; it may hold what the other end must not see. */
  | { readonly ok: false; readonly issues: string; readonly thrown?: unknown };

/** Validates at once and never throws; a schema that answers with a promise is refused, because order would be lost while it waits. */
export function validate(schema: Schema | undefined, value: unknown): Validated {
  if (schema === undefined) {
    return value === undefined || value === null ? { ok: true, value: undefined } : misfit('nothing was expected');
  }
  let result: ReturnType<Schema['~standard']['validate']>;
  try {
    result = schema['~standard'].validate(value);
  } catch (cause) {
    return { ...misfit(`the schema threw: ${String(cause)}`), thrown: cause };
  }
  if (typeof result !== 'object' || result === null) return misfit('the schema gave no result; it is not a Standard Schema');
  if ('then' in result) {
    result.then(undefined, () => {});
    return misfit('the schema validates asynchronously; use a synchronous one');
  }
  if (result.issues === undefined) return { ok: true, value: result.value };
  return misfit(result.issues.slice(0, 5).map(describeIssue).join('; '));
}

/** `issues` are for people alone: a page's production build is without them. */
function misfit(issues: string): { readonly ok: false; readonly issues: string } {
  return { ok: false, issues };
}

function describeIssue(issue: StandardSchemaV1.Issue): string {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
