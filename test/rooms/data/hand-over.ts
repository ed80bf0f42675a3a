/** Hands events to a reader as a channel does: one by one, then the end of the run. */
import type { Reader } from '../../../src/core/channels/delivery.js';
import type { ChannelEvent } from '../../../src/core/contract.js';
import type { Position } from '../../../src/core/protocol/position.js';

export function handOver(reader: Reader, events: readonly ChannelEvent[], end: Position): void {
  for (const event of events) reader.onEvent(event);
  reader.onEnd(end, true);
}
