/**
 * The core of one provider's client, and the newest functions that the application gave it.
 * No React here: a render makes it, an effect tells it of newer props.
 */
import type { RealtimeClient } from '../browser/create-client.js';
import { createClientCore, type RealtimeClientOptions } from '../browser/create-core.js';
import type { Core } from '../core/feature.js';

type Key<T> = T extends unknown ? keyof T : never;

/**
 * What a client is made of (a new `url` or `contract` makes a new one; a `dialect` is looked at once), or a client of your
 * own: who made it disposes of it.
 */
export type ClientProps = (RealtimeClientOptions & { readonly client?: undefined }) | ({ readonly client: RealtimeClient } & { readonly [K in Key<RealtimeClientOptions>]?: undefined });

export interface OwnedCore {
  readonly core: Core;
  /** Whether these props ask for this very core. */
  isFor(props: ClientProps): boolean;
  /** From now on these `auth`, `logger`, `onError` and `onCommandSettled` are called. */
  update(props: ClientProps): void;
}

export function createOwnedCore(props: ClientProps): OwnedCore {
  const { url, contract, client } = props;
  let latest = props;
  return {
    core: client ? (client.core as Core) : create(props as RealtimeClientOptions, () => latest),
    isFor: (asked) => asked.client === client && (client !== undefined || (asked.url === url && asked.contract === contract)),
    update(newer) {
      latest = newer;
    },
  };
}

function create(props: RealtimeClientOptions, latest: () => ClientProps): Core {
  return createClientCore({
    ...props,
    // One that is there only after the sign-in is called, too.
    auth: (context) => latest().auth?.(context) ?? null,
    logger: { debug: (...words) => latest().logger?.debug(...words) },
    onCommandSettled: (command) => latest().onCommandSettled?.(command),
    onError: (error) => (latest().onError ?? console.error)(error),
  });
}
