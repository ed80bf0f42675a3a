// The proof: what arrived, held against the numbers that the server wrote into it. Looked at four times a second, whatever happens in between.
import { countText } from './format.js';
import { figures } from './proof.js';
import { useSampled } from './sampled.js';
import type { SequenceFigures } from './score.js';

const COLUMNS = ['sent', 'received', 'lost', 'doubled', 'reordered', 'gaps'] as const;
const WORDS = { sent: 'Sent', received: 'Received', lost: 'Lost', doubled: 'Doubled', reordered: 'Reordered', gaps: 'Gaps told' } as const;
const OUTCOMES = ['sent', 'done', 'refused', 'withdrawn', 'unknown', 'pending'] as const;
const OUTCOME_WORDS = { sent: 'Sent', done: 'Done', refused: 'Refused', withdrawn: 'Taken back', unknown: 'Unknown', pending: 'Pending' } as const;

export function Scoreboard() {
  const { prices, orders, commands, renders, frames } = useSampled(figures);
  const faults = [prices, orders].reduce((sum, { lost, doubled, reordered }) => sum + lost + doubled + reordered, 0);
  return (
    <section className="panel scoreboard" aria-labelledby="score-title">
      <h2 id="score-title">Scoreboard</h2>
      <p className="verdict" data-tone={faults === 0 ? 'good' : 'bad'} data-testid="verdict">
        {faults === 0 ? 'Nothing lost, nothing doubled, nothing out of order.' : `${countText(faults)} broken promises. Please report this.`}
      </p>
      <p className="hint">Counted by the numbers that the server gives each price and order, not by what the library says of itself.</p>
      <SequenceScore name="prices" title="Prices" score={prices} />
      <SequenceScore name="orders" title="Order events" score={orders} />
      <h3>My commands</h3>
      <dl className="score">
        {OUTCOMES.map((outcome) => (
          <div key={outcome} data-warn={outcome === 'unknown' && commands.unknown > 0}>
            <dt>{OUTCOME_WORDS[outcome]}</dt>
            <dd data-testid={`commands-${outcome}`}>{commands[outcome]}</dd>
          </div>
        ))}
      </dl>
      <h3>On screen</h3>
      <dl className="score">
        <div>
          <dt>Rendered</dt>
          <dd data-testid="renders">{renders}</dd>
        </div>
        <div>
          <dt>Frames</dt>
          <dd data-testid="frames">{frames}</dd>
        </div>
        <div className="wide">
          <dt>Prices a render</dt>
          <dd>{renders === 0 ? '–' : (prices.received / renders).toFixed(1)}</dd>
        </div>
      </dl>
    </section>
  );
}

function SequenceScore({ name, title, score }: { readonly name: string; readonly title: string; readonly score: SequenceFigures }) {
  return (
    <>
      <h3>{title}</h3>
      <dl className="score">
        {COLUMNS.map((column) => (
          <div key={column} data-bad={column !== 'sent' && column !== 'received' && column !== 'gaps' && score[column] > 0}>
            <dt>{WORDS[column]}</dt>
            <dd data-testid={`${name}-${column}`}>{score[column]}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
