/**
 * The application's contract, rules and handlers, looked up by the names that arrive from outside.
 * Names go through Maps alone; what has no rule is refused. Not here: running a handler.
 */
import { channelName, channelReader } from '../../core/channel-name.js';
import type { AnyContract, ChannelRef, CommandRef, QueryRef } from '../../core/contract.js';
import { RealtimeError } from '../../core/errors.js';
import { CHANNEL_NAME } from '../../core/protocol/limits.js';
import type { Cancel, Clock } from '../../core/world.js';
import type { Ask, Entry, Found, Rule } from './entries.js';
import { askOf, clientEvent, PUBLISH, publishCommand, type ClientEvent } from './client-events.js';
import { assertSynchronous } from './contract-schemas.js';
import type { CommandContext, QueryContext, User } from './handlers.js';
import type { Incidents } from './incidents.js';
import type { Logger } from './logger.js';
import { misuse, nameOfKind } from './misuse.js';

type Rules = Readonly<Record<string, Rule | undefined>>;

/** The application's part, with its types gone: names arrive as text. */
export interface PlainRules {
  readonly contract: AnyContract;
  readonly authorize?: { readonly channels?: Rules; readonly clientEvents?: Rules; readonly queries?: Rules; readonly commands?: Rules };
  readonly queries?: Readonly<Record<string, (ask: QueryContext<unknown>) => unknown>>;
  readonly commands?: Readonly<Record<string, (ask: CommandContext<unknown>) => unknown>>;
}

/** What has no rule takes the way of what a rule refuses, so that their answers come alike. */
const NOBODY: Rule = () => false;
const LATE = Symbol('late');

export interface Catalog {
  readonly queries: ReadonlyMap<string, Entry<QueryRef, QueryContext<unknown>>>;
  readonly commands: ReadonlyMap<string, Entry<CommandRef, CommandContext<unknown>>>;
  maySubscribe(user: User, channel: string): Promise<boolean>;
  /** Null: there is no such client event, or none that anybody may publish. */
  clientEvent(channel: string, name: string): ClientEvent | null;
  mayPublish(event: ClientEvent, user: User, data: unknown): Promise<boolean>;
  isAllowed(entry: Pick<Entry<QueryRef | CommandRef, unknown>, 'ref' | 'rule'>, user: User, input: unknown): Promise<boolean>;
  /** Notes for the log that a user may not do something; `name`: of the contract, if it has one. */
  noteForbidden(kind: 'channel' | 'client event' | 'query' | 'command', user: User, name: string | undefined): void;
  /** The channel's name; throws if the reference is not of this contract, or subscribers would take the name for another one's. */
  nameOf(ref: ChannelRef, params: Readonly<Record<string, string | number>>): string;
}

