/**
 * The outside as the server core sees it. Types only.
 * Not here: sockets are handed in one by one, storage is the broker.
 */
import type { Clock, Dice } from '../../core/world.js';
import type { AbortHandle } from './abort.js';

export interface ServerWorld {
  readonly clock: Clock;
  readonly dice: Dice;
  /** One way and without collisions: the public name of an anonymous client is made of its secret id. */
  digest(text: string): string;
  /** Runs `run` when this turn's work is done. Default: a timer of 0 ms. */
  readonly defer?: (run: () => void) => void;
  /** Default: a small one of our own. */
  readonly createAbort?: () => AbortHandle;
}

/** The few verbs of a client's socket. */
export interface ServerSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes that the peer has not taken yet. */
  bufferedBytes(): number;
  /** Bytes received in all, parts of frames included: they are a sign of life. */
  receivedBytes(): number;
}

/** What the client asked to be let in with. */
export interface ConnectionRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly remoteAddress: string | undefined;
}

/** What a socket tells the core. Nothing comes after `onClosed`. */
export interface ConnectionHandler {
  onMessage(text: string): void;
  onBinary(): void;
  /** A ping or pong of WebSocket itself came; it costs as much as a frame. */
  onControl(): void;
  /** The bytes that came are no valid WebSocket message, or a far too large one; the socket closes by itself. */
  onBroken(): void;
  onClosed(): void;
}
