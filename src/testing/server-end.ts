/**
 * What a server sees of a simulated connection. Types only.
 */

/** What a client asked for when it connected. */
export interface ConnectionRequest {
  readonly url: string;
  readonly protocols: readonly string[];
}

/** The server's end of a connection. */
export interface ServerEnd {
  /** False when the connection is closing or gone. */
  send(text: string): boolean;
  /** Says goodbye. `onClosed` follows: when the client has answered, or after 30 s with 1006. Messages may still come until then. */
  close(code: number, reason: string): void;
  /** Bytes that the system has not taken yet, because the client reads slowly or not at all. */
  bufferedBytes(): number;
}

/** What the server's end tells. Nothing comes before the connection handler has returned, nothing after `onClosed`. */
export interface ServerEvents {
  onMessage(text: string): void;
  onClosed(code: number, reason: string): void;
}

/** Takes a connection, or refuses it with null, before the handshake is answered: the client sees 1006. */
export type OnConnection = (end: ServerEnd, request: ConnectionRequest) => ServerEvents | null;
