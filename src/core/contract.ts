/**
 * What client and server agree on: channels, queries, commands, and what they carry, as the compiler sees them.
 * Not here: how a contract is made (`define-contract.ts`), React, sockets, and any validator; schemas are Standard Schemas of
 * whichever library the app uses.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { RejectionOf } from './errors.js';

/**
 * Any validator that speaks Standard Schema: zod, zod/mini, valibot, arktype … and several in one contract. It answers at
 * once: one that validates or transforms asynchronously is refused as `misuse`, because order would be lost while it waits.
 * What has to be looked up belongs into the handler.
 */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;
/** What a schema takes. Read from the one property that says it: through all of a validator's types the compiler takes longer. */
export type InputOf<S> = S extends Schema ? NonNullable<S['~standard']['types']>['input'] : undefined;
/** What a schema gives. */
export type OutputOf<S> = S extends Schema ? NonNullable<S['~standard']['types']>['output'] : undefined;

export type SchemaMap = Readonly<Record<string, Schema>>;

/** A client event that nobody keeps: sent on at once to who listens, never recovered. Made by `volatile`. */
export interface Volatile<S extends Schema = Schema> {
  readonly kind: 'volatile';
  readonly schema: S;
}

/** What clients may publish to a channel: a schema alone is kept in the channel's history. */
export type ClientEventMap = Readonly<Record<string, Schema | Volatile>>;
/** The schema of a client event, kept or volatile. */
export type ClientEventSchema<Part> = Part extends Volatile<infer S> ? S : Part;
/** The client events that are kept: subscribers get them as events. */
export type KeptEvents<ClientEvents> = { readonly [K in keyof ClientEvents as ClientEvents[K] extends Volatile ? never : K]: ClientEvents[K] };

/** The names of the parameters in a channel's name; any text, where the pattern is not known before the program runs. */
export type ParamNames<Pattern extends string> =
  string extends Pattern ? string
  : Pattern extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamNames<Rest>
  : never;

/** The parameters in a channel's name: `'room:{id}'` gives `{ id: string | number }`, and a name without any takes none. */
export type ParamsOf<Pattern extends string> = [ParamNames<Pattern>] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [K in ParamNames<Pattern>]: string | number };

/** Parameters as an argument, which may be left out where the channel's name has none. */
export type ParamsArgs<Ref extends Pick<ChannelRef, 'pattern'>> =
  Record<never, never> extends ParamsOf<Ref['pattern']> ? [params?: ParamsOf<Ref['pattern']>] : [params: ParamsOf<Ref['pattern']>];

/** `input` may be left out where the contract names none. */
export type InputArgs<Ref extends QueryRef | CommandRef> = Ref['input'] extends undefined ? [input?: undefined] : [input: InputOf<Ref['input']>];

/** A part of a contract before `defineContract` has given it a name. */
export interface Part<Kind extends string = string> {
  readonly kind: Kind;
}

/** What a part becomes in its contract. */
interface Named {
  readonly key: string;
  readonly contract: ContractId;
}

/** A channel's part of a contract; made by `channel`. */
export interface ChannelPart<Pattern extends string = string, Events extends SchemaMap = SchemaMap, ClientEvents extends ClientEventMap = ClientEventMap> extends Part<'channel'> {
  readonly pattern: Pattern;
  /** The kept client events are among them. */
  readonly events: Events;
  readonly clientEvents: ClientEvents;
}

/** A query's part of a contract; made by `query`. */
export interface QueryPart<In extends Schema | undefined = Schema | undefined, Out extends Schema = Schema> extends Part<'query'> {
  readonly input: In;
  readonly output: Out;
}

/** A command's part of a contract; made by `command`. */
export interface CommandPart<
  In extends Schema | undefined = Schema | undefined,
  Out extends Schema | undefined = Schema | undefined,
  Errors extends SchemaMap = SchemaMap,
