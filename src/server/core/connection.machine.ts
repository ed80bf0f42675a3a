/**
 * One client connection from the first byte to the last: greeting → authenticating → ready → closed.
 * Not here: what happens while it is ready (subscriptions, commands, queries, heartbeat).
 */
import { CloseCode, FEATURES, type Feature } from '../../core/protocol/codes.js';
import type { HelloFrame } from '../../core/protocol/frames.js';
import { PROTOCOL_VERSION } from '../../core/protocol/limits.js';
import type { TimerEffect, TimerFired } from '../../core/machine.js';
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
  | { readonly type: 'opened' }
  | { readonly type: 'hello'; readonly hello: HelloFrame }
  /** Any other good frame. */
  | { readonly type: 'frame' }
  /** `present`: the number of the ready connection of the same user, client and link; 0 if there is none. */
  | { readonly type: 'authenticated'; readonly user: User; readonly present: number }
  | { readonly type: 'refused' }
  /** The server gives the connection up. */
  | { readonly type: 'give-up'; readonly code: CloseCode; readonly reason: string }
  | { readonly type: 'socket-closed' };

export type ConnectionTimer = 'greeting';

export type ConnectionEffect =
  | { readonly type: 'authenticate'; readonly hello: HelloFrame }
  | { readonly type: 'welcome'; readonly greeting: Greeting; readonly user: User }
  | { readonly type: 'close'; readonly code: CloseCode; readonly reason: string }
  /** Let go of everything that belongs to it. */
  | { readonly type: 'release' };

type Effects = readonly (ConnectionEffect | TimerEffect<ConnectionTimer>)[];
type Next = readonly [ConnectionState, Effects];

const CLOSED: ConnectionState = { kind: 'closed' };
const STOP: TimerEffect<ConnectionTimer> = { type: 'stop-timer', name: 'greeting' };
const START: TimerEffect<ConnectionTimer> = { type: 'start-timer', name: 'greeting', ms: GREETING_MS };

const close = (code: CloseCode, reason: string): Next => [CLOSED, [STOP, { type: 'close', code, reason }, { type: 'release' }]];

export const INITIAL_CONNECTION: ConnectionState = { kind: 'greeting' };

export function stepConnection(state: ConnectionState, event: ConnectionEvent | TimerFired<ConnectionTimer>): Next {
  if (state.kind === 'closed') return [state, []];
  switch (event.type) {
    case 'opened':
      return [state, state.kind === 'greeting' ? [START] : []];
    case 'hello':
      return state.kind === 'greeting' ? greet(event.hello) : close(CloseCode.badFrame, 'a second hello');
    case 'frame':
      return state.kind === 'ready' ? [state, []] : close(CloseCode.badFrame, 'a frame before welcome');
    case 'authenticated': {
      if (state.kind !== 'authenticating') return [state, []];
      const { greeting } = state;
      // A late socket: the client has opened a newer one since. The order of arrival says nothing, the number does.
      if (greeting.attempt <= event.present) return close(CloseCode.replaced, 'a newer socket is connected');
      return [{ kind: 'ready', greeting, user: event.user }, [STOP, { type: 'welcome', greeting, user: event.user }]];
    }
    case 'refused':
      return state.kind === 'authenticating' ? close(CloseCode.unauthorized, 'token refused') : [state, []];
    case 'timer-fired':
      if (state.kind === 'ready') return [state, []];
      return close(CloseCode.greetingLate, state.kind === 'greeting' ? 'no hello' : 'authentication took too long');
    case 'give-up':
      return close(event.code, event.reason);
    case 'socket-closed':
      return [CLOSED, [STOP, { type: 'release' }]];
    default:
      event satisfies never;
      return [state, []];
  }
}

function greet(hello: HelloFrame): Next {
  if (hello.v !== PROTOCOL_VERSION) return close(CloseCode.incompatible, `this server speaks version ${PROTOCOL_VERSION}`);
  const isKnown = (feature: Feature): boolean => hello.features.includes(feature);
  // Most clients know all: they share one list.
  const features = FEATURES.every(isKnown) ? FEATURES : FEATURES.filter(isKnown);
  const greeting: Greeting = { client: hello.client, link: hello.link, attempt: hello.attempt, isVisible: hello.visible, features };
  return [{ kind: 'authenticating', greeting }, [START, { type: 'authenticate', hello }]];
}
