// Passes each page's sockets on to the server byte by byte, and can cut or silence them on the way.
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

interface Relayed {
  readonly page: string | null;
  cut(): void;
  silence(): void;
}

export interface SocketRelay {
  /** Answers the `upgrade` of an HTTP server. */
  accept(request: IncomingMessage, client: Duplex, head: Buffer): void;
  cut(page: string): void;
  silence(page: string): void;
  count(): number;
  close(): void;
}

export function createSocketRelay(serverPort: () => number | null): SocketRelay {
  const open = new Set<Relayed>();
  const each = (page: string, act: (relayed: Relayed) => void): void => [...open].filter((relayed) => relayed.page === page).forEach(act);
  return {
    accept(request, client, head) {
      client.on('error', () => {});
      const port = serverPort();
      if (port === null) {
        // Closed from here: who never hangs up would keep it open for ever.
        client.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => client.destroy());
        return;
      }
      const server = connect(port, '127.0.0.1');
      server.write(headOf(request), 'latin1');
      server.write(head);
      const relayed = relay(pageOf(request), client, server, () => open.delete(relayed));
      open.add(relayed);
    },
    cut: (page) => each(page, (relayed) => relayed.cut()),
    silence: (page) => each(page, (relayed) => relayed.silence()),
    count: () => open.size,
    close: () => [...open].forEach((relayed) => relayed.cut()),
  };
}

function relay(page: string | null, client: Duplex, server: Socket, onGone: () => void): Relayed {
  let isSilent = false;
  client.pipe(server);
  server.pipe(client);
  server.on('error', () => {});
  const cut = (): void => {
    client.destroy();
    server.destroy();
    onGone();
  };
  // Half open is when one end hears nothing of the other's end: only a link that carries something passes an end on.
  client.once('close', () => (isSilent ? onGone() : cut()));
  server.once('close', () => {
    if (!isSilent) cut();
  });
  return {
    page,
    cut,
    silence() {
      isSilent = true;
      client.unpipe(server);
      server.unpipe(client);
      // What is still said on either side is taken and goes nowhere.
      client.resume();
      server.resume();
      // Its end is its own, and nobody else answers it: an HTTP server leaves the other half open.
      client.once('end', () => client.destroy());
      if (client.readableEnded) client.destroy();
    },
  };
}

/** The request as it came, for the server to answer itself. */
function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** How the page calls itself in the socket's URL. */
function pageOf({ url = '' }: IncomingMessage): string | null {
  return new URLSearchParams(url.split('?', 2)[1]).get('page');
}