export function createCatalog(
  rules: PlainRules,
  { clock, ruleMs, logger, incidents }: { readonly clock: Clock; readonly ruleMs: number; readonly logger: Logger; readonly incidents: Pick<Incidents, 'note'> },
): Catalog {
  const { contract, authorize } = rules;
  if (Object.hasOwn(contract.commands, PUBLISH)) throw new RealtimeError('misuse', `'${PUBLISH}' is the protocol's. Give the command of the contract another name.`);
  const channels = Object.values(contract.channels).map((ref) => ({ ref, read: channelReader(ref.pattern) }));
  assertSynchronous(contract);
  assertRules('channels', authorize?.channels, contract.channels);
  assertRules('clientEvents', authorize?.clientEvents, contract.channels);
  assertRules('queries', authorize?.queries, contract.queries);
  assertRules('commands', authorize?.commands, contract.commands);
  const channelRules = new Map(Object.entries(authorize?.channels ?? {}));
  const eventRules = new Map(Object.entries(authorize?.clientEvents ?? {}));

  const entries = <Ref extends { readonly key: string }, Context>(
    refs: Readonly<Record<string, Ref>>,
    handlers: Readonly<Record<string, (ask: Context) => unknown>> = {},
    itsRules: Rules = {},
  ): ReadonlyMap<string, Entry<Ref, Context>> => {
    const handling = new Map(Object.entries(handlers));
    const ruling = new Map(Object.entries(itsRules));
    const found = new Map<string, Entry<Ref, Context>>();
    for (const [name, ref] of Object.entries(refs)) {
      const handle = handling.get(name);
      if (handle === undefined) throw new RealtimeError('misuse', `'${name}' has no handler. Give createRealtimeServer one for each query and command of the contract.`);
      if (typeof handle !== 'function') misuse(`The handler of '${name}' is ${nameOfKind(handle)}. Give createRealtimeServer a function for each query and command of the contract.`);
      found.set(name, { ref, rule: ruling.get(name), handle });
    }
    return found;
  };

  const ask = async (rule: Rule = NOBODY, what: Ask): Promise<boolean> => {
    if (rule === 'public') return true;
    let cancelTimer: Cancel = () => undefined;
    try {
      const answer = rule(what);
      if (typeof answer === 'boolean') return answer;
      const late = new Promise<typeof LATE>((resolve) => {
        cancelTimer = clock.after(ruleMs, () => resolve(LATE));
      });
      const isAllowed = await Promise.race([answer, late]);
      if (isAllowed === LATE) logger.error('A rule of authorize did not answer in time; the request was refused.');
      return isAllowed === true;
    } catch (error) {
      logger.error('A rule of authorize failed; the request was refused.', error);
      return false;
    } finally {
      cancelTimer();
    }
  };

  const noteForbidden: Catalog['noteForbidden'] = (kind, user, name = 'not in the contract') => incidents.note(`A ${kind} was forbidden.`, { user: user.tag }, name);

  const askAndNote = async (kind: 'channel' | 'client event' | 'query' | 'command', name: string | undefined, rule: Rule | undefined, what: Ask): Promise<boolean> => {
    const isAllowed = await ask(rule, what);
    if (!isAllowed) noteForbidden(kind, what.user, name);
    return isAllowed;
  };

  /** The first kind of channel that the name belongs to, if it is spelled as we would spell it. */
  const match = (name: string): Found | null => {
    if (!CHANNEL_NAME.test(name)) return null;
    for (const { ref, read } of channels) {
      const params = read(name);
      if (params !== null) return { ref, params };
    }
    return null;
  };

  const findClientEvent = (channel: string, name: string): ClientEvent | null => {
    const found = match(channel);
    return clientEvent(found, found === null ? undefined : eventRules.get(found.ref.key), channel, name);
  };

  return {
    queries: entries(contract.queries, rules.queries, authorize?.queries),
    commands: new Map([...entries(contract.commands, rules.commands, authorize?.commands), [PUBLISH, publishCommand(contract.id, findClientEvent)]]),
    clientEvent: findClientEvent,
    mayPublish: (event, user, data) => askAndNote('client event', event.name, event.rule, askOf(event, user, data)),
    async maySubscribe(user, channel) {
      const found = match(channel);
      return askAndNote('channel', found?.ref.key, found === null ? NOBODY : channelRules.get(found.ref.key), { user, params: found?.params });
    },
    isAllowed: ({ ref, rule }, user, input) => askAndNote(ref.kind, ref.key, rule, { user, input }),
    noteForbidden,
    nameOf(ref, params) {
      if (ref.contract !== contract.id) throw new RealtimeError('misuse', `Channel '${ref.pattern}' is not of this server's contract.`);
      const name = channelName(ref, params);
      if (match(name)?.ref !== ref) {
        throw new RealtimeError('misuse', `'${name}' is too long, or belongs to an earlier pattern of the contract than '${ref.pattern}'. Make the patterns differ.`);
      }
      return name;
    },
  };
}

/** A rule for a name that is misspelled, or one that cannot answer, would refuse everybody without a word. */
function assertRules(kind: string, rules: Rules = {}, parts: Readonly<Record<string, unknown>>): void {
  for (const [name, rule] of Object.entries(rules)) {
    if (!Object.hasOwn(parts, name)) throw new RealtimeError('misuse', `authorize.${kind} has a rule for '${name}', and the contract has no such name. Spell it as the contract does.`);
    if (rule === undefined || rule === 'public' || typeof rule === 'function') continue;
    throw new RealtimeError('misuse', `The rule for '${name}' under authorize.${kind} can let nobody in. Give 'public' or a function; leave it out to refuse everybody.`);
  }
}
