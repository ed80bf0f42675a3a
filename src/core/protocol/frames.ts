// Generated from schemas.ts by `npm run generate`: edit that file instead.
/* oxlint-disable max-lines -- Long because it lists every field of every frame. */
/**
 * Every frame of protocol v1 that is built, by direction.
 * Not here: what a frame means (docs/PROTOCOL.md).
 * Long because every field carries its description.
 */
import type { GapReason, UnsubscribeReason, WireError } from './codes.js';
import type { Position } from './position.js';

/* client → server */

/** The first frame on every socket. */
export interface HelloFrame {
  readonly t: 'hello';
  /** The protocol version that the client speaks. */
  readonly v: number;
  /** Who the client is; absent: cookies or nothing. At most 8,192 bytes of UTF-8. */
  readonly token?: string;
  /** The secret client id, one a client. */
  readonly client: string;
  /** Which of the client's links this is, from 0. */
  readonly link: number;
  /** The number of this socket among those of the link; grows with each socket. */
  readonly attempt: number;
  /** The newest fence that the client has seen. */
  readonly fence?: string;
  /** The features that the client can use. */
  readonly features: readonly string[];
  /** Whether the client's unanswered commands outlive the page. */
  readonly outbox: 'memory' | 'persistent';
  /** Whether a person can see the page; chooses the ping interval. */
  readonly visible: boolean;
}

/** A probe; also sent when visibility changes. */
export interface ClientPingFrame {
  readonly t: 'ping';
  /** Comes back in the `pong`. */
  readonly n: number;
  /** Whether a person can see the page; chooses the ping interval. */
  readonly visible: boolean;
}

/** Answers a `ping` of the server at once. */
export interface ClientPongFrame {
  readonly t: 'pong';
  /** The `n` of the ping that this answers. */
  readonly n: number;
  /** The newest fence that the client has seen. */
  readonly fence?: string;
  /** Whether a person can see the page; chooses the ping interval. */
  readonly visible: boolean;
}

/** One channel of a `subscribe`. */
export interface WantedChannel {
  /** The channel. */
  readonly name: string;
  /** Of the subscription; grows with every `subscribe` of the channel. */
  readonly generation: number;
  /** Where the client is; absent: it has nothing yet. */
  readonly position?: Position;
  /** How many of the newest events to send along. Unit: events. */
  readonly history?: number;
}

/** Wants channels, from where the client is. */
export interface SubscribeFrame {
  readonly t: 'subscribe';
  /** The channels wanted; each is answered on its own. */
  readonly channels: readonly WantedChannel[];
  /** The newest fence that the client has seen. */
  readonly fence?: string;
}

/** Wants channels no more. There is no answer. */
export interface UnsubscribeFrame {
  readonly t: 'unsubscribe';
  /** The subscriptions that end. */
  readonly channels: readonly {
    /** The channel. */
    readonly name: string;
    /** Of the subscription; grows with every `subscribe` of the channel. */
    readonly generation: number;
  }[];
}

/** Asks for a lane's head, before the lane's first command on a socket. */
export interface LaneAskFrame {
  readonly t: 'lane';
  /** The lane. */
  readonly lane: string;
  /** The highest number whose answer the client holds; 0: none. */
  readonly last: number;
  /** Make the lane if the server does not know it. */
  readonly create?: boolean;
}

/** Changes something, once. */
export interface CommandFrame {
  readonly t: 'command';
  /** The lane. */
  readonly lane: string;
  /** Its number in the lane. */
  readonly n: number;
  /** Its random id; the answer carries it. */
  readonly id: string;
  /** Which command of the contract. */
  readonly name: string;
  /** The contract's input, before any transform. */
  readonly input?: unknown;
  /** How long it may still wait to be run. */
  readonly remainingMs: number;
  /** If it was not run yet, record it as never to be run. */
  readonly void?: boolean;
}

