'use client';
/** Publishing from a component that need not listen. */
import { useMemo } from 'react';
import type { ChannelHandle, OpenChannelHandle, ParamsArgs } from '../browser/create-client.js';
import type { ChannelRef, OpenChannelRef } from '../core/contract.js';
import type { Params } from '../core/handles.js';
import { useServingClient } from './provider.js';
import { useKept } from './use-kept.js';

/**
 * A function that publishes what the contract names under `clientEvents`. It stays the same while channel and parameters do, and
 * subscribes nothing. A volatile event goes now or not at all: false says that there was no socket for it. A kept one goes
 * through the outbox.
 *
 * @throws RealtimeError when it is called, for a volatile event: `invalid` or `too-large` (1 kB) if it cannot be sent
 * @example
 * ```tsx
 * const publish = usePublish(api.channels.room, { id });
 * <input onFocus={() => publish('typing', { on: true })} onBlur={() => publish('typing', { on: false })} />
 * ```
 */
export function usePublish<Pattern extends string, Data>(
  channel: OpenChannelRef<Pattern, Data>,
  ...params: ParamsArgs<OpenChannelRef<Pattern, Data>>
): OpenChannelHandle<Pattern, Data>['publish'];
export function usePublish<Ref extends ChannelRef>(channel: Ref, ...params: ParamsArgs<Ref>): ChannelHandle<Ref>['publish'];
export function usePublish(channel: ChannelRef, given: Params = {}): unknown {
  const client = useServingClient(channel);
  const params = useKept(given);
  return useMemo(() => client.channel(channel, params).publish, [client, channel, params]);
}
