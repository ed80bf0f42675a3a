/**
 * A TCP proxy between clients and a server that breaks connections on purpose: cut (RST or FIN), silent in one or both
 * directions, stalled, slow, refused. Which connections: by the request line of the upgrade. Not a test.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createFaultyPipe, type FaultyPipe } from './faulty-pipe.js';

/** `up`: from the client to the server. */
export type Way = 'up' | 'down' | 'both';
/** Chooses connections by what is known of them: the target of the request, as in `/realtime?client=c1&link=0`. */
export type Choice = (target: string) => boolean;
export type Cut = 'reset' | 'end';

const ALL: Choice = () => true;

export interface FaultProxy {
  readonly port: number;
  /** Connections that are open on the client's side now. */
  count(choice?: Choice): number;
  /** How many connections were accepted so far. */
  accepted(): number;
  /** Ends the open connections on both sides; returns how many. */
  cut(how: Cut, choice?: Choice): number;
  /** The open connections stay open and carry nothing any more. New ones work. */
  silence(way: Way, choice?: Choice): number;
  /** Holds back what the open connections carry, until the returned function is called. */
  stall(way: Way, choice?: Choice): () => void;
  /** Limits the open connections, until the returned function is called. */
  slow(bytesPerSecond: number, choice?: Choice): () => void;
  /** Resets new connections at once, until the returned function is called. */
  refuse(choice?: Choice): () => void;
  close(): Promise<void>;
}

interface Carried {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly up: FaultyPipe;
  readonly down: FaultyPipe;
  target: string;
}

const REQUEST_LINE = /^GET (\S+)/;

/** @param serverPort - asked for each connection; null: nothing listens, the connection is reset */
export async function createFaultProxy(serverPort: () => number | null): Promise<FaultProxy> {
  const open = new Set<Carried>();
  const refusals = new Set<Choice>();
  let accepted = 0;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1;
    client.on('error', () => {});
    const port = serverPort();
    if (port === null) return void client.resetAndDestroy();
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    upstream.on('error', () => client.resetAndDestroy());
    const carried: Carried = { client, upstream, up: createFaultyPipe(client, upstream), down: createFaultyPipe(upstream, client), target: '' };
    open.add(carried);
    client.once('data', (head: Buffer) => {
      carried.target = REQUEST_LINE.exec(head.toString('latin1'))?.[1] ?? '';
      if ([...refusals].some((refuses) => refuses(carried.target))) end(carried, 'reset');
    });
    const gone = (): void => {
      if (client.destroyed && upstream.destroyed) open.delete(carried);
    };
    client.on('close', gone);
    upstream.on('close', gone);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const chosen = (choice: Choice): Carried[] => [...open].filter(({ target, client }) => choice(target) && !client.destroyed);
  const pipesOf = (way: Way, choice: Choice): FaultyPipe[] => chosen(choice).flatMap(({ up, down }) => (way === 'both' ? [up, down] : way === 'up' ? [up] : [down]));
  const flowing = (pipes: readonly FaultyPipe[]) => (): void => pipes.forEach((pipe) => pipe.flow());

  return {
    port: (server.address() as AddressInfo).port,
    count: (choice = ALL) => chosen(choice).length,
    accepted: () => accepted,
    cut(how, choice = ALL) {
      const found = chosen(choice);
      for (const carried of found) end(carried, how);
      return found.length;
    },
    silence(way, choice = ALL) {
      const pipes = pipesOf(way, choice);
      for (const pipe of pipes) pipe.silence();
      return pipes.length;
    },
    stall(way, choice = ALL) {
      const pipes = pipesOf(way, choice);
      for (const pipe of pipes) pipe.stall();
      return flowing(pipes);
    },
    slow(bytesPerSecond, choice = ALL) {
      const pipes = pipesOf('both', choice);
      for (const pipe of pipes) pipe.slow(bytesPerSecond);
      return flowing(pipes);
    },
    refuse(choice = ALL) {
      const refusal: Choice = (target) => choice(target);
      refusals.add(refusal);
      return () => void refusals.delete(refusal);
    },
    async close() {
      server.close();
      for (const { client, upstream } of open) {
        client.destroy();
        upstream.destroy();
      }
      await once(server, 'close');
    },
  };
}

function end({ client, upstream }: Carried, how: Cut): void {
  for (const socket of [client, upstream]) {
    if (how === 'reset') socket.resetAndDestroy();
    // The bytes that are on their way still arrive, then the end; who does not answer it is not waited for.
    else socket.end(() => setTimeout(() => socket.destroy(), 1_000).unref());
  }
}
