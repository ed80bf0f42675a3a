// The hands of the channels, with a link that a test holds in its hand.
import { describe, expect, it } from 'vitest';
import { createChannels, type Reading } from '../../../src/core/channels/channels.js';
import type { ChannelStatus, EventDecoder, Reader } from '../../../src/core/channels/delivery.js';
import type { Gap } from '../../../src/core/channels/reader.js';
import type { RealtimeError } from '../../../src/core/errors.js';
import type { ClientFrame, SubscribedFrame, SubscribeFrame, WireEvent } from '../../../src/core/protocol/frames.js';
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js';

const settle = async (): Promise<void> => {
  for (let hop = 0; hop < 10; hop++) await Promise.resolve();
};
const decode: EventDecoder = ({ name, data }) => (name === 'other' ? null : data === 'bad' ? { ok: false, issues: 'bad' } : { ok: true, data });
const message = (data: unknown): WireEvent => ({ name: 'message', data, time: 0 });

interface Told extends Reader {
  readonly log: unknown[];
  readonly statuses: string[];
}

function listener(parts: Partial<Reader> = {}): Told {
  const log: unknown[] = [];
  const statuses: string[] = [];
  return {
    log,
    statuses,
    history: 0,
    onEvent: ({ data }) => log.push(data),
    onEnd: () => {},
    onGap: ({ reason, missed }: Gap) => log.push(`gap ${reason}${missed === null ? '' : ` ${missed.from}–${missed.to}`}`),
    onStatus: ({ liveStatus, refusal }: ChannelStatus) => statuses.push(refusal ?? liveStatus),
    onReset: () => log.push('reset'),
    ...parts,
  };
}

function setUp(isReady = true) {
  const clock = createSimulatedClock();
  const sent: ClientFrame[] = [];
  const errors: RealtimeError[] = [];
  let home: number | null = isReady ? 0 : null;
  let holds = 0;
  const channels = createChannels({
    clock,
    dice: { roll: () => 1 },
    leaseMs: 5_000,
    home: () => home,
    anyLink: () => home,
    leave: () => {},
    send: (frame) => (sent.push(frame), home !== null),
    hold() {
      holds++;
      return () => holds--;
    },
    fence: () => 'f1',
    onError: (error) => errors.push(error),
  });
  const take = (): ClientFrame[] => sent.splice(0);
  return {
    clock,
    channels,
    errors,
    take,
    get holds() {
      return holds;
    },
    join: (reader: Reader, name = 'room:1'): Reading => channels.join(name, decode, reader),
    /** The one subscription that was said since. */
    async asked() {
      await settle();
      const frames = take();
      expect(frames).toHaveLength(1);
      return ((frames[0] as SubscribeFrame).channels)[0] as SubscribeFrame['channels'][number];
    },
    answer(generation: number, offset: number, events: readonly WireEvent[] = [], parts: Partial<SubscribedFrame> = {}) {
      channels.subscribed({ t: 'subscribed', channel: 'room:1', generation, state: 'live', events, position: { epoch: 'e', offset }, more: false, fence: 'f1', ...parts }, 0);
    },
    events: (offset: number, ...data: unknown[]) => channels.events({ t: 'events', channel: 'room:1', epoch: 'e', offset, events: data.map(message) }, 0),
    drop() {
      home = null;
      channels.linkLost(0);
    },
    ready() {
      home = 0;
      channels.resume(0);
    },
  };
}

