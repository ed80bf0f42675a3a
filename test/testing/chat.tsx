// A chat as a user of the library would write it, for the tests of the door. Not a test.
import { useChannel, useCommand, useConnectionStatus, useQuery } from '../../src/index.js';
import { api, messages } from '../react/harness.js';

export { api };
export type { Message } from '../react/harness.js';

function Status() {
  const { status, isSuspect } = useConnectionStatus();
  return <p role="status">{isSuspect ? 'suspect' : status}</p>;
}

/** The room, its history and a button that sends; `name` tells two of them apart. */
export function Room({ name = '', text = 'hello' }: { readonly name?: string | undefined; readonly text?: string | undefined }) {
  const { data, gap } = useChannel(messages, { params: { id: '1' } });
  const history = useQuery(api.queries.history, { input: { room: '1' } });
  const post = useCommand(api.commands.post);
  return (
    <section aria-label={name}>
      <Status />
      {gap && <p role="alert">gap {gap.reason}</p>}
      <ol>
        {data.map((message) => (
          <li key={message.id}>{`${name}${message.text}`}</li>
        ))}
      </ol>
      <p>{`history: ${history.error?.message ?? history.data?.map((message) => message.text).join() ?? history.status}`}</p>
      <button type="button" onClick={() => post.send({ room: '1', text })}>{`${name}send`}</button>
      <p data-testid="progress">{post.status === 'error' ? `${post.error.code} ${post.error.reason ?? ''}`.trim() : post.status}</p>
    </section>
  );
}
