// The component under test: a chat room, as small as one can be.
import { useChannel, useCommand, useConnectionStatus, useQuery } from 'holdfast';
import { useState } from 'react';
import { api, messages } from './contract.js';

export function Room({ id }: { readonly id: string }) {
  const { data, gap } = useChannel(messages, { params: { id } });
  const topic = useQuery(api.queries.topic, { input: { room: id } });
  const { send, status, error } = useCommand(api.commands.post);
  const isConnected = useConnectionStatus((connection) => connection.status === 'connected');
  const [text, setText] = useState('');
  return (
    <section>
      <h1>{topic.data ?? 'A room'}</h1>
      {!isConnected && <p role="status">No connection</p>}
      {gap && <p role="alert">Some messages are missing</p>}
      <ul>
        {data.map((message) => (
          <li key={message.id}>
            {message.author}: {message.text}
          </li>
        ))}
      </ul>
      <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} />
      <button type="button" onClick={() => send({ room: id, text })}>
        Send
      </button>
      {status === 'queued' && <p>Waits for the connection</p>}
      {status === 'sent' && <p>Sending …</p>}
      {error?.reason === 'banned' && <p role="alert">You may speak again {error.data.until}</p>}
    </section>
  );
}
