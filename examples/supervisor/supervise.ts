// One port in front of a server that may be broken at any moment: the page and the faults are answered here, sockets are passed on.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { servePage } from '../serve-page.js';
import { createFaultDoor } from './fault-door.js';
import { createServerProcess } from './server-process.js';
import { createSocketRelay } from './socket-relay.js';

interface SuperviseOptions {
  /** The module that is the server: it calls `serveUnderSupervisor`. */
  readonly server: URL;
  /** The built page; none for a server that has only sockets. */
  readonly pageDir?: string;
  readonly port: number;
  readonly host: string;
  /** Origins of other pages that may do faults. */
  readonly origins?: readonly string[];
}

export async function supervise({ server, pageDir, port, host, origins = [] }: SuperviseOptions): Promise<{ readonly url: string }> {
  const child = createServerProcess(server);
  const relay = createSocketRelay(child.port);
  const faults = createFaultDoor({ process: child, relay, origins });
  const page = pageDir === undefined ? null : servePage(pageDir);
  const http = createServer((request, response) => {
    if (request.url === '/faults') faults(request, response);
    else if (page === null) response.writeHead(404).end();
    else page(request, response);
  });
  http.on('upgrade', relay.accept);

  let isEnding = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      http.close();
      // The server sends its clients away by itself, and its process ends; then nothing here is left to pass on.
      void child.stop().then(() => {
        relay.close();
        http.closeAllConnections();
        process.exit();
      });
    });
  }
  await child.start();
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, resolve);
  });
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${(http.address() as AddressInfo).port}` };
}
