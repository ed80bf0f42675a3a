/**
 * What client and server agree on: channels, queries, commands, and the schemas of what they carry.
 * Long because the parts, their types and their makers are one page to whoever writes a contract.
 * Not here: React, sockets, and any validator; schemas are Standard Schemas of whichever library the app uses.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { RealtimeError } from './errors.js';

/** Text and parameters in braces. */
const PATTERN = /^(?:[A-Za-z0-9_:.-]|\{\w+\})+$/;
/** Shorter than a name may be on the wire: the client adds its own mark to a lane's. */
const LANE_NAME = /^[A-Za-z0-9_.:$-]{1,64}$/;

/** Any validator that speaks Standard Schema: zod, zod/mini, valibot, arktype … */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;
export type InputOf<S> = S extends StandardSchemaV1<infer Input, unknown> ? Input : undefined;
export type OutputOf<S> = S extends StandardSchemaV1<unknown, infer Output> ? Output : undefined;

export type SchemaMap = Readonly<Record<string, Schema>>;

/** The parameters in a channel's name: `'room:{id}'` gives `{ id: string | number }`. */
export type ParamsOf<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string | number } & ParamsOf<Rest>
  : unknown;

/** A kind of channel: the pattern of its names and the events that it carries. */
export interface ChannelRef<Pattern extends string = string, Events extends SchemaMap = SchemaMap> {
  readonly kind: 'channel';
  readonly key: string;
  readonly contract: ContractId;
  readonly pattern: Pattern;
  readonly events: Events;
}

/** A channel without a contract, for servers that have none: one kind of event, and nobody checks that it is `Data`. */
export interface OpenChannelRef<Pattern extends string = string, Data = unknown> extends ChannelRef<Pattern, { readonly message: Schema<Data> }> {
  readonly contract: OpenContractId;
}

/** A question that changes nothing. */
export interface QueryRef<In extends Schema | undefined = Schema | undefined, Out extends Schema = Schema> {
  readonly kind: 'query';
  readonly key: string;
  readonly contract: ContractId;
  readonly input: In;
  readonly output: Out;
}

/** Something that changes something. */
export interface CommandRef<
  In extends Schema | undefined = Schema | undefined,
  Out extends Schema | undefined = Schema | undefined,
  Errors extends SchemaMap = SchemaMap,
> {
  readonly kind: 'command';
  readonly key: string;
  readonly contract: ContractId;
  readonly input: In;
  readonly output: Out;
  readonly errors: Errors;
  readonly lane: string;
}

/** Tells one contract from another at run time; only its identity matters. */
export interface ContractId {
  readonly description: string;
}

/** Stands where there is no contract: every client serves it. */
export interface OpenContractId extends ContractId {
  readonly isOpen: true;
}

export const OPEN_CONTRACT: OpenContractId = { description: 'no contract', isOpen: true };

/** Takes everything as it is. */
const ANYTHING: Schema = { '~standard': { version: 1, vendor: 'holdfast', validate: (value) => ({ value }) } };

/** The built-in command that publishes an event. */
export const PUBLISH: CommandRef<Schema, Schema> = { kind: 'command', key: '$publish', contract: OPEN_CONTRACT, input: ANYTHING, output: ANYTHING, errors: {}, lane: 'default' };

/** What a part of a contract is before {@link defineContract} has given it a name. */
export type Draft<Ref> = Omit<Ref, 'key' | 'contract'>;

type Named<D> =
  D extends Draft<ChannelRef<infer P, infer E>> & { kind: 'channel' } ? ChannelRef<P, E>
  : D extends Draft<QueryRef<infer I, infer O>> & { kind: 'query' } ? QueryRef<I, O>
  : D extends Draft<CommandRef<infer I, infer O, infer X>> & { kind: 'command' } ? CommandRef<I, O, X>
  : never;

export interface ContractDraft {
  readonly channels?: Readonly<Record<string, Draft<ChannelRef>>>;
  readonly queries?: Readonly<Record<string, Draft<QueryRef>>>;
  readonly commands?: Readonly<Record<string, Draft<CommandRef>>>;
}

type NamedAll<Part> = Part extends object ? { readonly [K in keyof Part]: Named<Part[K]> } : Record<never, never>;

/** A whole contract; share one object between server and client. */
export interface Contract<D extends ContractDraft = ContractDraft> {
  readonly id: ContractId;
  readonly channels: NamedAll<D['channels']>;
  readonly queries: NamedAll<D['queries']>;
  readonly commands: NamedAll<D['commands']>;
}

