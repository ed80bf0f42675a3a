/**
 * The hands of one client connection: text in, frames out, and who of the server's parts gets which frame.
 * Not here: when it is let in (connection.machine), and what the frames do (subscriptions, commands, queries).
 * `createConnection` is long because its parts share one socket's state; each of them is short.
 */
import { CloseCode, type Feature } from '../../core/protocol/codes.js';
import { decode, type Decoded } from '../../core/protocol/codec.js';
import type { ClientFrame, CommandFrame, HelloFrame, PingIntervals, ServerLimits } from '../../core/protocol/frames.js';
import { CLIENT_FRAME_BYTES, PROTOCOL_VERSION, TOKEN_BYTES, WIRE_ID } from '../../core/protocol/limits.js';
import { drive } from '../../core/machine.js';
import { CLIENT_FRAME_CHECKS } from '../../core/protocol/schemas.js';
import type { Clock } from '../../core/world.js';
import type { Broker } from './broker.js';
import type { Bucket } from './bucket.js';
import type { Commands } from './commands.js';
import { INITIAL_CONNECTION, stepConnection, type ConnectionEffect, type ConnectionEvent, type ConnectionState, type ConnectionTimer, type Greeting } from './connection.machine.js';
import { failedText, frameText, notNowText, retryAfter } from './frame-text.js';
import type { User } from './handlers.js';
import { createHeartbeat, type Heartbeat } from './heartbeat.js';
import type { Queries } from './queries.js';
import type { ConnectionHandler, ServerSocket } from './server-world.js';
import type { Subscriptions } from './subscriptions.js';
import type { Volatiles } from './volatiles.js';

/** Before `welcome` a frame is a token and little more. */
const HELLO_BYTES = TOKEN_BYTES + 2 * 1024;

/** A client with more untaken than this misses volatile events. */
const VOLATILE_BEHIND_BYTES = 64 * 1024;

/** What belongs to a connection that is ready. */
export interface Session {
  readonly subscriptions: Subscriptions;
  readonly queries: Queries;
  /** Null: this client does not know of them. */
  readonly volatiles: Volatiles | null;
  release(): void;
}

/** What a session needs of its connection. */
export interface SessionPort {
  /** Does nothing once the connection is gone. */
  send(text: string): void;
  onFailed(error: unknown): void;
  onFlood(): void;
  bufferedBytes(): number;
  /** May drop what it is given. */
  sendVolatile(text: string): void;
  readonly features: readonly Feature[];
}

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly clock: Clock;
  readonly broker: Pick<Broker, 'storage' | 'fence' | 'confirmedMs'>;
  readonly commands: Commands;
  readonly node: string;
  readonly limits: ServerLimits;
  readonly intervals: PingIntervals;
  readonly maxBufferedBytes: number;
  /** Commands under way, those whose handler runs past its time included. */
  readonly maxCommands: number;
  /** Frames that it may still send. */
  readonly inbound: Bucket;
  /** Who it is; rejects if that cannot be known now. */
  authenticate(hello: HelloFrame): Promise<User | null>;
  /** Asked last, in the turn in which it would become ready: false if the user was closed while it was authenticated. */
  mayEnter(user: User): boolean;
  createSession(user: User, port: SessionPort): Session;
  onReady(connection: Connection): void;
  onReleased(connection: Connection): void;
  onFailed(error: unknown): void;
}

/** What the server needs of a connection; who it is, is known while it is ready. */
export interface Connection extends ConnectionHandler {
  readonly user: User | null;
  readonly greeting: Greeting | null;
  /** Looks at the clock: time for a ping, or for the end. */
  sweep(): void;
  pingNow(): void;
  kick(channel: string): void;
  close(code: CloseCode, reason: string): void;
}

/** What of a frame costs as much as a frame: for each of them a rule is asked, and storage. */
function channelsOf(frame: ClientFrame): number {
  if (frame.t === 'subscribe') return frame.channels.length;
  return frame.t === 'query' ? (frame.stamp?.length ?? 0) : 0;
}

