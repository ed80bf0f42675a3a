// One room: what was said, what is on its way, and a place to say something.
import { useChannel, useOutbox } from 'holdfast';
import { useState } from 'react';
import { Composer } from './composer.js';
import { ConnectionBar } from './connection-bar.js';
import { messages } from './contract.js';
import { GapNotice } from './gap-notice.js';
import { History } from './history.js';
import { errorInWords } from './in-words.js';
import { MessageRow } from './message-row.js';
import { usePost } from './post.js';
import { RefusedRow } from './refused-row.js';

/** `/?room=garden` is another room; one that the server does not know is refused by it. */
const room = new URLSearchParams(location.search).get('room') || 'lobby';

export function App() {
  const [author, setAuthor] = useState('');
  const [draft, setDraft] = useState('');
  const { data, status, error, gap, resync } = useChannel(messages, { params: { id: room } });
  const { commands } = useOutbox();
  const { post, refused, forget } = usePost(room);

  return (
    <div className="page">
      <header className="header">
        <h1>
          <span aria-hidden="true">#</span>
          {room}
        </h1>
        <ConnectionBar />
      </header>

      <main className="room">
        {gap && <GapNotice gap={gap} onClose={resync} />}
        {error && <p className="notice" role="alert">{errorInWords(error)}</p>}
        <div className="log" role="log" aria-label="Messages" aria-live="polite" tabIndex={0}>
          <ol className="list">
            {data.map((message) => (
              <MessageRow
                key={message.id}
                message={message}
                isOwn={message.author === author.trim()}
                pending={commands.find(({ id }) => id === message.id)}
              />
            ))}
            {refused.map((one) => (
              <RefusedRow key={one.id} refused={one} onEdit={setDraft} onForget={() => forget(one)} />
            ))}
          </ol>
          {data.length + refused.length === 0 && (
            <p className="empty">{status === 'pending' ? 'Waiting for the server …' : 'Nobody has said anything yet. Open this page twice.'}</p>
          )}
        </div>
        <Composer author={author} onAuthor={setAuthor} draft={draft} onDraft={setDraft} onPost={(text) => post(author.trim() || 'Anonymous', text)} />
      </main>

      <History room={room} />
    </div>
  );
}
