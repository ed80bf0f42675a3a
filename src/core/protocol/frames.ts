/**
 * The words of protocol v1 as types: every frame that is built so far, by direction.
 * Not here: their checks (`checks.ts` by hand, `schemas.ts` with zod) and their meaning (docs/PROTOCOL.md).
 */
import type { GapReason, UnsubscribeReason, WireError } from './codes.js';
import type { Position } from './position.js';

/* client → server */

export interface HelloFrame {
  readonly t: 'hello';
  readonly v: number;
  readonly token?: string;
  /** The secret client id. */
  readonly client: string;
  /** Which of the client's links this is, from 0. */
  readonly link: number;
  /** The number of this socket among those of the link: each one has a higher number than the one before. */
  readonly attempt: number;
  /** The newest fence that the client has seen. */
  readonly fence?: string;
  readonly features: readonly string[];
  readonly outbox: 'memory' | 'persistent';
  readonly visible: boolean;
}

export interface ClientPingFrame {
  readonly t: 'ping';
  readonly n: number;
  readonly visible: boolean;
}

export interface ClientPongFrame {
  readonly t: 'pong';
  readonly n: number;
  readonly fence?: string;
  readonly visible: boolean;
}

export interface WantedChannel {
  readonly name: string;
  readonly generation: number;
  readonly position?: Position;
  /** How many of the newest events to send along, where the position does not say more. */
  readonly history?: number;
}

export interface SubscribeFrame {
  readonly t: 'subscribe';
  readonly channels: readonly WantedChannel[];
  readonly fence?: string;
}

export interface UnsubscribeFrame {
  readonly t: 'unsubscribe';
  readonly channels: readonly { readonly name: string; readonly generation: number }[];
}

export interface LaneAskFrame {
  readonly t: 'lane';
  readonly lane: string;
  /** The highest number whose answer the client has. */
  readonly last: number;
  readonly create?: boolean;
}

export interface CommandFrame {
  readonly t: 'command';
  readonly lane: string;
  readonly n: number;
  readonly id: string;
  readonly name: string;
  readonly input?: unknown;
  readonly remainingMs: number;
  /** If it was not run yet, record it as never to be run. */
  readonly void?: boolean;
}

export interface QueryFrame {
  readonly t: 'query';
  readonly id: string;
  readonly name: string;
  readonly input?: unknown;
  readonly remainingMs: number;
  /** Channels whose positions are read before the handler runs. */
  readonly stamp?: readonly string[];
}

export interface CancelFrame {
  readonly t: 'cancel';
  readonly id: string;
}

/** Feature `volatile`. Never answered. */
export interface PublishFrame {
  readonly t: 'publish';
  readonly channel: string;
  /** Which client event of the contract. */
  readonly name: string;
  readonly data?: unknown;
}

export type ClientFrame =
  | HelloFrame
  | ClientPingFrame
  | ClientPongFrame
  | SubscribeFrame
  | UnsubscribeFrame
  | LaneAskFrame
  | CommandFrame
  | QueryFrame
  | CancelFrame
  | PublishFrame;

/* server → client */

export interface ServerLimits {
  readonly channels: number;
  readonly windowPerLane: number;
  /** How long an acknowledged command is kept and offered again if the storage went back. */
  readonly keepMs: number;
}

export interface PingIntervals {
  readonly visibleMs: number;
  readonly hiddenMs: number;
}

export interface WelcomeFrame {
  readonly t: 'welcome';
  readonly v: number;
  readonly link: number;
  readonly node: string;
  /** The public name of the principal. */
  readonly tag: string;
  readonly storage: 'memory' | 'durable';
  readonly fence: string;
  readonly features: readonly string[];
  readonly limits: ServerLimits;
  readonly ping: PingIntervals;
  /** How long the token is still good for; absent: no end. */
  readonly tokenMs?: number;
}

