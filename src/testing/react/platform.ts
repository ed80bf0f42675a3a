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

/** Only where a test has said that React is being tested, and nobody waits as React Testing Library does in `findBy`: there React works by itself. */
function currentAct(): Act | null {
  const { IS_REACT_ACT_ENVIRONMENT: isTest } = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  const { act, unstable_act } = React as unknown as ActingReact;
  return isTest === true ? (act ?? unstable_act ?? null) : null;
}

export const stage: Stage = {
  now(run) {
    const act = currentAct();
    if (act === null) run();
    // It is over when it returns; there is nothing to wait for.
    else void act(run);
  },
  async during(work) {
    const act = currentAct();
    await (act === null ? work() : act(work));
  },
};
