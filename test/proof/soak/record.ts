/**
 * One line of a history: what an actor saw or did, at a time of the machine's monotonic clock, which all processes share.
 * Types only: writers and the checker have no other module in common.
 */

/** By the server's storage, when it appended the event. */
export interface Published {
  readonly k: 'published';
  readonly t: number;
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
  readonly id: string;
  readonly bytes: number;
}

/** By a handler, about itself. `mark`: what tells its answer from every other one. */
export type HandlerRecord =
  | { readonly k: 'begin'; readonly t: number; readonly id: string; readonly client: string; readonly lane: string; readonly serial: number }
  | { readonly k: 'end'; readonly t: number; readonly id: string; readonly how: 'done' | 'rejected'; readonly mark: string };

export type ServerRecord = { readonly k: 'start'; readonly t: number; readonly run: number } | Published | HandlerRecord;

interface OfClient {
  readonly t: number;
  /** Name of the client. */
  readonly c: string;
}

export type ListenerRecord =
  | (OfClient & { readonly k: 'mount'; readonly l: string; readonly channel: string; readonly where: 'anywhere' | 'callback' | 'away' })
  /** The listener's channel was live for the first time. */
  | (OfClient & { readonly k: 'live'; readonly l: string })
  | (OfClient & { readonly k: 'deliver'; readonly l: string; readonly e: string; readonly o: number; readonly id: string; readonly b: number })
  | (OfClient & { readonly k: 'gap'; readonly l: string; readonly reason: string; readonly missed: readonly [from: number, to: number] | null })
  | (OfClient & { readonly k: 'unmount'; readonly l: string });

/** What a view showed. */
export interface ViewRecord extends OfClient {
  readonly k: 'view';
  readonly v: string;
  readonly channel: string;
  readonly history: number;
  readonly isLive: boolean;
  /** `dismissed`: there was one, and the application has said that it knows. */
  readonly gap: string | null;
  readonly lines: readonly (readonly [epoch: string, offset: number, id: string])[];
  /** Commands whose optimistic edits were shown. */
  readonly pending: readonly string[];
}

/** What a query that follows a channel showed. */
export interface QueryRecord extends OfClient {
  readonly k: 'query';
  readonly q: string;
  readonly channel: string;
  readonly isFresh: boolean;
  readonly error: string | null;
  readonly ids: readonly string[];
}

export type CommandRecord =
  | (OfClient & { readonly k: 'send'; readonly id: string; readonly lane: string; readonly serial: number })
  /** A promise has ended; `code`: done, rejected, or another code of an error. */
  | (OfClient & { readonly k: 'outcome'; readonly id: string; readonly code: string; readonly mark: string | null });

export type AskRecord =
  | (OfClient & { readonly k: 'ask'; readonly a: string; readonly bytes: number })
  | (OfClient & { readonly k: 'answer'; readonly a: string; readonly code: string; readonly bytes: number });

export type ClientRecord =
  | ListenerRecord
  | ViewRecord
  | QueryRecord
  | CommandRecord
  | AskRecord
  /** Nothing is broken any more, and everything that was published had time to arrive: what is mounted now must be at the top. */
  | (OfClient & { readonly k: 'rest'; readonly listeners: readonly string[]; readonly views: readonly string[]; readonly queries: readonly string[]; readonly pending: number })
  | (OfClient & { readonly k: 'connection'; readonly status: string; readonly links: number })
  | (OfClient & { readonly k: 'complaint'; readonly code: string; readonly message: string });

export type FaultRecord = { readonly k: 'fault'; readonly t: number; readonly kind: string; readonly target: string };

export type SoakRecord = ServerRecord | ClientRecord | FaultRecord;