export function createConnection(socket: ServerSocket, host: ConnectionHost): Connection {
  const { clock } = host;
  let heartbeat: Heartbeat | null = null;
  let session: Session | null = null;
  let commandsUnderWay = 0;

  const ping = (): void => {
    if (heartbeat === null) return;
    const { fence, confirmedMs } = host.broker;
    write(frameText({ t: 'ping', ...heartbeat.next(clock.now()), fence: fence(), confirmedMs: confirmedMs() }));
  };

  const write = (text: string): void => {
    socket.send(text);
    if (socket.bufferedBytes() > host.maxBufferedBytes) close(CloseCode.slowReader, 'too slow');
  };

  const send = (text: string): void => {
    if (machine.state.kind !== 'ready') return;
    write(text);
    if (heartbeat?.wrote(text.length) === true) ping();
  };

  /** Who is behind gets none: what nobody keeps must not be what cuts a slow reader off. */
  const sendVolatile = (text: string): void => {
    if (socket.bufferedBytes() < VOLATILE_BEHIND_BYTES) send(text);
  };

  const welcome = (greeting: Greeting, user: User): void => {
    const { link, isVisible, features } = greeting;
    heartbeat = createHeartbeat(host.intervals, isVisible, clock.now());
    connection.user = user;
    connection.greeting = greeting;
    session = host.createSession(user, { send, onFailed: fail, onFlood: flood, bufferedBytes: () => socket.bufferedBytes(), sendVolatile, features });
    host.onReady(connection);
    const { broker, node, limits, intervals } = host;
    send(
      frameText({
        t: 'welcome',
        v: PROTOCOL_VERSION,
        link,
        node,
        tag: user.tag,
        storage: broker.storage,
        fence: broker.fence(),
        features,
        limits,
        ping: intervals,
      }),
    );
  };

  const perform = (effect: ConnectionEffect): void => {
    switch (effect.type) {
      case 'authenticate':
        host
          .authenticate(effect.hello)
          .then((user) => machine.send(user !== null && host.mayEnter(user) ? { type: 'authenticated', user } : { type: 'refused' }), fail);
        return;
      case 'welcome':
        return welcome(effect.greeting, effect.user);
      case 'close':
        return socket.close(effect.code, effect.reason);
      case 'release':
        session?.release();
        session = null;
        connection.user = connection.greeting = null;
        heartbeat = null;
        return host.onReleased(connection);
      default:
        effect satisfies never;
    }
  };

  const machine = drive<ConnectionState, ConnectionEvent, ConnectionEffect, ConnectionTimer>({ clock, initial: INITIAL_CONNECTION, step: stepConnection, perform });
  const close = (code: CloseCode, reason: string): void => machine.send({ type: 'give-up', code, reason });

  /** The server cannot serve anybody now; the client comes back a little later. */
  const fail = (error: unknown): void => {
    host.onFailed(error);
    close(CloseCode.busy, retryAfter(1_000));
  };

  const flood = (): void => close(CloseCode.rateLimited, retryAfter(1_000));

  const run = (frame: CommandFrame, user: User, client: string): void => {
    if (commandsUnderWay >= host.maxCommands) return send(notNowText(frame.id, 'unavailable', 1_000));
    commandsUnderWay++;
    void host.commands
      .run(user, client, frame)
      .then(({ text, settled }) => {
        send(text);
        return settled;
      })
      .then(() => commandsUnderWay--);
  };

  const hearVisible = (isVisible: boolean): void => {
    if (heartbeat?.setVisible(isVisible) === true) ping();
  };

  /** Only while ready. */
  const handle = (frame: Exclude<ClientFrame, HelloFrame>, user: User, client: string, its: Session): void => {
    switch (frame.t) {
      case 'ping':
        send(frameText({ t: 'pong', n: frame.n }));
        return hearVisible(frame.visible);
      case 'pong':
        heartbeat?.pong(frame.n, clock.now());
        return hearVisible(frame.visible);
      case 'subscribe':
        return its.subscriptions.subscribe(frame);
      case 'unsubscribe':
        return its.subscriptions.unsubscribe(frame);
      case 'query':
        return its.queries.ask(frame);
      case 'cancel':
        return its.queries.cancel(frame);
      case 'publish':
        return its.volatiles?.publish(frame);
      case 'command':
        return run(frame, user, client);
      case 'lane':
        host.commands.openLane(user, client, frame).then(send, fail);
        return;
      default:
        frame satisfies never;
    }
  };

  const refuse = (decoded: Exclude<Decoded<ClientFrame>, { ok: true }>): void => {
    const id = decoded.id ?? null;
    if (machine.state.kind === 'ready') {
      if (decoded.why === 'unknown' && id === null) return;
      if (id !== null && WIRE_ID.test(id)) {
        if (decoded.why === 'unknown') return send(failedText(id, { kind: 'failed', code: 'unsupported', message: 'The server does not know this kind of request.' }));
        return send(failedText(id, { kind: 'failed', code: 'invalid', message: `The frame is not as the protocol says: ${decoded.detail.slice(0, 200)}.` }));
      }
    }
    if (decoded.why === 'too-large') close(CloseCode.tooLarge, 'frame too large');
    else if (decoded.why === 'too-deep') close(CloseCode.badFrame, 'frame too deep');
    else if (decoded.why === 'malformed') close(CloseCode.badFrame, 'malformed frame');
    else close(CloseCode.badFrame, 'unknown frame');
  };

  // Plain fields: accessors of its own on each object would make a hash table of each.
  const connection: Connection & { user: User | null; greeting: Greeting | null } = {
    user: null,
    greeting: null,
    onMessage(text) {
      const { state } = machine;
      if (state.kind === 'closed') return;
      if (!host.inbound.take(clock.now())) return close(CloseCode.rateLimited, retryAfter(host.inbound.fullInMs(clock.now())));
      // Nothing but the first frame is parsed before welcome.
      if (state.kind === 'authenticating') return machine.send({ type: 'frame' });
      heartbeat?.heard(clock.now());
      const decoded = decode<ClientFrame>(text, state.kind === 'ready' ? CLIENT_FRAME_BYTES : HELLO_BYTES, CLIENT_FRAME_CHECKS);
      if (!decoded.ok) return refuse(decoded);
      const { frame } = decoded;
      if (frame.t === 'hello') return machine.send({ type: 'hello', hello: frame });
      const more = channelsOf(frame) - 1;
      if (more > 0 && !host.inbound.take(clock.now(), more)) return flood();
      if (state.kind === 'ready' && session !== null) return handle(frame, state.user, state.greeting.client, session);
      machine.send({ type: 'frame' });
    },
    onBinary: () => close(CloseCode.badFrame, 'binary frame'),
    onClosed: () => machine.send({ type: 'socket-closed' }),
    sweep() {
      const now = clock.now();
      const pulse = heartbeat?.check(now, socket.receivedBytes());
      if (pulse === 'dead') close(CloseCode.unheard, 'silent');
      else if (pulse === 'ping') ping();
    },
    pingNow: ping,
    kick: (channel) => session?.subscriptions.kick(channel),
    close,
  };
  machine.send({ type: 'opened' });
  return connection;
}
