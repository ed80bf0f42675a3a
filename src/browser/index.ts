/** Door `holdfast/client`: the client without React. */
export {
  createClient,
  type Auth,
  type ChannelHandle,
  type ClientSettings,
  type FollowOption,
  type InputArgs,
  type OpenChannelHandle,
  type ParamsArgs,
  type Published,
  type RealtimeClient,
  type RealtimeClientOptions,
  type SendOptions,
  type SentCommand,
  type TypedListener,
  type WebSocketClass,
} from './create-client.js';
export type { LiveStatus } from '../core/channels/delivery.js';
export type { Gap } from '../core/channels/reader.js';
export type { CommandSnapshot, Sent } from '../core/data/command-status.js';
export type { ConnectionListener } from '../core/data/connection-listener.js';
export type { ConnectionMetrics } from '../core/data/connection-metrics.js';
export type { ConnectionReason, ConnectionStatus } from '../core/data/connection-status.js';
export type { Apply, QuerySnapshot } from '../core/data/live-query.js';
export type { Flush, FlushScheduler } from '../core/data/flush.js';
export type { Local, Optimistic } from '../core/data/optimistic.js';
export type { Readable } from '../core/data/store.js';
export type { Tap } from '../core/data/tap.js';
export type { ViewSnapshot } from '../core/data/view.js';
export type { CommandError } from '../core/contract.js';
export { RealtimeError, type RealtimeErrorCode, type RejectionOf } from '../core/errors.js';
export type { LiveQuery, Params, View } from '../core/handles.js';
export type { ClientLogger } from '../core/link-log.js';
export type { BackoffOptions, Bounds, PoolOptions, TimingOptions, Timings } from '../core/options.js';
export type { Dialect, DialectCan } from '../core/protocol/dialect.js';
export type { OutboxCommand, OutboxStatus } from '../core/queue/outbox.js';
export type { World } from '../core/world.js';
