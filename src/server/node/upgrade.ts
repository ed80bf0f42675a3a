/**
 * May this HTTP request become one of our sockets? Decided before the upgrade, with an answer in plain HTTP if not.
 * Not here: who the client is; that comes with its first frame.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { RealtimeError } from '../../core/errors.js';
import { SUBPROTOCOL } from '../../core/protocol/limits.js';
import { isObject, misuse, nameOfKind } from '../core/misuse.js';

/** Where a server takes connections, and from which pages. */
export interface AttachOptions {
  /** The path of the endpoint. @default '/realtime' */
  readonly path?: string;
  /**
   * Pages that may connect: scheme, host and port, such as `'https://app.example'`.
   * @default only pages of the host that the request names
   */
  readonly origins?: readonly string[];
  /**
   * Names under which this server is called, without a port, such as `'app.example'`; a request with another `Host` is refused.
   * Without `origins`, a page is let in if it comes from the host that the request names, and both are the page's word: a page
   * whose name was bound to this server's address (DNS rebinding) is let in with its visitors' network, though never with
   * their cookies. Name your hosts or `origins` wherever being inside a network is worth something, such as an intranet.
   * A server that listens on a loopback address, also behind a proxy, needs `hosts` or `origins` for every other name than
   * `localhost`, those that end in `.localhost`, `127.0.0.1` and `[::1]`. Headers of proxies (`X-Forwarded-Host`) are not read.
   * @default without `origins` and on a loopback address, its names; else any name
   */
  readonly hosts?: readonly string[];
  /** Also take requests without an `Origin`: programs, which are not bound by it anyway. @default false */
  readonly allowNoOrigin?: boolean;
}

export interface Refusal {
  readonly status: 400 | 403 | 404 | 429 | 503;
  readonly sentence: string;
}

/** Says what could never work. */
export function assertAttachable(server: unknown, options: unknown): void {
  if (!isObject(server) || typeof server.on !== 'function' || typeof server.listenerCount !== 'function') {
    misuse("attach needs Node's HTTP server and got nothing of the kind. Give what createServer() or app.listen() answers, or app.server.");
  }
  if (!isObject(options)) return misuse(`The options of attach are ${nameOfKind(options)}. Give an object, such as { path: '/realtime' }.`);
  const { path, origins, hosts } = options;
  if (path !== undefined && (typeof path !== 'string' || !/^\/[^?#\s]*$/.test(path))) {
    misuse(`The path is ${typeof path === 'string' ? `'${path}'` : nameOfKind(path)}, which could never match. Begin it with '/', and leave out host, query and fragment.`);
  }
  if (origins !== undefined && !Array.isArray(origins)) misuse(`origins is ${nameOfKind(origins)}. Give a list, such as ['https://app.example'].`);
  if (hosts !== undefined && !Array.isArray(hosts)) misuse(`hosts is ${nameOfKind(hosts)}. Give a list, such as ['app.example'].`);
}

/** Checks `origins` once; throws on what could never match. */
export function readOrigins(origins: readonly string[] | undefined): ReadonlySet<string> | null {
  if (origins === undefined) return null;
  for (const origin of origins) {
    if (originOf(origin)?.origin !== origin) {
      throw new RealtimeError('misuse', `'${origin}' is not an origin. Write scheme, host and port only, such as 'https://app.example'.`);
    }
  }
  return new Set(origins);
}

/** Checks `hosts` once; throws on what could never match. */
export function readHosts(hosts: readonly string[] | undefined): ReadonlySet<string> | null {
  if (hosts === undefined) return null;
  for (const host of hosts) {
    if (hostnameOf(host) !== host) throw new RealtimeError('misuse', `'${host}' is not the name of a host. Write it without scheme, port and path, such as 'app.example'.`);
  }
  return new Set(hosts);
}

/** What an endpoint asks of a request. */
export interface Entrance {
  readonly origins: ReadonlySet<string> | null;
  readonly hosts: ReadonlySet<string> | null;
  readonly allowNoOrigin: boolean;
  /** The HTTP server listens on a loopback address. */
  readonly isLoopback: boolean;
}

/** Why the request is refused, or null. */
export function refusalOf(request: IncomingMessage, { origins, hosts, allowNoOrigin, isLoopback }: Entrance): Refusal | null {
  const { origin, host } = request.headers;
  const name = hostnameOf(host ?? '') ?? '';
  if (hosts !== null && !hosts.has(name)) return { status: 403, sentence: 'This server is not called by this name.' };
  if (hosts === null && origins === null && isLoopback && !isLoopbackName(name)) {
    return { status: 403, sentence: 'A server on a loopback address is not called by this name. Name its hosts or origins where it is attached.' };
  }
  if (origin === undefined) {
    if (!allowNoOrigin) return { status: 403, sentence: 'A request without an Origin is refused here. Where programs connect that are no pages, attach with allowNoOrigin.' };
  } else if (!(origins === null ? isSameHost(origin, host) : origins.has(origin))) {
    return { status: 403, sentence: 'Pages of this origin may not connect, unless origins names it.' };
  }
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  if (!offered.includes(SUBPROTOCOL)) return { status: 400, sentence: `Offer the subprotocol ${SUBPROTOCOL}.` };
  return null;
}

/** Whether an HTTP server that listens can be reached from its own machine alone. */
export function isOnLoopback(server: Pick<Server, 'address'>): boolean {
  const address = server.address();
  if (address === null || typeof address === 'string') return false;
  return address.address === '::1' || /^(::ffff:)?127\./.test(address.address);
}

/** As {@link hostnameOf} gives it: IPv4 addresses are in their plain form. */
function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d+){3}$/.test(name);
}

/** The scheme is the page's: behind a proxy that ends TLS this process does not know its own. */
function isSameHost(origin: string, host: string | undefined): boolean {
  const from = originOf(origin);
  if (from === null || from.origin !== origin || host === undefined) return false;
  return originOf(`${from.protocol}//${host}`)?.host === from.host;
}

/** The name in a `Host` header, as URLs write it; null for what is more or less than a name and a port. */
function hostnameOf(host: string): string | null {
  const url = originOf(`http://${host}`);
  return url === null || /[/?#@\\]/.test(host) ? null : url.hostname;
}

function originOf(text: string): URL | null {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}

const STATUS_TEXT = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 429: 'Too Many Requests', 503: 'Service Unavailable' } as const;

/** For who was refused for the moment only. */
const RETRY_AFTER_S = 5;

export function refuse(socket: Duplex, { status, sentence }: Refusal): void {
  const body = `${sentence}\n`;
  const retry = status === 429 || status === 503 ? `Retry-After: ${RETRY_AFTER_S}\r\n` : '';
  const head = `HTTP/1.1 ${status} ${STATUS_TEXT[status]}\r\n${retry}Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  socket.end(head + body, () => socket.destroy());
}
