// Messages that this page has sent and that have not come back yet: waiting, on their way, or refused.
import { useCommand, type SentCommand } from 'holdfast';
import { useState, useSyncExternalStore } from 'react';
import { api, type Message, type NewMessage } from './contract.js';
import { commandInWords } from './in-words.js';

interface Outgoing {
  readonly key: string;
  readonly input: NewMessage;
  readonly sent: SentCommand<typeof api.commands.post>;
}

/** Sends to a room, and keeps what was sent until it is `seen` in the room or forgotten. Without a connection it waits by itself. */
export function useOutgoing(room: string, seen: readonly Message[]) {
  const { send } = useCommand(api.commands.post);
  const [outgoing, setOutgoing] = useState<readonly Outgoing[]>([]);

  const left = outgoing.filter(({ sent }) => !seen.some(({ id }) => id === sent.id));
  if (left.length < outgoing.length) setOutgoing(left);

  return {
    outgoing: left,
    post: (author: string, text: string) => {
      const input = { room, author, text };
      const sent = send(input);
      setOutgoing([...left, { key: sent.id, input, sent }]);
    },
    forget: (one: Outgoing) => setOutgoing(left.filter((other) => other !== one)),
  };
}

interface OutgoingRowProps {
  readonly outgoing: Outgoing;
  readonly onEdit: (text: string) => void;
  readonly onForget: () => void;
}

export function OutgoingRow({ outgoing: { input, sent }, onEdit, onForget }: OutgoingRowProps) {
  const { status, error } = useSyncExternalStore(sent.progress.subscribe, sent.progress.get);
  const takeBack = () => {
    sent.cancel();
    onForget();
  };
  const edit = () => {
    onEdit(input.text);
    onForget();
  };
  return (
    <li className="row own pending" data-status={status}>
      <p className="byline">
        <b>{input.author}</b>
        {error === null && <span>{status === 'queued' ? 'waiting for the connection' : 'on its way'}</span>}
      </p>
      <p className="text">{input.text}</p>
      {error !== null && <p className="problem" role="alert">{commandInWords(error)}</p>}
      <p className="actions">
        {status === 'queued' && <button type="button" onClick={takeBack}>Take back</button>}
        {status === 'error' && <button type="button" onClick={edit}>Edit</button>}
        {status === 'error' && <button type="button" onClick={onForget}>Discard</button>}
      </p>
    </li>
  );
}
