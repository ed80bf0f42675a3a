/** The hands of a link: token, socket, greeting, heartbeat, with a scripted socket and a clock that is moved by hand. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RealtimeError } from '../../../src/core/errors.js';
import { createHeartbeat } from '../../../src/core/heartbeat/heartbeat.js';
import { DEFAULT_TIMINGS } from '../../../src/core/options.js';
import type { ClientFrame, ServerFrame } from '../../../src/core/protocol/frames.js';
import { createLink, type Link, type LinkPort } from '../../../src/core/reconnect/link.js';
import type { SocketEvents } from '../../../src/core/world.js';
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulated-clock.js';

interface Attempt {
  readonly events: SocketEvents;
  readonly sent: ClientFrame[];
  closed: string | null;
}

let clock: SimulatedClock;
let attempts: Attempt[];
let told: string[];
let errors: RealtimeError[];
let link: Link;

const WELCOME: ServerFrame = {
  t: 'welcome', v: 1, link: 0, node: 'n', tag: 'ada', storage: 'memory', fence: 'f', features: [],
  limits: { channels: 200, windowPerLane: 32, keepMs: 0 }, ping: { visibleMs: 6_000, hiddenMs: 25_000 },
};
const last = (): Attempt => attempts.at(-1) as Attempt;
const hear = (frame: object, attempt = last()): void => attempt.events.onMessage(JSON.stringify(frame));
const state = (): string => link.status.state.tag;
const greet = (): void => {
  last().events.onOpened();
  hear(WELCOME);
};

function make(parts: Partial<LinkPort> = {}): void {
  clock = createSimulatedClock();
  attempts = [];
  told = [];
  errors = [];
  link = createLink({
    clock,
    dice: { roll: () => 0.5, id: () => 'id' },
    open(_url, _protocols, events) {
      const attempt: Attempt = { events, sent: [], closed: null };
      attempts.push(attempt);
      return {
        send: (text) => attempt.closed === null && attempt.sent.push(JSON.parse(text) as ClientFrame) > 0,
        close: (code, reason) => void (attempt.closed = `${code} ${reason}`),
      };
    },
    url: 'ws://x/',
    timings: DEFAULT_TIMINGS,
    fetchToken: null,
    createHeartbeat,
    hello: (token, attempt) => ({ t: 'hello', v: 1, client: 'c', link: 0, attempt, features: [], outbox: 'memory', visible: true, ...(token !== null && { token }) }),
    pong: ({ n }) => ({ t: 'pong', n, visible: true }),
    probe: () => ({ t: 'ping', n: 1, visible: true }),
    onWelcome: () => ({ pingMs: 6_000 }),
    onFrame: (frame) => told.push(frame.t),
    onReady: () => told.push('ready'),
    onLost: () => told.push('lost'),
    onStatus: () => {},
    onRtt: () => {},
    onError: (error) => errors.push(error),
    ...parts,
  });
}

const promises = async (): Promise<void> => {
  for (let hop = 0; hop < 10; hop++) await Promise.resolve();
};

beforeEach(() => make());

describe('greeting', () => {
  it('says hello when open, is ready when welcome, and passes frames up from then on', () => {
    link.start(0);
    expect(link.send({ t: 'cancel', id: 'x' })).toBe(false);
    last().events.onOpened();
    expect(last().sent.map(({ t }) => t)).toEqual(['hello']);
    hear({ t: 'resync', channel: 'early' });
    hear(WELCOME);
    hear({ t: 'resync', channel: 'a' });
    expect(told).toEqual(['ready', 'resync']);
    expect(link.send({ t: 'cancel', id: 'x' })).toBe(true);
  });

  it('numbers its sockets in hello, over every kind of new beginning', () => {
    link.start(0);
    greet();
    last().events.onClosed(1006, '');
    clock.advance(1_000);
    greet();
    link.reconnect();
    link.reconnect();
    greet();
    link.stop();
    link.start(0);
    greet();
    expect(attempts.map(({ sent }) => sent.map((frame) => (frame.t === 'hello' ? frame.attempt : frame.t)))).toEqual([[1], [2], [], [4], [5]]);
  });

  it('says what happened where another client with its id has taken its place', () => {
    link.start(0);
    greet();
    last().events.onClosed(4404, 'replaced');
    clock.advance(600_000);
    expect([link.status.state, attempts.length]).toMatchObject([{ tag: 'stopped', code: 'replaced', loss: { code: 4404 } }, 1]);
    expect(link.status.error?.message).toMatch(/^Another page uses a copy of the client id of this page/);
  });

  it('may send from inside onReady', () => {
    let isSent = false;
    make({ onReady: () => (isSent = link.send({ t: 'cancel', id: 'x' })) });
    link.start(0);
    greet();
    expect(isSent).toBe(true);
  });

  it('gives an attempt up that does not open, and one that is not welcomed, and comes back', () => {
    link.start(0);
    clock.advance(4_000);
    expect(last().closed).toBe('4003 not open in time');
    expect(state()).toBe('waiting');
    clock.advance(1_000);
    expect(attempts).toHaveLength(2);
    last().events.onOpened();
    clock.advance(5_000);
    expect(last().closed).toBe('4003 no welcome in time');
    expect(state()).toBe('waiting');
  });

  it('sends nothing but hello before the welcome, whatever the server sends', () => {
    link.start(0);
    last().events.onOpened();
    hear({ t: 'ping', n: 1, everyMs: 6_000, fence: 'f', confirmedMs: 0 });
    expect(last().sent.map(({ t }) => t)).toEqual(['hello']);
    expect(told).toEqual([]);
  });

  it('takes a second welcome for nothing', () => {
    link.start(0);
    greet();
    hear(WELCOME);
    expect(told).toEqual(['ready']);
  });
});

describe('the token', () => {
  it('comes before the socket, goes into hello, and is asked for again with each attempt', async () => {
    let asked = 0;
    make({ fetchToken: async () => `token ${++asked}` });
    link.start(0);
    expect(state()).toBe('authorizing');
    await promises();
    last().events.onOpened();
    expect(last().sent[0]).toMatchObject({ token: 'token 1' });
    last().events.onClosed(1006, '');
    clock.advance(1_000);
    await promises();
    last().events.onOpened();
    expect(last().sent[0]).toMatchObject({ token: 'token 2' });
  });

  it('that hangs is aborted after its limit, reported, and asked for again', async () => {
    let aborted = 0;
    make({
      fetchToken: (onAbort) => {
        onAbort(() => aborted++);
        return new Promise(() => {});
      },
    });
    link.start(0);
    clock.advance(10_000);
    expect(aborted).toBe(1);
    expect(state()).toBe('waiting');
    expect(errors.map(({ code }) => code)).toEqual(['unauthorized']);
    expect(errors[0]?.cause).toMatchObject({ code: 'timeout' });
    clock.advance(1_000);
    expect(state()).toBe('authorizing');
    expect(attempts).toEqual([]);
  });

  it('whose failure is called unauthorized stops the link; any other is tried again', async () => {
    make({ fetchToken: async () => Promise.reject(new Error('502')) });
    link.start(0);
    await promises();
    expect(state()).toBe('waiting');
    make({ fetchToken: async () => Promise.reject(new RealtimeError('unauthorized', 'signed out')) });
    link.start(0);
    await promises();
    expect(state()).toBe('stopped');
    expect(errors.map(({ message }) => message)).toEqual(['signed out (holdfast/docs/errors.md#unauthorized)']);
  });

  it.each([
    ['nothing', undefined, /gave undefined/],
    ['a number', 7, /gave number/],
    ['more than 8 kB', 'é'.repeat(4_097), /too long a token.*8192 bytes/],
  ])('that is %s is called what it is where it came in, and asked for again', async (_, value, sentence) => {
    make({ fetchToken: async () => value as string });
    link.start(0);
    await promises();
    expect(errors.map(({ code, message }) => [code, message])).toEqual([['misuse', expect.stringMatching(sentence)]]);
    expect([state(), attempts.length]).toEqual(['waiting', 0]);
  });

  it('of 8 kB is taken', async () => {
    make({ fetchToken: async () => 'é'.repeat(4_096) });
    link.start(0);
    await promises();
    expect([state(), errors]).toEqual(['connecting', []]);
  });

  it('that comes after the link was stopped opens nothing', async () => {
    let give: (token: string) => void = () => {};
    let aborted = 0;
    make({
      fetchToken: (onAbort) => {
        onAbort(() => aborted++);
        return new Promise((resolve) => (give = resolve));
      },
    });
    link.start(0);
    link.stop();
    give('late');
    await promises();
    expect({ aborted, attempts, timers: clock.pending, state: state() }).toEqual({ aborted: 1, attempts: [], timers: 0, state: 'idle' });
  });
});

describe('the end', () => {
  it.each([
    [4300, 'unauthorized', /Sign in again/],
    [4400, 'bad-frame', /Reload/],
    [4401, 'incompatible', /another version/],
    [4403, 'forbidden', /does not let this client in/],
    [4404, 'replaced', /Reload this page/],
    [4409, 'too-large', /Reload/],
  ])('by close code %i is reported once, with a sentence, and stays to be read', (code, word, sentence) => {
    link.start(0);
    greet();
    last().events.onClosed(code, '');
    if (code === 4300) {
      clock.advance(1_000);
      last().events.onOpened();
      last().events.onClosed(code, '');
    }
    clock.advance(3_600_000);
    link.hurry();
    link.start(0);
    expect([state(), errors.map((error) => error.code)]).toEqual(['stopped', [word]]);
    expect(errors[0]?.message).toMatch(sentence);
    expect(link.status.error).toBe(errors[0]);
    expect(clock.pending).toBe(0);
    link.reconnect();
    expect([state(), link.status.error]).toEqual(['connecting', null]);
  });

  it('comes after as many attempts as there may be, and reconnect() begins anew', () => {
    make({ timings: { ...DEFAULT_TIMINGS, backoff: { ...DEFAULT_TIMINGS.backoff, maxAttempts: 3 } } });
    link.start(0);
    for (let i = 0; i < 4; i++) {
      last().events.onClosed(1006, '');
      clock.advance(60_000);
    }
    expect([attempts.length, state(), errors.map(({ code }) => code), clock.pending]).toEqual([4, 'stopped', ['unavailable'], 0]);
    link.reconnect();
    greet();
    expect(state()).toBe('ready');
  });
});

describe('waiting', () => {
  /** When each of the next attempts begins, counted from the loss before it. */
  const waits = (count: number, end: () => void): number[] =>
    Array.from({ length: count }, () => {
      end();
      const from = clock.now();
      const before = attempts.length;
      while (attempts.length === before) clock.advance(10);
      return clock.now() - from;
    });

  it('is no hot loop where a server says retry-after=0, or welcomes and drops', () => {
    link.start(0);
    expect(waits(4, () => last().events.onClosed(4200, 'retry-after=0'))).toEqual([600, 1_100, 2_100, 4_100]);
    make();
    link.start(0);
    expect(waits(4, () => (greet(), last().events.onClosed(4000, '')))).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it('lasts as the server named it, ten minutes at most, and reconnect() does not wait', () => {
    link.start(0);
    last().events.onClosed(4200, 'retry-after=999999999');
    clock.advance(600_499);
    expect([attempts.length, state()]).toEqual([1, 'waiting']);
    clock.advance(1);
    expect(attempts).toHaveLength(2);
    last().events.onClosed(4200, 'retry-after=999999999');
    link.hurry();
    expect(attempts).toHaveLength(2);
    link.reconnect();
    expect(attempts).toHaveLength(3);
  });

  it('counts anew only after ten seconds of life', () => {
    const live = (lastMs: number) => (): void => {
      greet();
      clock.advance(5_000);
      hear({ t: 'later' });
      clock.advance(lastMs);
      last().events.onClosed(1006, '');
    };
    link.start(0);
    expect(waits(3, live(4_990))).toEqual([500, 1_000, 2_000]);
    expect(waits(2, live(5_000))).toEqual([500, 500]);
  });

  it('begins with the failures of the pool, and counts the loss of a sibling', () => {
    link.start(3);
    expect([state(), attempts.length]).toEqual(['waiting', 0]);
    link.siblingLost();
    expect(link.status.state).toMatchObject({ attempt: 4 });
    clock.advance(2_000);
    expect([state(), attempts.length]).toEqual(['connecting', 1]);
    last().events.onClosed(1006, '');
    expect(link.status.state).toMatchObject({ attempt: 5, retryAt: clock.now() + 8_000 });
  });
});

