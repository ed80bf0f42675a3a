// Lets the time of a simulated world go as the page's own does, or faster for a while. Not a story.
import type { SimulatedWorld } from 'holdfast/testing';

export interface RealTime {
  /** Time goes until the returned function stops it. */
  run(): () => void;
  /** So much passes at once, in steps that leave React time to show what happens. */
  skip(ms: number): void;
}

const BREATH_MS = 10;
const STEP_MS = 250;

/** @param onTime - told now and then, with how much is still to be skipped */
export function createRealTime(world: SimulatedWorld, onTime: (leftMs: number) => void): RealTime {
  let leftMs = 0;
  let wake = (): void => {};

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, ms);
    });

  return {
    run() {
      let isStopped = false;
      const live = async (): Promise<void> => {
        let last = performance.now();
        while (!isStopped) {
          const skipped = Math.min(leftMs, STEP_MS);
          leftMs -= skipped;
          const passed = performance.now() - last;
          last += passed;
          await world.clock.run(world.clock.now() + passed + skipped);
          onTime(leftMs);
          await pause(leftMs > 0 ? 0 : BREATH_MS);
        }
      };
      void live();
      return () => {
        isStopped = true;
      };
    },
    skip(ms) {
      leftMs += ms;
      wake();
    },
  };
}
