// The same messages as an answer to a question: asked once, then kept true by the channel that it follows.
import { upsert, useQuery } from 'holdfast';
import { api } from './contract.js';
import { errorInWords } from './in-words.js';
import { MessageRow } from './message-row.js';

export function History({ room }: { readonly room: string }) {
  const history = useQuery(api.queries.history, {
    input: { room },
    follow: { channel: api.channels.room, params: { id: room }, apply: upsert('id') },
  });
  return (
    <aside className="history" aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      <p className="hint">{history.isStale ? 'Not live now: this may be behind.' : 'What the server remembers, asked once and then followed.'}</p>
      {history.error && <p className="problem" role="alert">{errorInWords(history.error)}</p>}
      <ol className="list">
        {history.data?.map((message) => <MessageRow key={message.id} message={message} />)}
      </ol>
    </aside>
  );
}
