/**
 * What an application tells the server, typed by its contract: who may come in, who may do what, and what is done.
 * Types only. Not here: how they are called.
 */
import type { AnyContract, ChannelRef, ClientEventSchema, CommandRef, InputOf, OutputOf, ParamNames, ParamsOf, QueryRef, Schema, SchemaMap } from '../../core/contract.js';
import type { Position } from '../../core/protocol/position.js';
import type { AbortLike } from './abort.js';
import type { ConnectionRequest } from './server-world.js';

type Awaitable<T> = T | Promise<T>;

/** Who is asking. */
export interface User {
  /** The principal that `authenticate` named; without it the secret client id. Do not show it to others. */
  readonly id: string;
  /** Its public name; on events as `by`. */
  readonly tag: string;
}

/** What `authenticate` answers. */
export interface Identity {
  readonly id: string;
  /** The public name, up to 128 characters. @default the id */
  readonly tag?: string;
}

/** Lets a client in, or refuses it with null or by throwing. */
export type Authenticate = (ask: { readonly request: ConnectionRequest; readonly token: string | undefined }) => Awaitable<Identity | null>;

/** A rule: `'public'`, or a function whose answer `true`, and nothing else, allows it. */
type Rule<Ask> = 'public' | ((ask: Ask) => Awaitable<boolean>);

type PatternOf<Ref> = Ref extends ChannelRef<infer Pattern, SchemaMap> ? Pattern : never;
type ClientEventsOf<Ref> = Ref extends ChannelRef<string, SchemaMap, infer ClientEvents> ? ClientEvents : never;
/** What the rule of a channel's client events is asked: one of them, told apart by `event`. */
type ClientEventAsk<Ref> = {
  [K in keyof ClientEventsOf<Ref> & string]: {
    readonly user: User;
    readonly params: Texts<PatternOf<Ref>>;
    readonly event: K;
    readonly data: OutputOf<ClientEventSchema<ClientEventsOf<Ref>[K]>>;
  };
}[keyof ClientEventsOf<Ref> & string];
type Texts<Pattern extends string> = { readonly [K in ParamNames<Pattern>]: string };

/** Who may do what. What has no entry is refused. */
export interface Authorize<C extends AnyContract> {
  readonly channels?: { readonly [K in keyof C['channels']]?: Rule<{ readonly user: User; readonly params: Texts<PatternOf<C['channels'][K]>> }> };
  /** Who may publish the client events of a channel. */
  readonly clientEvents?: {
    readonly [K in keyof C['channels'] as keyof ClientEventsOf<C['channels'][K]> extends never ? never : K]?: Rule<ClientEventAsk<C['channels'][K]>>;
  };
  readonly queries?: { readonly [K in keyof C['queries']]?: Rule<{ readonly user: User; readonly input: OutputOf<C['queries'][K]['input']> }> };
  readonly commands?: { readonly [K in keyof C['commands']]?: Rule<{ readonly user: User; readonly input: OutputOf<C['commands'][K]['input']> }> };
}

/** Publishes when the command takes effect; what it publishes is dropped if the command fails. */
export type Publish<Result> = <Pattern extends string, Events extends SchemaMap, Name extends keyof Events & string>(
  ref: ChannelRef<Pattern, Events>,
  params: ParamsOf<Pattern>,
  event: Name,
  data: InputOf<Events[Name]>,
) => Result;

export interface QueryContext<In, Signal extends AbortLike = AbortLike> {
  readonly input: In;
  readonly user: User;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: Signal;
}

export interface CommandContext<In, Errors extends SchemaMap = SchemaMap, Signal extends AbortLike = AbortLike> extends QueryContext<In, Signal> {
  /** The command's id, the same each time that it is offered: a key for effects elsewhere. */
  readonly id: string;
  /** Validates at once and buffers: the events are appended together with the command's outcome. */
  readonly publish: Publish<void>;
  /**
   * Ends the command as `rejected`, with one of the contract's errors. It throws; write `throw reject(…)` so that
   * the compiler knows.
   */
  readonly reject: <Name extends keyof Errors & string>(name: Name, data: InputOf<Errors[Name]>) => never;
}

type ResultOf<Out> = Out extends Schema ? InputOf<Out> : void;

export type QueryHandler<Ref, Signal extends AbortLike = AbortLike> =
  Ref extends QueryRef<infer In, infer Out> ? (ask: QueryContext<OutputOf<In>, Signal>) => Awaitable<ResultOf<Out>> : never;

export type CommandHandler<Ref, Signal extends AbortLike = AbortLike> =
  Ref extends CommandRef<infer In, infer Out, infer Errors> ? (ask: CommandContext<OutputOf<In>, Errors, Signal>) => Awaitable<ResultOf<Out>> : never;

export type QueryHandlers<C extends AnyContract, Signal extends AbortLike = AbortLike> = {
  readonly [K in keyof C['queries']]: QueryHandler<C['queries'][K], Signal>;
};