/** A contract whose parts are not known by name. */
export interface AnyContract {
  readonly id: ContractId;
  readonly channels: Readonly<Record<string, ChannelRef>>;
  readonly queries: Readonly<Record<string, QueryRef>>;
  readonly commands: Readonly<Record<string, CommandRef>>;
}

/** One event as the application sees it. */
export interface ChannelEvent<Name extends string = string, Data = unknown> {
  readonly name: Name;
  readonly data: Data;
  /** Its place in the channel's history. */
  readonly offset: number;
  readonly epoch: string;
  /** The server's wall clock when it was appended, ms since 1970. */
  readonly time: number;
  /** The user tag of who caused it. */
  readonly by?: string;
  /** The id of the command that caused it. */
  readonly command?: string;
}

/** Every event that a channel can carry, told apart by `name`. */
export type EventOf<Ref> =
  Ref extends ChannelRef<string, infer Events>
    ? { [K in keyof Events & string]: ChannelEvent<K, OutputOf<Events[K]>> }[keyof Events & string]
    : never;

/**
 * A channel's part of a contract.
 *
 * @param pattern - its names, parameters in braces: `'room:{id}'`. A value is percent-encoded, so it may hold anything.
 * @example
 * ```ts
 * channel('room:{id}', { events: { message: z.object({ text: z.string() }) } })
 * ```
 */
export function channel<const Pattern extends string, Events extends SchemaMap>(
  pattern: Pattern,
  parts: { readonly events: Events },
): Draft<ChannelRef<Pattern, Events>>;
/**
 * A channel of a server without a contract. Its events are called `message`, and that their data is `Data` is your word.
 * With the type given, TypeScript cannot read the parameters out of the name as well: a missing one is told at run time.
 *
 * @example
 * ```ts
 * const prices = channel<Price>('prices:{symbol}');
 * ```
 */
export function channel<Data = unknown, const Pattern extends string = string>(pattern: Pattern): OpenChannelRef<Pattern, Data>;
/**
 * The same in two steps, so that TypeScript knows the parameters too.
 *
 * @example
 * ```ts
 * const prices = channel<Price>()('prices:{symbol}');
 * ```
 */
