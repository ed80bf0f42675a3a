'use client';
/** Publishing from a component: one stable function, and no subscription. */
import { channelName, type Params } from '../core/channel-name.js';
import type { ChannelRef, OpenChannelRef, ParamsArgs } from '../core/contract.js';
import { publisher, type Publish, type PublishOpen } from '../core/data/publish.js';
import { useServingCore } from './provider.js';
import { useKept } from './use-kept.js';

/** Publishes on a channel without a contract: `publish(data)`. */
export function usePublish<Pattern extends string, Data>(ref: OpenChannelRef<Pattern, Data>, ...params: ParamsArgs<OpenChannelRef<Pattern, Data>>): PublishOpen<Data>;
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
  const core = useServingCore(ref);
  return useKept([core, ref, channelName(ref, params)], () => publisher(core, ref, params));
}
