// What stands in for our server: its answers frame by frame, and what a dialect's own functions may do wrong without hurting anybody.
import { beforeEach, describe, expect, it } from 'vitest';
import type { RealtimeError } from '../../src/core/errors.js';
import type { Dialect, StandIn } from '../../src/core/protocol/dialect.js';
import type { ClientFrame, ServerFrame } from '../../src/core/protocol/frames.js';
import { defineDialect, plainJson, type Hearing, type PlainJson, type Saying } from '../../src/dialects/index.js';
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.js';

let clock: SimulatedClock;
let sent: string[];
let frames: ServerFrame[];
let errors: RealtimeError[];
let isOpen: boolean;
let standIn: StandIn;

beforeEach(() => {
  clock = createSimulatedClock();
  sent = [];
  frames = [];
  errors = [];
  isOpen = true;
});

function speak(dialect: Dialect): void {
  standIn = dialect.createStandIn({
    clock,
    epoch: 'e',
    send: (text) => isOpen && sent.push(text) > 0,
    onFrame: (frame) => frames.push(frame),
    onError: (error) => errors.push(error),
  });
}

/** A dialect that says everything as it is told, and reads what a test hears. */
const open = (can: Dialect['can'] | object = {}, rest: object = {}): void =>
  speak(defineDialect({ can, encode: (saying) => JSON.stringify(saying), decode: (text) => JSON.parse(text) as Hearing, ...rest }));
