/**
 * What we rely on in reconnecting-websocket 4.4.0, held as a contract: the package is frozen, and this is why it is
 * pinned. It is held twice: by what the package ships, and by what our build compiles from its TypeScript
 * (docs/decisions/0016). Some of it are its bugs, which pattern B never meets (docs/decisions/0001): they say why it is
 * used as it is.
 * What cannot be held in this process (a constructor that throws is an unhandled rejection) is in test/torture.
 */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import Compiled from 'reconnecting-websocket';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import manifest from '../../../node_modules/reconnecting-websocket/package.json' with { type: 'json' };
import { ScriptedSocket } from './scripted-socket.js';

const Impl = Object.assign(
  function (url: string, protocols?: string[]) {
    return new ScriptedSocket(url, protocols);
  },
  { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 },
);
/** The class that applications load. */
const Shipped = createRequire(import.meta.url)('reconnecting-websocket') as typeof Compiled;
/** As an attempt makes it. */
const OPTIONS = { WebSocket: Impl, startClosed: true, maxRetries: 0, maxEnqueuedMessages: 0, minReconnectionDelay: 0, maxReconnectionDelay: 0, minUptime: 0, connectionTimeout: 2 ** 31 - 1 };
const settle = () => vi.advanceTimersByTimeAsync(0);
/** Everything that a long wait could still bring. */
const waitLong = () => vi.advanceTimersByTimeAsync(120_000);
const { made } = ScriptedSocket;

beforeEach(() => {
  vi.useFakeTimers();
  made.length = 0;
});
afterEach(() => vi.useRealTimers());

it('is 4.4.0', () => expect(manifest.version).toBe('4.4.0'));

it('is compiled by our build: without its debug log, and with its private members out of sight', () => {
  expect(Compiled).not.toBe(Shipped);
  expect(String(Compiled)).not.toMatch(/_debug|RWS/);
  expect(Object.keys(new Compiled('ws://x/', [], OPTIONS)).sort()).toEqual(['onclose', 'onerror', 'onmessage', 'onopen']);
});

it('offers the same, compiled or shipped', () => {
  const namesOf = (of: object): string[] => Object.getOwnPropertyNames(of).filter((name) => !name.startsWith('_'));
  expect(namesOf(Compiled.prototype).sort()).toEqual(namesOf(Shipped.prototype).sort());
  for (const name of ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const) expect(Compiled[name]).toBe(Shipped[name]);
});

/** What an application can do with an instance and what can happen to its socket; `wait` lets the delays of retries pass. */
const STEPS = {
  reconnect: (socket) => socket.reconnect(),
  'reconnect with a code': (socket) => socket.reconnect(4000, 'again'),
  close: (socket) => socket.close(4001, 'enough'),
  send: (socket) => socket.send('text'),
  'send bytes': (socket) => socket.send(new Uint8Array(3)),
  binaryType: (socket) => (socket.binaryType = 'arraybuffer'),
  dispatch: (socket) => socket.dispatchEvent({ type: 'message', target: socket } as never),
  open: (_, raw) => raw?.opens(),
  hear: (_, raw) => raw?.hears('message'),
  fail: (_, raw) => raw?.fails(),
  closed: (_, raw) => raw?.closed(1001, 'away'),
  turn: () => settle(),
  wait: () => vi.advanceTimersByTimeAsync(700),
} satisfies Record<string, (socket: Compiled, raw: ScriptedSocket | undefined) => unknown>;

/** Everything that can be seen of an instance after each of the steps. */
async function tale(Class: typeof Compiled, options: object, steps: readonly (keyof typeof STEPS)[]): Promise<unknown[]> {
  vi.clearAllTimers();
  made.length = 0;
  const told: unknown[] = [];
  const targetOf = (target: unknown): unknown => (target === socket ? 'itself' : made.indexOf(target as ScriptedSocket));
  const socket = new Class(() => Promise.resolve('ws://x/'), ['p'], { ...options, WebSocket: Impl });
  for (const type of ['open', 'message', 'error', 'close'] as const) {
    const hear = ({ target, code, reason, wasClean, data, message }: Record<string, unknown>): void => void told.push({ type, target: targetOf(target), code, reason, wasClean, data, message });
    socket[`on${type}`] = hear as never;
    socket.addEventListener(type, hear as never);
  }
  for (const step of steps) {
    try {
      await STEPS[step](socket, made.at(-1));
    } catch (error) {
      told.push(String(error));
    }
    told.push([step, socket.readyState, socket.retryCount, socket.bufferedAmount, socket.binaryType, socket.url, vi.getTimerCount()]);
  }
  return [told, made.map(({ url, protocols, sent, closes, binaryType, readyState }) => ({ url, protocols, sent, closes, binaryType, readyState }))];
}

