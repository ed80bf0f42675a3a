// One message: said, or still on its way.
import type { OutboxCommand } from 'holdfast';
import type { Message } from './contract.js';

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const WORDS: Readonly<Record<OutboxCommand['status'], string>> = { queued: 'waiting for the connection', sent: 'on its way' };

interface MessageRowProps {
  readonly message: Message;
  readonly isOwn?: boolean;
  /** The command that says it, while that has no outcome. */
  readonly pending?: OutboxCommand | undefined;
}

export function MessageRow({ message, isOwn = false, pending }: MessageRowProps) {
  const classes = ['row', isOwn && 'own', pending && 'pending'].filter(Boolean).join(' ');
  return (
    <li className={classes} data-status={pending?.status}>
      <p className="byline">
        <b>{message.author}</b>
        {pending ? <span>{WORDS[pending.status]}</span> : <time dateTime={new Date(message.at).toISOString()}>{CLOCK.format(message.at)}</time>}
      </p>
      <p className="text">{message.text}</p>
      {pending?.status === 'queued' && (
        <p className="actions">
          <button type="button" className="quiet" onClick={pending.cancel}>Take back</button>
        </p>
      )}
    </li>
  );
}
