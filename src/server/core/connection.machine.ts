/**
 * One client connection from the first byte to the last: greeting → authenticating → ready → closed.
 * Not here: what happens while it is ready (subscriptions, commands, queries, heartbeat).
 */
import { CloseCode, FEATURES, type Feature } from '../../core/protocol/codes.js';
import type { HelloFrame } from '../../core/protocol/frames.js';
import { PROTOCOL_VERSION } from '../../core/protocol/limits.js';
import type { Decision, StateTimer, TimerFired } from '../../core/machine.js';
import type { User } from './handlers.js';

/** From the upgrade to `hello`, and from `hello` to the answer of `authenticate`. */
export const GREETING_MS = 5_000;

/** What stays of a hello; the token does not. */
export interface Greeting {
  /** The secret client id. */
  readonly client: string;
  readonly link: number;
  /** The number of this socket among those of the client and link. */
  readonly attempt: number;
  readonly isVisible: boolean;
  /** Those that both ends have. */
  readonly features: readonly Feature[];
}

export type ConnectionState =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'authenticating'; readonly greeting: Greeting }
  | { readonly kind: 'ready'; readonly greeting: Greeting; readonly user: User }
  | { readonly kind: 'closed' };

export type ConnectionEvent =
  | { readonly type: 'hello'; readonly hello: HelloFrame }
  /** Any other good frame. */
  | { readonly type: 'frame' }
  /** `present`: the number of the ready connection of the same user, client and link; 0 if there is none. */
  | { readonly type: 'authenticated'; readonly user: User; readonly present: number }
  | { readonly type: 'refused' }
  /** The server gives the connection up. */
  | { readonly type: 'give-up'; readonly code: CloseCode; readonly reason: string }
  | { readonly type: 'socket-closed' };

export type ConnectionEffect =
  | { readonly type: 'authenticate'; readonly hello: HelloFrame }
  | { readonly type: 'welcome'; readonly greeting: Greeting; readonly user: User }
  | { readonly type: 'close'; readonly code: CloseCode; readonly reason: string }
  /** Let go of everything that belongs to it. */
  | { readonly type: 'release' };

type Change = NonNullable<Decision<ConnectionState, ConnectionEffect>>;

const CLOSED: ConnectionState = { kind: 'closed' };

const close = (code: CloseCode, reason: string): Change => [CLOSED, { type: 'close', code, reason }, { type: 'release' }];

export const INITIAL_CONNECTION: ConnectionState = { kind: 'greeting' };

/** `hello`, and the answer to it, each have their time. */
export function connectionTimer(state: ConnectionState): StateTimer {
  return state.kind === 'greeting' || state.kind === 'authenticating' ? [state.kind, GREETING_MS] : undefined;
}

export function stepConnection(state: ConnectionState, event: ConnectionEvent | TimerFired): Decision<ConnectionState, ConnectionEffect> {
  if (state.kind === 'closed') return;
  switch (event.type) {
    case 'hello':
      return state.kind === 'greeting' ? greet(event.hello) : close(CloseCode.badFrame, 'a second hello');
    case 'frame':
      return state.kind === 'ready' ? undefined : close(CloseCode.badFrame, 'a frame before welcome');
    case 'authenticated': {
      if (state.kind !== 'authenticating') return;
      const { greeting } = state;
      // A late socket: the client has opened a newer one since. The order of arrival says nothing, the number does.
      if (greeting.attempt <= event.present) return close(CloseCode.replaced, 'a newer socket is connected');
      return [{ kind: 'ready', greeting, user: event.user }, { type: 'welcome', greeting, user: event.user }];
    }
    case 'refused':
      return state.kind === 'authenticating' ? close(CloseCode.unauthorized, 'token refused') : undefined;
    case 'timer-fired':
      if (state.kind === 'ready') return;
      return close(CloseCode.greetingLate, state.kind === 'greeting' ? 'no hello' : 'authentication took too long');
    case 'give-up':
      return close(event.code, event.reason);
    case 'socket-closed':
      return [CLOSED, { type: 'release' }];
    default:
      event satisfies never;
      return;
  }
}

function greet(hello: HelloFrame): Change {
  if (hello.v !== PROTOCOL_VERSION) return close(CloseCode.incompatible, `this server speaks version ${PROTOCOL_VERSION}`);
  const isKnown = (feature: Feature): boolean => hello.features.includes(feature);
  // Most clients know all: they share one list.
  const features = FEATURES.every(isKnown) ? FEATURES : FEATURES.filter(isKnown);
  const greeting: Greeting = { client: hello.client, link: hello.link, attempt: hello.attempt, isVisible: hello.visible, features };
  return [{ kind: 'authenticating', greeting }, { type: 'authenticate', hello }];
}
