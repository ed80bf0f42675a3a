/**
 * Door `holdfast/contract`: what client and server share. No React, no socket; a server component may import it.
 */
export {
  channel,
  channelName,
  command,
  defineContract,
  query,
  type AnyContract,
  type ChannelEvent,
  type ChannelRef,
  type CommandRef,
  type Contract,
  type ContractDraft,
  type ContractId,
  type Draft,
  type EventOf,
  type InputOf,
  type OpenChannelRef,
  type OpenContractId,
  type OutputOf,
  type ParamsOf,
  type QueryRef,
  type Schema,
  type SchemaMap,
} from '../core/contract.js';
export { append, defineView, upsert, type ViewRef } from '../core/data/define-view.js';
