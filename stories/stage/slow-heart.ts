// The same server, if it had no heartbeat to speak of: it names an interval of ten minutes, and the client takes its word for it. Not a story.
import type { Connection } from './stage.js';

const INTERVAL_MS = 600_000;

export function withSlowHeart(connection: Connection): Connection {
  const { world } = connection;
  if (world === undefined) return { ...connection, WebSocket: SlowHeartSocket };
  const open: typeof world.open = (url, protocols, events) => world.open(url, protocols, { ...events, onMessage: (text) => events.onMessage(slowed(text)) });
  return { ...connection, world: { ...world, open } };
}

function slowed(text: string): string {
  return text.replace(/"(visibleMs|hiddenMs|everyMs)":\d+/g, `"$1":${INTERVAL_MS}`);
}

class SlowHeartSocket extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    // The first to hear: the others hear what it makes of it.
    this.addEventListener('message', (event) => {
      if (!event.isTrusted) return;
      event.stopImmediatePropagation();
      this.dispatchEvent(new MessageEvent('message', { data: slowed(String(event.data)) }));
    });
  }
}
