/**
 * Frames to text and back. Answers with a result, never throws.
 * Not here: what a frame means; which direction it may travel is the caller's check.
 */
import { DEV } from '../errors.js';
import { FRAME_DEPTH } from './limits.js';

export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  /** `unknown`: a well-formed frame whose type is not known here; to be ignored, or refused if it has an id. */
  | { readonly ok: false; readonly why: 'unknown'; readonly type: string; readonly id: string | null }
  /** `record`: the fields of a malformed frame of a known type; a request can be refused instead of closing the socket. */
  | (Unfit & { readonly record?: Readonly<Record<string, unknown>> });

/** Looks at a parsed value that has a known type and says what is wrong with it, or null. */
export type Check = (value: Readonly<Record<string, unknown>>) => string | null;

/** Parses a frame whose type is a key of `checks`. */
export function decode<Frame>(text: string, maxBytes: number, checks: ReadonlyMap<string, Check>): Decoded<Frame> {
  const excess = excessOf(text, maxBytes, FRAME_DEPTH);
  if (excess !== null) return excess;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unfit('malformed', DEV && 'not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return unfit('malformed', DEV && 'not an object');
  const record = value as Readonly<Record<string, unknown>>;
  if (typeof record.t !== 'string') return unfit('malformed', DEV && 't is missing');
  const check = checks.get(record.t);
  if (check === undefined) return { ok: false, why: 'unknown', type: record.t, id: typeof record.id === 'string' ? record.id : null };
  const wrong = check(record);
  return wrong === null ? { ok: true, frame: value as Frame } : { ...unfit('malformed', DEV && wrong), record };
}

interface Unfit {
  readonly ok: false;
  readonly why: 'too-large' | 'too-deep' | 'malformed';
  readonly detail: string;
}

export type Encoded = { readonly ok: true; readonly text: string } | Unfit;

/** Writes a frame, or any JSON value, within the limits that the other end will hold it to. */
export function encode(value: unknown, maxBytes: number, maxDepth: number = FRAME_DEPTH): Encoded {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    return unfit('malformed', DEV && (error instanceof Error ? error.message : 'not JSON'));
  }
  if (text === undefined) return unfit('malformed', DEV && 'not JSON');
  return excessOf(text, maxBytes, maxDepth) ?? { ok: true, text };
}

/** `detail` is for people alone: a page's production build is without it. */
function unfit(why: Unfit['why'], detail: string): Unfit {
  return { ok: false, why, detail };
}

function excessOf(text: string, maxBytes: number, maxDepth: number): Unfit | null {
  if (isLongerThan(text, maxBytes)) return unfit('too-large', DEV && `over ${maxBytes} bytes`);
  if (isDeeperThan(text, maxDepth)) return unfit('too-deep', DEV && `nested deeper than ${maxDepth}`);
  return null;
}

/** The UTF-8 length of a text; lone surrogates count as the replacement character that they become. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

export function isLongerThan(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && utf8Bytes(text) > maxBytes;
}

/** Counts brackets outside strings, before the parser pays for them: 64 kB of nested arrays cost it 24 ms. */
export function isDeeperThan(text: string, maxDepth: number): boolean {
  // Most frames have fewer brackets than they may be deep; searching for one sign is an order faster than looking at each.
  if (countUpTo(text, '{', maxDepth) + countUpTo(text, '[', maxDepth) <= maxDepth) return false;
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isInString) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) isInString = false;
    } else if (unit === 0x22) isInString = true;
    else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > maxDepth) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth--;
  }
  return false;
}

/** How often `sign` is in the text; stops counting past `limit`. */
function countUpTo(text: string, sign: string, limit: number): number {
  let count = 0;
  for (let at = text.indexOf(sign); at >= 0 && count <= limit; at = text.indexOf(sign, at + 1)) count++;
  return count;
}
