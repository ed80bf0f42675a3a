/** One build for all three pages: `?page=` says which is shown. Not a bench. */
import { watch } from './probe.js';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { LastMessagePage } from './last-message-page.js';
import { OurPage } from './our-page.js';
import { openStore, StorePage } from './store-page.js';

const url = `${location.origin.replace('http', 'ws')}/realtime`;
const name = new URLSearchParams(location.search).get('page');

function show(): ReactNode {
  if (name === 'holdfast') return <OurPage url={url} />;
  if (name === 'last-message') return <LastMessagePage url={url} />;
  openStore(url);
  return <StorePage />;
}

createRoot(document.getElementById('root') as HTMLElement).render(show());
Object.assign(globalThis, { watch });
