/** The door `holdfast/server`: the realtime server for Node. */
export { createRealtimeServer, type RealtimeServer, type RealtimeServerOptions } from './realtime-server.js';
export type { AttachOptions } from './upgrade.js';
export { memoryBroker, type MemoryBrokerOptions } from '../core/memory-broker.js';
export type { Broker } from '../core/broker.js';
export type {
  Authenticate,
  Authorize,
  CommandContext,
  CommandHandler,
  CommandHandlers,
  Identity,
  LimitOptions,
  QueryContext,
  QueryHandler,
  QueryHandlers,
  User,
} from '../core/handlers.js';
export type { Logger } from '../core/logger.js';
export type { ConnectionRequest } from '../core/server-world.js';
