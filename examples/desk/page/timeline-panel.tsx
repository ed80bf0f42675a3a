// What the connection did: the picture, what its marks mean, and the same in words.
import { useState, useSyncExternalStore } from 'react';
import { clockText } from './format.js';
import { timeline } from './timeline.js';
import { TimelinePicture } from './timeline-picture.js';

const SHOWN = 40;
const LEGEND = [
  { kind: 'fault', words: 'fault', path: 'M1 2h12L7 14z' },
  { kind: 'gap', words: 'gap', path: 'M7 1l6 7-6 7-6-7z' },
  { kind: 'done', words: 'done', path: 'M4 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0z' },
  { kind: 'failed', words: 'not done', path: 'M3 4l8 8m0-8l-8 8' },
] as const;

export function TimelinePanel() {
  const [isOpen, setIsOpen] = useState(false);
  const entries = useSyncExternalStore(timeline.subscribe, timeline.get);
  return (
    <section className="timeline" aria-labelledby="timeline-title">
      <div className="panel-head">
        <h2 id="timeline-title" tabIndex={-1}>The line in the last two minutes</h2>
        <button type="button" className="quiet" aria-expanded={isOpen} aria-controls="timeline-log" onClick={() => setIsOpen(!isOpen)}>
          The same in words
        </button>
        <ul className="legend">
          {LEGEND.map(({ kind, words, path }) => (
            <li key={kind}>
              <svg viewBox="0 0 14 16" className="mark-at" data-kind={kind} aria-hidden="true">
                <path d={path} />
              </svg>
              {words}
            </li>
          ))}
        </ul>
      </div>
      <TimelinePicture entries={entries} />
      <ol className="timeline-log" id="timeline-log" hidden={!isOpen} tabIndex={0} aria-label="What the connection did, the newest first" data-testid="timeline-log">
        {entries.slice(-SHOWN).toReversed().map(({ key, at, kind, text }) => (
          <li key={key} data-kind={kind}>
            <time dateTime={new Date(at).toISOString()}>{clockText(at)}</time> {text}
          </li>
        ))}
      </ol>
    </section>
  );
}
