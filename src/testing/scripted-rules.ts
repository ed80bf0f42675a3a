/**
 * What a test's server allows and answers: everything is public and nothing is answered, until the test says otherwise.
 * Not here: the server that asks (`server/core`), and its faults (`react/test-server.ts`).
 */
import type { AnyContract, ChannelRef, CommandRef, InputOf, QueryRef, SchemaMap } from '../core/contract.js';
import { RealtimeError } from '../core/errors.js';
import type { Authorize, CommandContext, CommandHandler, CommandHandlers, QueryHandler, QueryHandlers, User } from '../server/core/handlers.js';

/** What {@link TestServer.reply} takes: the answer itself, or a handler as `createRealtimeServer` takes it. */
export type Answer<Ref> = Ref extends QueryRef ? QueryHandler<Ref> | Returned<QueryHandler<Ref>> : Ref extends CommandRef ? CommandHandler<Ref> | Returned<CommandHandler<Ref>> : never;
type Returned<Handler> = Handler extends (...args: never) => infer Result ? Awaited<Result> : never;

/** A command as the server saw it. */
export interface ReceivedCommand {
  readonly name: string;
  readonly input: unknown;
  /** Who sent it: the `user` of its provider. */
  readonly user: string | undefined;
}

export interface ScriptOptions<C extends AnyContract> {
  readonly contract: C;
  /** Who may do what. @default everybody everything; a rule counts for what it names */
  readonly authorize?: Authorize<C> | undefined;
  /** The answers, for all tests with this server; `reply` goes before them. */
  readonly queries?: Partial<QueryHandlers<C>> | undefined;
  readonly commands?: Partial<CommandHandlers<C>> | undefined;
}

type Part = QueryRef | CommandRef;
type Handler = (ask: CommandContext<unknown>) => unknown;
type Ask = { readonly user: User };
type Rule = 'public' | ((ask: Ask) => unknown);

/** Rules and handlers for the server core, and the hands that change them. */
export interface ScriptedRules {
  readonly authorize: Authorize<AnyContract>;
  readonly queries: QueryHandlers<AnyContract>;
  readonly commands: CommandHandlers<AnyContract>;
  readonly received: readonly ReceivedCommand[];
  reply(ref: Part, answer: unknown): void;
  reject(ref: CommandRef, reason: string, data: unknown): void;
  /** Lets the answers wait until the returned function is called. */
  hold(ref: Part): () => void;
  forbid(ref: Part | ChannelRef): void;
}

export function createScriptedRules<C extends AnyContract>(options: ScriptOptions<C>, nameOf: (user: User) => string | undefined): ScriptedRules {
  const { contract } = options;
  const received: ReceivedCommand[] = [];
  const answers = new Map<Part, Handler>();
  const holds = new Map<Part, Promise<void>>();
  const forbidden = new Set<Part | ChannelRef>();

  /** A part of another contract would be scripted in vain. */
  const known = <Ref extends Part | ChannelRef>(ref: Ref): Ref => {
    if (ref?.contract === contract.id) return ref;
    throw new RealtimeError('misuse', 'That is no part of the contract of this test server. Pass one of it, such as api.queries.history.');
  };

  const handle = (ref: Part, given: Handler | undefined): Handler => async (ask) => {
    if (ref.kind === 'command') received.push({ name: ref.key, input: ask.input, user: nameOf(ask.user) });
    await holds.get(ref);
    const answer = answers.get(ref) ?? given;
    if (answer !== undefined) return answer(ask);
    const kinds = ref.kind === 'query' ? 'queries' : 'commands';
    throw new RealtimeError('misuse', `The test server has no answer for the ${ref.kind} '${ref.key}'. Give it one: server.reply(api.${kinds}.${ref.key}, …), or createTestServer({ ${kinds}: { ${ref.key}: … } }).`);
  };

  const handlers = (refs: Readonly<Record<string, Part>>, given: Readonly<Record<string, Handler | undefined>> = {}) =>
    Object.fromEntries(Object.entries(refs).map(([name, ref]) => [name, handle(ref, given[name])]));

  const rules = (refs: Readonly<Record<string, Part | ChannelRef>>, given: Readonly<Record<string, Rule | undefined>> = {}) =>
    ({
      // One that is misspelled stays, so that the server core finds it.
      ...given,
      ...Object.fromEntries(
        Object.entries(refs).map(([name, ref]) => {
          const rule = given[name] ?? 'public';
          return [name, (ask: Ask) => !forbidden.has(ref) && (rule === 'public' || rule(ask))];
        }),
      ),
    });

  const { channels, clientEvents, queries, commands } = (options.authorize ?? {}) as Readonly<Record<string, Readonly<Record<string, Rule>>>>;
  return {
    authorize: {
      channels: rules(contract.channels, channels),
      clientEvents: rules(contract.channels, clientEvents),
      queries: rules(contract.queries, queries),
      commands: rules(contract.commands, commands),
    } as unknown as Authorize<AnyContract>,
    queries: handlers(contract.queries, options.queries as never) as unknown as QueryHandlers<AnyContract>,
    commands: handlers(contract.commands, options.commands as never) as unknown as CommandHandlers<AnyContract>,
    received,
    reply(ref, answer) {
      answers.set(known(ref), typeof answer === 'function' ? (answer as Handler) : () => answer);
    },
    reject(ref, reason, data) {
      answers.set(known(ref), (ask) => ask.reject(reason as never, data as InputOf<SchemaMap[string]>));
    },
    hold(ref) {
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      holds.set(known(ref), held);
      return () => {
        if (holds.get(ref) === held) holds.delete(ref);
        release();
      };
    },
    forbid: (ref) => void forbidden.add(known(ref)),
  };
}
