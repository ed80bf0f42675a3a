/** A server that keeps one history of one channel: epochs with their events, the oldest of which may be gone. */
import type { SubscribedFrame, WireEvent } from '../../../src/core/protocol/frames.js';
import type { Position } from '../../../src/core/protocol/position.js';

export interface Epoch {
  readonly name: string;
  readonly first: number;
  top: number;
}

export interface HistoryServer {
  readonly top: Epoch;
  publish(count: number): void;
  trim(count: number): void;
  /** The storage fails over: the last events are undone, a new epoch goes on. False: it cannot now. */
  fork(undone: number): boolean;
  /** Everything is lost. */
  restart(): void;
  /** Whether the history goes on from a position, with nothing missing in between. */
  continues(from: Position): boolean;
  answer(generation: number, asked: Position | null, history: number, page: number): SubscribedFrame;
}

export const wireEvent = (offset: number): WireEvent => ({ name: 'm', data: offset, time: 0 });

export function createHistoryServer(): HistoryServer {
  let names = 0;
  let epochs: Epoch[] = [{ name: 'e0', first: 1, top: 0 }];
  let oldest = 1;
  const newestEpoch = (): Epoch => epochs[epochs.length - 1] as Epoch;
  /** Whether a position is on the line, and the history therefore goes on from it. */
  const isOnLine = (position: Position): boolean => {
    const epoch = epochs.find(({ name }) => name === position.epoch);
    return epoch !== undefined && position.offset <= epoch.top && position.offset >= epoch.first - 1;
  };

  return {
    get top() {
      return newestEpoch();
    },
    publish(count) {
      newestEpoch().top += count;
    },
    trim(count) {
      oldest = Math.min(newestEpoch().top + 1, oldest + count);
    },
    fork(undone) {
      const top = newestEpoch();
      if (top.top - undone < Math.max(top.first, oldest) - 1) return false;
      top.top -= undone;
      epochs.push({ name: `e${++names}`, first: top.top + 1, top: top.top });
      return true;
    },
    restart() {
      epochs = [{ name: `e${++names}`, first: 1, top: 0 }];
      oldest = 1;
    },
    continues: (from) => isOnLine(from) && from.offset + 1 >= oldest,
    answer(generation, asked, history, page) {
      const top = newestEpoch();
      const newest = Math.max(oldest, top.first, top.top - history + 1);
      const frame = (state: SubscribedFrame['state'], from: number, epoch: Epoch, reason?: 'epoch' | 'ahead' | 'trimmed'): SubscribedFrame => {
        const to = Math.min(epoch.top, from + page - 1);
        const more = to < epoch.top || epoch !== top;
        return {
          t: 'subscribed', channel: 'c', generation, state, ...(reason && { reason }), fence: 'f',
          events: Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => wireEvent(from + index)),
          position: { epoch: epoch.name, offset: Math.max(to, from - 1) },
          more,
          ...(more && { head: epoch.top }),
        };
      };
      if (asked === null) return frame('live', newest, top);
      const index = epochs.findIndex(({ name }) => name === asked.epoch);
      if (index < 0) return frame('gap', newest, top, 'epoch');
      if (!isOnLine(asked)) return frame('gap', newest, top, asked.epoch === top.name ? 'ahead' : 'epoch');
      if (asked.offset + 1 < oldest) return frame('gap', newest, top, 'trimmed');
      const epoch = epochs[index] as Epoch;
      const following = epochs[index + 1];
      if (asked.offset === epoch.top && following !== undefined) return frame('recovered', following.first, following);
      return frame('recovered', epoch === top ? Math.min(asked.offset + 1, newest) : asked.offset + 1, epoch);
    },
  };
}
