// The last two minutes of the connection as a picture: a band for its state, marks for what was done to it and what it told. Colour is never alone: each state has a pattern and a word.
import { clockText } from './format.js';
import { LINE_WORDS } from './line-words.js';
import { useNow } from './sampled.js';
import type { LineState, TimelineEntry } from './timeline.js';

const WINDOW_MS = 120_000;
const TICKS = [0, 30, 60, 90] as const;

export function TimelinePicture({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const now = useNow();
  const start = now - WINDOW_MS;
  const x = (at: number) => `${(Math.min(1, Math.max(0, (at - start) / WINDOW_MS)) * 100).toFixed(2)}%`;
  return (
    <svg className="timeline-picture" role="img" aria-label={`The connection from ${clockText(start)} to ${clockText(now)}. The button before it shows the same in words.`}>
      <Patterns />
      {TICKS.map((seconds) => (
        <g key={seconds} className="tick">
          <line x1={x(start + seconds * 1_000)} x2={x(start + seconds * 1_000)} y1="0" y2="58" />
          <svg x={x(start + seconds * 1_000)} overflow="visible">
            <text x="4" y="58">−{seconds === 0 ? '2 min' : `${120 - seconds} s`}</text>
          </svg>
        </g>
      ))}
      <rect className="band-ground" x="0" width="100%" y="18" height="22" />
      {spansOf(entries, start, now).map(({ key, state, from, to }) => (
        <svg key={key} x={x(from)} width={`${(((to - from) / WINDOW_MS) * 100).toFixed(2)}%`} y="18" height="22" className="span" data-state={state} data-room={roomFor(to - from)}>
          <rect width="100%" height="100%" className="wash" />
          <rect width="100%" height="100%" fill={`url(#pattern-${state})`} />
          <rect width="2" height="100%" className="edge" />
          <text x="14" y="15">{LINE_WORDS[state]}</text>
        </svg>
      ))}
      {entries.map((entry) =>
        entry.kind === 'state' || entry.at < start ? null : (
          <svg key={entry.key} x={x(entry.at)} overflow="visible" className="mark-at" data-kind={entry.kind}>
            <path d={MARKS[entry.kind]} />
          </svg>
        ),
      )}
    </svg>
  );
}

/** Whether the state's word fits into its span: everywhere, on a wide screen, or nowhere. */
function roomFor(ms: number): 'all' | 'wide' | 'none' {
  return ms > WINDOW_MS * 0.3 ? 'all' : ms > WINDOW_MS * 0.1 ? 'wide' : 'none';
}

/** Faults above the band, gaps across it, outcomes below. */
const MARKS = {
  fault: 'M-6 2h12L0 14z',
  gap: 'M0 19l9 10-9 10-9-10z',
  done: 'M-2.5 47.5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0z',
  failed: 'M-4 43.5l8 8m0-8l-8 8',
} as const;

interface Span {
  readonly key: number;
  readonly state: LineState;
  readonly from: number;
  readonly to: number;
}

/** Each state until the next one, cut to what is shown. */
function spansOf(entries: readonly TimelineEntry[], start: number, now: number): Span[] {
  const states = entries.filter((entry) => entry.kind === 'state');
  return states
    .map(({ key, state, at }, i) => ({ key, state, from: Math.max(at, start), to: Math.max(at, states[i + 1]?.at ?? now) }))
    .filter(({ from, to }) => to > from);
}

function Patterns() {
  return (
    <defs>
      <pattern id="pattern-connecting" width="8" height="8" patternUnits="userSpaceOnUse">
        <circle cx="4" cy="4" r="1" />
      </pattern>
      <pattern id="pattern-reconnecting" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="1.5" height="7" />
      </pattern>
      <pattern id="pattern-overdue" width="6" height="6" patternUnits="userSpaceOnUse">
        <rect width="1" height="6" />
      </pattern>
      <pattern id="pattern-disconnected" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path d="M0 0h7v1.2h-7zM0 0v7h1.2v-7z" />
      </pattern>
    </defs>
  );
}
