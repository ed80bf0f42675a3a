// The newest of many sends, as one value.
import { beforeEach, describe, expect, it } from 'vitest';
import { createCommandObserver, IDLE_COMMAND, type CommandObserver, type CommandSnapshot, type Sent } from '../../../src/core/data/command-status.js';

interface Send {
  readonly input: string;
  readonly options: string | undefined;
  isCancelled: boolean;
  readonly listeners: Set<() => void>;
  is(snapshot: Partial<CommandSnapshot>): void;
}

let sends: Send[];
let observer: CommandObserver<string, string, string>;

beforeEach(() => {
  sends = [];
  observer = createCommandObserver<string, string, string>((input, options) => {
    const listeners = new Set<() => void>();
    let snapshot = { status: 'queued', input, data: undefined, error: null, attempt: 0 } as CommandSnapshot<string, string>;
    const send: Send = {
      input,
      options,
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
    const idle = { status: 'idle', input: undefined, data: undefined, error: null, attempt: 0 };
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
    observer.setOptions('slowly');
    observer.send('b');
    observer.cancel();
    expect(sends.map(({ options, isCancelled }) => [options, isCancelled])).toEqual([[undefined, false], ['slowly', true]]);
  });
});
