/**
 * Frames to text and back. Answers with a result, never throws.
 * Not here: what a frame means; which direction it may travel is the caller's check.
 */
import { DEV } from '../errors.js';
import { FRAME_DEPTH } from './limits.js';

export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  /**
   * `unknown`: a well-formed frame whose type is not known here; to be ignored, or refused if it has an id.
   * `record`: its fields, or those of a malformed frame of a known type; a request can be refused instead of closing the socket.
   */
  | (Unfit<'unknown' | Excess | 'malformed'> & { readonly record?: Fields | undefined });

type Fields = Readonly<Record<string, unknown>>;
type Excess = 'too-large' | 'too-deep';

interface Unfit<Why> {
  readonly ok: false;
  readonly why: Why;
  readonly detail: string;
}

/** Looks at a parsed value that has a known type and says what is wrong with it, or null. */
export type Check = (value: Fields) => string | null;

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
  const record = value as Fields | null;
  const type = record?.t;
  if (record === null || typeof type !== 'string') return unfit('malformed', DEV && 'not an object with a type t');
  const wrong = checks.get(type)?.(record);
  if (wrong === null) return { ok: true, frame: value as Frame };
  return unfit(wrong === undefined ? 'unknown' : 'malformed', wrong ?? type, record);
}

export type Encoded = { readonly ok: true; readonly text: string } | Unfit<Excess | 'malformed'>;

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
function unfit<Why>(why: Why, detail: string, record?: Fields): Unfit<Why> & { readonly record?: Fields | undefined } {
  return { ok: false, why, detail, record };
}

function excessOf(text: string, maxBytes: number, maxDepth: number): Unfit<Excess> | null {
  if (isLongerThan(text, maxBytes)) return unfit('too-large', DEV && `over ${maxBytes} bytes`);
  return isDeeperThan(text, maxDepth) ? unfit('too-deep', DEV && `nested deeper than ${maxDepth}`) : null;
}

/** The UTF-8 length of a text; lone surrogates count as the replacement character that they become. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A pair of surrogates has four bytes; two of them are counted with the first.
    const isPaired = unit >> 10 === 0x37 && text.charCodeAt(i - 1) >> 10 === 0x36;
    if (unit >= 0x80 && !isPaired) bytes += unit < 0x800 ? 1 : 2;
  }
  return bytes;
}

export function isLongerThan(text: string, maxBytes: number): boolean {
  return text.length > maxBytes || (text.length * 3 > maxBytes && utf8Bytes(text) > maxBytes);
}

/** Counts brackets outside strings, before the parser pays for them: 64 kB of nested arrays cost it 24 ms. */
export function isDeeperThan(text: string, maxDepth: number): boolean {
  // Most frames have fewer brackets than they may be deep; searching for one sign is an order faster than looking at each.
  let left = maxDepth;
  for (const sign of ['{', '[']) {
    for (let at = text.indexOf(sign); at >= 0 && left >= 0; at = text.indexOf(sign, at + 1)) left--;
  }
  if (left >= 0) return false;
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // One bit tells { from [, and } from ].
    const bracket = unit | 0x20;
    if (unit === 0x22) isInString = !isInString;
    else if (isInString) i += unit === 0x5c ? 1 : 0;
    else if (bracket === 0x7b && ++depth > maxDepth) return true;
    else if (bracket === 0x7d) depth--;
  }
  return false;
}