describe('joining', () => {
  it('says everything that one tick wants in one frame, with the fence', async () => {
    const room = setUp();
    for (const name of ['room:1', 'room:2', 'room:3']) room.join(listener(), name);
    room.join(listener({ history: 20 }), 'room:2');
    expect(room.take()).toEqual([]);
    await settle();
    expect(room.take()).toEqual([
      { t: 'subscribe', fence: 'f1', channels: [{ name: 'room:1', generation: 1 }, { name: 'room:2', generation: 2, history: 20 }, { name: 'room:3', generation: 1 }] },
    ]);
  });

  it('splits what is too much for one frame', async () => {
    const room = setUp();
    for (let i = 0; i < 250; i++) room.join(listener(), `room:${i}`);
    await settle();
    expect(room.take().map((frame) => (frame as SubscribeFrame).channels.length)).toEqual([100, 100, 50]);
  });

  it('waits for a link and is said when one is ready', () => {
    const room = setUp(false);
    const reader = listener();
    room.join(reader);
    expect(reader.statuses).toEqual(['connecting']);
    room.ready();
    expect(room.take()).toMatchObject([{ t: 'subscribe', channels: [{ name: 'room:1', generation: 1 }] }]);
  });

  it('serves many readers over one subscription, each from when it came', async () => {
    const room = setUp();
    const early = listener();
    room.join(early);
    await room.asked();
    room.answer(1, 7);
    room.events(8, 'a');
    const late = listener();
    room.join(late);
    room.events(9, 'b');
    await settle();
    expect(room.take()).toEqual([]);
    expect([early.log, late.log]).toEqual([['a', 'b'], ['b']]);
  });

  it('refuses a name that no channel can have', () => {
    const room = setUp();
    expect(() => room.join(listener(), 'room 1')).toThrow(/cannot name a channel/);
    expect(() => room.join(listener(), 'r'.repeat(257))).toThrow(/cannot name a channel/);
  });
});

describe('a view that comes late', () => {
  it('asks again from the head with its history, and nobody sees anything twice', async () => {
    const room = setUp();
    const tap = listener();
    room.join(tap);
    await room.asked();
    room.answer(1, 7);
    room.events(8, 'c');
    const view = listener({ history: 3 });
    room.join(view);
    expect(await room.asked()).toEqual({ name: 'room:1', generation: 2, position: { epoch: 'e', offset: 8 }, history: 3 });
    // Live events of the older subscription are not to be taken any more.
    room.events(9, 'd');
    room.answer(2, 9, ['b', 'c', 'd'].map(message), { state: 'recovered' });
    room.events(10, 'e');
    expect(tap.log).toEqual(['c', 'd', 'e']);
    expect(view.log).toEqual(['b', 'c', 'd', 'e']);
  });

  it('gets its history once, over pages, and asks on without it', async () => {
    const room = setUp();
    const view = listener({ history: 50 });
    room.join(view);
    await room.asked();
    room.answer(1, 2, ['a', 'b'].map(message), { more: true });
    expect(await room.asked()).toEqual({ name: 'room:1', generation: 2, position: { epoch: 'e', offset: 2 } });
    room.answer(2, 4, ['c', 'd'].map(message), { state: 'recovered' });
    expect(view.log).toEqual(['a', 'b', 'c', 'd']);
    // After a loss it goes on from its place; its history is asked for again only when that cannot be gone on from.
    room.drop();
    room.ready();
    expect(await room.asked()).toEqual({ name: 'room:1', generation: 3, position: { epoch: 'e', offset: 4 } });
    room.answer(3, 9, [], { state: 'gap', reason: 'trimmed' });
    expect(await room.asked()).toEqual({ name: 'room:1', generation: 4, position: { epoch: 'e', offset: 9 }, history: 50 });
    room.answer(4, 9, ['h', 'i'].map(message), { state: 'recovered' });
    expect(view.log.slice(4)).toEqual(['gap trimmed 5–9', 'h', 'i']);
  });

  it('is served while others page: its own history is asked for, and they go on', async () => {
    const room = setUp();
    const first = listener({ history: 50 });
    room.join(first);
    await room.asked();
    room.answer(1, 2, ['a', 'b'].map(message), { more: true });
    const second = listener({ history: 3 });
    room.join(second);
    expect(await room.asked()).toEqual({ name: 'room:1', generation: 3, position: { epoch: 'e', offset: 2 }, history: 3 });
  });
});