export type CommandHandlers<C extends AnyContract, Signal extends AbortLike = AbortLike> = {
  readonly [K in keyof C['commands']]: CommandHandler<C['commands'][K], Signal>;
};

/** Every query and command of the contract has its handler; where it has none, the whole entry may be left out. */
type Handling<C extends AnyContract, Signal extends AbortLike> = (keyof C['queries'] extends never
  ? { readonly queries?: QueryHandlers<C, Signal> }
  : { readonly queries: QueryHandlers<C, Signal> }) &
  (keyof C['commands'] extends never ? { readonly commands?: CommandHandlers<C, Signal> } : { readonly commands: CommandHandlers<C, Signal> });

/** Sizes and times that an operator may set. */
export interface LimitOptions {
  /** Channels of one connection. @default 200 */
  readonly channels?: number;
  /** Queries of one connection whose handlers run, cancelled and late ones included. @default 100 */
  readonly queries?: number;
  /** Commands of one connection that wait or whose handlers run, late ones included. More are answered `unavailable`. @default 256 */
  readonly commands?: number;
  /**
   * Commands of one user that wait for their turn, on all its connections, left ones included. More are answered `unavailable`.
   * Without `authenticate` a user is a client id, which anybody may make up.
   * @default 1,000
   */
  readonly waitingCommands?: number;
  /**
   * Handlers of one user that run, on all its connections, cancelled, late and left ones included. More are answered
   * `unavailable`. Without `authenticate` a user is a client id, which anybody may make up.
   * @default 1,000
   */
  readonly handlers?: number;
  /** Connections that wait for `authenticate`. @default 1,000 */
  readonly authentications?: number;
  /**
   * Frames that a client may send a second on one connection, on average, each further channel in one counted as a frame, and so is
   * each ping and pong of WebSocket itself; over it the connection ends with 4201. Asking for the next page of a recovery is not counted, but answered no faster than this.
   * All connections of one user together have this `budgetsPerUser` times.
   * @default 200
   */
  readonly framesPerSecond?: number;
  /** Frames that a client may send at once, and pages that it is sent at once. @default 1,000 */
  readonly frameBurst?: number;
  /** Bytes of frames that a client may send a second on one connection, on average; over it the connection ends with 4201. `budgetsPerUser` times this for one user. @default 1 MB */
  readonly bytesPerSecond?: number;
  /** Bytes of frames that a client may send at once. @default 4 MB */
  readonly burstBytes?: number;
  /** What the volatile events of one connection may cost a second: each one, and one more for each listener. More are dropped. `budgetsPerUser` times this for one user. @default 10,000 */
  readonly fanOutPerSecond?: number;
  /**
   * The budget of all connections of one user together, as a multiple of the budget of one connection. It counts for frames,
   * bytes, pages of a recovery and fan-out, both a second and at once. It outlives the sockets: a reconnect does not refill it.
   * @default 5
   */
  readonly budgetsPerUser?: number;
  /**
   * Connections that one user may have at a time; more are closed with 4200 and come back later. A connection that replaces
   * its own former one is not counted again. Without `authenticate` a user is a client id.
   * @default 100
   */
  readonly connectionsPerUser?: number;
  /**
   * `hello` frames a second that the server takes from one address, on average; one that `authenticate` refuses, by null or by
   * throwing, counts ten times. More are closed with 4200 before `authenticate` is called, and come back later. The address is the
   * peer's, of IPv6 its network of 64 bits: a company behind one address may have thousands of users, and behind a proxy all
   * clients have the proxy's address. Set `Infinity` there, and let the proxy count.
   * @default 1,000
   */
  readonly hellosPerSecond?: number;
  /** `hello` frames that the server takes from one address at once. @default 10,000 */
  readonly helloBurst?: number;
  /** Sockets of this server; who comes when it is full is refused with 503. @default 100,000 */
  readonly connections?: number;
  /**
   * Sockets of one address; more are refused with 429. The address is the peer's, of IPv6 its network of 64 bits: behind a proxy all
   * clients have the proxy's, so leave it off there and let the proxy count.
   * @default no limit
   */
  readonly connectionsPerAddress?: number;
  /** Bytes that a client may leave untaken before its socket is closed. @default 1 MB */
  readonly bufferedBytes?: number;
  /**
   * How long a handler or a rule may take, whatever the client allows. A command that is over it ends as `timeout`, and its
   * signal is aborted. The next command of the lane waits for the late handler to end, but no longer than this once more.
   * @default 30,000 ms
   */
  readonly handlerMs?: number;
  /** How long `stop` lets commands under way end, and then once more: sockets close, and the broker stop, before it goes on without. @default 5,000 ms */
  readonly stopMs?: number;
}

/** Everything that the server needs to know of an application. */
export type ServerRules<C extends AnyContract, Signal extends AbortLike = AbortLike> = {
  readonly contract: C;
  readonly authenticate?: Authenticate;
  readonly authorize?: Authorize<C>;
} & Handling<C, Signal>;

/** The server's own publish. */
export type ServerPublish = Publish<Promise<Position>>;
