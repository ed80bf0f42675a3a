// One page for two places: rendered to text by the server, hydrated in the browser.
import { append, defineView, RealtimeProvider, upsert, useChannel, useCommand, useConnectionStatus, useQuery } from 'holdfast';
import { StrictMode, Suspense, use, useState } from 'react';
import { api } from './contract.js';

interface Line {
  readonly id: string;
  readonly text: string;
}

const lines = defineView(api.channels.room, { history: 50, initialState: [] as Line[], reduce: append(50) });
const inOne = (list: readonly Line[]): string => list.map(({ text }) => text).join(' ');

function Room() {
  const { status } = useConnectionStatus();
  const { data, liveStatus } = useChannel(lines, { params: { id: '1' } });
  const [tapped, setTapped] = useState(0);
  useChannel(api.channels.room, { params: { id: '1' }, onEvent: () => setTapped((n) => n + 1) });
  const history = useQuery(api.queries.history, { input: { room: '1' }, follow: { channel: api.channels.room, params: { id: '1' }, apply: upsert('id') } });
  const say = useCommand(api.commands.say);
  return (
    <main>
      <p id="status">{status}</p>
      <p id="live">{liveStatus}</p>
      <p id="lines">{inOne(data)}</p>
      <p id="tapped">{tapped}</p>
      <p id="history">{history.isPending ? 'loading' : inOne(history.data ?? [])}</p>
      <button onClick={() => say.send({ room: '1', text: 'hello' })}>{say.status}</button>
    </main>
  );
}

/** Hydrated when the gate opens, beside a store that knows more by then than the server did. */
function Late({ gate }: { readonly gate: Promise<void> | undefined }) {
  if (gate !== undefined) use(gate);
  const isConnected = useConnectionStatus(({ status }) => status === 'connected');
  const { data } = useChannel(lines, { params: { id: '1' }, select: inOne });
  return <p id="late">{`${isConnected} ${data}`}</p>;
}

export function App({ gate }: { readonly gate?: Promise<void> }) {
  return (
    <StrictMode>
      <RealtimeProvider url="/realtime" contract={api}>
        <Room />
        <Suspense fallback={<p>waiting</p>}><Late gate={gate} /></Suspense>
      </RealtimeProvider>
    </StrictMode>
  );
}
