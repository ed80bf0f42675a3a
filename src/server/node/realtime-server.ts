/**
 * The realtime server of an application: the server core on Node's HTTP server and `ws`.
 * Not here: what is done with frames (`server/core`).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import type { AnyContract } from '../../core/contract.js';
import { CloseCode } from '../../core/protocol/codes.js';
import { CLIENT_FRAGMENTS, CLIENT_FRAME_BYTES, SUBPROTOCOL } from '../../core/protocol/limits.js';
import type { Broker } from '../core/broker.js';
import { createCalmLogger } from '../core/calm-logger.js';
import type { LimitOptions, ServerPublish, ServerRules } from '../core/handlers.js';
import type { Logger } from '../core/logger.js';
import { assertServerOptions } from '../core/misuse.js';
import { createServerCore, type ServerCoreOptions } from '../core/server.js';
import type { ConnectionRequest } from '../core/server-world.js';
import { createNodeWorld } from './clock.js';
import { addEndpoint, destroyIt, type OnUpgrade } from './endpoints.js';
import { createHeadcount } from './headcount.js';
import { answerHealth } from './health.js';
import { createServerSocket, listen } from './socket.js';
import { assertAttachable, isOnLoopback, readHosts, readOrigins, refusalOf, refuse, type AttachOptions, type Refusal } from './upgrade.js';

/** `ws` options that its types do not know yet. */
const SOCKET_OPTIONS: ServerOptions & { readonly closeTimeout: number; readonly maxPendingAutoPongs: number } = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  // Our own limit is half of it: what is a little too large is refused in our words, what is far too large by `ws`.
  maxPayload: 2 * CLIENT_FRAME_BYTES,
  maxFragments: CLIENT_FRAGMENTS,
  maxBufferedChunks: 1_024,
  maxPendingAutoPongs: 60,
  closeTimeout: 5_000,
  handleProtocols: () => SUBPROTOCOL,
};

const STOPPING: Refusal = { status: 503, sentence: 'This server is stopping.' };

/** What {@link createRealtimeServer} needs. */
export type RealtimeServerOptions<C extends AnyContract> = ServerRules<C, AbortSignal> & {
  /** Where events and outcomes are kept. */
  readonly broker: Broker;
  /** Gets each message at most 10 times in 10 s, then how many were left out. What it throws is ignored. @default the console */
  readonly logger?: Logger;
  readonly limits?: LimitOptions;
};

export interface RealtimeServer {
  /**
   * Takes connections of an HTTP server, which may have several realtime servers, each at a path of its own. Requests for
   * other paths are left to its other `upgrade` listeners, and answered with 404 if there are none.
   *
   * @throws RealtimeError `misuse` if the path is taken, or an option could never match
   */
  attach(server: Server, options?: AttachOptions): void;
  /**
   * Publishes an event; resolves to its position once it is stored.
   *
   * @throws RealtimeError `invalid` or `too-large` if the data does not fit the contract, `misuse` if the channel does not
   * @example
   * ```ts
   * await realtime.publish(api.channels.room, { id: '42' }, 'message', { text: 'hello' });
   * ```
   */
  readonly publish: ServerPublish;
  /** Ends a user's subscriptions of a channel, by the user's id or tag and the channel's name (`channelName(ref, params)`). */
  kick(user: string, channel: string): void;
  /**
   * Closes a user's connections, by its id or tag; a client must authenticate again to come back. Of its commands, those whose
   * handler has not been called are not run; a client that is let in again offers them again.
   */
  close(user: string): void;
  /**
   * Answers `/healthz` (the process serves) and `/readyz` (503 before the broker has started, and from `stop` on), for load
   * balancers. False: the request is for neither, and is yours.
   *
   * A storage that takes no writes for a while does not make `/readyz` answer 503: it is the same one for every process, so a
   * balancer would take all of them away at once, and the sockets with them, while commands only have to wait.
   *
   * @example
   * ```ts
   * createServer((request, response) => realtime.health(request, response) || app(request, response));
   * ```
   */
  health(request: IncomingMessage, response: ServerResponse): boolean;
  /**
   * Takes no new clients and commands, lets the commands under way end and be answered (at most `limits.stopMs`), then sends
   * every client away, to come back to another process. Resolves when the last socket is gone and the broker has stopped;
   * after `limits.stopMs` more, who does not go by himself is cut off, and a broker that has not stopped is left to itself.
   */
  stop(): Promise<void>;
}

