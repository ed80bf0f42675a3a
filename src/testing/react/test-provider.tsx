'use client';
/** The provider of a test: a page of its own, connected to the test's server, for as long as it is mounted. */
import { useEffect, useState, type ReactNode } from 'react';
import type { ClientSettings } from '../../browser/create-core.js';
import type { AnyContract } from '../../core/contract.js';
import { RealtimeProvider, type RealtimeProviderProps } from '../../react/provider.js';
import type { PageServer, TestServer } from './test-server.js';

/** The settings of `<RealtimeProvider>`, but for those that the test's server decides. */
export interface RealtimeTestProviderProps extends Omit<ClientSettings, 'url' | 'world' | 'WebSocket' | 'user'>, Pick<RealtimeProviderProps, 'warnOnUnsent'> {
  readonly server: TestServer;
  /** Who is signed in: the token, and without an `authenticate` of your own the user's name. @default nobody in particular */
  readonly user?: string | undefined;
  /** The contract of the page, where it is not the server's. @default the server's */
  readonly contract?: AnyContract | undefined;
  readonly children?: ReactNode;
}

/** A page comes back at once: nobody wants to wait for it. */
const BACKOFF = { firstMs: 10 };

/**
 * Stands in for `<RealtimeProvider>` in tests: what is below it talks to a server of `createTestServer`. Each is a page of its
 * own, as a tab is; several of one server see each other's events. When it is unmounted the page is closed, and no timer is left.
 *
 * @example
 * ```tsx
 * const server = createTestServer({ contract: api });
 * render(<RealtimeTestProvider server={server} user="ada"><Room id="42" /></RealtimeTestProvider>);
 * render(<RealtimeTestProvider server={server} user="ben"><Room id="42" /></RealtimeTestProvider>);
 * ```
 */
export function RealtimeTestProvider({ server, user, contract, timings, children, ...settings }: RealtimeTestProviderProps): ReactNode {
  const [kept, setKept] = useState(() => createVisit(server, user));
  let visit = kept;
  if (visit.server !== server || visit.page.user !== user) {
    visit = createVisit(server, user);
    setKept(visit);
  }
  // A hidden one is closed too; should it be shown again, it is a new page.
  useEffect(() => visit.page.open(() => setKept((last) => (last === visit ? createVisit(visit.server, visit.page.user) : last))), [visit]);
  const { page } = visit;
  return (
    <RealtimeProvider
      auth={user === undefined ? undefined : () => user}
      {...settings}
      contract={contract ?? server.contract}
      url={`${visit.server.url}?page=${page.name}`}
      world={page.world}
      timings={{ ...timings, backoff: { ...BACKOFF, ...timings?.backoff } }}
    >
      {children}
    </RealtimeProvider>
  );
}

interface Visit {
  readonly server: PageServer;
  readonly page: ReturnType<PageServer['createPage']>;
}

function createVisit(server: TestServer, user: string | undefined): Visit {
  const its = server as PageServer;
  return { server: its, page: its.createPage(user) };
}