const hear = (...hearings: Hearing[]): void => standIn.hear(JSON.stringify(hearings));
const say = async (...told: ClientFrame[]): Promise<void> => {
  for (const frame of told) standIn.say(frame);
  await Promise.resolve();
};
const said = (): Saying[] => sent.map((text) => JSON.parse(text) as Saying);
/** Without the place on the page of errors, which each ends with. */
const sentences = (): string[] => errors.map(({ code, message }) => `${code}: ${message.replace(` (holdfast/docs/errors.md#${code})`, '')}`);

const HELLO: ClientFrame = { t: 'hello', v: 1, client: 'c', link: 2, attempt: 1, features: [], outbox: 'memory', visible: true, token: 'k' };
const subscribe = (generation: number, offset?: number, epoch = 'e'): ClientFrame => ({
  t: 'subscribe',
  channels: [{ name: 'a', generation, ...(offset !== undefined && { position: { epoch, offset } }) }],
});
const unsubscribe: ClientFrame = { t: 'unsubscribe', channels: [{ name: 'a', generation: 1 }] };
const command = (over: object = {}): ClientFrame => ({ t: 'command', lane: 'l', n: 1, id: 'c1', name: 'add', input: 1, remainingMs: 5, ...over });
const query = (over: object = {}): ClientFrame => ({ t: 'query', id: 'q1', name: 'all', input: 1, remainingMs: 5, ...over });
const EVENT: Hearing = { t: 'event', channel: 'a', data: 1 };
const subscribed = (over: object): object => ({ t: 'subscribed', channel: 'a', events: [], more: false, ...over });

describe('greeting', () => {
  it('without greet is a welcome as soon as the token is said; with it, when the server says so', async () => {
    open();
    await say(HELLO);
    expect(said()).toEqual([{ t: 'hello', token: 'k' }]);
    expect(frames).toMatchObject([{ t: 'welcome', link: 2, tag: '' }]);
    frames = [];
    open({ greet: true });
    await say(HELLO);
    expect(frames).toEqual([]);
    hear({ t: 'welcome', tag: 'ada' });
    expect(frames).toMatchObject([{ t: 'welcome', link: 2, tag: 'ada' }]);
  });
});

describe('channels', () => {
  it('without confirm are live when they were said; with it, when confirmed, once, under the newest generation', async () => {
    open();
    await say(subscribe(1));
    expect(frames).toMatchObject([subscribed({ generation: 1, state: 'live', position: { epoch: 'e', offset: 0 } })]);
    frames = [];
    open({ confirm: true });
    await say(subscribe(1), subscribe(2));
    expect(frames).toEqual([]);
    hear({ t: 'subscribed', channel: 'a' }, { t: 'subscribed', channel: 'a' }, { t: 'subscribed', channel: 'b' });
    expect(frames).toMatchObject([subscribed({ generation: 2 })]);
    expect(said()).toHaveLength(2);
  });

  it('an event confirms what nothing else did', async () => {
    open({ confirm: true });
    await say(subscribe(1));
    hear(EVENT);
    expect(frames).toMatchObject([subscribed({ generation: 1 }), { t: 'events', offset: 1 }]);
  });

  it('number their events in the epoch of the socket, and take none that nobody asked for', async () => {
    open();
    hear(EVENT);
    await say(subscribe(1));
    hear(EVENT, { ...EVENT, name: 'told' });
    await say(unsubscribe);
    hear(EVENT);
    const wall = clock.wall();
    expect(frames.slice(1)).toEqual([
      { t: 'events', channel: 'a', epoch: 'e', offset: 1, events: [{ name: 'message', data: 1, time: wall }] },
      { t: 'events', channel: 'a', epoch: 'e', offset: 2, events: [{ name: 'told', data: 1, time: wall }] },
    ]);
    expect(said().map(({ t }) => t)).toEqual(['subscribe', 'unsubscribe']);
  });

  it('cannot go on from another socket, nor from before what was not heard', async () => {
    open();
    await say(subscribe(1, 7, 'former'));
    expect(frames.at(-1)).toMatchObject({ state: 'gap', reason: 'no-resume', position: { epoch: 'e', offset: 0 } });
    hear(EVENT);
    await say(subscribe(2, 1));
    expect(frames.at(-1)).toMatchObject({ state: 'recovered', generation: 2, position: { offset: 1 } });
    await say(subscribe(3, 0));
    expect(frames.at(-1)).toMatchObject({ state: 'gap', reason: 'no-resume', position: { offset: 1 } });
    await say(unsubscribe, subscribe(4, 1));
    expect(frames.at(-1)).toMatchObject({ state: 'gap', position: { offset: 2 } });
    expect(said().map(({ t }) => t)).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
  });

  it('refused ones can be asked for again', async () => {
    open({ confirm: true });
    await say(subscribe(1));
    hear({ t: 'unsubscribed', channel: 'a' }, { t: 'unsubscribed', channel: 'b' });
    expect(frames).toEqual([{ t: 'unsubscribed', channel: 'a', generation: 1, reason: 'forbidden' }]);
    await say(subscribe(2));
    expect(said()).toHaveLength(2);
  });
});

describe('commands', () => {
  const lane = (over: object = {}): ClientFrame => ({ t: 'lane', lane: 'l', last: 0, ...over });

  it('have a lane of this socket only: one of a former socket is forgotten', async () => {
    open();
    await say(lane({ create: true }), lane());
    expect(frames).toMatchObject([{ t: 'lane', last: 0 }, { t: 'lane', last: null }]);
  });

  it('without acknowledge are handed over when the socket has taken them, after what is being said', async () => {
    open();
    standIn.say(command());
    expect(frames).toEqual([]);
    await Promise.resolve();
    expect(frames).toMatchObject([{ t: 'error', id: 'c1', code: 'handed-over', final: true }]);
  });

  it('with acknowledge wait for their answer; a publish is handed over all the same', async () => {
    open({ acknowledge: true });
    await say(command(), command({ id: 'c2', name: '$publish', input: { channel: 'a', name: 'message', data: 3 } }));
    expect(frames).toMatchObject([{ id: 'c2', code: 'handed-over' }]);
    hear({ t: 'response', id: 'c1', result: 4 });
    expect(frames.slice(1)).toMatchObject([{ t: 'response', id: 'c1', result: 4 }]);
    expect(said()[1]).toEqual({ t: 'publish', id: 'c2', channel: 'a', name: 'message', data: 3 });
  });

  it('cannot be taken back', async () => {
    open({ acknowledge: true });
    await say(command(), command({ void: true }));
    expect(frames).toMatchObject([{ id: 'c1', code: 'outcome-unknown', final: true }]);
    expect(sent).toHaveLength(1);
  });

  it('that a going socket refuses were not sent, and their lane opens on the next one', async () => {
    open();
    isOpen = false;
    await say(command(), lane());
    expect(frames).toMatchObject([{ id: 'c1', code: 'lane-unknown' }]);
  });

  it('are told that they were handed over even where the socket goes at once', () => {
    open();
    standIn.say(command());
    standIn.stop();
    expect(frames).toMatchObject([{ id: 'c1', code: 'handed-over' }]);
    expect(standIn.say(command())).toBe(false);
  });
});

describe('answers', () => {
  it('come as they are; a stamp is where the channel was when it was asked', async () => {
    open({ answer: true });
    await say(subscribe(1));
    hear(EVENT);
    await say(query({ stamp: ['a', 'b'] }));
    hear(EVENT, { t: 'response', id: 'q1', result: [1] });
    expect(frames.at(-1)).toEqual({ t: 'response', id: 'q1', result: [1], positions: [{ channel: 'a', epoch: 'e', offset: 1 }, { channel: 'b', epoch: 'e', offset: 0 }] });
  });

  it('keep to the words that a foreign server may say, and numbers for ids are ids', () => {
    open({ answer: true });
    hear({ t: 'error', id: 7, code: 'rejected', name: 'banned', data: 1, message: 'no' }, { t: 'error', id: 'x', code: 'lane-conflict' as 'internal', message: 'no' });
    expect(frames).toEqual([
      { t: 'error', id: '7', code: 'rejected', name: 'banned', data: 1, message: 'no', final: true },
      { t: 'error', id: 'x', code: 'internal', message: 'no', final: true },
    ]);
  });

  it('what there is no word for is unsupported', async () => {
    speak(defineDialect({ can: { answer: true, acknowledge: true }, encode: () => null, decode: () => null }));
    await say(query(), command(), subscribe(1));
    expect(frames).toMatchObject([{ id: 'q1', code: 'unsupported' }, { id: 'c1', code: 'unsupported' }, subscribed({ state: 'live' })]);
    expect(sent).toEqual([]);
  });
});

describe('the ping', () => {
  it('goes out each interval from the welcome on, and as a probe, and ends with the socket', async () => {
    open({ ping: true }, { pingMs: 100 });
    clock.advance(1_000);
    expect(sent).toEqual([]);
    await say(HELLO);
    clock.advance(300);
    await say({ t: 'ping', n: 1, visible: true });
    expect(said().filter(({ t }) => t === 'ping')).toHaveLength(4);
    hear({ t: 'pong' });
    expect(frames.at(-1)).toEqual({ t: 'pong', n: 0 });
    standIn.stop();
    expect(clock.pending).toBe(0);
  });

  it('is not sent to a server that does not know it', async () => {
    open();
    await say(HELLO);
    expect(clock.pending).toBe(0);
  });

  it('needs an interval that is one', () => {
    for (const pingMs of [0, -1, Number.NaN, Infinity, 2 ** 31]) expect(() => open({ ping: true }, { pingMs })).toThrow(/cannot ping each/);
  });
});

describe('a dialect that is wrong hurts nobody', () => {
  const plain = (words: PlainJson<never>): void => speak(plainJson(words));
  const fail = (): never => {
    throw new Error('mine');
  };

  it.each([
    ['throws', fail],
    ['is async', async () => ({ action: 'x' })],
    ['rejects', async () => fail()],
    ['returns a function', () => () => 1],
    ['returns a circle', () => {
      const circle: { self?: unknown } = {};
      circle.self = circle;
      return circle;
    }],
    ['returns a bigint', () => 10n],
  ])('a function that %s sends nothing and is reported by name, once', async (_, wrong) => {
    plain({ subscribe: wrong, query: wrong, command: wrong });
    await say(HELLO, subscribe(1), { t: 'subscribe', channels: [{ name: 'b', generation: 2 }] }, query(), command());
    expect(sent).toEqual([]);
    expect(errors.map(({ code, message }) => `${code} ${/'(\w+)'/.exec(message)?.[1] ?? ''}`)).toEqual(['misuse subscribe', 'misuse query', 'misuse command']);
    expect(frames.map((frame) => ('code' in frame ? frame.code : frame.t))).toEqual(['welcome', 'unsupported', 'unsupported']);
  });

  it('a channel that could not be asked for is not live, and one that need not be asked for is', async () => {
    plain({ subscribe: (name) => (name === 'a' ? fail() : null), read: () => EVENT });
    await say(subscribe(1), { t: 'subscribe', channels: [{ name: 'b', generation: 2 }] });
    expect(frames).toMatchObject([{ t: 'subscribed', channel: 'b' }]);
    // Unless the server sends its events all the same.
    standIn.hear('{}');
    expect(frames.slice(1)).toMatchObject([subscribed({ generation: 1 }), { t: 'events', channel: 'a', offset: 1 }]);
  });

  it.each([['an object', () => ({})], ['a promise', async () => fail()]])('an encode that returns %s sends nothing', async (_, encode) => {
    speak(defineDialect({ can: {}, encode: encode as unknown as () => string, decode: () => null }));
    await say(subscribe(1));
    expect(sent).toEqual([]);
    expect(sentences()).toEqual([
      "misuse: The dialect failed at 'subscribe', and nothing was sent. Its function must return at once what the server is to be told, or null. See cause.",
    ]);
  });

  it.each([
    ['throws', fail],
    ['is async', async () => EVENT],
    ['rejects', async () => fail()],
    ['returns text', () => 'event'],
    ['returns a number', () => 7],
    ['returns an unknown word', () => ({ t: 'evnt', channel: 'a' })],
    ['returns a channel that is no text', () => ({ t: 'event', channel: 7, data: 1 })],
    ['returns an answer without an id', () => ({ t: 'response' })],
    ['returns an error without a message', () => ({ t: 'error', id: '1' })],
    ['returns a list with a hole', () => [EVENT, null]],
  ])('a read that %s is reported once, and the next message is read', async (_, wrong) => {
    let isWrong = true;
    plain({ read: (() => (isWrong ? wrong() : EVENT)) as () => Hearing });
    await say(subscribe(1));
    standIn.hear('{}');
    standIn.hear('{}');
    expect(sentences()).toEqual([
      'misuse: The dialect failed to read a message of the server, which was ignored. Its function must return at once what the message says, or null. See cause.',
    ]);
    isWrong = false;
    standIn.hear('{}');
    expect(frames.at(-1)).toMatchObject({ t: 'events', channel: 'a' });
  });

  it('what the server says is told as often as it says it', () => {
    open();
    hear({ t: 'error', message: 'no' }, { t: 'error', message: 'no' });
    expect(sentences()).toEqual(['internal: The server says: no', 'internal: The server says: no']);
  });

  it('a server that sends what is not JSON is reported once a socket, and heard on', async () => {
    plain({ read: () => EVENT });
    await say(subscribe(1));
    for (let i = 0; i < 1_000; i++) standIn.hear(i % 2 === 0 ? '' : '<html>');
    standIn.hear('{}');
    expect(sentences()).toEqual(['bad-frame: The server sent what is not JSON, and it was ignored. Check that the URL is that of the server which the dialect is for.']);
    expect(frames.at(-1)).toMatchObject({ t: 'events', offset: 1 });
  });

  it.each([['throws', fail], ['returns another word', () => 'retry' as 'stop']])('a closePolicy that %s is reported, and the link comes back', (_, closePolicy) => {
    plain({ closePolicy });
    expect(standIn.policyOf(4_403, '')).toBe('reconnect');
    expect(sentences()).toEqual(['misuse: The closePolicy of the dialect failed, and the link comes back with backoff. See cause.']);
  });
});

describe('plainJson', () => {
  it('can what its functions tell, and what it says besides', () => {
    const none = { greet: false, ping: false, confirm: false, answer: false, acknowledge: false, resume: false };
    expect(plainJson({}).can).toEqual(none);
    const words = { authenticate: () => 1, subscribe: () => 1, unsubscribe: () => 1, publish: () => 1, query: () => 1, command: () => 1, ping: () => 1 };
    expect(plainJson(words).can).toEqual({ ...none, greet: true, ping: true, answer: true, acknowledge: true });
    expect(plainJson({ ...words, can: { greet: false, confirm: true, acknowledge: false } }).can).toEqual({ ...none, ping: true, answer: true, confirm: true });
  });
});
