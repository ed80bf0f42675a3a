/* oxlint-disable max-lines -- Long because it is the one place where the parts meet. */
/**
 * The server's hall: joins broker, hub, commands and connections, and knows who is connected.
 * Not here: HTTP and sockets (they are handed in), and any decision of a part.
 */
import type { AnyContract } from '../../core/contract.js';
import { RealtimeError } from '../../core/errors.js';
import { CloseCode } from '../../core/protocol/codes.js';
import type { HelloFrame } from '../../core/protocol/frames.js';
import type { Clock } from '../../core/world.js';
import { createAbort as createPlainAbort } from './abort.js';
import type { Broker } from './broker.js';
import { createBucket, type Bucket } from './bucket.js';
import { createBudgets, type Rate, type UserBudget } from './budgets.js';
import { createCatalog, type PlainRules } from './catalog.js';
import { createCommands } from './commands.js';
import { Busy, createConnection, type Connection, type ConnectionHost } from './connection.js';
import type { Identity, LimitOptions, ServerPublish, ServerRules, User } from './handlers.js';
import { createHub } from './hub.js';
import { createIncidents } from './incidents.js';
import type { Explain, Logger } from './logger.js';
import { createLongShares } from './long-shares.js';
import { assertServerOptions } from './misuse.js';
import { networkOf } from './network.js';
import { ROOM_SHARE } from './parts.js';
import { publication } from './publication.js';
import { createRoster } from './roster.js';
import { createRunning } from './running.js';
import type { ConnectionHandler, ConnectionRequest, ServerSocket, ServerWorld } from './server-world.js';
import { createSession, type SessionHost } from './session.js';
import { createTurns } from './turns.js';

/** Sockets are counted where they are accepted. */
export const DEFAULT_LIMITS: Required<Omit<LimitOptions, 'connections' | 'connectionsPerAddress'>> = {
  channels: 200,
  queries: 100,
  commands: 256,
  waitingCommands: 1_000,
  handlers: 1_000,
  authentications: 1_000,
  framesPerSecond: 200,
  frameBurst: 1_000,
  bytesPerSecond: 1024 * 1024,
  burstBytes: 4 * 1024 * 1024,
  fanOutPerSecond: 10_000,
  budgetsPerUser: 5,
  connectionsPerUser: 100,
  hellosPerSecond: 1_000,
  helloBurst: 10_000,
  bufferedBytes: 1024 * 1024,
  handlerMs: 30_000,
  stopMs: 5_000,
};

/** Commands of one lane that a client may have under way. */
const WINDOW_PER_LANE = 32;
const PING = { visibleMs: 6_000, hiddenMs: 25_000 };
/** One timer looks after all connections. */
const SWEEP_MS = 500;
const TAG_LENGTH = 128;
/** How many hellos of its address a refused token costs. */
const REFUSED_COST = 10;
/** After how long a client comes back whose user has too many connections. */
const FULL_RETRY_MS = 10_000;

export type ServerCoreOptions<C extends AnyContract> = ServerRules<C> & {
  readonly broker: Broker;
  readonly logger?: Logger;
  readonly limits?: LimitOptions;
  /** What an `internal` answer says of what a handler threw. For tests: it may be nobody's business. @default nothing of it */
  readonly explain?: Explain;
};

export interface ServerCore {
  /** A socket was opened; tell the handler what it says. */
  accept(socket: ServerSocket, request: ConnectionRequest): ConnectionHandler;
  readonly publish: ServerPublish;
  /** Ends a user's subscriptions of a channel, on all of its connections. `user`: its id or tag. */
  kick(user: string, channel: string): void;
  /** Closes a user's connections; they must authenticate again. Of their commands, those that wait for their turn are not run. */
  closeUser(user: string): void;
  /** The broker has started, and nobody has asked to stop. */
  readonly isReady: boolean;
  /**
   * Lets commands under way end, for a while; then closes every connection and lets the broker go. `gone`: the last socket is.
   * For both it waits as long again, not longer.
   */
  stop(code: CloseCode, gone?: Promise<void>): Promise<void>;
}

/** Log sentences for closes that the client caused. */
const CLOSINGS: ReadonlyMap<CloseCode, string> = new Map([
  [CloseCode.badFrame, 'A connection was closed: a frame broke the protocol.'],
  [CloseCode.tooLarge, 'A connection was closed: a frame was too large.'],
  [CloseCode.rateLimited, 'A connection was closed: the client sent too much.'],
  [CloseCode.slowReader, 'A connection was closed: the client read too slowly.'],
  [CloseCode.incompatible, 'A client was refused: it speaks another version of the protocol.'],
]);

const PLAIN: Explain = (_, plain) => plain;
const SILENT: Logger = { warn: () => undefined, error: () => undefined };

