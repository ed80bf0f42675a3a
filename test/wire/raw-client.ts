/** A client that says frames by hand over a real socket, and a server on a port of its own. */
import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';

export type Frame = { readonly t: string } & Readonly<Record<string, unknown>>;

export interface RawClient {
  readonly socket: WebSocket;
  /** Everything received so far. */
  readonly frames: readonly Frame[];
  say(frame: object): void;
  /** The next frame not taken yet for which the test holds; the rest before it is passed over. */
  next(type: string, isIt?: (frame: Frame) => boolean): Promise<Frame>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export async function connect(url: string, options: ClientOptions = {}, protocols: string[] = ['holdfast.v1']): Promise<RawClient> {
  const socket = new WebSocket(url, protocols, { origin: url.replace(/^ws(.*?:\d+).*/, 'http$1'), ...options });
  const frames: Frame[] = [];
  let taken = 0;
  let wake: () => void = () => undefined;
  let isClosed = false;
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)) as Frame);
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      isClosed = true;
      resolve({ code, reason: String(reason) });
      wake();
    });
  });
  const failed = once(socket, 'error').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  await Promise.race([once(socket, 'open'), failed]);
  return {
    socket,
    frames,
    closed,
    say: (frame) => socket.send(JSON.stringify(frame)),
    async next(type, isIt = () => true) {
      for (;;) {
        while (taken < frames.length) {
          const frame = frames[taken++];
          if (frame !== undefined && frame.t === type && isIt(frame)) return frame;
        }
        if (isClosed) throw new Error(`closed before '${type}' came`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

let attempts = 0;
/** Each one is of a newer socket than the one before. */
export const hello = (over: object = {}): object => ({ t: 'hello', v: 1, client: 'client-a', link: 0, attempt: ++attempts, features: [], outbox: 'memory', visible: true, ...over });

/** Connects, says hello, waits for the welcome. */
export async function enter(url: string, over: object = {}): Promise<RawClient> {
  const client = await connect(url);
  client.say(hello(over));
  await client.next('welcome');
  return client;
}

export interface Refused {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What plain HTTP answers to an upgrade; 101 if it is not refused. */
export function upgrade(port: number, headers: Record<string, string>, path = '/realtime'): Promise<Refused> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers } });
    asked.on('response', (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: response.headers, body: '' });
    });
    asked.on('error', reject);
    asked.end();
  });
}

export async function listenHttp(): Promise<{ readonly server: Server; readonly url: string; readonly port: number }> {
  const server = createServer((_, response) => response.end('plain'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `ws://127.0.0.1:${port}/realtime` };
}
