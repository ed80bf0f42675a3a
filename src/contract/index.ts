/**
 * Door `holdfast/contract`: what client and server share. No React, no socket; a server component may import it.
 */
export { channelName } from '../core/channel-name.js';
export {
  channel,
  command,
  defineContract,
  query,
  volatile,
  type AnyContract,
  type ChannelEvent,
  type ChannelRef,
  type CommandError,
  type CommandParts,
  type ClientEventMap,
  type ClientEventSchema,
  type CommandRef,
  type Contract,
  type ContractDraft,
  type ContractId,
  type Draft,
  type EventOf,
  type InputOf,
  type KeptEvents,
  type OpenChannelRef,
  type OpenContractId,
  type OutputOf,
  type ParamsOf,
  type QueryParts,
  type QueryRef,
  type Schema,
  type SchemaMap,
  type VolatileEvent,
  type VolatileEventOf,
  type Volatile,
} from '../core/contract.js';
export { append, defineView, upsert, type ViewRef } from '../core/data/define-view.js';
export { skipToken, type SkipToken } from '../core/data/skip-token.js';
