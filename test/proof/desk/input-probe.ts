// What typing is like in a page, seen from outside of it: the Event Timing API says when what a key did was on the screen, React's hook for developer tools when it committed. Runs in the page, before its own scripts. Not a test.

export interface InputSight {
  /** Keys that came down. */
  readonly keys: number;
  /** One a key, in order of length: from the key to the next paint after its events. One too short for the API to tell counts as long as the API's least. */
  readonly latencies: readonly number[];
  readonly commits: number;
  readonly frames: number;
}

/** The least that the API tells. */
export const LEAST_MS = 16;

declare global {
  // What a page is asked with.
  var inputProbe: { start(): void; end(): Promise<InputSight> };
}

export function installInputProbe(): void {
  let commits = 0;
  let frames = 0;
  let isWatching = false;
  /** When a key came down, and how long the longest of its events took. */
  let keys = new Map<number, number>();

  Object.assign(globalThis, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: { supportsFiber: true, inject: () => 1, onCommitFiberRoot: () => void (commits += 1), onCommitFiberUnmount() {} },
  });
  addEventListener(
    'keydown',
    ({ timeStamp }) => {
      if (isWatching) keys.set(timeStamp, 16);
    },
    { capture: true },
  );
  const note = (entries: PerformanceEntryList): void => {
    for (const { name, startTime, duration } of entries) {
      if (!['keydown', 'keypress', 'beforeinput', 'input'].includes(name)) continue;
      // All events of one key have nearly one moment: the last key that came down by then is theirs.
      const key = [...keys.keys()].findLast((at) => at <= startTime + 1);
      if (key !== undefined) keys.set(key, Math.max(keys.get(key) ?? 0, duration + startTime - key));
    }
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  const onFrame = (): void => {
    frames += 1;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);

  globalThis.inputProbe = {
    start() {
      observer.observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
      [commits, frames, keys, isWatching] = [0, 0, new Map(), true];
    },
    async end() {
      const counts = { commits, frames };
      isWatching = false;
      // Entries come after the paint that they tell of.
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 500)));
      note(observer.takeRecords());
      return { ...counts, keys: keys.size, latencies: [...keys.values()].sort((a, b) => a - b) };
    },
  };
}
