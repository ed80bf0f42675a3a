/* oxlint-disable max-lines -- Long because the parts of one socket begin and end together: token, stand-in, heartbeat. */
/**
 * The hands of one link: its socket, its token, its heartbeat, its codec.
 * Not here: when to come back (`link.machine.ts`) and what frames mean to the rooms above.
 */
import { DEV, RealtimeError } from '../errors.js';
import type { Heartbeat, HeartbeatPort } from '../heartbeat/heartbeat.js';
import type { HeartbeatStart } from '../heartbeat/heartbeat.machine.js';
import { drive } from '../machine.js';
import type { Timings } from '../options.js';
import { SERVER_FRAME_CHECKS } from '../protocol/checks.js';
import { decode, encode, isLongerThan, type Decoded } from '../protocol/codec.js';
import { CloseCode } from '../protocol/codes.js';
import type { Dialect, StandIn } from '../protocol/dialect.js';
import type { ClientFrame, ServerFrame, ServerPingFrame, WelcomeFrame } from '../protocol/frames.js';
import { ACCEPTED_FRAME_BYTES, CLIENT_FRAME_BYTES, PROTOCOL_VERSION, SUBPROTOCOL, TOKEN_BYTES } from '../protocol/limits.js';
import type { Cancel, Clock, Dice, Socket, SocketEvents } from '../world.js';
import { createLinkStep, IDLE_LINK, linkTimer, type LinkEffect, type LinkEvent, type LinkState } from './link.machine.js';
import { stopError } from './stop-error.js';

/** What a link is good for right now. */
export interface LinkStatus {
  readonly state: LinkState;
  readonly isSuspect: boolean;
  /** Why it is stopped; null while it is not. */
  readonly error: RealtimeError | null;
}

/** What a link needs, from the world and from above. */
export interface LinkPort {
  readonly clock: Clock;
  readonly dice: Dice;
  open(url: string, protocols: readonly string[], events: SocketEvents): Socket;
  readonly url: string;
  /** How a foreign server says our words; undefined: it is ours. */
  readonly dialect?: Dialect | undefined;
  readonly timings: Timings;
  /** Null: the server needs no token. A rejection with code `unauthorized` is final. */
  readonly fetchToken: ((onAbort: (abort: () => void) => void) => Promise<string | null>) | null;
  createHeartbeat(heartbeat: HeartbeatPort, start: HeartbeatStart): Heartbeat;
  hello(token: string | null, attempt: number): ClientFrame;
  pong(ping: ServerPingFrame): ClientFrame;
  probe(): ClientFrame;
  onWelcome(frame: WelcomeFrame): { readonly pingMs: number };
  onFrame(frame: ServerFrame): void;
  onReady(): void;
  /** `isFinal`: it does not come back by itself. */
  onLost(isFinal: boolean): void;
  onStatus(status: LinkStatus): void;
  /** A round trip, as the server has measured it. */
  onRtt(sampleMs: number): void;
  onError(error: RealtimeError): void;
}

export interface Link {
  readonly status: LinkStatus;
  /** `attempt`: how many attempts of the pool have failed since one proved itself; 0 connects at once. */
  start(attempt: number): void;
  stop(): void;
  reconnect(): void;
  /** Something makes an open socket doubtful, or has to be told to the server: asks it now. */
  doubt(): void;
  /** A sibling was lost while this link is on its way; the pool has one count of failures. */
  siblingLost(): void;
  /** The network may be back: do not wait any longer, and look whether an open socket still lives. */
  hurry(): void;
  /** False: not ready, or the socket does not take it. */
  send(frame: ClientFrame): boolean;
}