describe('a gap of one reader', () => {
  it('leaves the place of the others, and of a listener that is mounted while they are served', async () => {
    const room = setUp();
    const late = listener();
    const own = listener({ onEvent: ({ data }) => (own.log.push(data), data === 'c' && room.join(late)) });
    room.join(own);
    room.join(listener({ history: 3 }));
    await room.asked();
    // The view is at 1; the listener begins after 2.
    room.answer(2, 1, [message('a')], { more: true, head: 2 });
    room.drop();
    room.ready();
    const again = await room.asked();
    expect(again.position).toEqual({ epoch: 'e', offset: 1 });
    room.answer(again.generation, 8, [], { state: 'gap', reason: 'trimmed' });
    const third = await room.asked();
    expect(third).toMatchObject({ position: { epoch: 'e', offset: 2 }, history: 3 });
    room.answer(third.generation, 5, ['c', 'd', 'e'].map(message), { state: 'recovered', more: true, head: 8 });
    expect([own.log, late.log]).toEqual([['c', 'd', 'e'], ['d', 'e']]);
  });
});

describe('leaving', () => {
  it('keeps the channel for 5 s, and a return within them costs no frame', async () => {
    const room = setUp();
    const reading = room.join(listener());
    await room.asked();
    room.answer(1, 7);
    reading.leave();
    room.clock.advance(4_999);
    const again = listener();
    const second = room.join(again);
    room.clock.advance(60_000);
    await settle();
    expect(room.take()).toEqual([]);
    room.events(8, 'a');
    expect(again.log).toEqual(['a']);
    second.leave();
    room.clock.advance(5_000);
    expect(room.take()).toEqual([{ t: 'unsubscribe', channels: [{ name: 'room:1', generation: 1 }] }]);
    expect([room.holds, room.clock.pending]).toEqual([0, 0]);
  });

  it('never says what was left within the same tick', async () => {
    const room = setUp();
    room.join(listener()).leave(0);
    await settle();
    expect(room.take().filter(({ t }) => t === 'subscribe')).toEqual([]);
  });

  it('says nothing when there is no link, and is not said on the next one', async () => {
    const room = setUp();
    const reading = room.join(listener());
    await room.asked();
    room.drop();
    reading.leave(0);
    room.ready();
    expect(room.take()).toEqual([]);
    expect(room.holds).toBe(0);
  });

  it('is not answered by what its former life had asked', async () => {
    const room = setUp();
    room.join(listener()).leave(0);
    room.take();
    const former = room.join(listener());
    const { generation } = await room.asked();
    former.leave(0);
    room.take();
    const reader = listener();
    room.join(reader);
    const asked = await room.asked();
    expect(asked.generation).toBeGreaterThan(generation);
    room.answer(generation, 3);
    expect(reader.statuses).toEqual(['connecting']);
    room.channels.unsubscribed({ t: 'unsubscribed', channel: 'room:1', generation, reason: 'forbidden' }, 0);
    expect(reader.statuses).toEqual(['connecting']);
    room.answer(asked.generation, 5);
    expect(reader.statuses).toEqual(['connecting', 'live']);
  });

  it('tells nothing to one who has left', async () => {
    const room = setUp();
    const gone = listener();
    const stays = listener();
    const reading = room.join(gone);
    room.join(stays);
    await room.asked();
    room.answer(1, 7);
    reading.leave();
    room.events(8, 'a');
    expect([gone.log, stays.log]).toEqual([[], ['a']]);
  });
});

