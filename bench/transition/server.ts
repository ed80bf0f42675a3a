/** The other process: serves the page, and publishes to one channel at a steady rate through the real server. Not a bench. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';
import { obey } from '../child.js';
import { api } from './feed.js';

export function serveFeed(): void {
  const realtime = createRealtimeServer({ contract: api, broker: memoryBroker(), authorize: { channels: { feed: 'public' } } });
  let n = 0;
  let stop = (): void => {};

  obey({
    async open(scripts: Readonly<Record<string, string>>) {
      const http = createServer((request, response) => {
        const url = new URL(request.url ?? '/', 'http://page');
        const script = scripts[url.pathname.slice(1)];
        response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
        response.end(script ?? `<!doctype html><title>Transition</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/${url.searchParams.get('script')}"></script>`);
      });
      realtime.attach(http);
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
    },
    /** Publishes until `stop`. A late timer is made up for. */
    start(perSecond: number) {
      const startedAt = performance.now();
      const from = n;
      const timer = setInterval(() => {
        const due = from + Math.floor(((performance.now() - startedAt) * perSecond) / 1_000);
        while (n < due) void realtime.publish(api.channels.feed, {}, 'tick', { n: ++n });
      }, 1);
      stop = () => clearInterval(timer);
    },
    /** The number of the last event. */
    stop() {
      stop();
      return n;
    },
  });
}