export function createServerCore<C extends AnyContract>(options: ServerCoreOptions<C>, world: ServerWorld): ServerCore {
  assertServerOptions(options);
  const { clock, dice } = world;
  const { broker, authenticate, logger = SILENT, explain = PLAIN } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  for (const [name, limit] of Object.entries<unknown>(limits)) {
    // Nothing is ever over NaN.
    if (typeof limit !== 'number' || !(limit >= 0)) throw new RealtimeError('misuse', `limits.${name} is ${String(limit)}. Give a number, or leave it out.`);
  }
  const incidents = createIncidents(logger, clock);
  // The types of the contract end here: from now on names are text that arrives from outside.
  const catalog = createCatalog(options as unknown as PlainRules, { clock, ruleMs: limits.handlerMs, logger, incidents });
  const createAbort = world.createAbort ?? createPlainAbort;
  const connections = new Set<Connection>();
  const ready = createRoster();
  /** Connections that wait for authenticate, each with the users that were closed since. */
  const entering = new Map<Connection, string[]>();
  let isSweeping = false;
  let isStarted = false;
  let isStopped = false;

  const defer = world.defer ?? ((run: () => void) => void clock.after(0, run));
  const hub = createHub({ broker, defer });
  const started = broker.start({
    clock,
    dice,
    listener: {
      onEvents: hub.onEvents,
      onFence: () => {
        for (const connection of connections) connection.pingNow();
      },
    },
  });
  started.then(
    () => (isStarted = true),
    (error: unknown) => logger.error('The broker did not start.', error),
  );

  const handlers = createRunning(limits.handlers);
  const commands = createCommands({ catalog, broker, world, createAbort, handlerMs: limits.handlerMs, handlers, maxWaiting: limits.waitingCommands, logger, explain });

  const users = createBudgets<UserBudget>(userRates(limits));
  const addresses = createBudgets<'hellos'>({ hellos: { perSecond: limits.hellosPerSecond, size: limits.helloBurst } });

  const sweep = (): void => {
    isSweeping = connections.size + users.size + addresses.size + incidents.size > 0;
    if (!isSweeping) return;
    clock.after(SWEEP_MS, () =>
      // Deferred, so that frames that have arrived are read first: after a pause of the process the timer fires before them.
      defer(() => {
        for (const connection of connections) connection.sweep();
        users.sweep(clock.now());
        addresses.sweep(clock.now());
        incidents.sweep();
        sweep();
      }),
    );
  };

  /** Null: hellos of this request are not counted. */
  const hellosOf = ({ remoteAddress }: ConnectionRequest): Bucket | null =>
    limits.hellosPerSecond === Infinity || remoteAddress === undefined ? null : addresses.bucket(networkOf(remoteAddress), 'hellos');

  /** Takes one hello from the budget of the address, or throws {@link Busy}. */
  const payHello = (request: ConnectionRequest): void => {
    const hellos = hellosOf(request);
    if (hellos === null || hellos.take(clock.now())) return;
    incidents.note('Clients were sent away for a while: too many of one address asked to be let in.', { address: request.remoteAddress });
    throw new Busy(hellos.fullInMs(clock.now()) * (1 + dice.roll()) / 2);
  };

  const node = dice.id();

  /** Who the client is: what `authenticate` says, or without it the client id under a public name that does not give it away. */
  const identify = async (hello: HelloFrame, request: ConnectionRequest): Promise<User | null> => {
    if (authenticate === undefined) return { id: hello.client, tag: world.digest(`holdfast tag ${hello.client}`) };
    try {
      const identity = await authenticate({ request, token: hello.token });
      if (identity === null) {
        incidents.note('A client was refused: authenticate said no.', { address: request.remoteAddress });
        return null;
      }
      const user = userOf(identity);
      if (user === null) logger.error(`A client was refused: authenticate must answer null or { id, tag? } with texts that are not empty and a tag of at most ${TAG_LENGTH} characters.`);
      return user;
    } catch (error) {
      logger.warn('A client was refused: authenticate failed.', error);
      return null;
    }
  };

  const shares = createLongShares({ handlers: limits.queries, chars: ROOM_SHARE * limits.bufferedBytes * limits.budgetsPerUser });
  const sessions: SessionHost = { catalog, hub, broker, clock, createAbort, handlers, logger, explain, limits, users, shares, turns: createTurns({ clock, defer }), longNames: new Set() };
  const host: ConnectionHost = {
    clock,
    broker,
    commands,
    node,
    limits: { channels: limits.channels, windowPerLane: WINDOW_PER_LANE, keepMs: broker.keepMs },
    intervals: PING,
    maxBufferedBytes: limits.bufferedBytes,
    maxCommands: limits.commands,
    createBudget: () => ({ frames: createBucket(limits.framesPerSecond, limits.frameBurst), bytes: createBucket(limits.bytesPerSecond, limits.burstBytes) }),
    users,
    async authenticate(connection, hello, request) {
      payHello(request);
      if (entering.size >= limits.authentications) throw new Error('Too many clients wait for authenticate.');
      entering.set(connection, []);
      await started;
      const user = await identify(hello, request);
      if (user === null) hellosOf(request)?.take(clock.now(), REFUSED_COST - 1);
      return user;
    },
    presentAttempt(connection, user, hello) {
      if (entering.get(connection)?.some((name) => isUser(user, name)) === true) return null;
      return ready.find(user.id, hello)?.greeting?.attempt ?? 0;
    },
    assertRoom(user, hello) {
      if (ready.count(user.id) < limits.connectionsPerUser || ready.find(user.id, hello) !== undefined) return;
      incidents.note('Clients were sent away for a while: their user has too many connections.', { user: user.tag });
      throw new Busy(FULL_RETRY_MS);
    },
    createSession: (user, features, port) => createSession(sessions, user, features, port),
    onReady(connection) {
      entering.delete(connection);
      const older = connection.user && connection.greeting && ready.find(connection.user.id, connection.greeting);
      ready.add(connection);
      older?.close(CloseCode.replaced, 'replaced');
    },
    onReleased(connection) {
      connections.delete(connection);
      // Also while authenticate still works: a place belongs to a connection, not to a promise.
      entering.delete(connection);
      ready.remove(connection);
    },
    onClosing(code, reason, culprit) {
      const sentence = CLOSINGS.get(code);
      if (sentence !== undefined) incidents.note(sentence, culprit, code === CloseCode.rateLimited ? undefined : reason);
    },
    onFailed: (error) => logger.error('The server could not serve a client and sent it away for a second.', error),
  };

  return {
    accept(socket, request) {
      const connection = createConnection(socket, request, host);
      connections.add(connection);
      if (isStopped) connection.close(CloseCode.restart, 'stopping');
      if (!isSweeping) sweep();
      return connection;
    },
    async publish(ref, params, event, data) {
      const channel = catalog.nameOf(ref, params as Readonly<Record<string, string | number>>);
      const stored = publication(ref, event, data, { time: clock.wall() });
      await started;
      return broker.publish(channel, [stored]);
    },
    kick(user, channel) {
      for (const connection of connections) if (isUser(connection.user, user)) connection.kick(channel);
    },
    closeUser(user) {
      for (const closed of entering.values()) closed.push(user);
      commands.withdraw((its) => isUser(its, user));
      for (const connection of connections) if (isUser(connection.user, user)) connection.close(CloseCode.unauthorized, 'signed out');
    },
    get isReady() {
      return isStarted && !isStopped;
    },
    async stop(code, gone = Promise.resolve()) {
      isStopped = true;
      await within(clock, limits.stopMs, commands.drain());
      for (const connection of connections) connection.close(code, 'stopping');
      // One that starts only later is let go then.
      const released = started
        .catch(() => undefined)
        .then(() => broker.stop())
        .catch((error: unknown) => logger.error('The broker did not stop.', error));
      const [isReleased] = await Promise.all([within(clock, limits.stopMs, released), within(clock, limits.stopMs, gone)]);
      if (!isReleased) logger.error('The broker did not start and stop in time; the server has stopped without it.');
    },
  };
}

function userRates(limits: typeof DEFAULT_LIMITS): Readonly<Record<UserBudget, Rate>> {
  const rate = (perSecond: number, size: number): Rate => ({ perSecond: perSecond * limits.budgetsPerUser, size: size * limits.budgetsPerUser });
  const frames = rate(limits.framesPerSecond, limits.frameBurst);
  return { frames, pages: frames, bytes: rate(limits.bytesPerSecond, limits.burstBytes), fanOut: rate(limits.fanOutPerSecond, 2 * limits.fanOutPerSecond) };
}

/** Resolves with `work`, which never rejects, or when the time is over; false: it is. */
function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(false));
    void work.then(() => {
      cancel();
      resolve(true);
    });
  });
}

function isUser(user: User | null, asked: string): boolean {
  return user !== null && (user.id === asked || user.tag === asked);
}

/** Null: this is no identity, whatever the types have promised. */
function userOf(identity: Identity | undefined): User | null {
  const { id, tag = id }: { readonly id?: unknown; readonly tag?: unknown } = identity ?? {};
  if (typeof id !== 'string' || id === '' || typeof tag !== 'string' || tag === '' || tag.length > TAG_LENGTH) return null;
  return { id, tag };
}
