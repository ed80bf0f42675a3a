// The proof: what arrived, held against the numbers that the server wrote into it. Looked at four times a second, whatever happens in between.
import { countText } from './format.js';
import { figures } from './proof.js';
import { useSampled } from './sampled.js';
import type { SequenceFigures } from './score.js';

const COLUMNS = ['sent', 'received', 'lost', 'doubled', 'reordered', 'gaps'] as const;
const BAD: readonly string[] = ['lost', 'doubled', 'reordered'];
const WORDS = { sent: 'Sent', received: 'Received', lost: 'Lost', doubled: 'Doubled', reordered: 'Out of order', gaps: 'Gaps' } as const;
const OUTCOMES = ['sent', 'done', 'refused', 'withdrawn', 'unknown', 'pending'] as const;
const OUTCOME_WORDS = { sent: 'Sent', done: 'Done', refused: 'Refused', withdrawn: 'Taken back', unknown: 'Unknown', pending: 'Pending' } as const;

export function Scoreboard() {
  const { prices, orders, commands, renders, frames } = useSampled(figures);
  const broken = [prices, orders].reduce((sum, { lost, doubled, reordered }) => sum + lost + doubled + reordered, 0);
  return (
    <section className="panel scoreboard" aria-labelledby="score-title">
      <h2 id="score-title" tabIndex={-1}>Scoreboard</h2>
      <p className="verdict" data-tone={broken === 0 ? 'good' : 'bad'} data-testid="verdict">
        {broken === 0 ? (
          <>
            <span>Nothing lost, nothing doubled,</span> <span>nothing out of order.</span>
          </>
        ) : (
          `${countText(broken)} broken promises. Please report this.`
        )}
      </p>
      <p className="hint">Held against the numbers that the server writes into each price and order, and not against what the library says of itself.</p>
      <table className="score">
        <caption className="visually-hidden">Events that came to this page</caption>
        <thead>
          <tr>
            <th scope="col">Events</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">{WORDS[column]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          <ScoreRow name="prices" title="Prices" score={prices} />
          <ScoreRow name="orders" title="Orders" score={orders} />
        </tbody>
      </table>
      <h3>My commands</h3>
      <dl className="score-list">
        {OUTCOMES.map((outcome) => (
          <div key={outcome} data-warn={outcome === 'unknown' && commands.unknown > 0}>
            <dt>{OUTCOME_WORDS[outcome]}</dt>
            <dd data-testid={`commands-${outcome}`}>{commands[outcome]}</dd>
          </div>
        ))}
      </dl>
      <h3>On screen</h3>
      <dl className="score-list screen">
        <div>
          <dt>Renders</dt>
          <dd data-testid="renders">{renders}</dd>
        </div>
        <div>
          <dt>Frames</dt>
          <dd data-testid="frames">{frames}</dd>
        </div>
        <div>
          <dt>Events a render</dt>
          <dd>{renders === 0 ? '–' : ((prices.received + orders.received) / renders).toFixed(1)}</dd>
        </div>
      </dl>
    </section>
  );
}

function ScoreRow({ name, title, score }: { readonly name: string; readonly title: string; readonly score: SequenceFigures }) {
  return (
    <tr>
      <th scope="row">{title}</th>
      {COLUMNS.map((column) => (
        <td key={column} data-testid={`${name}-${column}`} data-bad={BAD.includes(column) && score[column] > 0}>
          {score[column]}
        </td>
      ))}
    </tr>
  );
}
