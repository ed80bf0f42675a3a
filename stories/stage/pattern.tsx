// One pattern on a stage: what it claims, what to try, and a switch that takes it away. Not a story.
import type { ClientSettings } from 'holdfast';
import { useState, type ReactNode } from 'react';
import { StageSet, type SetProps } from './stage.js';

/** The prose beside a pattern. */
export interface PatternTell {
  readonly claim: string;
  readonly hooks: readonly string[];
  readonly tries: readonly string[];
  readonly see: string;
  /** The switch: what is taken away, and what happens then. */
  readonly without: { readonly what: string; readonly see: string };
  /** Of the table in the README. */
  readonly promise: string;
  readonly tests: readonly string[];
}

/** What every story of a pattern takes. */
export interface PatternArgs {
  /** Takes the pattern away, to see what it was for. */
  readonly without: boolean;
}

/** The same for Storybook’s controls. */
export const PATTERN_CONTROLS = { without: { description: 'Takes the pattern away, to see what it was for', control: 'boolean' } } as const;

interface PatternProps extends PatternArgs, Pick<SetProps, 'controls'> {
  readonly tell: PatternTell;
  readonly settings?: (isWithout: boolean) => Partial<ClientSettings>;
  readonly through?: (isWithout: boolean) => SetProps['through'];
  readonly contract?: (isWithout: boolean) => SetProps['contract'];
  readonly children: (isWithout: boolean) => ReactNode;
}

export function Pattern({ tell, without, settings, through, contract, controls, children }: PatternProps) {
  const [isWithout, setWithout] = useState(without);
  return (
    <article className="stage" data-kind="pattern">
      <div className="stage-sides">
        <Guide tell={tell} isWithout={isWithout} onSwitch={setWithout} />
        <StageSet key={String(isWithout)} controls={controls} settings={settings?.(isWithout)} through={through?.(isWithout)} contract={contract?.(isWithout)}>
          {children(isWithout)}
        </StageSet>
      </div>
    </article>
  );
}

function Guide({ tell, isWithout, onSwitch }: { readonly tell: PatternTell; readonly isWithout: boolean; readonly onSwitch: (isWithout: boolean) => void }) {
  return (
    <div className="guide">
      <h2>{tell.claim}</h2>
      <h3>Try</h3>
      <ol className="tries">{tell.tries.map((one) => <li key={one}>{one}</li>)}</ol>
      <h3>You should see</h3>
      <p>{tell.see}</p>
      <label className="switch" data-on={isWithout || undefined}>
        <input type="checkbox" role="switch" checked={isWithout} onChange={(event) => onSwitch(event.target.checked)} />
        <span>
          <b>Without it</b>: {tell.without.what}
        </span>
      </label>
      {isWithout && <p className="notice">{tell.without.see}</p>}
      <dl className="sources">
        <dt>Hooks</dt>
        <dd>{tell.hooks.map((hook) => <code key={hook}>{hook}</code>)}</dd>
        <dt>Promise</dt>
        <dd>{tell.promise}</dd>
        <dt>Tests</dt>
        <dd>{tell.tests.map((test) => <code key={test}>{test}</code>)}</dd>
      </dl>
    </div>
  );
}
