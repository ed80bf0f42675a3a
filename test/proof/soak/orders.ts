/** What the soak tells its processes, and what they answer. Types only. */

export type ServerOrder =
  /** Takes a user off a board, and keeps it out for so long. */
  | { readonly do: 'kick'; readonly user: string; readonly board: string; readonly bannedMs: number }
  | { readonly do: 'close'; readonly user: string }
  /** Publishes nothing by itself any more, and lets everybody in. */
  | { readonly do: 'quiet' }
  /** Publishes one more event to every board. */
  | { readonly do: 'mark' };

export type ClientOrder =
  | { readonly do: 'reconnect'; readonly client: string }
  | { readonly do: 'disconnect'; readonly client: string; readonly forMs: number }
  /** Starts nothing new. */
  | { readonly do: 'quiet' }
  /** Writes down what is mounted and what it shows, and ends. */
  | { readonly do: 'rest' };

/** What a client process says all the time. */
export interface ClientReport {
  /** Commands and questions without an end. */
  readonly pending: number;
  /** Clients that are connected. */
  readonly connected: number;
  readonly delivered: number;
}
