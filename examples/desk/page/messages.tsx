// What was said in a room, and what is on its way there. The newest stands at the bottom and stays in sight.
import { useChannel, useOutbox } from 'holdfast';
import { messages } from '../contract.js';
import { clockText } from './format.js';
import { CountCommits } from './frames.js';
import { me } from './me.js';

interface MessagesProps {
  readonly room: string;
  readonly isPending: boolean;
  readonly isStale: boolean;
}

export function Messages({ room, isPending, isStale }: MessagesProps) {
  return (
    // A log is announced politely. Its list is drawn from the end, so that no script has to scroll.
    <div className="log" role="log" aria-label="Messages" tabIndex={0} data-stale={isStale} data-testid={`messages-${room}`}>
      <CountCommits>
        <MessageList room={room} isPending={isPending} />
      </CountCommits>
    </div>
  );
}

function MessageList({ room, isPending }: Omit<MessagesProps, 'isStale'>) {
  const { data } = useChannel(messages, { params: { id: room } });
  const saying = useOutbox((outbox) =>
    outbox.commands
      .filter(({ name }) => name === 'say')
      .map(({ id, status }) => `${id} ${status}`)
      .join('\n'),
  );
  // The command's id is the message's: who still waits for an outcome is on the way.
  const underWay = new Map(saying.split('\n').map((line) => line.split(' ') as [string, string]));
  if (data.length === 0) return <p className="hint empty">{isPending ? 'Waiting for the server …' : 'Nobody has said anything yet. Open this page twice.'}</p>;
  return (
    <ol>
      {data.map(({ id, author, text, at }) => (
        <li key={id} className="message" data-own={author === me.trader} data-moving={underWay.has(id)} data-message={id}>
          <p className="byline">
            <b>{author === me.trader ? 'You' : author}</b>{' '}
            {underWay.has(id) ? <span>{underWay.get(id) === 'queued' ? 'not sent yet' : 'on its way'}</span> : <time dateTime={new Date(at).toISOString()}>{clockText(at)}</time>}
          </p>
          <p className="text">{text}</p>
        </li>
      ))}
    </ol>
  );
}
