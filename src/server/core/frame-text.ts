/**
 * Server frames as text. Events and results were written once, when they were stored; here they are only joined.
 * Not here: who gets them.
 */
import { utf8Bytes } from '../../core/protocol/codec.js';
import type { ChannelPosition, ServerFrame, WireEvent } from '../../core/protocol/frames.js';
import { SERVER_FRAME_BYTES } from '../../core/protocol/limits.js';
import type { ReadResult, StoredEvent } from './channel-log.js';
import type { Outcome } from './lane-log.js';

/** What stands around the events of a frame: type, channel, epoch, fence, gap. */
const AROUND_BYTES = 1_024;

/** How many bytes of events, commas included, fit into one frame. */
export const EVENT_RUN_BYTES = SERVER_FRAME_BYTES - AROUND_BYTES;

export function frameText(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

/** An event around data that is JSON already. */
export function storeEvent(head: Omit<WireEvent, 'data'>, data: string | undefined): StoredEvent {
  const { name, ...rest } = head;
  const text = `{"name":${JSON.stringify(name)},${data === undefined ? '' : `"data":${data},`}${JSON.stringify(rest).slice(1)}`;
  return { text, bytes: utf8Bytes(text) };
}

/** A run of live events as few frames as their size allows. */
export function eventsTexts(channel: string, epoch: string, first: number, events: readonly StoredEvent[]): string[] {
  const texts: string[] = [];
  let start = 0;
  let bytes = 0;
  const flush = (end: number): void => {
    const joined = events.slice(start, end).map((event) => event.text).join();
    texts.push(`{"t":"events","channel":"${channel}","epoch":${JSON.stringify(epoch)},"offset":${first + start},"events":[${joined}]}`);
    start = end;
    bytes = 0;
  };
  for (const [index, event] of events.entries()) {
    if (bytes + event.bytes + 1 > EVENT_RUN_BYTES && index > start) flush(index);
    bytes += event.bytes + 1;
  }
  if (start < events.length) flush(events.length);
  return texts;
}

/** `data` is JSON already. */
export function volatileText(channel: string, name: string, data: string | undefined, by: string): string {
  const head = frameText({ t: 'volatile', channel, name, by });
  return data === undefined ? head : `${head.slice(0, -1)},"data":${data}}`;
}

export function subscribedText(channel: string, generation: number, result: ReadResult, fence: string): string {
  const { state, reason, missed, position, more, head: top } = result;
  const head = JSON.stringify({ t: 'subscribed', channel, generation, state, reason, missed, position, more, head: top, fence });
  return `${head.slice(0, -1)},"events":[${result.events.map((event) => event.text).join()}]}`;
}

export function responseText(id: string, parts: { readonly result?: string; readonly fence?: string; readonly positions: readonly ChannelPosition[] }): string {
  const { result, fence, positions } = parts;
  const head = JSON.stringify({ t: 'response', id, fence, positions });
  return result === undefined ? head : `${head.slice(0, -1)},"result":${result}}`;
}

/** A response in parts: the result is JSON text, and each part carries a piece of it as a text. The last one names the positions. */
export function* partTexts(id: string, result: string, positions: readonly ChannelPosition[]): Generator<string, undefined> {
  const stampBytes = JSON.stringify(positions).length;
  let start = 0;
  for (let index = 0, isLast = false; !isLast; index++) {
    const { end, bytes } = pieceAt(result, start, EVENT_RUN_BYTES);
    isLast = end === result.length && bytes + stampBytes <= EVENT_RUN_BYTES;
    yield frameText({ t: 'response', id, result: result.slice(start, end), part: { index, last: isLast }, ...(isLast && { positions }) });
    start = end;
  }
  return undefined;
}

/** The piece from `start` that is at most so many bytes as a text within JSON; a pair of surrogates stays together. */
function pieceAt(json: string, start: number, maxBytes: number): { readonly end: number; readonly bytes: number } {
  let bytes = 0;
  let end = start;
  while (end < json.length) {
    const unit = json.charCodeAt(end);
    const units = unit >= 0xd800 && unit < 0xdc00 ? 2 : 1;
    let more = unit < 0x800 ? 2 : 3;
    if (units === 2) more = 4;
    else if (unit < 0x80 && unit !== 0x22 && unit !== 0x5c) more = 1;
    if (bytes + more > maxBytes) break;
    bytes += more;
    end += units;
  }
  return { end, bytes };
}

/** A request that failed for good. */
export function failedText(id: string, failed: Extract<Outcome, { kind: 'failed' }>): string {
  const { code, name, data, message, isExpired } = failed;
  const head = JSON.stringify({ t: 'error', id, code, name, dataExpired: isExpired, message, final: true });
  return data === undefined ? head : `${head.slice(0, -1)},"data":${data}}`;
}

/** A command that took effect, and whose result is not stored any more. */
export function resultExpiredText(id: string, positions: readonly ChannelPosition[]): string {
  const message = 'The command took effect; the server does not store its result any more.';
  return frameText({ t: 'error', id, code: 'result-expired', message, final: true, ...(positions.length > 0 && { positions }) });
}

/** A server that names no time to wait would be asked again in the same moment. */
const MIN_RETRY_MS = 100;
/** What nine digits can say. */
const MAX_RETRY_MS = 999_999_999;

/** The reason of a close that names when to come back. */
export function retryAfter(ms: number): string {
  return `retry-after=${Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, Math.ceil(ms)))}`;
}

/** A request that may be asked again. */
export function notNowText(id: string, code: keyof typeof NOT_NOW, retryAfterMs: number): string {
  return frameText({ t: 'error', id, code, message: NOT_NOW[code], final: false, retryAfterMs: Math.max(MIN_RETRY_MS, retryAfterMs) });
}

/** Sentences of answers that are not final. */
const NOT_NOW = {
  unavailable: 'Not now; ask again.',
  'out-of-order': 'An earlier command of the lane is missing.',
  'lane-unknown': 'The server does not know this lane; ask for it first.',
} as const;
