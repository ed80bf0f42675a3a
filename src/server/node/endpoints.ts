/**
 * Which paths of an HTTP server are ours: one `upgrade` listener for each HTTP server, however many realtime servers are
 * attached to it, so that it knows what is for none of them. Not here: who may come in.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { RealtimeError } from '../../core/errors.js';
import { refuse } from './upgrade.js';

export type OnUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => void;

interface Routes {
  readonly paths: Map<string, OnUpgrade>;
  readonly listener: OnUpgrade;
}

const routesOf = new WeakMap<Server, Routes>();

/** No closure: one made where the request is known would keep it, headers and all, as long as the connection. */
export function destroyIt(this: Duplex): void {
  this.destroy();
}

/** Takes the upgrades of one path, until what it answers is called. */
export function addEndpoint(server: Server, path: string, onUpgrade: OnUpgrade): () => void {
  const routes = routesOf.get(server) ?? createRoutes(server);
  const { paths, listener } = routes;
  if (paths.has(path)) throw new RealtimeError('misuse', `A realtime server is attached to this HTTP server at '${path}' already. Give each one a path of its own.`);
  paths.set(path, onUpgrade);
  if (paths.size === 1) {
    routesOf.set(server, routes);
    server.on('upgrade', listener);
  }
  return () => {
    paths.delete(path);
    if (paths.size > 0) return;
    routesOf.delete(server);
    server.off('upgrade', listener);
  };
}

function createRoutes(server: Server): Routes {
  const paths = new Map<string, OnUpgrade>();
  return {
    paths,
    listener(request, stream, head) {
      stream.on('error', destroyIt);
      const onUpgrade = paths.get(request.url?.split('?', 1)[0] ?? '');
      if (onUpgrade !== undefined) onUpgrade(request, stream, head);
      // Where somebody else listens as well, it may be for him.
      else if (server.listenerCount('upgrade') === 1) refuse(stream, { status: 404, sentence: 'Nothing is here.' });
    },
  };
}
