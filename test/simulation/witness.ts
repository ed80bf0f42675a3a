/** Somebody who watches one board and says at once what is not contiguous. What was seen is compared with the storage at the end. */
import type { Gap } from '../../src/core/channels/reader.js';
import type { EventOf } from '../../src/core/contract.js';
import type { TypedListener } from '../../src/browser/create-client.js';
import type { town } from './town-contract.js';

type Board = typeof town.channels.board;
type Seen = EventOf<Board>;

export interface Witness {
  readonly board: number;
  readonly seen: readonly Seen[];
  readonly gaps: readonly Gap[];
  readonly listener: TypedListener<Board>;
}

export function createWitness(board: number, complain: (what: string) => void): Witness {
  const seen: Seen[] = [];
  const gaps: Gap[] = [];
  let isAfterGap = false;
  return {
    board,
    seen,
    gaps,
    listener: {
      onEvent(event) {
        const before = seen.at(-1);
        if (!isAfterGap && before && (before.epoch !== event.epoch || before.offset + 1 !== event.offset)) {
          complain(`board ${board}: ${before.epoch}/${before.offset} was followed by ${event.epoch}/${event.offset} without a gap`);
        }
        isAfterGap = false;
        seen.push(event);
      },
      onGap(gap) {
        if (isAfterGap) complain(`board ${board}: two gaps without an event between them`);
        isAfterGap = true;
        gaps.push(gap);
      },
    },
  };
}
