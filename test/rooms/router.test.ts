// The way up: each frame of the server reaches the one part that waits for it.
import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerFrame } from '../../src/core/protocol/frames.js';
import { createRouter, type RouterParts } from '../../src/core/router.js';

let log: string[];
let isCommand: boolean;
let route: (frame: ServerFrame, link: number) => void;

/** A part of the client that notes what it is given. */
const part = (name: string): never =>
  new Proxy({}, { get: (_, call: string) => (given: unknown, link?: number) => (call === 'has' ? isCommand : void log.push(`${name}.${call} ${typeof given === 'object' ? (given as { t: string }).t : String(given)}${link === undefined ? '' : ` over ${link}`}`)) }) as never;

beforeEach(() => {
  log = [];
  isCommand = false;
  route = createRouter({ session: part('session'), channels: part('channels'), queries: part('queries'), outbox: part('outbox'), onEvents: (count) => log.push(`${count} events`) } satisfies RouterParts);
});

const channel = 'room:1';
const position = { epoch: 'e', offset: 2 };
describe('a frame of the server', () => {
  it.each<[ServerFrame, string[]]>([
    [{ t: 'events', channel, epoch: 'e', offset: 1, events: [{ name: 'a', time: 0 }, { name: 'b', time: 0 }] }, ['2 events', 'channels.events events over 1']],
    [{ t: 'subscribed', channel, generation: 1, state: 'live', events: [], position, more: false, fence: 'f' }, ['session.fenceSeen f', 'channels.subscribed subscribed over 1']],
    [{ t: 'unsubscribed', channel, generation: 1, reason: 'kicked' }, ['channels.unsubscribed unsubscribed over 1']],
    [{ t: 'volatile', channel, name: 'typing' }, ['channels.volatile volatile over 1']],
    [{ t: 'resync', channel }, ['channels.resync resync over 1']],
    [{ t: 'response', id: 'x' }, ['queries.answered response over 1']],
    [{ t: 'error', id: 'x', code: 'timeout', message: '', final: true }, ['queries.answered error over 1']],
    [{ t: 'lane', lane: 'default', last: 0, fence: 'f' }, ['session.fenceSeen f', 'outbox.laneAnswered lane over 1']],
  ])('%j reaches its part, with its link', (frame, expected) => {
    route(frame, 1);
    expect(log).toEqual(expected);
  });

  it('that answers a command goes to the outbox, and to no query', () => {
    isCommand = true;
    route({ t: 'response', id: 'x' }, 0);
    route({ t: 'error', id: 'x', code: 'timeout', message: '', final: true }, 0);
    expect(log).toEqual(['outbox.answered response over 0', 'outbox.answered error over 0']);
  });
});
