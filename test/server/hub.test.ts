/** What one turn published is sent once, to members that are live; and a broker that tells nobody of what nobody watches. */
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/server/core/channel-log.js';
import { EVENT_RUN_BYTES, eventsTexts } from '../../src/server/core/frame-text.js';
import { createHub, type Hub, type Member, type Run } from '../../src/server/core/hub.js';
import { memoryBroker } from '../../src/server/core/memory-broker.js';
import { fakeWorld } from './fake-world.js';

const event = (text: string): StoredEvent => ({ text, bytes: text.length });

function build(): { readonly hub: Hub; readonly deferred: (() => void)[]; readonly calls: string[] } {
  const deferred: (() => void)[] = [];
  const calls: string[] = [];
  const broker = { watch: async (name: string) => void calls.push(`+${name}`), unwatch: (name: string) => void calls.push(`-${name}`) };
  return { hub: createHub({ broker, defer: (run) => deferred.push(run) }), deferred, calls };
}

interface Heard extends Member {
  mode: 'held' | 'live';
  readonly frames: { readonly epoch: string; readonly offset: number; readonly events: readonly unknown[] }[];
  readonly held: Run[];
  readonly volatiles: string[];
}

function member(mode: 'held' | 'live'): Heard {
  const volatiles: string[] = [];
  const frames: Heard['frames'] = [];
  const held: Run[] = [];
  return { mode, after: null, frames, held, volatiles, hold: (run) => held.push(run), send: (text) => frames.push(JSON.parse(text)), volatile: { sendVolatile: (text) => volatiles.push(text) }, inStep: () => undefined };
}

describe('the hub', () => {
  it('sends once a turn what was published in it, and asks for one turn, however much there was', () => {
    const { hub, deferred } = build();
    const live = member('live');
    void hub.join('c', live);
    void hub.join('d', live);
    for (let offset = 1; offset <= 5; offset++) for (const channel of ['c', 'd']) hub.onEvents(channel, 'e', offset, [event(`${offset}`)]);
    expect(deferred).toHaveLength(1);
    deferred.shift()?.();
    expect(live.frames.map(({ offset, events }) => [offset, events])).toEqual([[1, [1, 2, 3, 4, 5]], [1, [1, 2, 3, 4, 5]]]);
  });

  it('does not join what does not go on: another epoch, or an offset that is not the next', () => {
    const { hub, deferred } = build();
    const live = member('live');
    void hub.join('c', live);
    hub.onEvents('c', 'e', 1, [event('1')]);
    hub.onEvents('c', 'f', 2, [event('2')]);
    hub.onEvents('c', 'f', 5, [event('5')]);
    deferred.shift()?.();
    expect(live.frames.map(({ epoch, offset, events }) => [epoch, offset, events])).toEqual([['e', 1, [1]], ['f', 2, [2]], ['f', 5, [5]]]);
  });

  it('sends a member that has just read its history what it does not have, and all of what does not join on', () => {
    const { hub, deferred } = build();
    const live = Object.assign(member('live'), { after: { epoch: 'e', offset: 3 } });
    void hub.join('c', live);
    hub.onEvents('c', 'e', 2, [event('2'), event('3')]);
    deferred.shift()?.();
    expect(live.frames).toEqual([]);
    hub.onEvents('c', 'f', 7, [event('7'), event('8')]);
    deferred.shift()?.();
    expect(live.frames.map(({ offset, events }) => [offset, events])).toEqual([[7, [7, 8]]]);
  });

  it('passes over a channel that was left in the turn, and events of one that nobody joined', () => {
    const { hub, deferred, calls } = build();
    const [gone, stays] = [member('live'), member('live')];
    void hub.join('c', gone);
    void hub.join('d', stays);
    hub.onEvents('c', 'e', 1, [event('1')]);
    hub.onEvents('d', 'e', 1, [event('1')]);
    hub.onEvents('x', 'e', 1, [event('1')]);
    hub.leave('c', gone);
    deferred.shift()?.();
    expect(gone.frames).toEqual([]);
    expect(stays.frames).toHaveLength(1);
    expect(calls).toEqual(['+c', '+d', '-c']);
  });

  it('is left once, however often it is left: a member that is not there takes nobody else off', () => {
    const { hub, calls } = build();
    const [ann, bob] = [member('live'), member('live')];
    void hub.join('c', ann);
    void hub.join('c', bob);
    hub.leave('c', ann);
    hub.leave('c', ann);
    expect([hub.membersOf('c'), calls]).toEqual([1, ['+c']]);
    hub.leave('c', bob);
    hub.leave('c', bob);
    expect([hub.size, calls]).toEqual([0, ['+c', '-c']]);
  });

  it('sends volatile events to live members alone, and not to their sender', () => {
    const { hub } = build();
    const [held, live, sender] = [member('held'), member('live'), member('live')];
    for (const one of [held, live, sender]) void hub.join('c', one);
    hub.tell('c', 'wave', sender.volatile as NonNullable<Member['volatile']>);
    expect([held, live, sender].map(({ volatiles }) => volatiles)).toEqual([[], ['wave'], []]);
    held.mode = 'live';
    hub.tell('c', 'again', sender.volatile as NonNullable<Member['volatile']>);
    expect([held, live].map(({ volatiles }) => volatiles)).toEqual([['again'], ['wave', 'again']]);
    hub.tell('x', 'nobody', live.volatile as NonNullable<Member['volatile']>);
  });
});

