'use client';
/**
 * The provider: makes a client once and says to the hooks below it which contract it serves.
 * Not here: any connection logic; rendering, in the browser or on a server, opens nothing.
 */
import { createContext, useContext, useEffect, useInsertionEffect, useMemo, useState, type ReactNode } from 'react';
import { OPEN_CONTRACT, type ContractId } from '../core/contract.js';
import { DEV, RealtimeError } from '../core/errors.js';
import type { Core } from '../core/feature.js';
import { createOwnedCore, type ClientProps } from './owned-core.js';
import { PageGuard } from './page-guard.js';

interface Served {
  readonly core: Core;
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
 * While it is mounted it holds one link; 30 s after it and its last channel have gone the link is closed. A new inline `auth`, `logger`, `onError` or
 * `onCommandSettled` changes nothing but which function is called next. Another `user` ends everything of the former one at once.
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
  const [kept, setKept] = useState(() => createOwnedCore(props));
  let owned = kept;
  if (!owned.isFor(props)) {
    owned = createOwnedCore(props);
    setKept(owned);
  }
  useInsertionEffect(() => owned.update(props));
  const { core } = owned;
  useEffect(() => core.pool.hold(), [core]);
  const served = useMemo(() => ({ core, outer }), [core, outer]);
  return (
    <Context.Provider value={served}>
      <PageGuard core={core} isOwn={props.client === undefined} user={props.user} warnOnUnsent={props.warnOnUnsent} />
      {props.children}
    </Context.Provider>
  );
}

/** The core of the nearest provider that serves this part's contract. */
export function useServingCore(part: { readonly contract: ContractId } | undefined): Core {
  const contract = part?.contract;
  if (contract === undefined) throw new RealtimeError('misuse', DEV && 'This hook was not given a part of a contract. Pass it one of yours, such as api.channels.room, or a view of a channel; a name that is misspelled gives undefined.');
  for (let served = useContext(Context); served !== null; served = served.outer) {
    if (served.core.contract === contract || contract === OPEN_CONTRACT) return served.core;
  }
  throw new RealtimeError(
    'no-provider',
    DEV && 'No <RealtimeProvider> above this component serves the contract of this hook. Wrap the app in one with contract={api}, the same object that the hook takes its parts from.',
  );
}

/**
 * The core of the nearest provider.
 *
 * @throws RealtimeError `no-provider` outside a provider
 */
export function useCore(): Core {
  const served = useContext(Context);
  if (served === null) throw new RealtimeError('no-provider', DEV && 'There is no <RealtimeProvider> above this component. Wrap the app in one.');
  return served.core;
}
