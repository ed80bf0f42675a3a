// A tap hears what comes while it is open, and nothing after it was closed, in the middle of a run or not.
import { expect, it } from 'vitest';
import type { Reader } from '../../../src/core/channels/delivery.js';
import type { ChannelEvent } from '../../../src/core/contract.js';
import { createFlusher } from '../../../src/core/data/flush.js';
import { createTap, type ChannelListener } from '../../../src/core/data/tap.js';

const event = (offset: number): ChannelEvent => ({ name: 'put', data: offset, offset, epoch: 'e', time: 0 });
const end = { epoch: 'e', offset: 3 };

function open(listener: ChannelListener): { readonly reader: Reader; readonly leave: () => void } {
  const readers: Reader[] = [];
  const flusher = createFlusher({ paint: () => () => {}, onError: () => {} });
  const join = (reader: Reader) => {
    readers.push(reader);
    return { position: null, status: { liveStatus: 'live', refusal: null } as const, rewind: () => {}, leave: () => {} };
  };
  const leave = createTap('room:1', { flusher, join, isDisposed: () => false, readVolatile: () => null, onError: () => {} }, listener).subscribe(() => {});
  return { reader: readers[0] as Reader, leave };
}

it('hears no more of a run once it was closed by one of its events', () => {
  const heard: unknown[] = [];
  const tap = open({
    onEvent({ data }) {
      heard.push(data);
      tap.leave();
    },
    onGap: () => heard.push('gap'),
  });
  tap.reader.onEvents([event(1), event(2), event(3)], end);
  tap.reader.onGap({ reason: 'epoch', missed: null });
  expect(heard).toEqual([1]);
});
