/**
 * The makers of a contract: they check names while it is defined, and ask no schema, which may still name what comes later.
 * Not here: what a contract is (`contract.ts`).
 */
import { ANYTHING, OPEN_CONTRACT, type ChannelPart, type ClientEventMap, type CommandPart, type Contract, type ContractDraft, type ContractId, type KeptEvents, type OpenChannelRef, type QueryPart, type Schema, type SchemaMap, type Volatile } from './contract.js';
import { DEV, RealtimeError } from './errors.js';

/** Text and parameters in braces. */
const PATTERN = /^(?:[A-Za-z0-9_:.-]|\{\w+\})+$/;
/** Shorter than a name may be on the wire: the client adds its own mark to a lane's. */
const LANE_NAME = /^[A-Za-z0-9_.:$-]{1,64}$/;

/**
 * A channel's part of a contract.
 *
 * @param pattern - its names, parameters in braces: `'room:{id}'`. A value is percent-encoded, so it may hold anything.
 * @param parts.clientEvents - what clients may publish, where the server's `authorize.clientEvents` lets them: kept in the
 *   channel's history as events, or {@link volatile}
 * @example
 * ```ts
 * channel('room:{id}', {
 *   events: { message: z.object({ text: z.string() }) },
 *   clientEvents: { typing: volatile(z.object({ on: z.boolean() })) },
 * })
 * ```
 */
export function channel<const Pattern extends string, Events extends SchemaMap, ClientEvents extends ClientEventMap = Record<never, never>>(
  pattern: Pattern,
  parts: { readonly events: Events; readonly clientEvents?: ClientEvents },
): ChannelPart<Pattern, Events & KeptEvents<ClientEvents>, ClientEvents>;
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
export function channel(pattern?: string, parts?: { readonly events: SchemaMap; readonly clientEvents?: ClientEventMap }): unknown {
  if (pattern === undefined) return (name: string) => channel(name);
  if (pattern.length > 200 || !PATTERN.test(pattern)) {
    throw new RealtimeError(
      'misuse',
      DEV && `'${pattern}' is not a channel pattern. Use letters, digits and _ : . - with parameters in braces, such as 'room:{id}'.`,
    );
  }
  if (/\}[^:{]*\{/.test(pattern)) {
    throw new RealtimeError('misuse', DEV && `The parameters of '${pattern}' run into each other: put a ':' between them, which no value can hold, as in 'room:{id}:{part}'.`);
  }
  if (parts === undefined) return Object.freeze({ kind: 'channel', key: pattern, contract: OPEN_CONTRACT, pattern, events: { message: ANYTHING }, clientEvents: { message: ANYTHING } });
  const clientEvents: ClientEventMap = parts.clientEvents ?? {};
  const events: Record<string, Schema> = { ...parts.events };
  for (const [name, part] of Object.entries(clientEvents)) {
    assertName(name);
    if (Object.hasOwn(events, name)) throw new RealtimeError('misuse', DEV && `'${name}' of '${pattern}' is an event and a client event. Give the two different names.`);
    if ('~standard' in part) events[name] = part;
  }
  return { kind: 'channel', pattern, events, clientEvents };
}

/** Marks a client event that nobody keeps: a cursor, who is typing. At most 1 kB, and dropped rather than waited for. */
export function volatile<S extends Schema>(schema: S): Volatile<S> {
  return { kind: 'volatile', schema };
}

/**
 * A query's part of a contract. Leave `input` out for a question without one.
 *
 * @example
 * ```ts
 * query({ input: z.object({ room: z.string() }), output: z.array(Message) })
 * ```
 */
export function query<Out extends Schema, In extends Schema | undefined = undefined>(parts: { readonly input?: In; readonly output: Out }): QueryPart<In, Out> {
  const { input, output } = parts;
  return { kind: 'query', input: input as In, output };
}

/**
 * A command's part of a contract.
 *
 * @param parts.errors - the refusals that a handler may answer with, by name; the sender gets them typed
 * @param parts.lane - commands of one lane take effect in the order in which they were sent.
 *   Name another lane for commands that need not wait for the rest. Default `'default'`.
 */
export function command<In extends Schema | undefined = undefined, Out extends Schema | undefined = undefined, Errors extends SchemaMap = Record<never, never>>(
  parts: { readonly input?: In; readonly output?: Out; readonly errors?: Errors; readonly lane?: string } = {},
): CommandPart<In, Out, Errors> {
  const { input, output, errors, lane = 'default' } = parts;
  return { kind: 'command', input: input as In, output: output as Out, errors: errors ?? ({} as Errors), lane };
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
export function defineContract<D extends ContractDraft>(draft: D): Contract<D> {
  const id: ContractId = { description: Object.keys(draft).join() };
  const name = (parts: Readonly<Record<string, object>> | undefined): Record<string, object> => {
    const named = Object.entries(parts ?? {}).map(([key, part]) => {
      assertName(key);
      if ('lane' in part) assertName(String(part.lane));
      return [key, Object.freeze({ ...part, key, contract: id })] as const;
    });
    // Not by assignment: a part called `__proto__` would become the prototype of the others.
    return Object.fromEntries(named);
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
  throw new RealtimeError('misuse', DEV && `'${name}' cannot name a part of a contract or a lane: 1 to 64 of A-Z a-z 0-9 _ . : $ -.`);
}
