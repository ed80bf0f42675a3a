/**
 * Answers that are too long for one frame, on their way in parts: one after the other, and only as fast as the client takes
 * them, or the answer itself would look like a slow reader. Not here: what is in them.
 */
import type { Cancel, Clock } from '../../core/world.js';
import type { ChannelPosition } from '../../core/protocol/frames.js';
import { partTexts } from './frame-text.js';

/** What may lie untaken in the socket when the next part follows. */
const AHEAD_BYTES = 64 * 1024;
/** When to look again whether the client has taken any: at first soon, then ever later, as one may take nothing for ever. */
const LOOK_AGAIN_MS = 10;
const LOOK_LAST_MS = 250;

interface Travelling {
  readonly id: string;
  readonly chars: number;
  readonly texts: Iterator<string, undefined>;
}

export interface Parts {
  /** False: too much waits already. */
  send(id: string, result: string, positions: readonly ChannelPosition[]): boolean;
  has(id: string): boolean;
  /** The rest is not sent; false: there is no rest. */
  drop(id: string): boolean;
  release(): void;
}

export function createParts(parts: {
  readonly clock: Pick<Clock, 'after'>;
  /** Results that wait together; one alone may be as long as it likes. */
  readonly maxWaiting: number;
  readonly send: (text: string) => void;
  readonly bufferedBytes: () => number;
}): Parts {
  const { clock, maxWaiting, send, bufferedBytes } = parts;
  const waiting = new Map<string, Travelling>();
  let cancelTimer: Cancel | null = null;
  let lookMs = LOOK_AGAIN_MS;

  const lookAgain = (): void => {
    cancelTimer = clock.after(lookMs, go);
    lookMs = Math.min(LOOK_LAST_MS, 2 * lookMs);
  };

  const go = (): void => {
    cancelTimer = null;
    for (const { id, texts } of waiting.values()) {
      while (waiting.has(id)) {
        if (bufferedBytes() >= AHEAD_BYTES) return lookAgain();
        lookMs = LOOK_AGAIN_MS;
        const { value } = texts.next();
        if (value === undefined) break;
        send(value);
      }
      waiting.delete(id);
    }
  };

  const waitingChars = (): number => [...waiting.values()].reduce((sum, { chars }) => sum + chars, 0);

  return {
    send(id, result, positions) {
      if (waiting.size > 0 && waitingChars() + result.length > maxWaiting) return false;
      waiting.set(id, { id, chars: result.length, texts: partTexts(id, result, positions) });
      if (cancelTimer === null) go();
      return true;
    },
    has: (id) => waiting.has(id),
    drop: (id) => waiting.delete(id),
    release() {
      waiting.clear();
      cancelTimer?.();
    },
  };
}