> extends Part<'command'> {
  readonly input: In;
  readonly output: Out;
  readonly errors: Errors;
  readonly lane: string;
}

/** A kind of channel: the pattern of its names, the events that it carries and those that clients may publish. */
export interface ChannelRef<Pattern extends string = string, Events extends SchemaMap = SchemaMap, ClientEvents extends ClientEventMap = ClientEventMap>
  extends ChannelPart<Pattern, Events, ClientEvents>,
    Named {}

/** A channel without a contract, for servers that have none: one kind of event, and nobody checks that it is `Data`. */
export interface OpenChannelRef<Pattern extends string = string, Data = unknown>
  extends ChannelRef<Pattern, { readonly message: Schema<Data> }, { readonly message: Schema<Data> }> {
  readonly contract: OpenContractId;
}

/** A question that changes nothing. */
export interface QueryRef<In extends Schema | undefined = Schema | undefined, Out extends Schema = Schema> extends QueryPart<In, Out>, Named {}

/** Something that changes something. */
export interface CommandRef<
  In extends Schema | undefined = Schema | undefined,
  Out extends Schema | undefined = Schema | undefined,
  Errors extends SchemaMap = SchemaMap,
> extends CommandPart<In, Out, Errors>,
    Named {}

/** How a command can fail: the contract's rejections by name, and every other code. */
export type CommandError<Ref extends CommandRef = CommandRef> = RejectionOf<{ readonly [Name in keyof Ref['errors']]: OutputOf<Ref['errors'][Name]> }>;

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
export const ANYTHING: Schema = { '~standard': { version: 1, vendor: 'holdfast', validate: (value) => ({ value }) } };

/** The built-in command that publishes an event. */
export const PUBLISH: CommandRef<Schema, Schema> = { kind: 'command', key: '$publish', contract: OPEN_CONTRACT, input: ANYTHING, output: ANYTHING, errors: {}, lane: 'default' };

type RefOf<P> =
  P extends ChannelPart<infer Pattern, infer Events, infer ClientEvents> ? ChannelRef<Pattern, Events, ClientEvents>
  : P extends QueryPart<infer In, infer Out> ? QueryRef<In, Out>
  : P extends CommandPart<infer In, infer Out, infer Errors> ? CommandRef<In, Out, Errors>
  : never;

/** Parts by kind and name. Of no more than their kind, or what is asked of them here would become theirs where they leave it open. */
export interface ContractDraft {
  readonly channels?: Readonly<Record<string, Part<'channel'>>>;
  readonly queries?: Readonly<Record<string, Part<'query'>>>;
  readonly commands?: Readonly<Record<string, Part<'command'>>>;
}

type RefsOf<Parts> = Parts extends object ? { readonly [K in keyof Parts]: RefOf<Parts[K]> } : Record<never, never>;

/** A whole contract; share one object between server and client. */
export interface Contract<D extends ContractDraft = ContractDraft> {
  readonly id: ContractId;
  readonly channels: RefsOf<D['channels']>;
  readonly queries: RefsOf<D['queries']>;
  readonly commands: RefsOf<D['commands']>;
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
  Ref extends { readonly events: infer Events extends SchemaMap }
    ? { [K in keyof Events & string]: ChannelEvent<K, OutputOf<Events[K]>> }[keyof Events & string]
    : never;

/** A client event that nobody keeps, as the application sees it: it has no place in the history. */
export interface VolatileEvent<Name extends string = string, Data = unknown> {
  readonly name: Name;
  readonly data: Data;
  /** The user tag of who sent it, by the server's word. */
  readonly by?: string;
}

/** Every volatile event that a channel can carry, told apart by `name`. */
export type VolatileEventOf<Ref> =
  Ref extends { readonly clientEvents: infer ClientEvents extends ClientEventMap }
    ? { [K in keyof ClientEvents & string]: ClientEvents[K] extends Volatile<infer S> ? VolatileEvent<K, OutputOf<S>> : never }[keyof ClientEvents & string]
    : never;