describe('what goes wrong', () => {
  it('a listener that throws hurts nobody else, and is reported', async () => {
    const room = setUp();
    const bad = listener({
      onEvent() {
        throw new Error('mine');
      },
      onStatus() {
        throw new Error('mine');
      },
    });
    const good = listener();
    room.join(bad);
    room.join(good);
    await room.asked();
    room.answer(1, 7);
    room.events(8, 'a');
    room.events(9, 'b');
    expect(good.log).toEqual(['a', 'b']);
    expect(good.statuses.at(-1)).toBe('live');
    expect(room.errors.map(({ code }) => code)).toContain('misuse');
  });

  it('an event that does not fit is a gap in its place, once reported, and the rest goes on', async () => {
    const room = setUp();
    const readers = [listener(), listener()];
    for (const reader of readers) room.join(reader);
    await room.asked();
    room.answer(1, 7);
    room.events(8, 'a', 'bad', 'b');
    for (const { log } of readers) expect(log).toEqual(['a', 'gap invalid 9–9', 'b']);
    expect(room.errors.map(({ code }) => code)).toEqual(['invalid']);
  });

  it('a schema that throws is an event that does not fit', async () => {
    const room = setUp();
    const reader = listener({ history: 5 });
    room.channels.join(
      'room:1',
      ({ data }) => {
        if (data === 'trap') throw new Error('of the schema');
        return { ok: true, data };
      },
      reader,
    );
    await room.asked();
    room.answer(1, 1, [message('trap')]);
    room.events(2, 'a', 'trap', 'b');
    expect(reader.log).toEqual(['gap invalid 1–1', 'a', 'gap invalid 3–3', 'b']);
    expect(reader.statuses).toEqual(['connecting', 'live']);
    expect(room.errors.map(({ code }) => code)).toEqual(['invalid', 'invalid']);
  });

  it('an event of no known name is passed over', async () => {
    const room = setUp();
    const reader = listener();
    const reading = room.join(reader);
    await room.asked();
    room.answer(1, 7);
    room.channels.events({ t: 'events', channel: 'room:1', epoch: 'e', offset: 8, events: [{ name: 'other', time: 0 }, message('a')] }, 0);
    expect(reader.log).toEqual(['a']);
    expect(reading.position).toEqual({ epoch: 'e', offset: 9 });
  });

  it('what nobody wants is ignored', () => {
    const room = setUp();
    room.events(1, 'a');
    room.answer(1, 1);
    room.channels.resync({ t: 'resync', channel: 'room:1' }, 0);
    expect(room.errors).toEqual([]);
  });
});

describe('the link', () => {
  it('is lost and comes back: the channel goes on from its position', async () => {
    const room = setUp();
    const reader = listener();
    room.join(reader);
    await room.asked();
    room.answer(1, 7);
    room.drop();
    room.ready();
    expect((room.take()[0] as SubscribeFrame).channels).toEqual([{ name: 'room:1', generation: 2, position: { epoch: 'e', offset: 7 } }]);
    room.answer(2, 9, ['a', 'b'].map(message), { state: 'recovered' });
    expect(reader.log).toEqual(['a', 'b']);
    expect(reader.statuses).toEqual(['connecting', 'live', 'recovering', 'live']);
  });

  it('is held while a channel is wanted', () => {
    const room = setUp();
    const readings = [room.join(listener()), room.join(listener(), 'room:2')];
    expect(room.holds).toBe(1);
    readings[0]?.leave(0);
    expect(room.holds).toBe(1);
    readings[1]?.leave(0);
    expect(room.holds).toBe(0);
  });

  it('a hole in what comes is asked for, and a resync is followed', async () => {
    const room = setUp();
    const reader = listener();
    room.join(reader);
    await room.asked();
    room.answer(1, 7);
    room.events(9, 'b');
    expect(reader.log).toEqual([]);
    expect(await room.asked()).toMatchObject({ generation: 2, position: { offset: 7 } });
    room.answer(2, 9, ['a', 'b'].map(message), { state: 'recovered' });
    expect(reader.log).toEqual(['a', 'b']);
    room.channels.resync({ t: 'resync', channel: 'room:1' }, 0);
    expect(await room.asked()).toMatchObject({ generation: 3, position: { offset: 9 } });
  });
});

