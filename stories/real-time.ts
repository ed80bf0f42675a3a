// Lets the time of a simulated world go as the page's own does. Not a story.
import type { SimulatedWorld } from 'holdfast/testing';

/** Until the returned function stops it. */
export function runInRealTime(world: SimulatedWorld): () => void {
  const offset = performance.now() - world.clock.now();
  let isStopped = false;
  const step = async (): Promise<void> => {
    if (isStopped) return;
    await world.clock.run(performance.now() - offset);
    setTimeout(() => void step(), 10);
  };
  void step();
  return () => {
    isStopped = true;
  };
}
