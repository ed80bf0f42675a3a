/**
 * How the server answers a frame that it cannot read: an unknown frame is ignored, a wrong request is refused alone, everything
 * else closes the connection (docs/PROTOCOL.md §4). Pure. Not here: sending the answer and closing.
 */
import { CloseCode } from '../../core/protocol/codes.js';
import type { Decoded } from '../../core/protocol/codec.js';
import type { ClientFrame, CommandFrame } from '../../core/protocol/frames.js';
import { WIRE_ID, WORD_NAME } from '../../core/protocol/limits.js';
import { failedText } from './frame-text.js';

export type Refusal =
  | { readonly kind: 'ignore' }
  | { readonly kind: 'answer'; readonly text: string }
  /** Recorded as the command's outcome: without one, its lane would wait for that number. */
  | { readonly kind: 'record'; readonly command: CommandFrame; readonly message: string }
  | { readonly kind: 'close'; readonly code: CloseCode; readonly reason: string };

const close = (code: CloseCode, reason: string): Refusal => ({ kind: 'close', code, reason });

/** @param isReady - false before `welcome`, when only a valid `hello` is allowed */
export function refusalOf(decoded: Exclude<Decoded<ClientFrame>, { ok: true }>, isReady: boolean): Refusal {
  const { why, detail, record } = decoded;
  switch (why) {
    case 'unknown': {
      const id = record?.id;
      if (!isReady) return close(CloseCode.badFrame, 'unknown frame');
      if (!isId(id)) return { kind: 'ignore' };
      return { kind: 'answer', text: failedText(id, { kind: 'failed', code: 'unsupported', message: 'The server does not know this kind of request.' }) };
    }
    case 'malformed': {
      const request = isReady && record !== undefined ? refuseRequest(record, `The frame is not as the protocol says: ${detail.slice(0, 200)}.`) : null;
      return request ?? close(CloseCode.badFrame, 'malformed frame');
    }
    case 'too-large':
      return close(CloseCode.tooLarge, 'frame too large');
    case 'too-deep':
      return close(CloseCode.badFrame, 'frame too deep');
  }
}

/** Null: the frame is no request, or has no usable id. */
function refuseRequest({ t, id, lane, n }: Readonly<Record<string, unknown>>, message: string): Refusal | null {
  if ((t !== 'query' && t !== 'command') || !isId(id)) return null;
  if (t === 'command' && typeof lane === 'string' && WORD_NAME.test(lane) && isNumber(n)) {
    return { kind: 'record', command: { t, lane, n, id, name: '', remainingMs: 0 }, message };
  }
  return { kind: 'answer', text: failedText(id, { kind: 'failed', code: 'invalid', message }) };
}

function isId(id: unknown): id is string {
  return typeof id === 'string' && WIRE_ID.test(id);
}

function isNumber(n: unknown): n is number {
  return Number.isSafeInteger(n) && (n as number) >= 1;
}