/** Asks, and changes nothing. */
export interface QueryFrame {
  readonly t: 'query';
  /** The answer carries it. */
  readonly id: string;
  /** Which query of the contract. */
  readonly name: string;
  /** The contract's input, before any transform. */
  readonly input?: unknown;
  /** How long the client still waits. */
  readonly remainingMs: number;
  /** Channels whose positions are read before the handler runs. */
  readonly stamp?: readonly string[];
}

/** The answer to a query is not wanted any more. */
export interface CancelFrame {
  readonly t: 'cancel';
  /** Of the query. */
  readonly id: string;
}

/** Feature `volatile`: a client event that nobody keeps. There is no answer. */
export interface PublishFrame {
  readonly t: 'publish';
  /** The channel. */
  readonly channel: string;
  /** Which volatile client event of the contract. */
  readonly name: string;
  /** The contract's data, before any transform; at most 1,024 bytes of JSON. */
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

/** What the server allows. */
export interface ServerLimits {
  /** Channels that one link may have. */
  readonly channels: number;
  /** Unanswered commands that one lane may have. */
  readonly windowPerLane: number;
  /** How long an acknowledged command is kept and offered again if the storage went back. */
  readonly keepMs: number;
}

/** The ping intervals. */
export interface PingIntervals {
  /** The ping interval while visible. */
  readonly visibleMs: number;
  /** The ping interval while hidden. */
  readonly hiddenMs: number;
}

/** Answers `hello`: the link is ready. */
export interface WelcomeFrame {
  readonly t: 'welcome';
  /** The protocol version spoken on this socket. */
  readonly v: number;
  /** The link of `hello`. */
  readonly link: number;
  /** Names the server process, for people. */
  readonly node: string;
  /** The public name of the principal. */
  readonly tag: string;
  /** Whether history and lanes outlive the node. */
  readonly storage: 'memory' | 'durable';
  /** The fence of the storage. */
  readonly fence: string;
  /** The features in use on this socket. */
  readonly features: readonly string[];
  /** What the server allows. */
  readonly limits: ServerLimits;
  /** The ping intervals. */
  readonly ping: PingIntervals;
  /** How long the token is still good for; absent: no end. */
  readonly tokenMs?: number;
}

/** Says that the server lives, and what the fence is. */
export interface ServerPingFrame {
  readonly t: 'ping';
  /** Comes back in the `pong`. */
  readonly n: number;
  /** The interval from now on. */
  readonly everyMs: number;
  /** The fence of the storage. */
  readonly fence: string;
  /** How long ago the storage last proved that it takes writes. */
  readonly confirmedMs: number;
  /** How long ago the server last read anything from this client, parts of messages included. */
  readonly heardMs: number;
  /** The round trip that the server measured last. */
  readonly rttMs?: number;
}

/** Answers a `ping` of the client. */
export interface ServerPongFrame {
  readonly t: 'pong';
  /** The `n` of the ping that this answers. */
  readonly n: number;
}

/** One event. Its offset follows from its place in the run. */
export interface WireEvent {
  /** Which event of the contract. */
  readonly name: string;
  /** The contract's data, before any transform. */
  readonly data?: unknown;
  /** The server's wall clock at the append, only for people to read. Unit: ms since 1970. */
  readonly time: number;
  /** The user tag of who caused it. */
  readonly by?: string;
  /** The id of the command that caused it. */
  readonly command?: string;
}

/** Answers one channel of a `subscribe`. */
export interface SubscribedFrame {
  readonly t: 'subscribed';
  /** The channel. */
  readonly channel: string;
  /** Of the `subscribe` that this answers. */
  readonly generation: number;
  /** `live`: no position was given; `recovered`: continues it; `gap`: cannot. */
  readonly state: 'live' | 'recovered' | 'gap';
  /** With `gap`: why; see the gap reasons. */
  readonly reason?: GapReason | (string & {});
  /** With `gap`, where it is known: what is missing. */
  readonly missed?: {
    /** The first missing offset. */
    readonly from: number;
    /** The last missing offset. */
    readonly to: number;
  };
  /** A contiguous run that ends at `position`. */
  readonly events: readonly WireEvent[];
  /** After the last of `events`. */
  readonly position: Position;
  /** Another page follows: subscribe again from `position`. */
  readonly more: boolean;
  /** With `more`: the offset of the channel's last event when this page was read. A subscriber without a position begins after it. */
  readonly head?: number;
  /** The fence of the storage. */
  readonly fence: string;
}

/** Refuses a subscription, or ends one that was not asked to end. */
export interface UnsubscribedFrame {
  readonly t: 'unsubscribed';
  /** The channel. */
  readonly channel: string;
  /** Of the subscription that ends. */
  readonly generation: number;
  /** Why; see the unsubscribe reasons. */
  readonly reason: UnsubscribeReason | (string & {});
}

/** Subscribe again, from where you are. */
export interface ResyncFrame {
  readonly t: 'resync';
  /** The channel. */
  readonly channel: string;
}

/** What was appended to a channel. */
export interface EventsFrame {
  readonly t: 'events';
  /** The channel. */
  readonly channel: string;
  /** The history that the offset counts in. */
  readonly epoch: string;
  /** Of the first event; each next one is one higher. */
  readonly offset: number;
  /** A contiguous run. */
  readonly events: readonly WireEvent[];
}

/** Feature `volatile`: a client event of another connection; no offset, no history. */
export interface VolatileFrame {
  readonly t: 'volatile';
  /** The channel. */
  readonly channel: string;
  /** Which volatile client event of the contract. */
  readonly name: string;
  /** The contract's data, before any transform. */
  readonly data?: unknown;
  /** The user tag of the sender, set by the server. */
  readonly by?: string;
}

/** Answers a `lane`. */
export interface LaneFrame {
  readonly t: 'lane';
  /** The lane. */
  readonly lane: string;
  /** The last number that was finished; null: the server does not know the lane. */
  readonly last: number | null;
  /** The fence of the storage. */
  readonly fence: string;
}

/** A position together with its channel. */
export interface ChannelPosition {
  /** The channel. */
  readonly channel: string;
  /** The history that the offset counts in. */
  readonly epoch: string;
  /** The offset. */
  readonly offset: number;
}

/** A query or command went well. */
export interface ResponseFrame {
  readonly t: 'response';
  /** Of the request. */
  readonly id: string;
  /** The contract's output, before any transform. */
  readonly result?: unknown;
  /** For a command: it may be run again if the storage went back. */
  readonly redo?: boolean;
  /** For a command: the fence under which it was recorded. */
  readonly fence?: string;
  /** For a command: where its events landed. For a query: the stamped positions, with the last part. */
  readonly positions?: readonly ChannelPosition[];
  /** For a query, feature `parts`: `result` is a piece of JSON text; joined by index, the pieces are the result. */
  readonly part?: {
    /** Its place, from 0. */
    readonly index: number;
    /** Whether it is the last. */
    readonly last: boolean;
  };
}

/** A request did not go well. */
export interface ErrorFrame {
  readonly t: 'error';
  /** Of the request. */
  readonly id: string;
  /** What went wrong; see the error codes. */
  readonly code: WireError | (string & {});
  /** With `rejected`: which of the contract's errors. */
  readonly name?: string;
  /** With `rejected`: what the contract's error carries. */
  readonly data?: unknown;
  /** With `rejected`: it carried `data`, which the server does not store any more. */
  readonly dataExpired?: boolean;
  /** A sentence for people. */
  readonly message: string;
  /** Whether this is the outcome. False: not recorded, send it again. */
  readonly final: boolean;
  /** With `result-expired`: where the command's events landed; absent: not stored any more. */
  readonly positions?: readonly ChannelPosition[];
  /** Without `final`: when to send it again; absent: 1,000. */
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
