/**
 * The client of one provider, and the newest functions that the application gave it.
 * No React here: a render makes it, an effect tells it of newer props.
 */
import { createClient, type ClientSettings, type RealtimeClient, type RealtimeClientOptions } from '../browser/create-client.js';
import type { AnyContract } from '../core/contract.js';
import { RealtimeError } from '../core/errors.js';
import type { Dialect } from '../core/protocol/dialect.js';

export interface ClientProps extends Omit<ClientSettings, 'url'> {
  /** Where the server listens. A new URL makes a new client. */
  readonly url?: string;
  /** A new contract makes a new client. */
  readonly contract?: AnyContract;
  /** How a server that is not ours says our words; of `holdfast/dialects`. Looked at once, when the client is made. */
  readonly dialect?: Dialect | undefined;
  /** Your own client instead of `url` and `contract`; who made it disposes of it. */
  readonly client?: RealtimeClient;
}

export interface OwnedClient {
  readonly client: RealtimeClient;
  /** Whether these props ask for this very client. */
  isFor(props: ClientProps): boolean;
  /** From now on these `auth` and `onError` are called. */
  update(props: ClientProps): void;
}

export function createOwnedClient(props: ClientProps): OwnedClient {
  const { url, contract, client } = props;
  let latest = props;
  return {
    client: client ?? create(props, () => latest),
    isFor: (asked) => asked.client === client && (client !== undefined || (asked.url === url && asked.contract === contract)),
    update(newer) {
      latest = newer;
    },
  };
}

function create({ url, contract, dialect, auth, timings, bounds, WebSocket, world }: ClientProps, latest: () => ClientProps): RealtimeClient {
  if (url === undefined || (contract ?? dialect) === undefined) throw new RealtimeError('misuse', '<RealtimeProvider> needs url and contract (or dialect), or a client.');
  return createClient({
    url,
    contract,
    dialect,
    auth: auth && ((context) => latest().auth?.(context) ?? null),
    onError: (error) => (latest().onError ?? console.error)(error),
    timings,
    bounds,
    WebSocket,
    world,
  } as RealtimeClientOptions);
}
