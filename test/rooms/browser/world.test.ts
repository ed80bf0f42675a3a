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
