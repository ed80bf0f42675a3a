/**
 * Who we are to the server and what the server has named: identity, limits, fence.
 * Not here: the token (the link fetches one for each attempt and forgets it).
 */
import type { ClientFrame, ServerLimits, ServerPingFrame, WelcomeFrame } from './protocol/frames.js';
import { FEATURES } from './protocol/codes.js';
import { PROTOCOL_VERSION } from './protocol/limits.js';

export interface SessionPort {
  readonly clientId: string;
  isVisible(): boolean;
  /**
   * It is another user than before: nothing of the former one may remain. `link`: over which the server said so; null: the
   * application did.
   */
  onIdentityChanged(link: number | null): void;
  /** The server names another user than the application does. */
  onMismatch(expected: string, named: string): void;
  /** The storage behind the server is another one than before. */
  onFenceChanged(fence: string): void;
}

export interface Session {
  /** The public name of the user; null before the first welcome. */
  readonly tag: string | null;
  readonly fence: string | null;
  readonly limits: ServerLimits;
  hello(link: number, token: string | null): ClientFrame;
  pong(ping: ServerPingFrame): ClientFrame;
  probe(): ClientFrame;
  /** `link`: over which it came. */
  welcomed(frame: WelcomeFrame, link: number): { readonly pingMs: number };
  fenceSeen(fence: string): void;
  /** Who has signed in, by the application's word; undefined: it has none. */
  setUser(user: string | null | undefined): void;
}

const UNTIL_WELCOME: ServerLimits = { channels: 200, windowPerLane: 32, keepMs: 0 };

export function createSession(port: SessionPort): Session {
  let tag: string | null = null;
  let expected: string | null | undefined;
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
    hello: (link, token) => ({
      t: 'hello',
      v: PROTOCOL_VERSION,
      client: port.clientId,
      link,
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
      tag = frame.tag;
      if (former !== null && former !== tag) port.onIdentityChanged(link);
      // A server that names nobody contradicts nobody.
      if (typeof expected === 'string' && tag !== '' && tag !== expected) port.onMismatch(expected, tag);
      fenceSeen(frame.fence);
      return { pingMs: port.isVisible() ? frame.ping.visibleMs : frame.ping.hiddenMs };
    },
    fenceSeen,
    setUser(user) {
      const hadWord = expected !== undefined;
      const known = hadWord ? expected : tag;
      expected = user;
      if (user === undefined || user === known || (!hadWord && tag === null)) return;
      tag = null;
      port.onIdentityChanged(null);
    },
  };
}
