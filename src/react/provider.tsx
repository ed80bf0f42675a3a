'use client';
/**
 * The provider: makes a client once and says to the hooks below it which contract it serves.
 * Not here: any connection logic; rendering, in the browser or on a server, opens nothing.
 */
import { createContext, useContext, useEffect, useInsertionEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { createClient, type Auth, type RealtimeClient, type RealtimeClientOptions } from '../browser/create-client.js';
import type { AnyContract, ContractId } from '../core/contract.js';
import { RealtimeError } from '../core/errors.js';

interface Served {
  readonly client: RealtimeClient;
  readonly outer: Served | null;
}

const Context = createContext<Served | null>(null);

export interface RealtimeProviderProps extends Omit<RealtimeClientOptions, 'url' | 'contract'> {
  /** Where the server listens. A new URL makes a new client. */
  readonly url?: string;
  /** A new contract makes a new client. */
  readonly contract?: AnyContract;
  /** Your own client instead of `url` and `contract`; who made it disposes of it. */
  readonly client?: RealtimeClient;
  readonly children?: ReactNode;
}

/**
 * Owns the connection for the hooks below it.
 *
 * While it is mounted it holds one link; 30 s after it has gone the link is closed. A new inline `auth` or `onError`
 * changes nothing but which function is called next.
 *
 * @example
 * ```tsx
 * <RealtimeProvider url="/realtime" contract={api} auth={fetchToken}>
 *   <App />
 * </RealtimeProvider>
 * ```
 */
export function RealtimeProvider(props: RealtimeProviderProps): ReactNode {
  const outer = useContext(Context);
  const client = useClientOf(props);
  useEffect(() => client.hold(), [client]);
  const served = useMemo(() => ({ client, outer }), [client, outer]);
  return <Context.Provider value={served}>{props.children}</Context.Provider>;
}

function useClientOf(props: RealtimeProviderProps): RealtimeClient {
  const latest = useRef(props);
  useInsertionEffect(() => {
    latest.current = props;
  });
  const { url, contract, client: given } = props;
  const hasAuth = props.auth !== undefined;
  const [made, setMade] = useState<{ url?: string | undefined; contract?: AnyContract | undefined; client: RealtimeClient } | null>(null);
  if (given !== undefined) return given;
  if (made !== null && made.url === url && made.contract === contract) return made.client;
  if (url === undefined || contract === undefined) {
    throw new RealtimeError('misuse', '<RealtimeProvider> needs url and contract, or a client.');
  }
  const callAuth: Auth = (context) => latest.current.auth?.(context) ?? null;
  const client = createClient({
    url,
    contract,
    auth: hasAuth ? callAuth : undefined,
    onError: (error) => (latest.current.onError ?? ((reported) => console.error(reported)))(error),
    timings: props.timings,
    bounds: props.bounds,
    WebSocket: props.WebSocket,
    world: props.world,
  });
  setMade({ url, contract, client });
  return client;
}

/** The client of the nearest provider that serves this contract. */
export function useServingClient(contract: ContractId): RealtimeClient {
  for (let served = useContext(Context); served !== null; served = served.outer) {
    if (served.client.contract === contract) return served.client;
  }
  throw new RealtimeError(
    'no-provider',
    'No <RealtimeProvider> above this component serves the contract of this hook. Wrap the app in one with contract={api}, the same object that the hook takes its parts from.',
  );
}

/**
 * The client of the nearest provider, for what no hook does.
 *
 * @throws RealtimeError `no-provider` outside a provider
 */
export function useRealtimeClient(): RealtimeClient {
  const served = useContext(Context);
  if (served === null) throw new RealtimeError('no-provider', 'There is no <RealtimeProvider> above this component. Wrap the app in one.');
  return served.client;
}
