/**
 * A long answer that comes in pieces: text that is JSON once it is whole.
 * Not here: which link the pieces may come from.
 */
import { DEV } from '../errors.js';
import { isDeeperThan, utf8Bytes } from '../protocol/codec.js';
import type { WireError } from '../protocol/codes.js';
import type { ErrorFrame, ResponseFrame } from '../protocol/frames.js';
import { FRAME_DEPTH, RESULT_BYTES } from '../protocol/limits.js';

export interface Parts {
  /** The whole answer, or null while pieces are missing. */
  take(frame: ResponseFrame | ErrorFrame): ResponseFrame | ErrorFrame | null;
}

export function createParts(): Parts {
  let text = '';
  let bytes = 0;
  let count = 0;
  return {
    take(frame) {
      if (frame.t === 'error' || frame.part === undefined) return frame;
      const { part, result, ...head } = frame;
      if (part.index !== count++ || typeof result !== 'string') return broken(frame.id);
      text += result;
      bytes += utf8Bytes(result);
      if (bytes > RESULT_BYTES) return broken(frame.id);
      if (!part.last) return null;
      if (isDeeperThan(text, FRAME_DEPTH)) return broken(frame.id);
      try {
        return { ...head, result: JSON.parse(text) };
      } catch {
        return broken(frame.id);
      }
    },
  };
}

function broken(id: string): ErrorFrame {
  return noAnswer(id, 'internal', DEV && 'the parts of its answer do not make a whole.');
}

/** What is said in the server's place. `message` is for people alone: a page's production build is without it. */
export function noAnswer(id: string, code: WireError, message: string = ''): ErrorFrame {
  return { t: 'error', id, code, message, final: true };
}
