/**
 * Binds the core to the real outside: sockets, timers, page signals, the application's callbacks.
 * Not here: any feature (each hook imports its own; `client.ts` has them all), and any decision (`core/`).
 */
import { createCore } from '../core/client.js';
import type { AnyContract } from '../core/contract.js';
import type { SettledCommand } from '../core/data/command-status.js';
import { DEV, RealtimeError } from '../core/errors.js';
import type { Core } from '../core/feature.js';
import type { ClientLogger } from '../core/link-log.js';
import type { Bounds, PoolOptions, TimingOptions } from '../core/options.js';
import type { Dialect } from '../core/protocol/dialect.js';
import type { World } from '../core/world.js';
import type { WebSocketClass } from './attempt-socket.js';
import { createBrowserWorld } from './world.js';

/** Gives the token for one attempt, or null for none. */
export type Auth = (context: { readonly signal: AbortSignal }) => string | null | Promise<string | null>;

export interface ClientSettings {
  /**
   * Where the server listens: `'/realtime'` on the page's own host, or a whole `ws:`, `wss:`, `http:` or `https:` URL.
   */
  readonly url: string;
  /**
   * Fetches a token before each attempt. Throw a {@link RealtimeError} with code `unauthorized` when it makes no sense
   * to try again; any other failure is tried again with backoff. Leave it out where cookies say who the user is.
   */
  readonly auth?: Auth | undefined;
  /**
   * Who is signed in at the start, as the server will name them: their user tag; null for nobody. See {@link RealtimeClient.setUser}.
   * @default undefined: who it is, only the server's welcome says
   */
  readonly user?: string | null | undefined;
  /** Told of everything that went wrong and has no other place to go. @default `console.error` */
  readonly onError?: ((error: RealtimeError) => void) | undefined;
  /**
   * Called with each command that has its outcome, whoever sent it and whether or not that component is still mounted. If it
   * throws, `onError` is called. @default nobody
   *
   * @example
   * ```tsx
   * onCommandSettled={({ name, error }) => error && toast(`${name}: ${error.code}`)}
   * ```
   */
  readonly onCommandSettled?: ((command: SettledCommand) => void) | undefined;
  /** Told what each link does: its states, and why it was lost. @default nobody */
  readonly logger?: ClientLogger | undefined;
  /** Times; change them in tests, rarely elsewhere. */
  readonly timings?: TimingOptions | undefined;
  /** How many links share the work. */
  readonly pool?: Partial<PoolOptions> | undefined;
  /** Sizes of what waits. */
  readonly bounds?: Partial<Bounds> | undefined;
  /** The class to open sockets with, where the platform has none (Node 20: `ws`). @default `globalThis.WebSocket` */
  readonly WebSocket?: WebSocketClass | undefined;
  /** The outside: for tests in a simulated world. */
  readonly world?: World | undefined;
}

/** A contract, or a dialect, or both: without either nobody would know what is said. */
export type RealtimeClientOptions = ClientSettings &
  (
    | {
        /** The contract that client and server share. */
        readonly contract: AnyContract;
        /** How a server that is not ours says our words; of `holdfast/dialects`. Left out: it speaks protocol v1. */
        readonly dialect?: Dialect | undefined;
      }
    | { readonly contract?: AnyContract | undefined; readonly dialect: Dialect }
  );

/** The core of a client, without any feature. */
export function createClientCore(options: RealtimeClientOptions): Core {
  const { url, contract, dialect, auth } = options as Partial<RealtimeClientOptions>;
  if (url === undefined || (contract ?? dialect) === undefined) throw new RealtimeError('misuse', DEV && 'A client needs url and contract (or dialect), and so does a <RealtimeProvider> that is given no client.');
  const onError = calm<[RealtimeError]>((error) => (options.onError ?? console.error)(error));
  return createCore(
    {
      ...options,
      contract,
      url: linkUrl(url, dialect !== undefined),
      fetchToken: auth === undefined ? null : (onAbort) => callAuth(auth, onAbort),
      logger: options.logger && { debug: calm((...words) => options.logger?.debug(...words)) },
      onError,
    },
    options.world ?? createBrowserWorld(options.WebSocket ?? platformWebSocket(), onError),
  );
}

/** It is called in the middle of everything; its own failure must end nothing. */
function calm<Args extends unknown[]>(run: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    try {
      run(...args);
    } catch (cause) {
      console.error(cause);
    }
  };
}

async function callAuth(auth: Auth, onAbort: (abort: () => void) => void): Promise<string | null> {
  const controller = new AbortController();
  onAbort(() => controller.abort());
  return auth({ signal: controller.signal });
}

/** Our own addresses say which link of the pool it is, for whoever reads a network panel or a log. */
function linkUrl(url: string, isForeign: boolean): (link: number) => string {
  const base = typeof location === 'undefined' ? undefined : location.href;
  // Where a page is only rendered, a path has nothing to stand on; and nothing is opened there.
  const isPathOnly = base === undefined && url.startsWith('/');
  if (isPathOnly) return () => url;
  let resolved: URL;
  try {
    resolved = new URL(url, base);
  } catch (cause) {
    throw new RealtimeError('misuse', DEV && `'${url}' is not a URL. Pass a path, such as '/realtime', or a whole one, such as 'wss://app.example/realtime'.`, { cause });
  }
  resolved.protocol = resolved.protocol.replace(/^http/, 'ws');
  resolved.hash = '';
  if (!/^wss?:$/.test(resolved.protocol)) {
    throw new RealtimeError('misuse', DEV && `'${url}' cannot be opened: use ws:, wss:, http:, https: or a path.`);
  }
  return (link) => {
    const address = new URL(resolved);
    // What a foreign server makes of a parameter that it does not know is its own affair.
    if (!isForeign) address.searchParams.set('link', String(link));
    return address.href;
  };
}

function platformWebSocket(): WebSocketClass {
  // Looked up when it is needed: where a page is only rendered (SSR), there is none and none is opened.
  return function PlatformWebSocket(url: string, protocols?: string | string[]) {
    const Impl = globalThis.WebSocket as WebSocketClass | undefined;
    if (Impl === undefined) throw new RealtimeError('misuse', DEV && "This platform has no WebSocket. Pass one, createClient({ WebSocket }), for instance that of the package 'ws'.");
    return new Impl(url, protocols);
  } as unknown as WebSocketClass;
}
