/**
 * The seam for a server that is not ours: what it can, and who stands in for ours on its sockets.
 * Types only, so that a page without a dialect pays nothing. Not here: the stand-in itself (`dialects/`, a door of its own).
 */
import type { RealtimeError } from '../errors.js';
import type { Clock } from '../world.js';
import type { ClosePolicy } from './codes.js';
import type { ClientFrame, ServerFrame } from './frames.js';

/** What a foreign server can do. What it cannot is not acted: the application is told what follows from it. */
export interface DialectCan {
  /** It says that it lets us in. Without: a link is ready when it is open, and proved after a while. */
  readonly greet: boolean;
  /** It answers a ping. Without: silence never ends a link. */
  readonly ping: boolean;
  /** It says that a subscription stands. Without: one is live when it was said. */
  readonly confirm: boolean;
  /** It answers queries. Without: they fail at once, `unsupported`. */
  readonly answer: boolean;
  /** It answers commands. Without: they end `handed-over` when the socket has taken them. */
  readonly acknowledge: boolean;
  /** No foreign server is asked for what was missed: after each reconnect a channel has one gap, `no-resume`. */
  readonly resume: false;
}

/** How a foreign server says our words. `holdfast/dialects` makes one: `plainJson`, `defineDialect`. */
export interface Dialect {
  readonly can: DialectCan;
  /** The subprotocols that are offered when a socket is opened. */
  readonly protocols: readonly string[];
  /** For one life of a socket. */
  createStandIn(port: StandInPort): StandIn;
}

/** What a stand-in needs of its link. */
export interface StandInPort {
  readonly clock: Clock;
  /** Names the history that this socket's events are numbered in. */
  readonly epoch: string;
  /** False: the socket does not take it. */
  send(text: string): boolean;
  onFrame(frame: ServerFrame): void;
  onError(error: RealtimeError): void;
}

/** Stands in for our server: the rooms above speak protocol v1 with it, and it speaks the foreign server's words. */
export interface StandIn {
  /** False: it was not sent. */
  say(frame: ClientFrame): boolean;
  hear(text: string): void;
  /** What to do now that the server has closed: its codes are not ours. */
  policyOf(code: number, reason: string): ClosePolicy;
  stop(): void;
}