export function createLink(port: LinkPort): Link {
  const { clock, dice, dialect } = port;
  let socket: Socket | null = null;
  let standIn: StandIn | undefined;
  let token: string | null = null;
  let heartbeat: Heartbeat | null = null;
  let helloAt = 0;
  let failure: RealtimeError | null = null;
  let dropToken: Cancel | null = null;
  let status: LinkStatus = { state: IDLE_LINK, isSuspect: false, error: null };

  const chance = (): { readonly now: number; readonly roll: number } => ({ now: clock.now(), roll: dice.roll() });
  const show = (next: LinkStatus): void => {
    status = next;
    port.onStatus(next);
  };

  const machine = drive<LinkState, LinkEvent, LinkEffect>({
    clock,
    initial: IDLE_LINK,
    step: createLinkStep(port.timings),
    timer: (state) => linkTimer(state, port.timings),
    perform,
    onState(state, { tag }) {
      const isStopped = state.tag === 'stopped';
      const error = !isStopped ? null : tag === 'stopped' ? status.error : (failure ?? stopError(state.code));
      failure = null;
      show({ state, isSuspect: status.isSuspect && state.tag === 'ready', error });
      if (isStopped && tag !== 'stopped') port.onError(error as RealtimeError);
    },
  });

  function perform(effect: LinkEffect): void {
    switch (effect.type) {
      case 'fetch-token':
        return fetchToken();
      case 'drop-token':
        dropToken?.();
        return;
      case 'open-socket':
        return openSocket(effect.generation);
      case 'say-hello':
        helloAt = clock.now();
        sendFrame(port.hello(token, machine.state.generation));
        return;
      case 'tell-ready':
        return port.onReady();
      case 'tell-lost':
        return port.onLost(effect.isFinal);
      case 'drop-socket':
        return dropSocket(effect.code, effect.reason);
      case 'give-up':
        return giveUp(effect.code, effect.reason);
    }
  }

  function fetchToken(): void {
    if (port.fetchToken === null) return machine.send({ type: 'token-ready' });
    let isOver = false;
    const end = (): boolean => {
      if (isOver) return false;
      isOver = true;
      cancelLimit();
      dropToken = null;
      return true;
    };
    const fail = (cause: unknown): void => {
      if (!end()) return;
      const isFinal = cause instanceof RealtimeError && cause.code === 'unauthorized';
      // What the application itself calls final is told as the end of the link, in its words.
      if (isFinal) failure = cause;
      else {
        const isOurs = cause instanceof RealtimeError && cause.code === 'misuse';
        port.onError(isOurs ? cause : new RealtimeError('unauthorized', DEV && 'The auth function failed; it is asked again with the next attempt.', { cause }));
      }
      machine.send({ type: 'token-failed', isFinal, ...chance() });
    };
    let abort: () => void = () => {};
    const cancelLimit = clock.after(port.timings.tokenMs, () => {
      abort();
      fail(new RealtimeError('timeout', DEV && `The auth function gave no token within ${port.timings.tokenMs} ms.`));
    });
    dropToken = () => {
      if (end()) abort();
    };
    port.fetchToken((onAbort) => (abort = onAbort)).then((value: unknown) => {
      if (value !== null && (typeof value !== 'string' || isLongerThan(value, TOKEN_BYTES))) {
        return fail(new RealtimeError('misuse', DEV && `The auth function gave ${typeof value === 'string' ? 'too long a token' : typeof value}. It must give a text of at most ${TOKEN_BYTES} bytes, or null.`));
      }
      if (!end()) return;
      token = value;
      machine.send({ type: 'token-ready' });
    }, fail);
  }

  function openSocket(generation: number): void {
    const closed = (code: number, reason: string): void => {
      const policy = standIn?.policyOf(code, reason);
      release();
      machine.send({ type: 'closed', generation, code, reason, policy, ...chance() });
    };
    // A socket that was let go has been told so and is silent; this guards against one that speaks all the same.
    const isCurrent = (): boolean => socket === own;
    standIn = dialect?.createStandIn({
      clock,
      onError: port.onError,
      epoch: dice.id(),
      send: (text) => socket?.send(text) ?? false,
      onFrame: (frame) => isCurrent() && take(frame, generation),
    });
    const own = port.open(port.url, dialect?.protocols ?? [SUBPROTOCOL], {
      onOpened: () => isCurrent() && machine.send({ type: 'opened', generation }),
      onMessage: (text) => isCurrent() && receive(text, generation),
      onClosed: (code, reason) => isCurrent() && closed(code, reason),
    });
    socket = own;
  }

  function receive(text: string, generation: number): void {
    heartbeat?.heard();
    if (standIn) return standIn.hear(text);
    const decoded = decode<ServerFrame>(text, ACCEPTED_FRAME_BYTES, SERVER_FRAME_CHECKS);
    if (!decoded.ok) {
      if (decoded.why !== 'unknown') distrust(decoded);
      return;
    }
    take(decoded.frame, generation);
  }

  function take(frame: ServerFrame, generation: number): void {
    switch (frame.t) {
      case 'welcome':
        return welcome(frame, generation);
      case 'ping':
        // The server refuses every frame but `hello` before its welcome.
        if (machine.state.tag !== 'ready') return;
        heartbeat?.read(frame.heardMs, frame.rttMs);
        heartbeat?.intervalNamed(frame.everyMs);
        sendFrame(port.pong(frame));
        if (frame.rttMs !== undefined) port.onRtt(frame.rttMs);
        break;
      case 'pong':
        // A pong proves that the server has just read the client's ping.
        return heartbeat?.read(0);
      default:
        break;
    }
    if (machine.state.tag === 'ready') port.onFrame(frame);
  }

  function welcome(frame: WelcomeFrame, generation: number): void {
    if (machine.state.tag !== 'greeting') return;
    if (frame.v !== PROTOCOL_VERSION) return giveUp(CloseCode.incompatible, '');
    const { pingMs } = port.onWelcome(frame);
    // Whoever was told of it may have let this socket go.
    if ((machine.state as LinkState).tag !== 'greeting') return;
    // Silence proves nothing about a server that answers no ping.
    if (dialect?.can.ping !== false) heartbeat = port.createHeartbeat(
      {
        clock,
        sendProbe() {
          // A dialect that cannot ask after all gets no answer: nobody may be declared dead for that.
          if (!sendFrame(port.probe()) && standIn) heartbeat?.heard();
        },
        onSuspect: (isSuspect) => show({ ...status, isSuspect }),
        onDead: (isHeard) => giveUp(CloseCode.silent, isHeard ? 'not read for too long' : 'silent for too long'),
      },
      { everyMs: pingMs, tripMs: clock.now() - helloAt, saysRead: dialect === undefined },
    );
    machine.send({ type: 'welcomed', generation, isSilent: dialect?.can.greet === false });
  }

  function distrust({ why, detail }: Extract<Decoded<ServerFrame>, { detail: string }>): void {
    port.onError(
      new RealtimeError('bad-frame', DEV && `The server sent a frame that is not of protocol v1 (${detail}); the link is opened anew. Check that both ends run matching versions.`),
    );
    giveUp(why === 'too-large' ? CloseCode.tooLarge : CloseCode.badFrame, 'bad frame', 1006);
  }

  /** `as` is what the machine hears: a code that we close with for the server's fault must not count as the server's verdict on us. */
  function giveUp(code: number, reason: string, as: number = code): void {
    const { generation } = machine.state;
    dropSocket(code, reason);
    machine.send({ type: 'closed', generation, code: as, reason, ...chance() });
  }

  function dropSocket(code: number, reason: string): void {
    socket?.close(code, reason);
    release();
  }

  function release(): void {
    standIn?.stop();
    standIn = undefined;
    socket = null;
    token = null;
    heartbeat?.stop();
    heartbeat = null;
  }

  function sendFrame(frame: ClientFrame): boolean {
    if (standIn) return taken(frame, standIn.say(frame), 0);
    const encoded = encode(frame, CLIENT_FRAME_BYTES);
    if (!encoded.ok) {
      port.onError(new RealtimeError('too-large', DEV && `A ${frame.t} frame cannot be sent: ${encoded.detail}.`));
      return false;
    }
    return taken(frame, socket?.send(encoded.text) ?? false, encoded.text.length);
  }

  function taken({ t }: ClientFrame, isTaken: boolean, bytes: number): boolean {
    if (isTaken) heartbeat?.sent(bytes, ANSWERED.has(t));
    return isTaken;
  }

  return {
    get status() {
      return status;
    },
    start: (attempt) => machine.send({ type: 'started', attempt, ...chance() }),
    stop: () => machine.send({ type: 'stopped' }),
    reconnect: () => machine.send({ type: 'reconnect-asked' }),
    doubt: () => heartbeat?.doubt(),
    siblingLost: () => machine.send({ type: 'sibling-lost' }),
    hurry() {
      heartbeat?.doubt();
      machine.send({ type: 'network-returned' });
    },
    send: (frame) => machine.state.tag === 'ready' && sendFrame(frame),
  };
}

/** After these something must come back soon: the answer, or at least a pong to the question whether anybody is there. */
const ANSWERED: ReadonlySet<ClientFrame['t']> = new Set(['subscribe', 'lane', 'command', 'query']);
