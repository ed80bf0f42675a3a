/** Asks before a page is closed over commands that have no outcome yet. */
import type { RealtimeClient } from '../browser/create-client.js';

/** Listens for the page's end only while there is something to lose: who listens keeps the page out of the back/forward cache. */
export function warnOnUnsent({ outbox }: RealtimeClient): () => void {
  const ask = (event: Event): void => event.preventDefault();
  const look = (): void => {
    if (outbox.get().pending > 0) window.addEventListener('beforeunload', ask);
    else window.removeEventListener('beforeunload', ask);
  };
  const stop = outbox.subscribe(look);
  look();
  return () => {
    stop();
    window.removeEventListener('beforeunload', ask);
  };
}
