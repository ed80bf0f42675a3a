/* oxlint-disable max-lines -- Long because a connection is one object: each part of its own would be paid for by every idle one. */
/**
 * The hands of one client connection: text in, frames out, and who of the server's parts gets which frame.
 * Not here: when it is let in (connection.machine), and what the frames do (subscriptions, commands, queries).
 */
import { CloseCode, type Feature } from '../../core/protocol/codes.js';
import { decode, utf8Bytes } from '../../core/protocol/codec.js';
import type { ClientFrame, CommandFrame, HelloFrame, PingIntervals, ServerLimits } from '../../core/protocol/frames.js';
import { CLIENT_FRAME_BYTES, PROTOCOL_VERSION } from '../../core/protocol/limits.js';
import { drive, type Driven } from '../../core/machine.js';
import { CLIENT_FRAME_CHECKS } from '../../core/protocol/schemas.js';
import type { Clock } from '../../core/world.js';
import type { Broker } from './broker.js';
import type { Bucket } from './bucket.js';
import type { Budgets, UserBudget } from './budgets.js';
import type { Commands } from './commands.js';
import { connectionTimer, INITIAL_CONNECTION, stepConnection, type ConnectionEffect, type ConnectionEvent, type ConnectionState, type Greeting } from './connection.machine.js';
import { frameText, notNowText, retryAfter } from './frame-text.js';
import type { User } from './handlers.js';
import { createHeartbeat, type Heartbeat } from './heartbeat.js';
import type { Culprit } from './incidents.js';
import { refusalOf, type Refusal } from './refusal.js';
import type { ConnectionHandler, ConnectionRequest, ServerSocket } from './server-world.js';
import type { Session, SessionPort } from './session.js';

/** A client with more untaken than this misses volatile events. */
const VOLATILE_BEHIND_BYTES = 64 * 1024;

/** What a connection needs of its server: one for all of them. */
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
  /** What one connection may send. */
  createBudget(): ConnectionBudget;
  /** What all connections of a user may send. */
  readonly users: Budgets<UserBudget>;
  /** Who it is; rejects if that cannot be known now. */
  authenticate(connection: Connection, hello: HelloFrame, request: ConnectionRequest): Promise<User | null>;
  /**
   * Asked last, in the turn in which it would become ready: the number of the ready connection of the same user, client and link,
   * 0 if there is none; null if the user was closed while it was authenticated.
   */
  presentAttempt(connection: Connection, user: User, hello: HelloFrame): number | null;
  /** Throws {@link Busy} if the user may not have one more connection now. */
  assertRoom(user: User, hello: HelloFrame): void;
  createSession(user: User, features: readonly Feature[], port: SessionPort): Session;
  onReady(connection: Connection): void;
  onReleased(connection: Connection): void;
  onClosing(code: CloseCode, reason: string, culprit: Culprit): void;
  onFailed(error: unknown): void;
}

interface ConnectionBudget {
  readonly frames: Bucket;
  readonly bytes: Bucket;
}

/** Thrown when there is no room for a client: the connection closes with 4200 and a time to come back. Not logged as a failure. */
export class Busy {
  constructor(readonly retryMs: number) {}
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

/** What of a frame costs as much as a frame: for each of them a rule is asked, and storage. What the client was told to send is free: a recovery that goes on, and a pong. */
function dueFor(frame: ClientFrame, { subscriptions }: Session): number {
  if (frame.t === 'subscribe' && frame.channels.length > 0) return subscriptions.due(frame);
  return frame.t === 'query' ? Math.max(1, frame.stamp?.length ?? 0) : 1;
}

export function createConnection(socket: ServerSocket, request: ConnectionRequest, host: ConnectionHost): Connection {
  return new LeanConnection(socket, request, host);
}

/** A class, because there are many: functions of its own would weigh more than all the rest of it. */
class LeanConnection implements Connection, SessionPort {
  user: User | null = null;
  greeting: Greeting | null = null;
  readonly #socket: ServerSocket;
  readonly #host: ConnectionHost;
  readonly #machine: Driven<ConnectionState, ConnectionEvent>;
  /** Null: all buckets are full, as on most connections. */
  #budget: ConnectionBudget | null = null;
  #request: ConnectionRequest | null;
  #heartbeat: Heartbeat | null = null;
  #session: Session | null = null;
  #commandsUnderWay = 0;
  /** Pings that were sent and not answered. */
  #pings = 0;

