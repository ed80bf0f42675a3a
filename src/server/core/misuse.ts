/**
 * What the types forbid and plain JavaScript does, told where it enters: else it would be a TypeError somewhere later, or
 * nobody let in without a word. Not here: names that the contract does not have (catalog).
 */
import { RealtimeError } from '../../core/errors.js';

const BROKER_CALLS = ['start', 'stop', 'fence', 'confirmedMs', 'watch', 'unwatch', 'publish', 'head', 'read', 'openLane', 'begin', 'void', 'commit'];
const KINDS = ['channels', 'clientEvents', 'queries', 'commands'];

type Loose = Readonly<Record<string, unknown>>;

export function misuse(sentence: string): never {
  throw new RealtimeError('misuse', sentence);
}

/** `a string`, for a sentence. */
export function nameOfKind(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const assertFunctions = (what: string, value: Loose, names: readonly string[], remedy: string): void => {
  for (const name of names) if (typeof value[name] !== 'function') misuse(`${what} has no function '${name}'. ${remedy}`);
};

export function assertServerOptions(options: unknown): void {
  if (!isObject(options)) return misuse('createRealtimeServer needs an object: { contract, broker, … }.');
  const { contract, broker, authenticate, authorize, queries, commands, logger, limits } = options;
  if (contract === undefined || contract === null) misuse(`contract is ${String(contract)}. Give what defineContract has made.`);
  if (!isObject(contract) || ![contract.id, contract.channels, contract.queries, contract.commands].every(isObject)) {
    misuse('contract is not what defineContract makes. Give defineContract your channels, queries and commands, and its answer here.');
  }
  if (!isObject(broker)) return misuse(`broker is ${nameOfKind(broker)}. ${typeof broker === 'function' ? 'Call it' : 'Give one'}: memoryBroker().`);
  assertFunctions('broker', broker, BROKER_CALLS, 'Give a broker: memoryBroker().');
  if (authenticate !== undefined && typeof authenticate !== 'function') misuse(`authenticate is ${nameOfKind(authenticate)}. Give a function, or leave it out.`);
  if (authorize !== undefined && !isObject(authorize)) {
    return misuse(`authorize is ${nameOfKind(authorize)}. Give an object of rules, such as { commands: { post: 'public' } }; what has no rule is refused.`);
  }
  for (const kind of KINDS) {
    const rules = authorize?.[kind];
    if (rules !== undefined && !isObject(rules)) misuse(`authorize.${kind} is ${nameOfKind(rules)}. Give an object with a rule for each name: 'public' or a function.`);
  }
  for (const [kind, handlers, one] of [['queries', queries, 'query'], ['commands', commands, 'command']] as const) {
    if (handlers !== undefined && !isObject(handlers)) misuse(`${kind} is ${nameOfKind(handlers)}. Give an object with a function for each ${one} of the contract.`);
  }
  // A logger may be a function with functions, or a class.
  if (logger !== undefined) assertFunctions('logger', Object(logger) as Loose, ['warn', 'error'], 'Give one with warn and error, such as console.');
  if (limits !== undefined && !isObject(limits)) misuse(`limits is ${nameOfKind(limits)}. Give an object, or leave it out.`);
}
