// The real outside of a client: its timers, and what it hears of the page.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocketClass } from '../../../src/browser/attempt-socket.js';
import { createBrowserWorld } from '../../../src/browser/world.js';
import type { Signal } from '../../../src/core/world.js';

const make = () => createBrowserWorld(class {} as unknown as WebSocketClass, () => {});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a timer', () => {
  it.each([2 ** 31, 1e12, Infinity])('of %d ms does not fire at once', (ms) => {
    const asked = vi.spyOn(globalThis, 'setTimeout');
    make().clock.after(ms, () => {});
    expect(asked.mock.calls.at(-1)?.[1]).toBe(2 ** 31 - 1);
  });

  it('of a common length is what was asked for', () => {
    const asked = vi.spyOn(globalThis, 'setTimeout');
    const run = vi.fn();
    make().clock.after(1_250, run);
    expect(asked.mock.calls.at(-1)?.[1]).toBe(1_250);
    vi.advanceTimersByTime(1_250);
    expect(run).toHaveBeenCalledOnce();
  });
});

describe('the page', () => {
  it('tells what may have happened to the network or to whoever looks, until nobody listens', () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const frame = new EventTarget();
    vi.stubGlobal('document', page);
    vi.stubGlobal('window', frame);
    const heard: Signal[] = [];
    const stop = make().watch((signal) => heard.push(signal));
    const happen = (): void => {
      for (const type of ['online', 'offline', 'focus']) frame.dispatchEvent(new Event(type));
      page.visibilityState = 'hidden';
      page.dispatchEvent(new Event('visibilitychange'));
      page.visibilityState = 'visible';
      page.dispatchEvent(new Event('visibilitychange'));
      page.dispatchEvent(new Event('resume'));
      frame.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
      frame.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    };
    happen();
    expect(heard).toEqual(['online', 'offline', 'focus', 'hidden', 'visible', 'resume', 'resume']);
    stop();
    happen();
    expect(heard).toHaveLength(7);
  });
});

describe('paint', () => {
  /** A page whose frames come when the test says so. */
  const open = () => {
    const frames = new Map<number, () => void>();
    vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
    vi.stubGlobal('requestAnimationFrame', (run: () => void) => (frames.set(frames.size + 1, run), frames.size));
    vi.stubGlobal('cancelAnimationFrame', (id: number) => frames.delete(id));
    const run = vi.fn();
    const cancel = make().paint(run);
    return { frames, run, cancel };
  };

  it('comes with the frame, once', () => {
    const { frames, run } = open();
    vi.advanceTimersByTime(200);
    expect(run).not.toHaveBeenCalled();
    frames.get(1)?.();
    vi.advanceTimersByTime(1_000);
    expect(run).toHaveBeenCalledOnce();
  });

  it('comes by a timer of 250 ms where no frame comes, as in a hidden page, and the frame is let go', () => {
    const { frames, run } = open();
    vi.advanceTimersByTime(249);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
    expect(frames.size).toBe(0);
  });

  it('comes no more once it is cancelled', () => {
    const { frames, run, cancel } = open();
    cancel();
    vi.advanceTimersByTime(1_000);
    expect([frames.size, run.mock.calls.length]).toEqual([0, 0]);
  });

  it('comes by a timer of a frame where there is no page', () => {
    const run = vi.fn();
    make().paint(run);
    vi.advanceTimersByTime(15);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
    make().paint(run)();
    vi.advanceTimersByTime(100);
    expect(run).toHaveBeenCalledOnce();
  });
});
