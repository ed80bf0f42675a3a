// What comes in a second, and what it costs: events, React's commits for them, frames of the screen.
import { useConnectionMetrics } from 'holdfast';
import { countText } from './format.js';
import { framesAndRenders } from './frames.js';
import { createSampled, useSampled } from './sampled.js';

let before = { ...framesAndRenders(), at: performance.now() };

const rates = createSampled(1_000, () => {
  const now = { ...framesAndRenders(), at: performance.now() };
  const seconds = Math.max(0.001, (now.at - before.at) / 1_000);
  const perSecond = { renders: (now.renders - before.renders) / seconds, frames: (now.frames - before.frames) / seconds };
  before = now;
  return perSecond;
});

export function Rates() {
  const { eventsPerSecond } = useConnectionMetrics();
  const { renders, frames } = useSampled(rates);
  return (
    <dl className="rates">
      <div>
        <dt>Events/s</dt>
        <dd data-testid="events-per-second">{countText(Math.round(eventsPerSecond))}</dd>
      </div>
      <div>
        <dt>Renders/s</dt>
        <dd data-testid="renders-per-second">{Math.round(renders)}</dd>
      </div>
      <div>
        <dt>Frames/s</dt>
        <dd data-testid="frames-per-second">{Math.round(frames)}</dd>
      </div>
    </dl>
  );
}
