/**
 * Door `holdfast/contract`: what client and server share. No React, no socket; a server component may import it.
 */
export { channelName } from '../core/channel-name.js';
export type {
  AnyContract,
  ChannelEvent,
  ChannelPart,
  ChannelRef,
  CommandError,
  CommandPart,
  ClientEventMap,
  ClientEventSchema,
  CommandRef,
  Contract,
  ContractDraft,
  ContractId,
  EventOf,
  InputOf,
  KeptEvents,
  OpenChannelRef,
  OpenContractId,
  OutputOf,
  ParamNames,
  ParamsArgs,
  ParamsOf,
  Part,
  QueryPart,
  QueryRef,
  Schema,
  SchemaMap,
  VolatileEvent,
  VolatileEventOf,
  Volatile,
} from '../core/contract.js';
export { channel, command, defineContract, query, volatile } from '../core/define-contract.js';
export { append, defineView, upsert, type ViewRef } from '../core/data/define-view.js';
export { skipToken, type SkipToken } from '../core/data/skip-token.js';
