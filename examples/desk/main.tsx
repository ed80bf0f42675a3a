// The page begins here: one provider, which owns the connection, around everything.
import '../design/theme.css';
import './desk.css';
import { RealtimeProvider } from 'holdfast';
import { StrictMode } from 'react';
// An ordinary page takes 'react-dom/client'. This one proves how often React commits, and only the profiling build counts that.
import { createRoot } from 'react-dom/profiling';
import { App } from './app.js';
import { api } from './contract.js';
import { me } from './page/me.js';
import { theme } from './page/theme.js';

// Before the first paint, so that it never flashes in the wrong colours.
theme.show();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    {/* The page names its sockets, so that a fault can be done to them alone. */}
    <RealtimeProvider
      url={`/realtime?page=${me.page}`}
      contract={api}
      auth={() => me.trader}
      user={me.trader}
      // Who trades would rather try a little too often than wait for half a minute.
      timings={{ backoff: { capMs: 4_000 } }}
      warnOnUnsent
    >
      <App />
    </RealtimeProvider>
  </StrictMode>,
);