export function channel<Data>(): <const Pattern extends string>(pattern: Pattern) => OpenChannelRef<Pattern, Data>;
export function channel(pattern?: string, parts?: { readonly events: SchemaMap }): unknown {
  if (pattern === undefined) return (name: string) => channel(name);
  if (pattern.length > 200 || !PATTERN.test(pattern)) {
    throw new RealtimeError(
      'misuse',
      `'${pattern}' is not a channel pattern. Use letters, digits and _ : . - with parameters in braces, such as 'room:{id}'.`,
    );
  }
  if (/\}[^:{]*\{/.test(pattern)) {
    throw new RealtimeError('misuse', `The parameters of '${pattern}' run into each other: put a ':' between them, which no value can hold, as in 'room:{id}:{part}'.`);
  }
  if (parts === undefined) return Object.freeze({ kind: 'channel', key: pattern, contract: OPEN_CONTRACT, pattern, events: { message: ANYTHING } });
  return { kind: 'channel', pattern, events: parts.events };
}

/** A query's part of a contract. Leave `input` out for a question without one. */
export function query<Out extends Schema, In extends Schema | undefined = undefined>(parts: {
  readonly input?: In;
  readonly output: Out;
}): Draft<QueryRef<In, Out>> {
  return { kind: 'query', input: parts.input as In, output: parts.output };
}

/**
 * A command's part of a contract.
 *
 * @param parts.errors - the refusals that a handler may answer with, by name; the sender gets them typed
 * @param parts.lane - commands of one lane take effect in the order in which they were sent.
 *   Name another lane for commands that need not wait for the rest. Default `'default'`.
 */
export function command<
  In extends Schema | undefined = undefined,
  Out extends Schema | undefined = undefined,
  Errors extends SchemaMap = Record<never, never>,
>(
  parts: { readonly input?: In; readonly output?: Out; readonly errors?: Errors; readonly lane?: string } = {},
): Draft<CommandRef<In, Out, Errors>> {
  return {
    kind: 'command',
    input: parts.input as In,
    output: parts.output as Out,
    errors: parts.errors ?? ({} as Errors),
    lane: parts.lane ?? 'default',
  };
}

/**
 * Gives every part its name and makes them one contract.
 *
 * @example
 * ```ts
 * export const api = defineContract({
 *   channels: { room: channel('room:{id}', { events: { message: Message } }) },
 *   queries: { history: query({ input: z.object({ room: z.string() }), output: z.array(Message) }) },
 *   commands: { post: command({ input: NewMessage, output: Message }) },
 * });
 * ```
 */
export function defineContract<const D extends ContractDraft>(draft: D): Contract<D> {
  const id: ContractId = { description: Object.keys(draft).join() };
  const name = (parts: Readonly<Record<string, object>> | undefined): Record<string, object> => {
    const named: Record<string, object> = {};
    for (const [key, part] of Object.entries(parts ?? {})) {
      assertName(key);
      if ('lane' in part) assertName(String(part.lane));
      named[key] = Object.freeze({ ...part, key, contract: id });
    }
    return named;
  };
  return Object.freeze({
    id,
    channels: name(draft.channels),
    queries: name(draft.queries),
    commands: name(draft.commands),
  }) as unknown as Contract<D>;
}

/** Names travel: a server refuses others, and a refused command would hold up its lane. */
function assertName(name: string): void {
  if (LANE_NAME.test(name)) return;
  throw new RealtimeError('misuse', `'${name}' cannot name a part of a contract or a lane: 1 to 64 of A-Z a-z 0-9 _ . : $ -.`);
}

const PARAMETER = /\{(\w+)\}/g;

/** The name of one channel: the pattern with its parameters filled in, percent-encoded. */
export function channelName(ref: Pick<ChannelRef, 'pattern'>, params: Readonly<Record<string, string | number>> = {}): string {
  return ref.pattern.replace(PARAMETER, (_, parameter: string) => {
    const value = params[parameter];
    if (value === undefined || value === '') {
      throw new RealtimeError('misuse', `Channel '${ref.pattern}' needs the parameter '${parameter}'; pass it under params.`);
    }
    return encodeParameter(String(value));
  });
}

/** Keeps `A-Z a-z 0-9 _ - .` and writes the rest as `%XX`, so that a value can never hold a separator. */
function encodeParameter(value: string): string {
  let encoded: string;
  try {
    encoded = encodeURIComponent(value);
  } catch (cause) {
    throw new RealtimeError('misuse', 'A channel parameter holds half of a surrogate pair, which no channel name can hold.', { cause });
  }
  return encoded.replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Reads a channel's name by a pattern: its parameters, or null if it is not one of that pattern's, written as we write it. */
export function channelParams(pattern: string, name: string): Readonly<Record<string, string>> | null {
  const parameters: string[] = [];
  const source = pattern.replace(/[.]/g, '\\.').replace(PARAMETER, (_, parameter: string) => {
    parameters.push(parameter);
    return '([A-Za-z0-9_.%-]+)';
  });
  const found = new RegExp(`^${source}$`).exec(name);
  if (found === null) return null;
  const values: [string, string][] = [];
  for (const [index, parameter] of parameters.entries()) {
    try {
      values.push([parameter, decodeURIComponent(found[index + 1] ?? '')]);
    } catch {
      return null;
    }
  }
  const params = Object.fromEntries(values);
  // `room:%41` and `room:A` would be two channels with one meaning: a rule must not see the one and the hub the other.
  return values.some(([, value]) => value === '') || channelName({ pattern }, params) !== name ? null : params;
}

/** What a validator says, in one shape. */
export type Validated = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: string };

/** Validates at once and never throws; a schema that answers with a promise is refused, because order would be lost while it waits. */
export function validate(schema: Schema | undefined, value: unknown): Validated {
  if (schema === undefined) {
    return value === undefined || value === null ? { ok: true, value: undefined } : { ok: false, issues: 'nothing was expected' };
  }
  let result: ReturnType<Schema['~standard']['validate']>;
  try {
    result = schema['~standard'].validate(value);
  } catch (cause) {
    return { ok: false, issues: `the schema threw: ${String(cause)}` };
  }
  if ('then' in result) {
    result.then(undefined, () => {});
    return { ok: false, issues: 'the schema validates asynchronously; use a synchronous one' };
  }
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, issues: result.issues.slice(0, 5).map(describeIssue).join('; ') };
}

function describeIssue(issue: StandardSchemaV1.Issue): string {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
