// Names and figures under a hook or a pattern. Not a story.

type Values = Readonly<Record<string, string | number>>;

/** What a hook returned, by the hook's own names. */
export function Figures(values: Values) {
  return (
    <dl className="figures">
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-testid={name}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Of these there should be none. */
const BAD = new Set(['lost', 'doubled', 'outOfOrder', 'expired', 'unknown']);

/** What was counted, in words. */
export function Counters(values: Values) {
  return (
    <dl className="figures">
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <dt>{name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}</dt>
          <dd data-testid={name} data-tone={BAD.has(name) ? (value === 0 ? 'good' : 'bad') : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Milliseconds as people read them. */
export function inSeconds(ms: number | null): string {
  return ms === null ? '–' : `${(ms / 1_000).toFixed(1)} s`;
}
