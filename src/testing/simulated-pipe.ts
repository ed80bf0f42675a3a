/**
 * One direction of a simulated connection: first in, first out, as TCP is; what is slow, stalled or cut waits and comes later, never twice, never out of order.
 * Not here: what the words do to the two ends (`simulated-connection.ts`).
 */
import { utf8Bytes } from '../core/protocol/codec.js';
import type { Clock } from '../core/world.js';

/** What travels. `connect` and `accept` are the handshake, `lost` is the end without a close frame. */
export type Parcel =
  | { readonly type: 'connect' }
  | { readonly type: 'accept' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'close'; readonly code: number; readonly reason: string }
  | { readonly type: 'lost' };

export interface Pipe {
  /** Sends after everything that was sent before. `extraMs` comes on top of this parcel's delay. */
  push(parcel: Parcel, extraMs?: number): void;
  /** What the sender's system has not taken yet: undelivered bytes past the window. */
  bufferedBytes(): number;
  /** Delivers nothing for so long, then everything at once. */
  stall(ms: number): void;
  /** Bytes a second, or null for as fast as they come. */
  slow(bytesPerSecond: number | null): void;
  /** How many bytes may be under way before they count as buffered. */
  window(bytes: number): void;
  /** Silence until {@link Pipe.heal}. */
  blackhole(): void;
  /** Takes back what the four above did. */
  heal(): void;
  /** Looks again whether the network is cut here. */
  refresh(): void;
  /** Throws away what is under way and delivers `lost` at once, cut or not. Nothing follows. */
  reset(): void;
  /** Throws away what is under way. */
  empty(): void;
  /** Nothing more is delivered, for ever. */
  end(): void;
}

interface Queued {
  readonly parcel: Parcel;
  readonly bytes: number;
  readonly sentAt: number;
  readonly readyAt: number;
}

/** What the system of a sender takes: about what Linux gives a socket. */
const WINDOW_BYTES = 64 * 1024;

export function createPipe(parts: {
  /** The receiver's: a machine that sleeps receives nothing. */
  readonly clock: Clock;
  readonly delayMs: () => number;
  readonly isCut: () => boolean;
  readonly deliver: (parcel: Parcel) => void;
}): Pipe {
  const { clock, delayMs, isCut, deliver } = parts;
  const queue: Queued[] = [];
  let queuedBytes = 0;
  let windowBytes = WINDOW_BYTES;
  let bytesPerSecond: number | null = null;
  let heldUntil = 0;
  let lastDeliveredAt = 0;
  let isBlackhole = false;
  let wasCut = isCut();
  let isEnded = false;
  let cancel = (): void => {};

  const deliverHead = (): void => {
    const head = queue.shift();
    if (head === undefined) return;
    queuedBytes -= head.bytes;
    lastDeliveredAt = clock.now();
    schedule();
    deliver(head.parcel);
  };

  const schedule = (): void => {
    cancel();
    const head = queue[0];
    if (head === undefined || isBlackhole || isCut()) return;
    const lineMs = bytesPerSecond === null ? 0 : (head.bytes * 1000) / bytesPerSecond;
    const at = Math.max(head.readyAt, heldUntil, Math.max(head.sentAt, lastDeliveredAt) + lineMs);
    cancel = clock.after(Math.max(0, at - clock.now()), deliverHead);
  };

  const refresh = (): void => {
    const isCutNow = isBlackhole || isCut();
    // What was held back has to be sent again, which takes a delay of its own.
    if (wasCut && !isCutNow) heldUntil = Math.max(heldUntil, clock.now() + delayMs());
    wasCut = isCutNow;
    if (!isEnded) schedule();
  };

  const empty = (): void => {
    cancel();
    queue.length = 0;
    queuedBytes = 0;
  };

  const end = (): void => {
    isEnded = true;
    empty();
  };

  return {
    push(parcel, extraMs = 0) {
      if (isEnded) return;
      const now = clock.now();
      const bytes = parcel.type === 'text' ? utf8Bytes(parcel.text) : 0;
      queue.push({ parcel, bytes, sentAt: now, readyAt: now + delayMs() + extraMs });
      queuedBytes += bytes;
      if (queue.length === 1) schedule();
    },
    bufferedBytes: () => Math.max(0, queuedBytes - windowBytes),
    stall(ms) {
      heldUntil = Math.max(heldUntil, clock.now() + ms);
      refresh();
    },
    slow(rate) {
      bytesPerSecond = rate;
      refresh();
    },
    window(bytes) {
      windowBytes = bytes;
    },
    blackhole() {
      isBlackhole = true;
      refresh();
    },
    heal() {
      heldUntil = 0;
      bytesPerSecond = null;
      windowBytes = WINDOW_BYTES;
      isBlackhole = false;
      refresh();
    },
    refresh,
    reset() {
      if (isEnded) return;
      end();
      cancel = clock.after(0, () => deliver({ type: 'lost' }));
    },
    empty,
    end,
  };
}