describe('what nobody keeps', () => {
  const volatile = (data: unknown) => ({ t: 'volatile', channel: 'room:1', name: 'message', data }) as const;

  it('is heard while the channel is live, over its own link, and not before, after or meanwhile', async () => {
    const room = setUp();
    const heard: unknown[] = [];
    const reading = room.join(listener({ onVolatile: ({ data }) => heard.push(data) }));
    room.join(listener());
    const say = (data: string, link = 0): void => room.channels.volatile(volatile(data), link);
    say('before it is asked for');
    const { generation } = await room.asked();
    say('joining');
    room.answer(generation, 7);
    say('live');
    say('over another link', 1);
    room.channels.resync({ t: 'resync', channel: 'room:1' }, 0);
    say('joining again');
    room.answer((await room.asked()).generation, 7);
    say('live again');
    room.drop();
    say('away');
    room.ready();
    const again = (room.take()[0] as SubscribeFrame).channels[0]?.generation ?? 0;
    room.channels.unsubscribed({ t: 'unsubscribed', channel: 'room:1', generation: again, reason: 'kicked' }, 0);
    say('kicked');
    reading.leave(0);
    say('left');
    expect(heard).toEqual(['live', 'live again']);
  });

  it('is said over the link of a channel that is live, else over any', async () => {
    const room = setUp();
    room.join(listener());
    room.answer((await room.asked()).generation, 7);
    expect(room.channels.publish({ t: 'publish', channel: 'room:1', name: 'message', data: 'a' })).toBe(true);
    expect(room.channels.publish({ t: 'publish', channel: 'room:9', name: 'message', data: 'b' })).toBe(true);
    expect(room.take()).toHaveLength(2);
    room.drop();
    expect(room.channels.publish({ t: 'publish', channel: 'room:1', name: 'message', data: 'c' })).toBe(false);
    expect(room.take()).toEqual([]);
  });
});

describe('a resync', () => {
  it('while an answer is on its way asks anew, and the older answer counts for nothing', async () => {
    const room = setUp();
    const reader = listener();
    room.join(reader);
    const former = await room.asked();
    room.channels.resync({ t: 'resync', channel: 'room:1' }, 0);
    const { generation } = await room.asked();
    expect(generation).toBeGreaterThan(former.generation);
    room.answer(former.generation, 5, [message('old')]);
    expect(reader.statuses).toEqual(['connecting']);
    room.answer(generation, 7);
    room.events(8, 'a');
    expect(reader.log).toEqual(['a']);
  });

  it('of another link, or of a channel that is refused, asks nothing', async () => {
    const room = setUp();
    room.join(listener());
    const { generation } = await room.asked();
    room.answer(generation, 7);
    room.channels.resync({ t: 'resync', channel: 'room:1' }, 1);
    room.channels.unsubscribed({ t: 'unsubscribed', channel: 'room:1', generation, reason: 'kicked' }, 0);
    room.channels.resync({ t: 'resync', channel: 'room:1' }, 0);
    await settle();
    expect(room.take()).toEqual([]);
  });
});

describe('status', () => {
  it('is paused while no link will come, and connecting or recovering again after', async () => {
    const room = setUp(false);
    const reader = listener();
    room.join(reader);
    room.channels.setPaused(true);
    room.channels.setPaused(false);
    room.ready();
    room.answer(1, 7);
    room.drop();
    room.channels.setPaused(true);
    room.channels.setPaused(false);
    expect(reader.statuses).toEqual(['connecting', 'paused', 'connecting', 'live', 'recovering', 'paused', 'recovering']);
  });

  it.each(['forbidden', 'kicked', 'limit'] as const)('tells a refusal (%s), asks again with the next link and when one comes or rewinds', async (reason) => {
    const room = setUp();
    const reader = listener();
    const reading = room.join(reader);
    await room.asked();
    const refuse = (generation: number) => room.channels.unsubscribed({ t: 'unsubscribed', channel: 'room:1', generation, reason }, 0);
    refuse(1);
    expect(reader.statuses.at(-1)).toBe(reason);
    expect(reading.status).toEqual({ liveStatus: 'idle', refusal: reason });
    room.events(8, 'after the end');
    expect(reader.log).toEqual([]);
    room.join(listener());
    expect((await room.asked()).generation).toBe(2);
    refuse(2);
    reading.rewind(null);
    expect((await room.asked()).generation).toBe(3);
    refuse(3);
    room.drop();
    room.ready();
    expect((room.take()[0] as SubscribeFrame).channels).toMatchObject([{ generation: 4 }]);
  });
});

