/**
 * What the catalog knows by name, with the contract's types gone: rules, channels, queries and commands. Types only.
 */
import type { ChannelRef } from '../../core/contract.js';
import type { User } from './handlers.js';

/** What a rule is asked; which fields it has depends on its kind. */
export interface Ask {
  readonly user: User;
  readonly params?: unknown;
  readonly input?: unknown;
  readonly event?: unknown;
  readonly data?: unknown;
}

export type Rule = 'public' | ((ask: Ask) => unknown);
/** A kind of channel, and what its name said. */
export interface Found {
  readonly ref: ChannelRef;
  readonly params: Readonly<Record<string, string>>;
}

/** A query or command with what belongs to it. */
export interface Entry<Ref, Context> {
  readonly ref: Ref;
  /** Undefined: refused to everybody. */
  readonly rule: Rule | undefined;
  readonly handle: (ask: Context) => unknown;
}
