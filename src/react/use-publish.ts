'use client';
/** Publishing from a component: one stable function, and no subscription. */
import type { ChannelHandle, OpenChannelHandle, ParamsArgs } from '../browser/create-client.js';
import { channelName } from '../core/channel-name.js';
import type { ChannelRef, OpenChannelRef } from '../core/contract.js';
import type { Params } from '../core/handles.js';
import { useServingClient } from './provider.js';
import { useKept } from './use-kept.js';

/** Publishes on a channel without a contract; see {@link OpenChannelHandle.publish}. */
export type PublishOpen<Pattern extends string, Data> = OpenChannelHandle<Pattern, Data>['publish'];
/** Publishes one of a channel's client events; see {@link ChannelHandle.publish}. */
export type Publish<Ref extends ChannelRef> = ChannelHandle<Ref>['publish'];

/** Publishes on a channel without a contract: `publish(data)`. */
export function usePublish<Pattern extends string, Data>(ref: OpenChannelRef<Pattern, Data>, ...params: ParamsArgs<OpenChannelRef<Pattern, Data>>): PublishOpen<Pattern, Data>;
/**
 * Gives the function that publishes a channel's client events: the same one while channel and params are the same.
 * It subscribes nothing. A kept event goes through the outbox and gives the command that was sent; a volatile one goes now
 * or not at all and gives whether a socket took it.
 *
 * @example
 * ```tsx
 * const publish = usePublish(api.channels.room, { id });
 * <input onInput={() => publish('typing', { on: true })} />
 * ```
 */
export function usePublish<Ref extends ChannelRef>(ref: Ref, ...params: ParamsArgs<Ref>): Publish<Ref>;
export function usePublish(ref: ChannelRef, params: Params = {}): unknown {
  const client = useServingClient(ref);
  return useKept([client, ref, channelName(ref, params)], () => client.channel(ref, params).publish);
}