describe('a frame of events', () => {
  it('counts the commas between them: two that fill it to the byte fit, one byte more does not', () => {
    const filling = (bytes: number): StoredEvent => event(JSON.stringify('x'.repeat(bytes - 2)));
    // Each event is counted with a comma.
    const half = Math.floor(EVENT_RUN_BYTES / 2) - 1;
    const rest = EVENT_RUN_BYTES - half - 2;
    expect(eventsTexts('c', 'e', 1, [filling(half), filling(rest)])).toHaveLength(1);
    expect(eventsTexts('c', 'e', 1, [filling(half), filling(rest + 1)])).toHaveLength(2);
    const ones = Array.from({ length: EVENT_RUN_BYTES / 2 + 1 }, () => event('1'));
    const texts = eventsTexts('c', 'e', 7, ones);
    expect(texts.map((text) => (JSON.parse(text) as { offset: number; events: unknown[] })).map(({ offset, events }) => [offset, events.length])).toEqual([
      [7, EVENT_RUN_BYTES / 2],
      [7 + EVENT_RUN_BYTES / 2, 1],
    ]);
  });
});

describe('the memory broker', () => {
  it('tells of watched channels alone, each event once and with its offset, also of several channels in one commit', async () => {
    const told: string[] = [];
    const broker = memoryBroker();
    await broker.start({ ...fakeWorld(), listener: { onEvents: (channel, _, first, events) => told.push(`${channel} ${first} ${events.map(({ text }) => text).join()}`), onFence: () => undefined } });
    await broker.watch('a');
    await broker.watch('b');
    for (const channel of ['a', 'b', 'c']) await broker.publish(channel, [event('1'), event('2')]);
    expect(told.splice(0)).toEqual(['a 1 1,2', 'b 1 1,2']);
    const key = { principal: 'ann', client: 'c', lane: 'l' };
    await broker.openLane(key, 0);
    await broker.begin(key, 1, 'x');
    const appends = [{ channel: 'a', events: [event('3')] }, { channel: 'c', events: [event('3')] }, { channel: 'b', events: [event('3')] }, { channel: 'a', events: [event('4')] }];
    expect(await broker.commit(key, 1, 'x', { kind: 'done' }, appends)).toMatchObject({ kind: 'committed', positions: [{ channel: 'a', offset: 4 }, { channel: 'c', offset: 3 }, { channel: 'b', offset: 3 }] });
    expect(told.splice(0)).toEqual(['a 3 3,4', 'b 3 3']);
    broker.unwatch('a');
    await broker.publish('a', [event('5')]);
    expect(told).toEqual([]);
    await broker.stop();
  });
});
