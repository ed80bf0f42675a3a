/**
 * What a page does while it is flooded, seen from outside of it: commits through the hook that React has for its developer
 * tools, in production too, frames by asking for each. Must be loaded before React. Not a bench.
 */
export interface Sight {
  /** Events that the page has taken in, as it shows them itself. */
  readonly seen: number;
  readonly isOrdered: boolean;
  /** Commits that changed the document: our provider has one more a flush, which renders nothing (docs/decisions/0017). */
  readonly commits: number;
  /** From the first commit on. */
  readonly frames: number;
  /** Commits before which a frame had passed without one. */
  readonly idleEdges: number;
  /** How often nothing was painted for as long as our client waits for a frame: it then shows without one what has changed. */
  readonly unpainted: number;
  /** Wall clock: the DOM has the last event. Null: it never had. */
  readonly shownAt: number | null;
  /** Wall clock: after that, the page had nothing to do. */
  readonly idleAt: number;
}

/** A little less than that: timers may be early by a hair. */
const UNPAINTED_MS = 248;
const GIVE_UP_MS = 5_000;

/** Its records are taken at each commit, and it notifies of none. */
const changes = new MutationObserver(() => {});
changes.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });

let commits = 0;
let onCommit: () => void = () => {};
Object.assign(globalThis, {
  __REACT_DEVTOOLS_GLOBAL_HOOK__: {
    supportsFiber: true,
    inject: () => 1,
    onCommitFiberRoot() {
      if (changes.takeRecords().length === 0) return;
      commits += 1;
      onCommit();
    },
    onCommitFiberUnmount() {},
  },
});

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';

/** Resolves when the page shows event `last` and has come to rest, or when it does nothing any more. */
export function watch(last: number): Promise<Sight> {
  if (commits === 0) throw new Error('React tells nobody of its commits any more: count them in another way');
  let frames = 0;
  let idleEdges = 0;
  let unpainted = 0;
  let isQuiet = true;
  let hasCommitted = false;
  let paintedAt = 0;
  let frame = 0;
  commits = 0;
  const lookAtTime = (): void => {
    const now = performance.now();
    unpainted += Math.floor((now - paintedAt) / UNPAINTED_MS);
    paintedAt = now;
  };
  // Asked for before the page asks for its own, it is always the first in a frame.
  const onFrame = (): void => {
    frame = requestAnimationFrame(onFrame);
    if (commits === 0) return;
    frames += 1;
    lookAtTime();
    if (!hasCommitted) isQuiet = true;
    hasCommitted = false;
  };
  frame = requestAnimationFrame(onFrame);
  return new Promise((resolve) => {
    const end = (shownAt: number | null): void => {
      onCommit = () => {};
      clearTimeout(patience);
      cancelAnimationFrame(frame);
      lookAtTime();
      const counts = { commits, frames, idleEdges, unpainted, shownAt };
      requestIdleCallback(() => resolve({ ...counts, seen: Number(textOf('seen')), isOrdered: textOf('order') === 'in order', idleAt: Date.now() }));
    };
    const giveUp = (): void => end(null);
    let patience = setTimeout(giveUp, GIVE_UP_MS);
    let restartedAt = performance.now();
    onCommit = () => {
      if (commits === 1) paintedAt = performance.now();
      hasCommitted = true;
      if (isQuiet) idleEdges += 1;
      isQuiet = false;
      if (textOf('last') === String(last)) return end(Date.now());
      if (performance.now() - restartedAt < 1_000) return;
      restartedAt = performance.now();
      clearTimeout(patience);
      patience = setTimeout(giveUp, GIVE_UP_MS);
    };
  });
}
