// What this page has sent and what has no outcome yet: in words, with its age, and a way back.
import { useOutbox, type OutboxCommand } from 'holdfast';
import type { MouseEvent } from 'react';
import type { NewOrder } from '../contract.js';
import { ageText } from './format.js';
import { orderInWords } from './in-words.js';
import { keepFocus } from './keep-focus.js';
import { useNow } from './sampled.js';

/** Of a thousand waiting commands nobody reads more. */
const SHOWN = 50;

export function Outbox() {
  const { commands, pending, queued, isDurable } = useOutbox();
  return (
    <section className="panel outbox" aria-labelledby="outbox-title">
      <div className="panel-head">
        <h2 id="outbox-title" tabIndex={-1}>Outbox</h2>
        <p className="hint" role="status" data-testid="outbox-status">
          {pending === 0 ? 'Empty.' : `${queued} not sent, ${pending - queued} sent without an answer.`} {isDurable && 'Survives a reload.'}
        </p>
      </div>
      {pending === 0 ? (
        <p className="hint outbox-rows">Everything has its outcome. Disconnect, place an order, and it waits here.</p>
      ) : (
        <ul className="rows outbox-rows" tabIndex={0} aria-label="Commands without an outcome" data-testid="outbox">
          {commands.slice(0, SHOWN).map((command) => (
            <OutboxRow key={command.id} command={command} />
          ))}
          {pending > SHOWN && <li className="hint">And {pending - SHOWN} more.</li>}
        </ul>
      )}
    </section>
  );
}

function OutboxRow({ command: { id, name, input, status, at, attempt, cancel } }: { readonly command: OutboxCommand }) {
  const words = inWords(name, input);
  const takeBack = (event: MouseEvent<HTMLElement>) => {
    keepFocus(event);
    cancel();
  };
  return (
    <li className="outbox-row" data-status={status} data-command={id}>
      <p className="outbox-words">{words}</p>
      <p className="hint figure">
        {status === 'queued' ? 'Not sent yet' : attempt > 1 ? `Sent ${attempt} times, no answer yet` : 'Sent, no answer yet'}, <Age since={at} />
      </p>
      <button type="button" onClick={takeBack} aria-label={`Take back: ${words}`}>
        Take back
      </button>
    </li>
  );
}

function Age({ since }: { readonly since: number }) {
  return <time>{ageText(useNow() - since)}</time>;
}

/** The contract's name of a command says what its input is. */
function inWords(name: string, input: unknown): string {
  switch (name) {
    case 'placeOrder':
      return orderInWords(input as NewOrder);
    case 'cancelOrder':
      return 'Cancel an order';
    case 'say':
      return `Say “${(input as { readonly text: string }).text}”`;
    default:
      return name;
  }
}
