// How long something has lasted, and the moments that matter on the way. Not a story.

interface GaugeProps {
  readonly label: string;
  readonly valueMs: number;
  readonly toMs: number;
  readonly marks: readonly { readonly atMs: number; readonly word: string }[];
}

export function Gauge({ label, valueMs, toMs, marks }: GaugeProps) {
  const percent = (ms: number): string => `${Math.min(100, (100 * ms) / toMs)}%`;
  const isOver = valueMs >= (marks[0]?.atMs ?? toMs);
  const seconds = (valueMs / 1_000).toFixed(0);
  return (
    <figure className="gauge">
      <figcaption>
        {label} <b className="figure">{seconds} s</b>
      </figcaption>
      <div className="gauge-track" role="img" aria-label={`${label} ${seconds} seconds`}>
        <i className="gauge-bar" data-over={isOver || undefined} style={{ inlineSize: percent(valueMs) }} />
        {marks.map(({ atMs }) => <i key={atMs} className="gauge-mark" style={{ insetInlineStart: percent(atMs) }} />)}
      </div>
      <p className="hint">{marks.map(({ atMs, word }) => `${atMs / 1_000} s ${word}`).join(' · ')}</p>
    </figure>
  );
}
