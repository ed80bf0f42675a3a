/**
 * An event on its way into storage: checked against the contract, written as JSON once.
 * Not here: when it is appended.
 */
import { validate } from '../../core/validate.js';
import type { ChannelRef } from '../../core/contract.js';
import { RealtimeError } from '../../core/errors.js';
import { encode } from '../../core/protocol/codec.js';
import { FRAME_DEPTH, PAYLOAD_BYTES } from '../../core/protocol/limits.js';
import type { StoredEvent } from './channel-log.js';
import { storeEvent } from './frame-text.js';

/** An event stands in a list in a frame. */
export const DATA_DEPTH = FRAME_DEPTH - 3;

/** Throws what the caller should mend. */
export function publication(
  ref: ChannelRef,
  name: string,
  data: unknown,
  stamp: { readonly time: number; readonly by?: string; readonly command?: string },
): StoredEvent {
  const schema = Object.hasOwn(ref.events, name) ? ref.events[name] : undefined;
  if (schema === undefined) throw new RealtimeError('misuse', `Channel '${ref.pattern}' has no event '${name}'.`);
  const checked = validate(schema, data);
  if (!checked.ok) throw new RealtimeError(checked.code, `Event '${name}' of '${ref.pattern}' does not fit the contract: ${checked.issues}.`);
  if (data === undefined) return storeEvent({ name, ...stamp }, undefined);
  const encoded = encode(data, PAYLOAD_BYTES, DATA_DEPTH);
  if (!encoded.ok) {
    throw new RealtimeError(encoded.why === 'malformed' ? 'invalid' : 'too-large', `Event '${name}' of '${ref.pattern}' cannot be sent: ${encoded.detail}.`);
  }
  return storeEvent({ name, ...stamp }, encoded.text);
}