  constructor(socket: ServerSocket, request: ConnectionRequest, host: ConnectionHost) {
    this.#socket = socket;
    this.#host = host;
    this.#request = request;
    this.#machine = drive<ConnectionState, ConnectionEvent, ConnectionEffect>({
      clock: host.clock,
      initial: INITIAL_CONNECTION,
      step: stepConnection,
      timer: connectionTimer,
      perform: (effect) => this.#perform(effect),
    });
  }

  onMessage(text: string): void {
    const { state } = this.#machine;
    if (state.kind === 'closed') return;
    const now = this.#host.clock.now();
    if (!this.#pay('frames', 1, now) || !this.#pay('bytes', utf8Bytes(text), now)) return this.#exceed(now);
    // Nothing but the first frame is parsed before welcome.
    if (state.kind === 'authenticating') return this.#machine.send({ type: 'frame' });
    this.#heartbeat?.heard(now, this.#socket.receivedBytes());
    const decoded = decode<ClientFrame>(text, CLIENT_FRAME_BYTES, CLIENT_FRAME_CHECKS);
    if (!decoded.ok) return this.#refuse(refusalOf(decoded, state.kind === 'ready'), state);
    const { frame } = decoded;
    if (frame.t === 'hello') return this.#machine.send({ type: 'hello', hello: frame });
    if (state.kind !== 'ready' || this.#session === null) return this.#machine.send({ type: 'frame' });
    // One was paid for before it was read.
    const due = (frame.t === 'pong' && this.#pings > 0 ? 0 : dueFor(frame, this.#session)) - 1;
    if (frame.t === 'pong' && due < 0) this.#pings--;
    if (due < 0) for (const bucket of this.#bucketsOf('frames')) bucket.give(-due);
    else if (due > 0 && !this.#pay('frames', due, now)) return this.flood();
    this.#handle(frame, state.user, state.greeting.client, this.#session);
  }

  onBinary(): void {
    this.close(CloseCode.badFrame, 'binary frame');
  }

  onControl(): void {
    const now = this.#host.clock.now();
    if (this.#machine.state.kind !== 'closed' && !this.#pay('frames', 1, now)) this.#exceed(now);
  }

  onBroken(): void {
    this.#host.onClosing(CloseCode.badFrame, 'broken message', this.#culprit());
  }

  onClosed(): void {
    this.#machine.send({ type: 'socket-closed' });
  }

  sweep(): void {
    const now = this.#host.clock.now();
    if (this.#budget !== null && this.#budget.frames.fullInMs(now) + this.#budget.bytes.fullInMs(now) === 0) this.#budget = null;
    const pulse = this.#heartbeat?.check(now, this.#socket.receivedBytes());
    if (pulse === 'dead') this.close(CloseCode.unheard, 'silent');
    else if (pulse === 'ping') this.pingNow();
  }

  pingNow(): void {
    if (this.#heartbeat === null) return;
    const { broker, clock } = this.#host;
    this.#pings++;
    this.#write(frameText({ t: 'ping', ...this.#heartbeat.next(clock.now(), this.#socket.receivedBytes()), fence: broker.fence(), confirmedMs: broker.confirmedMs() }));
  }

  kick(channel: string): void {
    this.#session?.subscriptions.kick(channel);
  }

  close(code: CloseCode, reason: string): void {
    this.#machine.send({ type: 'give-up', code, reason });
  }

  send(text: string): void {
    if (this.#machine.state.kind !== 'ready') return;
    this.#write(text);
    if (this.#heartbeat?.wrote(text.length) === true) this.pingNow();
  }

  /** Who is behind gets none: what nobody keeps must not be what cuts a slow reader off. */
  sendVolatile(text: string): void {
    if (this.#socket.bufferedBytes() < VOLATILE_BEHIND_BYTES) this.send(text);
  }

  bufferedBytes(): number {
    return this.#socket.bufferedBytes();
  }

  fail(error: unknown): void {
    if (!(error instanceof Busy)) this.#host.onFailed(error);
    this.close(CloseCode.busy, retryAfter(error instanceof Busy ? error.retryMs : 1_000));
  }

  flood(): void {
    this.close(CloseCode.rateLimited, retryAfter(1_000));
  }

  /** The connection's own, and its user's. */
  #bucketsOf(kind: keyof ConnectionBudget): readonly Bucket[] {
    this.#budget ??= this.#host.createBudget();
    return [this.#budget[kind], ...(this.user === null ? [] : [this.#host.users.bucket(this.user.id, kind)])];
  }

  #pay(kind: keyof ConnectionBudget, amount: number, now: number): boolean {
    this.#budget ??= this.#host.createBudget();
    return this.#budget[kind].take(now, amount) && (this.user === null || this.#host.users.bucket(this.user.id, kind).take(now, amount));
  }

  /** A budget is empty. */
  #exceed(now: number): void {
    this.close(CloseCode.rateLimited, retryAfter(this.#fullInMs(now)));
  }

  #fullInMs(now: number): number {
    return Math.max(...[...this.#bucketsOf('frames'), ...this.#bucketsOf('bytes')].map((bucket) => bucket.fullInMs(now)));
  }

  #write(text: string): void {
    this.#socket.send(text);
    if (this.#socket.bufferedBytes() > this.#host.maxBufferedBytes) this.close(CloseCode.slowReader, 'too slow');
  }

  #perform(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'authenticate':
        return this.#authenticate(effect.hello);
      case 'welcome':
        return this.#welcome(effect.greeting, effect.user);
      case 'close':
        this.#host.onClosing(effect.code, effect.reason, this.#culprit());
        return this.#socket.close(effect.code, effect.reason);
      case 'release':
        this.#session?.release();
        this.#session = this.#heartbeat = this.#request = null;
        this.#host.onReleased(this);
        this.user = this.greeting = null;
        return;
      default:
        effect satisfies never;
    }
  }

  #authenticate(hello: HelloFrame): void {
    const request = this.#request;
    if (request === null) return;
    this.#host
      .authenticate(this, hello, request)
      .then((user) => {
        const present = user && this.#host.presentAttempt(this, user, hello);
        if (user === null || present === null) return this.#machine.send({ type: 'refused' });
        this.#host.assertRoom(user, hello);
        return this.#machine.send({ type: 'authenticated', user, present });
      })
      .catch((error: unknown) => this.fail(error));
  }

  /** The cause of an incident, for the log. */
  #culprit(): Culprit {
    return this.user === null ? { address: this.#request?.remoteAddress } : { user: this.user.tag };
  }

  #welcome(greeting: Greeting, user: User): void {
    const { link, isVisible, features } = greeting;
    const { clock, broker, node, limits, intervals } = this.#host;
    this.#heartbeat = createHeartbeat(intervals, isVisible, clock.now());
    this.user = user;
    this.greeting = greeting;
    // Headers are large, and are not needed again.
    this.#request = null;
    this.#session = this.#host.createSession(user, features, this);
    this.#host.onReady(this);
    this.send(
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
  }

  /** Only while ready. */
  #handle(frame: Exclude<ClientFrame, HelloFrame>, user: User, client: string, its: Session): void {
    switch (frame.t) {
      case 'ping':
        this.send(frameText({ t: 'pong', n: frame.n }));
        return this.#hearVisible(frame.visible);
      case 'pong':
        this.#heartbeat?.pong(frame.n, this.#host.clock.now());
        return this.#hearVisible(frame.visible);
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
        return this.#run(frame, user, client);
      case 'lane':
        this.#host.commands.openLane(user, client, frame).then(
          (text) => this.send(text),
          (error: unknown) => this.fail(error),
        );
        return;
      default:
        frame satisfies never;
    }
  }

  #hearVisible(isVisible: boolean): void {
    if (this.#heartbeat?.setVisible(isVisible) === true) this.pingNow();
  }

  /** `malformed`: what is wrong with the frame; the command is recorded as refused. */
  #run(frame: CommandFrame, user: User, client: string, malformed?: string): void {
    if (this.#commandsUnderWay >= this.#host.maxCommands) return this.send(notNowText(frame.id, 'unavailable', 1_000));
    this.#commandsUnderWay++;
    void this.#host.commands
      .run(user, client, frame, malformed)
      .then(({ text, settled }) => {
        this.send(text);
        return settled;
      })
      .then(() => this.#commandsUnderWay--);
  }

  #refuse(refusal: Refusal, state: ConnectionState): void {
    if (refusal.kind === 'close') this.close(refusal.code, refusal.reason);
    else if (refusal.kind === 'answer') this.send(refusal.text);
    else if (refusal.kind === 'record' && state.kind === 'ready') this.#run(refusal.command, state.user, state.greeting.client, refusal.message);
  }
}
