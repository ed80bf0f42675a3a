// A view alone, told by a channel that a test holds in its hand.
import { describe, expect, it } from 'vitest';
import { append, channel, defineView } from '../../../src/index.js';
import type { Reading } from '../../../src/core/channels/channels.js';
import type { ChannelStatus, Reader } from '../../../src/core/channels/delivery.js';
import type { ChannelEvent } from '../../../src/core/contract.js';
import { createFlusher } from '../../../src/core/data/flush.js';
import { createLayers } from '../../../src/core/data/optimistic.js';
import { createView } from '../../../src/core/data/view.js';
import type { Position } from '../../../src/core/protocol/position.js';
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js';

const at = (offset: number): Position => ({ epoch: 'e', offset });
const event = (offset: number): ChannelEvent => ({ name: 'put', data: offset, offset, epoch: 'e', time: 0 });
const refused: ChannelStatus = { liveStatus: 'idle', refusal: 'kicked' };

function open(history: number) {
  const asked: string[] = [];
  const joins: (Position | null)[] = [];
  const place: { position: Position | null } = { position: null };
  let reader: Reader | undefined;
  const layers = createLayers();
  const ref = defineView(channel<number>('room:1'), { history, initialState: [] as number[], reduce: append(99) }) as never;
  const view = createView(ref, 'room:1', 'k', {
    clock: createSimulatedClock(),
    flusher: createFlusher({ clock: { after: () => () => {} }, paint: () => () => {}, onError: () => {} }),
    layers,
    join(joined, from): Reading {
      joins.push(from);
      reader = joined;
      return {
        get position() {
          return place.position;
        },
        status: { liveStatus: 'live', refusal: null },
        rewind: (to) => asked.push(`rewind ${to === null ? 'to the start' : to.offset}`),
        rejoin: () => asked.push('rejoin'),
        leave: () => {},
      };
    },
    onError: () => {},
  });
  view.start();
  const its = (): Reader => reader as Reader;
  return {
    view,
    layers,
    asked,
    joins,
    place,
    data: () => view.get().data,
    reader: its,
    /** The events of one page; `isLast`: no other one follows. */
    page(offsets: readonly number[], isLast: boolean): void {
      for (const offset of offsets) its().onEvent(event(offset));
      place.position = at(offsets.at(-1) ?? 0);
      its().onEnd(place.position, isLast);
    },
  };
}

describe('a view', () => {
  it('makes no new snapshot for the outcome of a command that did not edit it', () => {
    const room = open(0);
    room.page([1], true);
    const former = room.view.get();
    room.layers.add('other', [{ key: 'another view', edit: (data) => data }]);
    room.layers.settle('other', [{ channel: 'room:1', ...at(1) }]);
    expect(room.view.get()).toBe(former);
  });
});

describe('a view with history', () => {
  it.each([1, 5])('of %i shows nothing of it before the last page has come', (history) => {
    const room = open(history);
    room.page([1, 2], false);
    expect([room.data(), room.view.get().status]).toEqual([[], 'pending']);
    room.page([3], true);
    expect([room.data(), room.view.get().status]).toEqual([[1, 2, 3], 'success']);
  });

  it('starts again from it after a gap and with resync, and shows what it had until it is there', () => {
    const room = open(5);
    room.page([1, 2], true);
    room.reader().onGap({ reason: 'trimmed', missed: null });
    room.page([7], false);
    expect([room.data(), room.view.get().gap?.reason]).toEqual([[1, 2], 'trimmed']);
    room.page([8], true);
    expect(room.data()).toEqual([7, 8]);
    room.view.resync();
    expect([room.data(), room.view.get().gap, room.asked]).toEqual([[7, 8], null, ['rewind to the start']]);
    room.page([8, 9], true);
    expect(room.data()).toEqual([8, 9]);
  });

  it('starts again, too, when its user was removed and resync asks to be let in again', () => {
    const room = open(5);
    room.page([1, 2], true);
    room.reader().onStatus(refused);
    room.view.resync();
    expect(room.asked).toEqual(['rewind to the start']);
  });

  it('keeps nothing of a former user: no part of a history, no gap', () => {
    const room = open(5);
    room.page([1, 2], true);
    room.reader().onGap({ reason: 'trimmed', missed: null });
    room.page([7], false);
    room.reader().onReset();
    expect(room.view.get()).toMatchObject({ data: [], gap: null, status: 'pending' });
    room.page([1], true);
    expect(room.data()).toEqual([1]);
  });

  it('that is stopped while it loads starts again from its history', () => {
    const room = open(5);
    room.page([1, 2], false);
    room.view.stop();
    room.view.start();
    expect(room.joins).toEqual([null, null]);
    room.page([2, 3], true);
    expect(room.data()).toEqual([2, 3]);
  });
});

describe('a view without history', () => {
  it('is empty after resync, and goes on from now', () => {
    const room = open(0);
    room.page([1, 2], true);
    room.view.resync();
    expect([room.data(), room.asked]).toEqual([[], ['rewind to the start']]);
  });

  it('keeps its state when its user was removed: resync asks to be let in again, and it goes on', () => {
    const room = open(0);
    room.page([1, 2], true);
    room.reader().onGap({ reason: 'trimmed', missed: null });
    room.reader().onStatus(refused);
    room.view.resync();
    // With its state it keeps the hole in it.
    expect([room.data(), room.view.get().gap?.reason, room.asked]).toEqual([[1, 2], 'trimmed', ['rejoin']]);
  });

  it('that is stopped asks for nothing when it is told to start again', () => {
    const room = open(0);
    room.page([1], true);
    room.view.stop();
    room.view.resync();
    expect(room.asked).toEqual([]);
  });

  it('that is stopped goes on from where it was, and is stale meanwhile', () => {
    const room = open(0);
    room.page([1, 2], true);
    room.view.stop();
    expect(room.view.get()).toMatchObject({ data: [1, 2], liveStatus: 'idle', isStale: true });
    room.view.start();
    expect(room.joins).toEqual([null, at(2)]);
    room.page([3], true);
    expect(room.data()).toEqual([1, 2, 3]);
  });

  it('shows a pending edit once, also after it was stopped meanwhile', () => {
    const room = open(0);
    room.page([1], true);
    room.layers.add('a', [{ key: 'k', edit: (data) => [...(data as number[]), 99] }]);
    room.view.stop();
    room.view.start();
    expect(room.data()).toEqual([1, 99]);
  });
});
