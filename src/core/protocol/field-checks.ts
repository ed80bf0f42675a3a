/**
 * The leaves of the client's checks, and what makes a table of them.
 * Not here: which field must be what (`checks.ts`, generated from `schemas.ts`).
 */
import type { Check } from './codec.js';

export interface Fields {
  readonly [field: string]: Value;
}
/** Whatever stands where an object is expected: a text, a number and a list have none of its fields. */
export type Value = Fields | null | undefined;

type Rule<Given> = (given: Given) => boolean;

export const isText = (value: unknown, maxLength = Infinity): boolean => typeof value === 'string' && value.length <= maxLength;
/** A whole number that can be counted with. */
export const isCount = (value: unknown, least = 0): boolean => Number.isSafeInteger(value) && (value as number) >= least;
export const isMs = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
export const isFlag = (value: unknown): boolean => typeof value === 'boolean';
export const isAbsentOr = (value: Value, rule: Rule<Value>): boolean => value === undefined || rule(value);
export const isListOf = (value: unknown, rule: Rule<Value>): boolean => Array.isArray(value) && value.every(rule);

export function checksOf<Type extends string>(rules: Readonly<Record<Type, Rule<Fields>>>): ReadonlyMap<string, Check> {
  return new Map(Object.entries<Rule<Fields>>(rules).map(([type, rule]): [string, Check] => [type, (frame) => (rule(frame as unknown as Fields) ? null : type)]));
}
