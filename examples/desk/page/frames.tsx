// How often React commits what the connection feeds, and how often the screen could have shown it. Both only while the page is visible.
import { Profiler, type ReactNode } from 'react';

let frames = 0;
let renders = 0;
let lastCommit = -1;

requestAnimationFrame(function count() {
  frames += 1;
  requestAnimationFrame(count);
});

export const framesAndRenders = () => ({ frames, renders });

/** Put round what shows data of the server. Several of them in one commit are one commit. */
export function CountCommits({ children }: { readonly children: ReactNode }) {
  return (
    <Profiler id="fed" onRender={countCommit}>
      {children}
    </Profiler>
  );
}

function countCommit(_id: string, _phase: string, _actual: number, _base: number, _start: number, commitTime: number): void {
  if (commitTime === lastCommit || frames === 0 || document.visibilityState !== 'visible') return;
  lastCommit = commitTime;
  renders += 1;
}
