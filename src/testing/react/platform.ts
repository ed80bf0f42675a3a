/** The time of the process that a test runs in, and React's `act`, both as they are at the moment of the call. Not here: what is done with them. */
import * as React from 'react';
import type { Platform, Stage } from '../live-clock.js';

export const platform: Platform = {
  now: () => performance.now(),
  after(ms, run) {
    // Cancelled by the one who set it: fake timers may have come or gone meanwhile.
    const { clearTimeout } = globalThis;
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  identity: () => globalThis.setTimeout,
};

interface ActingReact {
  /** Since 18.3. */
  readonly act?: Act;
  readonly unstable_act?: Act;
}
type Act = (work: () => void | Promise<void>) => PromiseLike<unknown>;

/** React Testing Library's word: true where updates must be inside `act`, false while it waits in `findBy`: there React works by itself. */
const env = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean | undefined };

function reactAct(): Act | null {
  const { act, unstable_act } = React as unknown as ActingReact;
  return act ?? unstable_act ?? null;
}

export const stage: Stage = {
  now(run) {
    const act = env.IS_REACT_ACT_ENVIRONMENT === true ? reactAct() : null;
    if (act === null) return run();
    // Braces: for a promise, which a timer may happen to answer, `act` would have to be awaited.
    void act(() => {
      run();
    });
  },
  async during(work) {
    const former = env.IS_REACT_ACT_ENVIRONMENT;
    const act = former === false ? null : reactAct();
    if (act === null) return work();
    env.IS_REACT_ACT_ENVIRONMENT = true;
    try {
      await act(work);
    } finally {
      if (former === undefined) env.IS_REACT_ACT_ENVIRONMENT = undefined;
    }
  },
};
