// What typing is like in a page that is flooded, seen from outside of it: the Event Timing API says when a key was on the screen, React's hook for developer tools when it committed. Runs in the page, before its own scripts. Not a test.

export interface InputSight {
  /** One a key, in order of length: from the key to the next paint after its events. What is too short for the API to tell counts as its least, 16 ms. */
  readonly latencies: readonly number[];
  /** All commits of the page: for what is typed, for its clocks, for what comes in. */
  readonly commits: number;
  /** Those that have changed something that the connection feeds. */
  readonly fedCommits: number;
  readonly frames: number;
}

declare global {
  // What a page is asked with.
  var inputProbe: { start(fed: string): void; end(): Promise<InputSight> };
}

export function installInputProbe(): void {
  let [commits, fedCommits, frames] = [0, 0, 0];
  /** When each key came down, and how long the longest of its events took. */
  let keys = new Map<number, number>();
  let isWatching = false;

  const changes = new MutationObserver(() => {});
  // A commit has changed the page when React tells of it: what has changed since the last one is its work.
  const onCommitFiberRoot = (): void => {
    commits += 1;
    if (changes.takeRecords().length > 0) fedCommits += 1;
  };
  Object.assign(globalThis, { __REACT_DEVTOOLS_GLOBAL_HOOK__: { supportsFiber: true, inject: () => 1, onCommitFiberRoot, onCommitFiberUnmount() {} } });

  const onKey = ({ timeStamp }: KeyboardEvent): void => {
    if (isWatching) keys.set(timeStamp, 16);
  };
  addEventListener('keydown', onKey, { capture: true });
  const note = (entries: PerformanceEntryList): void => {
    for (const { name, startTime, duration } of entries) {
      if (!['keydown', 'keypress', 'beforeinput', 'input'].includes(name)) continue;
      // All events of one key are of nearly one moment: the last key that had come down by then is theirs.
      const key = [...keys.keys()].findLast((at) => at <= startTime + 1);
      if (key !== undefined) keys.set(key, Math.max(keys.get(key) ?? 0, startTime + duration - key));
    }
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  const onFrame = (): void => {
    frames += 1;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);

  globalThis.inputProbe = {
    start(fed) {
      for (const part of document.querySelectorAll(fed)) changes.observe(part, { subtree: true, childList: true, characterData: true, attributes: true });
      observer.observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
      [commits, fedCommits, frames, keys, isWatching] = [0, 0, 0, new Map(), true];
    },
    async end() {
      const counts = { commits, fedCommits, frames };
      isWatching = false;
      // Entries come after the paint that they tell of.
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 500)));
      note(observer.takeRecords());
      return { ...counts, latencies: [...keys.values()].sort((a, b) => a - b) };
    },
  };
}