describe('forget and dispose', () => {
  it('another user: everybody starts again with nothing', async () => {
    const room = setUp();
    const tap = listener();
    const view = listener({ history: 5 });
    room.join(tap);
    room.join(view);
    await room.asked();
    room.answer(2, 7);
    room.drop();
    room.channels.forget();
    expect([tap.log, view.log]).toEqual([['reset'], ['reset']]);
    room.ready();
    expect((room.take()[0] as SubscribeFrame).channels).toEqual([{ name: 'room:1', generation: 3, history: 5 }]);
  });

  it('dispose leaves nothing: no timer, no hold, no frame later', async () => {
    const room = setUp();
    const reading = room.join(listener());
    room.join(listener(), 'room:2').leave();
    await settle();
    room.take();
    room.channels.dispose();
    expect(room.take().map(({ t }) => t)).toEqual(['unsubscribe', 'unsubscribe']);
    reading.leave();
    expect([room.holds, room.clock.pending]).toEqual([0, 0]);
  });
});

describe('rewind', () => {
  it('to an earlier position asks from there, and the others see nothing twice', async () => {
    const room = setUp();
    const one = listener();
    const other = listener();
    const reading = room.join(one);
    room.join(other);
    await room.asked();
    room.answer(1, 7);
    reading.rewind({ epoch: 'e', offset: 5 });
    expect(await room.asked()).toMatchObject({ generation: 2, position: { epoch: 'e', offset: 5 } });
    room.answer(2, 8, ['6', '7', '8'].map(message), { state: 'recovered' });
    expect([one.log, other.log]).toEqual([['6', '7', '8'], ['8']]);
  });

  it('to a position that has not come yet waits for what follows it', async () => {
    const room = setUp();
    const one = listener();
    const reading = room.join(one);
    await room.asked();
    room.answer(1, 7);
    reading.rewind({ epoch: 'e', offset: 9 });
    room.events(8, '8');
    room.events(9, '9', '10');
    await settle();
    expect(room.take()).toEqual([]);
    expect(one.log).toEqual(['10']);
  });
});