describe('life', () => {
  it('answers a ping in the handler of its message', () => {
    link.start(0);
    greet();
    hear({ t: 'ping', n: 7, everyMs: 6_000, fence: 'f', confirmedMs: 0, heardMs: 0 });
    expect(last().sent.at(-1)).toEqual({ t: 'pong', n: 7, visible: true });
    expect(told.at(-1)).toBe('ping');
  });

  it('silence makes it suspect, then dead; then it comes back', () => {
    link.start(0);
    greet();
    clock.advance(7_250);
    expect(link.status.isSuspect).toBe(true);
    expect(last().sent.at(-1)).toEqual({ t: 'ping', n: 1, visible: true });
    clock.advance(1_250);
    expect(last().closed).toBe('4001 silent for too long');
    expect(told).toEqual(['ready', 'lost']);
    clock.advance(1_000);
    expect(attempts).toHaveLength(2);
    greet();
    expect(link.status.isSuspect).toBe(false);
  });

  it('any frame is life, even one that is not known', () => {
    link.start(0);
    greet();
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      hear({ t: 'from-the-future' });
    }
    expect([state(), link.status.isSuspect, last().closed]).toEqual(['ready', false, null]);
  });

  it('what a former socket says changes nothing', () => {
    link.start(0);
    greet();
    const former = last();
    former.events.onClosed(1006, '');
    clock.advance(1_000);
    greet();
    hear({ t: 'resync', channel: 'late' }, former);
    former.events.onClosed(4400, 'late');
    former.events.onOpened();
    expect(told).toEqual(['ready', 'lost', 'ready']);
    expect(state()).toBe('ready');
  });

  it('a frame that makes no sense, from a socket that was let go, changes nothing and is nobody\'s error', () => {
    link.start(0);
    greet();
    const former = last();
    clock.advance(8_500);
    expect([former.closed, state()]).toEqual(['4001 silent for too long', 'waiting']);
    former.events.onMessage('not json');
    former.events.onOpened();
    former.events.onClosed(4403, '');
    expect([state(), errors]).toEqual(['waiting', []]);
    clock.advance(1_000);
    former.events.onMessage('{"t":"events"}');
    expect([state(), errors, attempts.length]).toEqual(['connecting', [], 2]);
  });

  it('asks whether anybody is there when a request goes unanswered for 3 s in silence, and gives up 2.5 s later', () => {
    make({ onWelcome: () => ({ pingMs: 25_000 }) });
    link.start(0);
    greet();
    clock.advance(1_000);
    link.send({ t: 'cancel', id: 'x' });
    clock.advance(10_000);
    expect(last().sent.map(({ t }) => t)).toEqual(['hello', 'cancel']);
    link.send({ t: 'command', lane: 'l', n: 1, id: 'c', name: 'n', remainingMs: 1 });
    clock.advance(3_000);
    expect(last().sent.at(-1)?.t).toBe('ping');
    clock.advance(2_500);
    expect(last().closed).toBe('4001 silent for too long');
  });

  it('leaves a server that breaks the protocol, says so, and comes back with growing waits', () => {
    const waits: number[] = [];
    link.start(0);
    for (const text of ['not json', '[]', '{"t":"events"}', '', '['.repeat(40)]) {
      greet();
      last().events.onMessage(text);
      expect(last().closed).toBe('4400 bad frame');
      expect(state()).toBe('waiting');
      const before = attempts.length;
      while (attempts.length === before) clock.advance(50);
      waits.push(clock.now());
    }
    // Half of 1, 2, 4, 8 and 16 s: never proven, never counted anew.
    expect(waits.map((at, index) => Math.round((at - (waits[index - 1] ?? 0)) / 1_000))).toEqual([1, 1, 2, 4, 8]);
    expect(errors.map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => 'bad-frame'));
  });

  it('takes a frame that is larger than a server may send, and leaves with 4409 past its own limit', () => {
    link.start(0);
    greet();
    const pong = JSON.stringify({ t: 'pong', n: 1 });
    last().events.onMessage(pong.padEnd(65_536));
    expect(state()).toBe('ready');
    last().events.onMessage(pong.padEnd(65_537));
    expect(last().closed).toBe('4409 bad frame');
    expect(state()).toBe('waiting');
    expect(errors).toMatchObject([{ code: 'bad-frame' }]);
  });

  it('leaves a server that speaks another version for good', () => {
    link.start(0);
    last().events.onOpened();
    hear({ ...WELCOME, v: 2 });
    expect(last().closed).toBe('4401 ');
    expect(link.status).toMatchObject({ state: { tag: 'stopped' }, error: { code: 'incompatible' } });
    expect(told).toEqual([]);
  });

  it('leaves no timer and says nothing when it is stopped', () => {
    link.start(0);
    greet();
    link.stop();
    expect(last().closed).toBe('1000 ');
    expect(clock.pending).toBe(0);
    hear({ t: 'resync', channel: 'late' });
    expect(told).toEqual(['ready', 'lost']);
  });

  it('refuses a frame that is too large, and lives on', () => {
    link.start(0);
    greet();
    expect(link.send({ t: 'query', id: 'q', name: 'n', input: 'x'.repeat(70_000), remainingMs: 1 })).toBe(false);
    expect(errors.map(({ code }) => code)).toEqual(['too-large']);
    expect(state()).toBe('ready');
  });
});
