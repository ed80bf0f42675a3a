// `/faults` over HTTP: takes a fault from a page that may do it, and does it. It breaks things on purpose, so it asks twice who is there.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { platform } from 'node:os';
import { Fault, type ServerState } from './fault.js';
import type { ServerProcess } from './server-process.js';
import type { SocketRelay } from './socket-relay.js';

const MOST_BYTES = 1_000;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

interface FaultDoorOptions {
  readonly process: ServerProcess;
  readonly relay: SocketRelay;
  /** Origins of other pages that may do faults too, for instance a Storybook's. */
  readonly origins: readonly string[];
}

export function createFaultDoor({ process, relay, origins }: FaultDoorOptions): RequestListener {
  const state = (): ServerState => ({ ...process.state(), sockets: relay.count() });
  return (request, response) => {
    const refused = refusalOf(request, origins);
    if (refused !== null) return answer(response, 403, { error: refused });
    const { origin } = request.headers;
    if (origin !== undefined) response.setHeader('access-control-allow-origin', origin).setHeader('vary', 'origin');
    if (request.method === 'OPTIONS') return void response.writeHead(204, { 'access-control-allow-headers': 'content-type', 'access-control-allow-methods': 'GET, POST' }).end();
    if (request.method === 'GET') return answer(response, 200, state());
    if (request.method !== 'POST') return answer(response, 405, { error: 'Get the state, or post a fault.' });
    // No page of another origin can send this type without asking first.
    if (request.headers['content-type'] !== 'application/json') return answer(response, 415, { error: 'Post the fault as application/json.' });
    void read(request).then((text) => {
      const fault = text === null ? null : faultOf(text);
      if (fault === null) return answer(response, 400, { error: 'That is no fault. See examples/supervisor/fault.ts.' });
      const hindrance = act(fault, process, relay);
      if (hindrance !== null) answer(response, 409, { error: hindrance });
      else answer(response, 200, state());
    });
  };
}

const DOWN = 'The server is down. Wait until it is up again.';

/** Does it, or says in a sentence why it cannot be done now. */
function act(fault: Fault, process: ServerProcess, relay: SocketRelay): string | null {
  switch (fault.fault) {
    case 'cut':
      relay.cut(fault.page);
      return null;
    case 'silence':
      relay.silence(fault.page);
      return null;
    case 'freeze':
      if (platform() === 'win32') return 'Windows cannot stop a process and let it go on. Kill it instead.';
      return process.freeze(fault.forMs) ? null : DOWN;
    case 'kill':
      process.kill(fault.downMs);
      return null;
    case 'flood':
      return process.flood(fault.perSecond, fault.forMs) ? null : DOWN;
  }
}

/** Why this request may not do anything, or null. A foreign name in `host` is a page that had its own name point here. */
function refusalOf({ headers: { host = '', origin }, socket }: IncomingMessage, origins: readonly string[]): string | null {
  if (socket.localAddress !== '127.0.0.1' && socket.localAddress !== '::1') return 'Faults are done on this machine only.';
  if (!LOOPBACK.test(host)) return 'Faults are done under a loopback name only.';
  if (origin !== undefined && origin !== `http://${host}` && !origins.includes(origin)) return 'This page may not do faults.';
  return null;
}

function faultOf(text: string): Fault | null {
  try {
    return Fault.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

async function read(request: IncomingMessage): Promise<string | null> {
  let text = '';
  try {
    for await (const chunk of request) {
      text += String(chunk);
      if (text.length > MOST_BYTES) return null;
    }
    return text;
  } catch {
    return null;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
