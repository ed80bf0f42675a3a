'use client';
/**
 * The provider: makes a client once and says to the hooks below it which contract it serves.
 * Not here: any connection logic; rendering, in the browser or on a server, opens nothing.
 */
import { createContext, useContext, useEffect, useInsertionEffect, useMemo, useState, type ReactNode } from 'react';
import type { RealtimeClient } from '../browser/create-client.js';
import { OPEN_CONTRACT, type ContractId } from '../core/contract.js';
import { RealtimeError } from '../core/errors.js';
import { createOwnedClient, type ClientProps } from './owned-client.js';
import { PageGuard } from './page-guard.js';

interface Served {
  readonly client: RealtimeClient;
  readonly outer: Served | null;
}

const Context = createContext<Served | null>(null);

export type RealtimeProviderProps = ClientProps & {
  /** While a command has no outcome yet, the browser asks before it closes the page. @default false */
  readonly warnOnUnsent?: boolean | undefined;
  readonly children?: ReactNode;
};

/**
 * Owns the connection for the hooks below it.
 *
 * While it is mounted it holds one link; 30 s after it and its last channel have gone the link is closed. A new inline `auth`, `logger` or
 * `onError` changes nothing but which function is called next. Another `user` ends everything of the former one at once.
 *
 * @example
 * ```tsx
 * <RealtimeProvider url="/realtime" contract={api} auth={fetchToken} user={session.userTag} warnOnUnsent>
 *   <App />
 * </RealtimeProvider>
 * ```
 */
export function RealtimeProvider(props: RealtimeProviderProps): ReactNode {
  const outer = useContext(Context);
  const [kept, setKept] = useState(() => createOwnedClient(props));
  let owned = kept;
  if (!owned.isFor(props)) {
    owned = createOwnedClient(props);
    setKept(owned);
  }
  useInsertionEffect(() => owned.update(props));
  const { client } = owned;
  useEffect(() => client.hold(), [client]);
  const served = useMemo(() => ({ client, outer }), [client, outer]);
  return (
    <Context.Provider value={served}>
      <PageGuard client={client} isOwn={props.client === undefined} user={props.user} warnOnUnsent={props.warnOnUnsent} />
      {props.children}
    </Context.Provider>
  );
}

/** The client of the nearest provider that serves this part's contract; if it has none, of the nearest. */
export function useServingClient(part: { readonly contract: ContractId } | undefined): RealtimeClient {
  const contract = part?.contract;
  if (contract === undefined) throw new RealtimeError('misuse', 'This hook was not given a part of a contract. Pass it one of yours, such as api.channels.room, or a view of a channel; a name that is misspelled gives undefined.');
  for (let served = useContext(Context); served !== null; served = served.outer) {
    if (served.client.contract === contract || contract === OPEN_CONTRACT) return served.client;
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
