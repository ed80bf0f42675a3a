/** Who is tortured: what the ordeal can do to a client, and how it sees that one lives. Not a test. */
import type { Signal } from '../../src/core/world.js';

export interface Subject {
  /** Somebody needs the connection. */
  open(): void;
  /** Nobody does any more. */
  close(): void;
  /** The user's button. */
  reconnect(): void;
  disconnect(): void;
  signal(signal: Signal): void;
  /** Says something that wants an answer. */
  speak(): void;
  /** It says of itself that it stays away until the user's button is pressed. */
  readonly needsButton: boolean;
  /** Resolves when the server has answered; rejects if that takes too long. */
  askServer(): Promise<void>;
  /** Everything that was begun has an end. Only after `dispose`. */
  readonly unsettled: number;
  /** For the report on a dead one. */
  describe(): string;
  dispose(): void;
}

/** The times of both subjects. */
export const HURRIED = { firstMs: 5, baseMs: 5, factor: 1.5, capMs: 40, provenMs: 20, connectMs: 250, answerMs: 1_000 };
