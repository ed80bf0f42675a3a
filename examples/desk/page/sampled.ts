// A value that is looked at every so often, as a store: however fast it changes, its readers render at this pace. The timer runs only while somebody reads.
import { useSyncExternalStore } from 'react';

export interface Sampled<T> {
  subscribe(listener: () => void): () => void;
  get(): T;
}

export function createSampled<T>(everyMs: number, read: () => T): Sampled<T> {
  const listeners = new Set<() => void>();
  let value = read();
  let timer: ReturnType<typeof setInterval> | undefined;
  const sample = () => {
    value = read();
    listeners.forEach((tell) => tell());
  };
  return {
    subscribe(listener) {
      listeners.add(listener);
      // It may be long since anybody looked.
      if (timer === undefined) value = read();
      timer ??= setInterval(sample, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    get: () => value,
  };
}

export function useSampled<T>({ subscribe, get }: Sampled<T>): T {
  return useSyncExternalStore(subscribe, get, get);
}

const clock = createSampled(500, Date.now);

/** The time, twice a second. Give it to the smallest component that shows a time. */
export const useNow = (): number => useSampled(clock);
