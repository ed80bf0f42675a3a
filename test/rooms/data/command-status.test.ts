// The newest of many sends, as one value.
import { RealtimeError } from '../../../src/core/errors.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { commandSnapshot, createCommandObserver, IDLE_COMMAND, settledSnapshot, type CommandCallbacks, type CommandObserver, type CommandSnapshot, type Sent, type SettledCommand } from '../../../src/core/data/command-status.js';

interface Options extends CommandCallbacks<string, string, RealtimeError> {
  readonly pace?: string;
}

interface Send {
  readonly input: string;
  readonly options: Options | undefined;
  readonly onOutcome: (command: SettledCommand) => void;
  isCancelled: boolean;
  readonly listeners: Set<() => void>;
  is(snapshot: Partial<CommandSnapshot>): void;
}

let sends: Send[];
let observer: CommandObserver<string, string, Options>;

beforeEach(() => {
  sends = [];
  observer = createCommandObserver<string, string, Options>((input, options, onOutcome) => {
    const listeners = new Set<() => void>();
    let snapshot = { status: 'queued', input, data: undefined, error: null, attempt: 0 } as CommandSnapshot<string, string>;
    const send: Send = {
      input,
      options,
      onOutcome,
      isCancelled: false,
      listeners,
      is(next) {
        snapshot = { ...snapshot, ...next } as CommandSnapshot<string, string>;
        for (const listener of listeners) listener();
      },
    };
    sends.push(send);
    return {
      id: `${sends.length}`,
      queued: Promise.resolve(),
      result: Promise.resolve(''),
      progress: { get: () => snapshot, getInitial: () => snapshot, subscribe: (onChange) => (listeners.add(onChange), () => void listeners.delete(onChange)) },
      cancel: () => (send.isCancelled = true),
    } satisfies Sent<string, string>;
  });
});

describe('an observer of a command', () => {
  it('is idle until something is sent, and after a reset: no input, no data, no attempt', () => {
    const idle = { status: 'idle', input: undefined, data: undefined, error: null, attempt: 0, isPending: false, isSuccess: false, isError: false };
    expect([observer.get(), observer.getInitial(), IDLE_COMMAND]).toEqual([idle, idle, idle]);
    expect(() => observer.cancel()).not.toThrow();
    observer.send('a');
    expect(observer.get()).toMatchObject({ status: 'queued', input: 'a' });
    observer.reset();
    expect(observer.get()).toEqual(idle);
  });

  it('tells of the newest send alone, from its first moment', () => {
    const seen: unknown[] = [];
    const leave = observer.subscribe(() => seen.push(`${observer.get().input} ${observer.get().status}`));
    observer.send('a');
    sends[0]?.is({ status: 'sent' });
    observer.send('b');
    expect(sends[0]?.listeners.size).toBe(0);
    sends[0]?.is({ status: 'success' });
    sends[1]?.is({ status: 'error' });
    observer.reset();
    sends[1]?.is({ status: 'success' });
    leave();
    observer.send('c');
    expect(seen).toEqual(['a queued', 'a sent', 'b queued', 'b error', 'undefined idle']);
  });

  it('cancels the newest send, and sends with the newest options', () => {
    observer.send('a');
    observer.setOptions({ pace: 'slowly' });
    observer.send('b');
    observer.cancel();
    expect(sends.map(({ options, isCancelled }) => [options, isCancelled])).toEqual([[undefined, false], [{ pace: 'slowly' }, true]]);
  });

  it.each([
    ['idle', false, false, false],
    ['queued', true, false, false],
    ['sent', true, false, false],
    ['handed-over', false, false, false],
    ['success', false, true, false],
    ['error', false, false, true],
  ] as const)('%s: pending %s, success %s, error %s', (status, isPending, isSuccess, isError) => {
    expect(commandSnapshot(status, 'a')).toEqual({ status, input: 'a', data: undefined, error: null, attempt: 0, isPending, isSuccess, isError });
  });
});

describe('callbacks', () => {
  const refusal = new RealtimeError('rejected', 'no');
  const outcome = (input: string, answer: Parameters<typeof settledSnapshot>[2], isHandedOver = false): SettledCommand => ({ id: '', name: 'post', ...settledSnapshot(input, 1, answer, isHandedOver) }) as SettledCommand;
  let calls: unknown[];
  const callbacks = (name: string): Options => ({
    onSuccess: (...args) => calls.push([name, 'success', ...args]),
    onError: (...args) => calls.push([name, 'error', ...args]),
    onSettled: (...args) => calls.push([name, 'settled', ...args]),
  });
  beforeEach(() => {
    calls = [];
    observer.setOptions(callbacks('first'));
    observer.send('a');
    observer.send('b');
  });

  it('are called for every send, with its outcome, and are the newest', () => {
    observer.subscribe(() => {});
    observer.setOptions(callbacks('newest'));
    sends[0]?.onOutcome(outcome('a', { ok: true, value: 'done' }));
    sends[1]?.onOutcome(outcome('b', { ok: false, error: refusal }));
    expect(calls).toEqual([
      ['newest', 'success', 'done', 'a'],
      ['newest', 'settled', 'done', null, 'a'],
      ['newest', 'error', refusal, 'b'],
      ['newest', 'settled', undefined, refusal, 'b'],
    ]);
  });

  it('say of a command that was handed over that it is settled, and claim no more', () => {
    observer.subscribe(() => {});
    sends[0]?.onOutcome(outcome('a', { ok: true, value: undefined }, true));
    expect(calls).toEqual([['first', 'settled', undefined, null, 'a']]);
  });

  it('are called while somebody subscribes, and not before or after', () => {
    sends[0]?.onOutcome(outcome('a', { ok: true, value: '' }));
    observer.subscribe(() => {})();
    sends[1]?.onOutcome(outcome('b', { ok: true, value: '' }));
    expect(calls).toEqual([]);
  });

  it('that throw have the other one called, and reach the caller', () => {
    observer.subscribe(() => {});
    observer.setOptions({ ...callbacks('first'), onSuccess() { throw new Error('broken'); } });
    expect(() => sends[0]?.onOutcome(outcome('a', { ok: true, value: '' }))).toThrow('broken');
    expect(calls).toEqual([['first', 'settled', '', null, 'a']]);
  });
});