describe('a server that makes a channel run in circles', () => {
  const asks = async (room: ReturnType<typeof setUp>, prompt: (generation: number) => void): Promise<number[]> => {
    room.join(listener());
    let { generation } = await room.asked();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      prompt(generation);
      await settle();
      const from = room.clock.now();
      if (room.clock.pending > 0) room.clock.step();
      waits.push(room.clock.now() - from);
      ({ generation } = await room.asked());
    }
    return waits;
  };

  it.each<[string, (room: ReturnType<typeof setUp>, generation: number) => void]>([
    ['with pages that hold nothing and never end', (room, generation) => room.answer(generation, 0, [], { more: true })],
    ['with the same page again and again', (room, generation) => room.answer(generation, 1, [message('a')], { state: 'recovered', more: true })],
    ['by asking for a resync again and again', (room, generation) => {
      room.answer(generation, 0);
      room.channels.resync({ t: 'resync', channel: 'room:1' }, 0);
    }],
    ['with events that never join on', (room, generation) => {
      room.answer(generation, 0);
      room.events(90, 'x');
    }],
  ])('%s is asked ever later', async (_, prompt) => {
    const room = setUp();
    expect(await asks(room, (generation) => prompt(room, generation))).toEqual([0, 0, 0, 250, 500, 1_000, 2_000, 4_000]);
  });

  it('is asked at once by who wants the channel, and as long as something comes', async () => {
    const room = setUp();
    let offset = 0;
    const waits = await asks(room, (generation) => room.answer(generation, ++offset, [message('a')], { more: true }));
    expect(new Set(waits)).toEqual(new Set([0]));
  });

  it('that keeps a channel waiting is asked once, with what is wanted last', async () => {
    const room = setUp();
    room.join(listener());
    let { generation } = await room.asked();
    for (let i = 0; i < 3; i++) {
      room.answer(generation, 0, [], { more: true });
      ({ generation } = await room.asked());
    }
    room.answer(generation, 0, [], { more: true });
    await settle();
    expect(room.take()).toEqual([]);
    // The page after waits; whoever comes now does not, and takes its place.
    room.join(listener({ history: 5 }));
    const asked = await room.asked();
    expect(asked).toMatchObject({ history: 5 });
    room.clock.advance(60_000);
    await settle();
    expect([room.take(), room.clock.pending]).toEqual([[], 0]);
    room.answer(asked.generation, 7, [], { more: false });
    room.events(8, 'a');
    await settle();
    expect(room.take()).toEqual([]);
  });

  it('that keeps a channel waiting is not asked by one that nobody wants any more', async () => {
    const room = setUp();
    const reading = room.join(listener());
    let { generation } = await room.asked();
    for (let i = 0; i < 3; i++) {
      room.answer(generation, 0, [], { more: true });
      ({ generation } = await room.asked());
    }
    room.answer(generation, 0, [], { more: true });
    reading.leave(0);
    expect(room.take().map(({ t }) => t)).toEqual(['unsubscribe']);
    room.clock.advance(60_000);
    await settle();
    expect([room.take(), room.clock.pending]).toEqual([[], 0]);
  });
});

describe('words of a later version', () => {
  it('tell of a gap or a refusal all the same', async () => {
    const room = setUp();
    const reader = listener({ history: 5 });
    const reading = room.join(reader);
    room.answer((await room.asked()).generation, 3);
    room.drop();
    room.ready();
    const { generation } = await room.asked();
    room.answer(generation, 9, [], { state: 'gap', reason: 'moved' });
    expect(reader.log).toEqual(['gap epoch 4–9']);
    room.channels.unsubscribed({ t: 'unsubscribed', channel: 'room:1', generation: (await room.asked()).generation, reason: 'asleep' }, 0);
    expect(reading.status).toEqual({ liveStatus: 'idle', refusal: 'forbidden' });
  });
});

describe('a listener that acts while it is told', () => {
  it('and wants the past anew in the middle of a page does not leave the channel waiting for an answer to an older asking', async () => {
    const room = setUp();
    const view: Reading[] = [];
    room.join(listener({ onGap: () => view[0]?.rewind(null) }));
    const { generation } = await room.asked();
    room.answer(generation, 5);
    view.push(room.join(listener({ history: 50 })));
    room.answer((await room.asked()).generation, 5);
    room.drop();
    room.ready();
    const again = await room.asked();
    room.answer(again.generation, 900, [message('x')], { state: 'gap', reason: 'trimmed', more: true });
    const asked = await room.asked();
    room.answer(asked.generation, 901, [message('y')]);
    expect(view[0]?.status.liveStatus).toBe('live');
  });

  it('and leaves in the middle of a page has said goodbye, and nothing is asked after it', async () => {
    const room = setUp();
    const view: Reading[] = [];
    view.push(room.join(listener({ history: 50, onEvent: () => view[0]?.leave(0) })));
    room.answer((await room.asked()).generation, 1, [message('x')], { more: true });
    await settle();
    expect(room.take().map(({ t }) => t)).toEqual(['unsubscribe']);
  });

  it('and ends another one is the last to have told it anything', async () => {
    const room = setUp();
    const other = listener();
    const readings: Reading[] = [];
    room.join(listener({ onEvent: () => readings[0]?.leave() }));
    readings.push(room.join(other));
    room.answer((await room.asked()).generation, 5);
    room.events(6, 'x');
    expect(other.log).toEqual([]);
  });
});
