// Between a browser and a server: plain TCP, which can be made silent for one link (`link=N` in the address) or for all. Not a test.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Towards the server, towards the page, or both. */
export type Way = 'up' | 'down' | 'both';

export interface LinkProxy {
  readonly port: number;
  /** Sockets that were opened for a link so far. */
  opened(link: number): number;
  /** From now on nothing of a link, or of any, gets through, and nobody is told: half-open. New sockets are taken and hear nothing. */
  silence(link: number | 'all', way?: Way): void;
  /** New sockets get through again; what was said into the silence is gone. */
  heal(): void;
  close(): Promise<void>;
}

const LINK = /^GET [^ ]*[?&]link=(\d+)/;

export async function createLinkProxy(target: number): Promise<LinkProxy> {
  const sockets = new Set<Socket>();
  const opened = new Map<number, number>();
  let isDumb: (link: number, way: 'up' | 'down') => boolean = () => false;
  let silences: ((link: number, way: 'up' | 'down') => boolean)[] = [];

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    return socket;
  };

  // Half-open: an end travels as bytes do, so it is lost in a direction that is lost, and nobody answers it for the other end.
  const server = createServer({ allowHalfOpen: true }, (page) => {
    keep(page);
    const upstream = keep(connect({ port: target, host: '127.0.0.1', allowHalfOpen: true }));
    /** Unknown until the first line has come; what is no link is never silenced. */
    let link = -1;
    /** A byte was lost: the rest would make no sense to anybody. */
    const lost = { up: false, down: false };
    const pass = (way: 'up' | 'down', to: Socket) => (bytes: Buffer) => {
      if (way === 'up' && link < 0) {
        link = Number(LINK.exec(bytes.toString('latin1'))?.[1] ?? -1);
        if (link >= 0) opened.set(link, (opened.get(link) ?? 0) + 1);
      }
      if (link >= 0 && isDumb(link, way)) lost[way] = true;
      if (!lost[way]) to.write(bytes);
    };
    page.on('data', pass('up', upstream)).on('end', () => !lost.up && upstream.end()).on('close', () => !lost.up && upstream.destroy());
    upstream.on('data', pass('down', page)).on('end', () => !lost.down && page.end()).on('close', () => !lost.down && page.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));

  return {
    port: (server.address() as AddressInfo).port,
    opened: (link) => opened.get(link) ?? 0,
    silence(link, way = 'both') {
      silences = [...silences, (one, to) => (link === 'all' || link === one) && (way === 'both' || way === to)];
      isDumb = (one, to) => silences.some((silence) => silence(one, to));
    },
    heal() {
      silences = [];
      isDumb = () => false;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