/**
 * Serves a contract. Each query and command has a handler; what `authorize` does not name is refused.
 *
 * @example
 * ```ts
 * const realtime = createRealtimeServer({
 *   contract: api,
 *   broker: memoryBroker(),
 *   authenticate: ({ token }) => readToken(token),
 *   authorize: { channels: { room: ({ user, params }) => isMember(user.id, params.id) }, commands: { post: 'public' } },
 *   commands: { post: ({ input, publish }) => publish(api.channels.room, { id: input.room }, 'message', input) },
 * });
 * realtime.attach(httpServer, { origins: ['https://app.example'] });
 * ```
 */
export function createRealtimeServer<C extends AnyContract>(options: RealtimeServerOptions<C>): RealtimeServer {
  assertServerOptions(options);
  // Handlers get the signals of the world that is handed in here, so they are AbortSignals.
  const world = createNodeWorld();
  const logger = createCalmLogger(options.logger ?? console, world.clock);
  const core = createServerCore({ ...options, logger } as unknown as ServerCoreOptions<C>, world);
  const { connections = 100_000, connectionsPerAddress = Infinity } = options.limits ?? {};
  const headcount = createHeadcount({ connections, connectionsPerAddress });
  const upgrader = new WebSocketServer(SOCKET_OPTIONS);
  /** With the address that each is counted under. */
  const sockets = new Map<WebSocket, string | undefined>();
  const detach: (() => void)[] = [];
  let isStopped = false;
  let onEmpty: () => void = () => undefined;

  /** Only where somebody asks for it: Node keeps what it has looked up as long as the socket. */
  const addressOf = (request: IncomingMessage): string | undefined => (connectionsPerAddress === Infinity ? undefined : request.socket.remoteAddress);

  const leave = (socket: WebSocket): void => {
    headcount.leave(sockets.get(socket));
    sockets.delete(socket);
    if (sockets.size === 0) onEmpty();
  };

  const take = (socket: WebSocket, request: IncomingMessage, stream: Duplex): void => {
    // From here on `ws` listens to it.
    stream.off('error', destroyIt);
    const address = addressOf(request);
    headcount.enter(address);
    sockets.set(socket, address);
    listen(socket, core.accept(createServerSocket(socket, stream), requestOf(request)), leave);
  };

  const turnAway = (stream: Duplex, refusal: Refusal): void => {
    logger.warn(`An upgrade was refused with ${refusal.status}: ${refusal.sentence}`);
    refuse(stream, refusal);
  };

  return {
    attach(server, options = {}) {
      assertAttachable(server, options);
      const { path = '/realtime', origins, hosts, allowNoOrigin = false } = options;
      const entrance = { origins: readOrigins(origins), hosts: readHosts(hosts), allowNoOrigin };
      const onUpgrade: OnUpgrade = (request, stream, head) => {
        const refusal = isStopped ? STOPPING : (refusalOf(request, { ...entrance, isLoopback: isOnLoopback(server) }) ?? headcount.refusal(addressOf(request)));
        if (refusal !== null) turnAway(stream, refusal);
        else upgrader.handleUpgrade(request, stream, head, (socket) => take(socket, request, stream));
      };
      detach.push(addEndpoint(server, path, onUpgrade));
    },
    publish: core.publish,
    kick: core.kick,
    close: core.closeUser,
    health: (request, response) => answerHealth(request, response, () => (core.isReady ? null : isStopped ? STOPPING.sentence : 'The broker has not started.')),
    async stop() {
      isStopped = true;
      // Their answer to the close is not read, so it is not waited for.
      for (const socket of sockets.keys()) if (socket.isPaused) socket.terminate();
      const emptied = new Promise<void>((resolve) => {
        onEmpty = resolve;
        if (sockets.size === 0) resolve();
      });
      await core.stop(CloseCode.restart, emptied);
      for (const socket of sockets.keys()) socket.terminate();
      for (const off of detach.splice(0)) off();
    },
  };
}

/** What `authenticate` may see of a request. */
function requestOf({ url = '', headers, socket }: IncomingMessage): ConnectionRequest {
  return {
    url,
    headers: { ...headers },
    get remoteAddress() {
      return socket.remoteAddress;
    },
  };
}
