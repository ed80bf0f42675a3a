/**
 * The events that clients publish themselves: what they are by name, and the built-in command for those that are kept.
 * Not here: who may (the catalog asks the application's rule), and sending volatile ones on (volatiles).
 */
import { validate, type Validated } from '../../core/validate.js';
import type { ChannelRef, CommandRef, ContractId, Schema } from '../../core/contract.js';
import { RealtimeError } from '../../core/errors.js';
import { encode } from '../../core/protocol/codec.js';
import { PAYLOAD_BYTES } from '../../core/protocol/limits.js';
import type { Entry, Found, Rule } from './entries.js';
import type { CommandContext, User } from './handlers.js';
import { DATA_DEPTH } from './publication.js';

export const PUBLISH = '$publish';

/** A client event of a channel that a rule stands beside. */
export interface ClientEvent extends Found {
  readonly channel: string;
  readonly name: string;
  readonly schema: Schema;
  readonly isVolatile: boolean;
  readonly rule: Rule;
}

/** Null: there is no such event; so is what has no rule. */
export function clientEvent(found: Found | null, rule: Rule | undefined, channel: string, name: string): ClientEvent | null {
  if (found === null || rule === undefined || !Object.hasOwn(found.ref.clientEvents, name)) return null;
  const part = (found.ref.clientEvents as Readonly<Record<string, ChannelRef['clientEvents'][string]>>)[name];
  if (part === undefined) return null;
  const isVolatile = !('~standard' in part);
  return { ...found, channel, name, rule, isVolatile, schema: isVolatile ? part.schema : part };
}

/** What the rule is asked. */
export const askOf = ({ params, name }: ClientEvent, user: User, data: unknown) => ({ user, params, event: name, data });

interface Publishing {
  readonly event: ClientEvent;
  /** As the client sent it: that is what travels on. */
  readonly sent: unknown;
  readonly data: unknown;
}

/** `$publish`, as a command of the contract would be; `null` for its input is what nobody may publish. */
export function publishCommand(contract: ContractId, find: (channel: string, name: string) => ClientEvent | null): Entry<CommandRef, CommandContext<unknown>> {
  const read = (input: unknown): Validated & { readonly value?: unknown } => {
    const { channel, name, data: sent } = (typeof input === 'object' && input !== null ? input : {}) as Readonly<Record<string, unknown>>;
    if (typeof channel !== 'string' || typeof name !== 'string') return { ok: false, code: 'invalid', issues: 'channel and name are texts' };
    const event = find(channel, name);
    if (event === null || event.isVolatile) return { ok: true, value: null };
    const checked = validate(event.schema, sent);
    if (!checked.ok) return checked;
    const encoded = encode(sent ?? null, PAYLOAD_BYTES, DATA_DEPTH);
    return encoded.ok ? { ok: true, value: { event, sent, data: checked.value } satisfies Publishing } : { ok: false, code: 'invalid', issues: `data is ${encoded.detail}` };
  };
  const schema: Schema = {
    '~standard': {
      version: 1,
      vendor: 'holdfast',
      validate(input) {
        const result = read(input);
        if (result.ok) return { value: result.value };
        // The schema of the contract stands behind this one: what it threw, and that it can judge nothing, is said as its own.
        if ('thrown' in result) throw result.thrown;
        if (result.code === 'misuse') throw new RealtimeError('misuse', result.issues);
        return { issues: [{ message: result.issues }] };
      },
    },
  };
  return {
    ref: { kind: 'command', key: PUBLISH, contract, input: schema, output: undefined, errors: {}, lane: 'default' },
    rule({ user, input }) {
      const asked = input as Publishing | null;
      if (asked === null) return false;
      return asked.event.rule === 'public' || asked.event.rule(askOf(asked.event, user, asked.data));
    },
    handle({ input, publish }) {
      const { event, sent } = input as Publishing;
      publish(event.ref, event.params, event.name, sent);
    },
  };
}
