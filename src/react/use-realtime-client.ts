'use client';
/** The whole client in a component: every feature, so a page that uses it pays for all of them. */
import { CLIENT, type RealtimeClient } from '../browser/create-client.js';
import { useCore } from './provider.js';

/**
 * The client of the nearest provider, for what no hook does.
 *
 * @throws RealtimeError `no-provider` outside a provider
 */
export function useRealtimeClient(): RealtimeClient {
  return useCore().use(CLIENT);
}
