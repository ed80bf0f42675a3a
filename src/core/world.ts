/**
 * The outside as the core sees it: a clock, dice, sockets, paint.
 * Types only. Not here: any implementation (`browser/`, `server/node/`, `testing/` each bind one).
 */

/** Ends what was started; calling it twice, or too late, does nothing. */
export type Cancel = () => void;

/** Time that only ever goes forward. Its zero means nothing; compare values of one clock only. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Milliseconds since 1970 by the wall clock. For people to read and to notice that the machine slept, never to compute a deadline with. */
  wall(): number;
  /** Runs `run` once, not before `ms` milliseconds have passed. */
  after(ms: number, run: () => void): Cancel;
}

/** The only source of chance. */
export interface Dice {
  /** A number in [0, 1). */
  roll(): number;
  /** A fresh identifier of at least 122 random bits, `[A-Za-z0-9_-]`. */
  id(): string;
}

/** What a socket tells. Every callback comes after `open` has returned; nothing comes after `onClosed`. */
export interface SocketEvents {
  onOpened(): void;
  onMessage(text: string): void;
  /** The socket is gone, whether it ever opened or not. `code` 1006 says: without a close frame. */
  onClosed(code: number, reason: string): void;
}

/** One life of a connection. */
export interface Socket {
  /** False when the socket cannot take the text any more. */
  send(text: string): boolean;
  /** Says goodbye and lets go: no callback comes after this call, not even `onClosed`. */
  close(code: number, reason: string): void;
}

/** What happened to the page or the machine that we run on. */
export type Signal = 'online' | 'offline' | 'visible' | 'hidden' | 'resume' | 'focus';

/** Everything that a client needs of the outside. */
export interface World {
  readonly clock: Clock;
  readonly dice: Dice;
  open(url: string, protocols: readonly string[], events: SocketEvents): Socket;
  /** Runs `run` once before the next paint; by a timer where nothing is painted. */
  paint(run: () => void): Cancel;
  /** Runs what tells those who watch. A test's world has React finish its work in it. @default it is run */
  show?(run: () => void): void;
  /** Whether a person can see the page now. */
  isVisible(): boolean;
  /** Tells of {@link Signal}s until cancelled. */
  watch(onSignal: (signal: Signal) => void): Cancel;
}
