// The tables of a stand-in: for a server that can everything, and for one that can nothing. Why it is so: stand-in.test.ts.
import { describe, expect, it } from 'vitest';
import type { DialectCan } from '../../src/core/protocol/dialect.js';
import type { ClientFrame } from '../../src/core/protocol/frames.js';
import { createStandInState, type Said, type StandInEffect, type StandInState } from '../../src/dialects/stand-in.machine.js';
import type { Saying } from '../../src/dialects/words.js';
import { brief, containerTable } from '../rooms/table.js';

const ALL: DialectCan = { greet: true, ping: true, confirm: true, answer: true, acknowledge: true, resume: false };
const NONE: DialectCan = { greet: false, ping: false, confirm: false, answer: false, acknowledge: false, resume: false };
const WALL = 0;

const HELLO: ClientFrame = { t: 'hello', v: 1, client: 'c', link: 2, attempt: 1, features: [], outbox: 'memory', visible: true, token: 'k' };
const subscribe = (generation: number, epoch?: string, offset = 0): ClientFrame => ({
  t: 'subscribe', channels: [{ name: 'a', generation, ...(epoch !== undefined && { position: { epoch, offset } }) }],
});
const command = (over: object = {}): ClientFrame => ({ t: 'command', lane: 'l', n: 1, id: 'c1', name: 'add', input: 1, remainingMs: 5, ...over });
const publish = command({ id: 'p1', name: '$publish', input: { channel: 'a', name: 'message', data: 1 } });
const query: ClientFrame = { t: 'query', id: 'q1', name: 'all', input: 1, remainingMs: 5, stamp: ['a'] };
const SAYINGS: Readonly<Record<string, Saying>> = {
  hello: { t: 'hello', token: 'k' },
  'subscribe a': { t: 'subscribe', channel: 'a' },
  'publish p1': { t: 'publish', id: 'p1', channel: 'a', name: 'message', data: 1 },
  'command c1': { t: 'command', id: 'c1', name: 'add', input: 1 },
  'query q1': { t: 'query', id: 'q1', name: 'all', input: 1 },
};
const HOW: readonly Said[] = ['taken', 'refused', 'unsayable', 'failed'];

function show(effect: unknown): string {
  const told = effect as StandInEffect;
  if (told.type === 'report') return `report ${told.message}`;
  const { t, ...rest } = told.type === 'say' ? told.saying : told.frame;
  return `${told.type} ${t} ${brief(rest)}`;
}

function after(can: DialectCan, ...steps: readonly ((to: StandInState) => unknown)[]): () => StandInState {
  return () => {
    const made = createStandInState({ can, epoch: 'e', pingMs: 6_000 });
    for (const step of steps) step(made);
    return made;
  };
}
const joined = (to: StandInState) => to.told(subscribe(1));
const live = (to: StandInState) => to.heard({ t: 'subscribed', channel: 'a' }, WALL);
const asked = (to: StandInState) => [query, command(), publish].map((frame) => to.told(frame));

const tableOf = (title: string, can: DialectCan): string =>
  containerTable<StandInState>({
    title,
    about: 'Its epoch is e. Frames that the rooms above say, what became of what was said to the server, and what the server says.',
    situations: {
      'a fresh socket': after(can),
      'channel a asked for': after(can, joined),
      'channel a live at 1; q1, c1 and p1 under way': after(can, joined, live, (to) => to.heard({ t: 'event', channel: 'a', data: 0 }, WALL), asked),
      'the socket is going': after(can, joined, (to) => to.gone()),
    },
    calls: {
      told: {
        'told hello': (to) => to.told(HELLO),
        'told ping': (to) => to.told({ t: 'ping', n: 1, visible: true }),
        'told pong': (to) => to.told({ t: 'pong', n: 1, visible: true, fence: 'foreign' }),
        'told subscribe a, generation 2': (to) => to.told(subscribe(2)),
        'told subscribe a, generation 2, from e:1': (to) => to.told(subscribe(2, 'e', 1)),
        'told subscribe a, generation 2, from another socket': (to) => to.told(subscribe(2, 'd', 9)),
        'told unsubscribe a': (to) => to.told({ t: 'unsubscribe', channels: [{ name: 'a', generation: 1 }] }),
        'told lane, create': (to) => to.told({ t: 'lane', lane: 'l', last: 0, create: true }),
        'told lane of another socket': (to) => to.told({ t: 'lane', lane: 'l', last: 3 }),
        'told command c1': (to) => to.told(command()),
        'told command c1, void': (to) => to.told(command({ void: true })),
        'told $publish p1': (to) => to.told(publish),
        'told query q1': (to) => to.told(query),
        'told cancel q1': (to) => to.told({ t: 'cancel', id: 'q1' }),
      },
      said: Object.fromEntries(Object.entries(SAYINGS).flatMap(([name, saying]) => HOW.map((how) => [`said ${name}: ${how}`, (to: StandInState) => to.said(saying, how)]))),
      heard: {
        'heard welcome': (to) => to.heard({ t: 'welcome', tag: 'ann' }, WALL),
        'heard pong': (to) => to.heard({ t: 'pong' }, WALL),
        'heard subscribed a': (to) => to.heard({ t: 'subscribed', channel: 'a' }, WALL),
        'heard unsubscribed a': (to) => to.heard({ t: 'unsubscribed', channel: 'a' }, WALL),
        'heard event of a': (to) => to.heard({ t: 'event', channel: 'a', data: 7 }, WALL),
        'heard event of b, which nobody wants': (to) => to.heard({ t: 'event', channel: 'b', data: 7 }, WALL),
        'heard response to q1': (to) => to.heard({ t: 'response', id: 'q1', result: 7 }, WALL),
        'heard response to c1': (to) => to.heard({ t: 'response', id: 'c1', result: 7 }, WALL),
        'heard error of c1': (to) => to.heard({ t: 'error', id: 'c1', message: 'no', code: 'rejected' }, WALL),
        'heard error of c1 that would end a lane': (to) => to.heard({ t: 'error', id: 'c1', message: 'no', code: 'lane-unknown' as never }, WALL),
        'heard error of nobody': (to) => to.heard({ t: 'error', message: 'no' }, WALL),
      },
      gone: { gone: (to) => to.gone() },
    },
    look: () => 'nothing to be seen from outside',
    show,
  });

describe('stand-in.machine', () => {
  it.each([['all', ALL], ['none', NONE]] as const)('does what the table says (a server that can %s)', (name, can) =>
    expect(tableOf(`Stand-in, for a server that can ${name === 'all' ? 'everything' : 'nothing'}`, can)).toMatchFileSnapshot(`../rooms/tables/stand-in-${name}.md`));
});
