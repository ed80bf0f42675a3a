// When the attempts to come back were made, as a picture: the waits grow, and no two are alike. Not a story.

const LEAST_MS = 10_000;

export function Attempts({ at }: { readonly at: readonly number[] }) {
  const toMs = Math.max(LEAST_MS, (at.at(-1) ?? 0) * 1.05);
  const seconds = at.map((ms) => (ms / 1_000).toFixed(1));
  return (
    <figure className="attempts">
      <figcaption>
        Attempts since the loss <b className="figure">{at.length}</b>
      </figcaption>
      <div className="attempts-track" role="img" aria-label={at.length === 0 ? 'No attempt yet' : `Attempts after ${seconds.join(', ')} seconds`}>
        {at.map((ms, index) => <i key={index} style={{ insetInlineStart: `${(100 * ms) / toMs}%` }} />)}
      </div>
      <p className="hint attempts-scale">
        <span>0 s</span>
        <span>{Math.round(toMs / 1_000)} s</span>
      </p>
    </figure>
  );
}
