'use client';
/** Door `holdfast`: the provider, the hooks, and the makers of contracts. */
export { RealtimeProvider, useRealtimeClient, type RealtimeProviderProps } from './react/provider.js';
export { useChannel, type ChannelResult, type ParamsOption } from './react/use-channel.js';
export { useCommand, type CommandResult } from './react/use-command.js';
export { useConnectionStatus, type ConnectionResult } from './react/use-connection-status.js';
export { useQuery, type Follow, type QueryOptions, type QueryResult } from './react/use-query.js';
export * from './contract/index.js';
export * from './browser/index.js';