export interface ServerPingFrame {
  readonly t: 'ping';
  readonly n: number;
  /** The interval from now on. */
  readonly everyMs: number;
  readonly fence: string;
  /** How long ago the storage last proved that it takes writes. */
  readonly confirmedMs: number;
  /** How long ago the server last read anything from this client. */
  readonly heardMs: number;
  readonly rttMs?: number;
}

export interface ServerPongFrame {
  readonly t: 'pong';
  readonly n: number;
}

/** One event as it travels; its offset follows from its place in the run. */
export interface WireEvent {
  readonly name: string;
  readonly data?: unknown;
  /** The server's wall clock at the append, for people to read. */
  readonly time: number;
  /** The user tag of who caused it. */
  readonly by?: string;
  /** The id of the command that caused it. */
  readonly command?: string;
}

export interface SubscribedFrame {
  readonly t: 'subscribed';
  readonly channel: string;
  readonly generation: number;
  readonly state: 'live' | 'recovered' | 'gap';
  /** With state `gap`. */
  readonly reason?: GapReason | (string & {});
  /** With state `gap`, where it is known: the missing offsets. */
  readonly missed?: { readonly from: number; readonly to: number };
  readonly events: readonly WireEvent[];
  /** After the last of `events`. */
  readonly position: Position;
  /** Another page follows: subscribe again from `position`. */
  readonly more: boolean;
  /** With `more`: the offset of the channel's last event when this page was read. */
  readonly head?: number;
  readonly fence: string;
}

export interface UnsubscribedFrame {
  readonly t: 'unsubscribed';
  readonly channel: string;
  readonly generation: number;
  readonly reason: UnsubscribeReason | (string & {});
}

export interface ResyncFrame {
  readonly t: 'resync';
  readonly channel: string;
}

export interface EventsFrame {
  readonly t: 'events';
  readonly channel: string;
  readonly epoch: string;
  /** Of the first event. */
  readonly offset: number;
  readonly events: readonly WireEvent[];
}

/** Feature `volatile`: a client event that nobody keeps, from another connection. */
export interface VolatileFrame {
  readonly t: 'volatile';
  readonly channel: string;
  readonly name: string;
  readonly data?: unknown;
  /** The user tag of the sender, set by the server. */
  readonly by?: string;
}

export interface LaneFrame {
  readonly t: 'lane';
  readonly lane: string;
  /** The last number that was finished; null: the server does not know the lane. */
  readonly last: number | null;
  readonly fence: string;
}

/** A position together with its channel. */
export interface ChannelPosition extends Position {
  readonly channel: string;
}

export interface ResponseFrame {
  readonly t: 'response';
  readonly id: string;
  readonly result?: unknown;
  /** For a command: it may be run again if the storage went back. */
  readonly redo?: boolean;
  readonly fence?: string;
  /** For a command: where its events landed. For a query: the stamped positions, with the last part. */
  readonly positions?: readonly ChannelPosition[];
  /** For a query, feature `parts`: `result` is a piece of JSON text. */
  readonly part?: { readonly index: number; readonly last: boolean };
}

export interface ErrorFrame {
  readonly t: 'error';
  readonly id: string;
  /** One of `WIRE_ERRORS`; later versions may add words. */
  readonly code: WireError | (string & {});
  /** With code `rejected`: which of the contract's errors, and what it carries. */
  readonly name?: string;
  readonly data?: unknown;
  /** With code `rejected`: it carried data, which the server does not store any more. */
  readonly dataExpired?: boolean;
  readonly message: string;
  readonly final: boolean;
  /** With code `result-expired`: where the command's events landed. */
  readonly positions?: readonly ChannelPosition[];
  readonly retryAfterMs?: number;
}

export type ServerFrame =
  | WelcomeFrame
  | ServerPingFrame
  | ServerPongFrame
  | SubscribedFrame
  | UnsubscribedFrame
  | ResyncFrame
  | EventsFrame
  | VolatileFrame
  | LaneFrame
  | ResponseFrame
  | ErrorFrame;
