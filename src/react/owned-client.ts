/**
 * The client of one provider, and the newest functions that the application gave it.
 * No React here: a render makes it, an effect tells it of newer props.
 */
import { createClient, type RealtimeClient, type RealtimeClientOptions } from '../browser/create-client.js';
import { RealtimeError } from '../core/errors.js';

interface UserProp {
  /**
   * Who has signed in, by the tag that the server will name; null: nobody. When it changes, everything of the former user is
   * wiped at once, before the server has said anything. @default what the server says alone
   */
  readonly user?: string | null | undefined;
}

type Key<T> = T extends unknown ? keyof T : never;

/**
 * What a client is made of (a new `url` or `contract` makes a new one; a `dialect` is looked at once), or a client of your
 * own: who made it disposes of it.
 */
export type ClientProps = (RealtimeClientOptions & UserProp & { readonly client?: undefined }) | ({ readonly client: RealtimeClient } & { readonly [K in Key<RealtimeClientOptions & UserProp>]?: undefined });

export interface OwnedClient {
  readonly client: RealtimeClient;
  /** Whether these props ask for this very client. */
  isFor(props: ClientProps): boolean;
  /** From now on these `auth`, `onError` and `logger` are called, and this user has signed in. */
  update(props: ClientProps): void;
}

export function createOwnedClient(props: ClientProps): OwnedClient {
  const { url, contract, client } = props;
  let latest = props;
  const made = props.client ?? create(props, () => latest);
  return {
    client: made,
    isFor: (asked) => asked.client === client && (client !== undefined || (asked.url === url && asked.contract === contract)),
    update(newer) {
      latest = newer;
      if (client === undefined) made.setUser(newer.user);
    },
  };
}

function create(props: RealtimeClientOptions, latest: () => ClientProps): RealtimeClient {
  const { url, contract, dialect, auth, logger } = props as Partial<RealtimeClientOptions>;
  if (url === undefined || (contract ?? dialect) === undefined) throw new RealtimeError('misuse', '<RealtimeProvider> needs url and contract (or dialect), or a client.');
  return createClient({
    ...props,
    auth: auth && ((context) => latest().auth?.(context) ?? null),
    logger: logger && { debug: (...line) => latest().logger?.debug(...line) },
    onError: (error) => (latest().onError ?? console.error)(error),
  });
}
