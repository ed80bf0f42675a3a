/**
 * Who we are to the server and what the server has named: identity, limits, fence.
 * Not here: the token (the link fetches one for each attempt and forgets it).
 */
import { DEV, RealtimeError } from './errors.js';
import type { ClientFrame, ServerLimits, ServerPingFrame, WelcomeFrame } from './protocol/frames.js';
import { FEATURES } from './protocol/codes.js';
import { PROTOCOL_VERSION } from './protocol/limits.js';

export interface SessionPort {
  readonly clientId: string;
  /** Who is signed in, as the application names them at the start; see {@link Session.setUser}. */
  readonly user: string | null | undefined;
  isVisible(): boolean;
  /** The server knows us by another name than before: nothing of the former user may remain. */
  onIdentityChanged(link: number): void;
  /** The application names another user than before. `hasFormer`: something here may belong to a former one. */
  onUserChanged(hasFormer: boolean): void;
  onError(error: RealtimeError): void;
  /** The storage behind the server is another one than before. */
  onFenceChanged(fence: string): void;
}

export interface Session {
  /** The public name of the user to whom everything here belongs; null: nobody was named yet. */
  readonly tag: string | null;
  readonly fence: string | null;
  readonly limits: ServerLimits;
  /** `attempt`: the number of the socket among those of the link. */
  hello(link: number, attempt: number, token: string | null): ClientFrame;
  pong(ping: ServerPingFrame): ClientFrame;
  probe(): ClientFrame;
  /** `link`: over which it came. */
  welcomed(frame: WelcomeFrame, link: number): { readonly pingMs: number };
  fenceSeen(fence: string): void;
  /** The name of who is signed in, null for nobody; undefined: only the welcome counts. */
  setUser(user: string | null | undefined): void;
}

const UNTIL_WELCOME: ServerLimits = { channels: 200, windowPerLane: 32, keepMs: 0 };

export function createSession(port: SessionPort): Session {
  let { user } = port;
  let tag: string | null = user ?? null;
  let fence: string | null = null;
  let limits = UNTIL_WELCOME;
  let probes = 0;

  const fenceSeen = (seen: string): void => {
    if (seen === fence) return;
    const isFirst = fence === null;
    fence = seen;
    if (!isFirst) port.onFenceChanged(seen);
  };

  return {
    get tag() {
      return tag;
    },
    get fence() {
      return fence;
    },
    get limits() {
      return limits;
    },
    hello: (link, attempt, token) => ({
      t: 'hello',
      v: PROTOCOL_VERSION,
      client: port.clientId,
      link,
      attempt,
      features: FEATURES,
      outbox: 'memory',
      visible: port.isVisible(),
      ...(token !== null && { token }),
      ...(fence !== null && { fence }),
    }),
    pong(ping) {
      fenceSeen(ping.fence);
      return { t: 'pong', n: ping.n, visible: port.isVisible(), fence: ping.fence };
    },
    probe: () => ({ t: 'ping', n: ++probes, visible: port.isVisible() }),
    welcomed(frame, link) {
      limits = frame.limits;
      const former = tag;
      // A server that names nobody has nothing to say against the application.
      tag = frame.tag || (user ?? '');
      if (typeof user === 'string' && tag !== user) {
        port.onError(new RealtimeError('unauthorized', DEV && `The server knows this user as '${tag}', and user says '${user}'. What the server says stands. Pass the tag that authenticate gives them on the server, and see that auth gives the token of the same person.`));
      }
      if (former !== null && former !== tag) port.onIdentityChanged(link);
      fenceSeen(frame.fence);
      return { pingMs: port.isVisible() ? frame.ping.visibleMs : frame.ping.hiddenMs };
    },
    fenceSeen,
    setUser(next) {
      const hasFormer = tag !== null || user !== undefined;
      // Said once more it is no other user, whatever the server calls this one.
      const isSame = next === user || next === tag;
      user = next;
      if (next === undefined || isSame) return;
      tag = next;
      port.onUserChanged(hasFormer);
    },
  };
}