it('does the same whatever is done to it, compiled or shipped', async () => {
  const some = <Value>(...values: Value[]) => fc.constantFrom(...values);
  const options = fc.record({
    startClosed: fc.boolean(),
    maxRetries: some(0, 1, 3, undefined),
    maxEnqueuedMessages: some(0, 2, undefined),
    minReconnectionDelay: some(0, 500),
    maxReconnectionDelay: some(0, 1_000, undefined),
    reconnectionDelayGrowFactor: some(1, 2, undefined),
    minUptime: some(0, 600, undefined),
    connectionTimeout: some(600, undefined),
  });
  const steps = fc.array(some(...(Object.keys(STEPS) as (keyof typeof STEPS)[])), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(options, steps, async (chosen, taken) => {
      expect(await tale(Compiled, chosen, taken)).toEqual(await tale(Shipped, chosen, taken));
    }),
    { numRuns: 300 },
  );
});

describe.each([
  ['as the package ships it', Shipped],
  ['as our build compiles it', Compiled],
])('reconnecting-websocket %s', (_, ReconnectingWebSocket) => {
  const make = (options: object = {}) => new ReconnectingWebSocket('ws://x/', ['p'], { ...OPTIONS, ...options });

  async function connecting(options: object = {}): Promise<{ socket: Compiled; raw: ScriptedSocket; told: string[] }> {
    const socket = make(options);
    const told: string[] = [];
    socket.onopen = () => told.push('open');
    socket.onmessage = ({ data }) => told.push(`message ${String(data)}`);
    socket.onerror = () => told.push('error');
    socket.onclose = ({ target, code, reason, wasClean }) => told.push(`close ${target === socket ? 'synthetic' : 'native'} ${code} ${reason} ${wasClean}`);
    socket.reconnect();
    await settle();
    return { socket, raw: ScriptedSocket.last, told };
  }

  describe('opening', () => {
    it('does nothing by itself with startClosed, and makes one socket after reconnect(), one turn later', async () => {
      const socket = make();
      await waitLong();
      expect(made).toHaveLength(0);
      socket.reconnect();
      expect(made).toHaveLength(0);
      await settle();
      expect(made).toHaveLength(1);
      expect(ScriptedSocket.last).toMatchObject({ url: 'ws://x/', protocols: ['p'] });
    });

    it('makes the socket with the injected class only, which must say CLOSING = 2', () => {
      expect(() => make({ WebSocket: function () {} }).reconnect()).toThrow('No valid WebSocket class');
    });

    it('hears a socket whose error comes a microtask after it was made', async () => {
      const dead = Object.assign(new EventTarget(), { readyState: 3, bufferedAmount: 0, binaryType: 'blob', close() {}, send() {} });
      const Dead = Object.assign(
        function () {
          queueMicrotask(() => dead.dispatchEvent(new Event('error')));
          return dead;
        },
        { CLOSING: 2 },
      );
      const { told } = await connecting({ WebSocket: Dead });
      expect(told).toEqual(['close synthetic 1000  true', 'error']);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('never takes the connection timeout for its own while ours comes first', async () => {
      const { told } = await connecting();
      await vi.advanceTimersByTimeAsync(86_400_000);
      expect(told).toEqual([]);
    });
  });

  describe('ending', () => {
    it.each([
      ['a close while open', (raw: ScriptedSocket) => (raw.opens(), raw.closed(1001))],
      ['a close while connecting', (raw: ScriptedSocket) => raw.closed(1006)],
      ['an error while connecting', (raw: ScriptedSocket) => raw.fails()],
      ['an error while open', (raw: ScriptedSocket) => (raw.opens(), raw.fails())],
      ['a close after it was open for long', (raw: ScriptedSocket) => (raw.opens(), vi.advanceTimersByTime(60_000), raw.closed(1000))],
    ])('with zero retries it never comes back after %s, and leaves no timer', async (_, end) => {
      const { raw } = await connecting();
      end(raw);
      expect(vi.getTimerCount()).toBe(0);
      await waitLong();
      expect(made).toHaveLength(1);
    });

    it('is dead for ever after that: an instance is never used again', async () => {
      const { socket, raw } = await connecting();
      raw.closed(1006);
      socket.reconnect();
      await waitLong();
      expect(made).toHaveLength(1);
    });

    it('tells a native close once, with its code and reason and the raw socket as its target', async () => {
      const { raw, told } = await connecting();
      raw.opens();
      raw.closed(4400, 'x');
      expect(told).toEqual(['open', 'close native 4400 x false']);
    });

    it.each([['connecting'], ['open']])('tells an error while %s as a clean 1000 of its own, before the error, and then not the native close', async (state) => {
      const { raw, told } = await connecting();
      if (state === 'open') raw.opens();
      told.length = 0;
      raw.fails();
      raw.closed(1006);
      expect(told).toEqual(['close synthetic 1000  true', 'error']);
    });

    it('stops listening to a socket that has failed: what it says afterwards finds only other listeners', async () => {
      const { raw, told } = await connecting();
      raw.opens();
      raw.fails();
      told.length = 0;
      raw.hears('late');
      raw.fails();
      expect(told).toEqual([]);
      expect(raw.heardErrors).toBe(1);
    });

    it('swallows what a handler throws in a close of its own: a handler of ours may not rely on being reported', async () => {
      const { socket, raw } = await connecting();
      socket.onclose = () => {
        throw new Error('from the handler');
      };
      expect(() => raw.fails()).not.toThrow();
    });
  });

  describe('close()', () => {
    it('before the socket exists: it never connects, tells nothing, and leaves no timer a turn later', async () => {
      const socket = make();
      const told = vi.fn();
      socket.onclose = socket.onerror = told;
      socket.reconnect();
      socket.close();
      await settle();
      expect(vi.getTimerCount()).toBe(0);
      await waitLong();
      expect(made).toHaveLength(0);
      expect(told).not.toHaveBeenCalled();
    });

    it('while connecting or open: closes the raw socket, and leaves no timer at all', async () => {
      for (const isOpen of [false, true]) {
        const { socket, raw } = await connecting();
        if (isOpen) raw.opens();
        socket.close(1000);
        expect(raw.closes).toEqual([[1000, undefined]]);
        expect(vi.getTimerCount()).toBe(0);
      }
    });

    it('on a socket that is closed already does nothing', async () => {
      const { socket, raw } = await connecting();
      raw.closed(1000);
      socket.close(1000);
      expect(raw.closes).toEqual([]);
    });

    it('throws on a code that a browser refuses, with its flags already set: only our constants go in', async () => {
      const { socket, raw } = await connecting();
      raw.close = () => {
        throw new DOMException('code', 'InvalidAccessError');
      };
      expect(() => socket.close(1006)).toThrow('code');
    });

    it('does not detach: handlers that are not taken off are still called', async () => {
      const { socket, raw, told } = await connecting();
      raw.opens();
      socket.close(1000);
      raw.hears('late');
      expect(told).toEqual(['open', 'message late']);
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
      raw.hears('later');
      raw.closed(1000);
      expect(told).toEqual(['open', 'message late']);
    });
  });

  describe('sending', () => {
    it('keeps nothing that is said while it is not open', async () => {
      const { socket, raw } = await connecting();
      make().send('closed');
      socket.send('early');
      expect(socket.bufferedAmount).toBe(0);
      raw.opens();
      expect(raw.sent).toEqual([]);
      socket.send('now');
      expect(raw.sent).toEqual(['now']);
      raw.closed(1000);
      socket.send('late');
      expect(raw.sent).toEqual(['now']);
    });
  });
});
