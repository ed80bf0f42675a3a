// The page begins here: one provider, which owns the connection, around everything.
import { RealtimeProvider } from 'holdfast';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { api } from './contract.js';

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <RealtimeProvider url="/realtime" contract={api}>
      <App />
    </RealtimeProvider>
  </StrictMode>,
);
