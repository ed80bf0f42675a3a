/**
 * One simulated WebSocket: a client's end, a server's end, two pipes between them, and what can go wrong with it.
 * The ends behave as a browser's socket and `ws` do. Not here: hosts, partitions and counters (`simulated-network.ts`).
 * `createConnection` is longer than 60 lines because the two ends share their pipes and the end of their life: apart they would hand each other everything.
 */
import { utf8Bytes } from '../core/protocol/codec.js';
import { RealtimeError } from '../core/errors.js';
import type { Cancel, Clock, Socket, SocketEvents } from '../core/world.js';
import { inflictOn, type ConnectionFault, type Direction } from './connection-faults.js';
import { createPipe, type Parcel, type Pipe } from './simulated-pipe.js';
import type { ConnectionRequest, OnConnection, ServerEnd, ServerEvents } from './server-end.js';
import type { SimulatedTrace } from './simulated-trace.js';

/** A connection as a scenario holds it. */
export interface SimulatedConnection {
  /** 1, 2, 3 … in the order of `open`. */
  readonly id: number;
  readonly client: string;
  readonly host: string;
  readonly url: string;
  /** The client's view. */
  readonly isOpen: boolean;
  inflict(fault: ConnectionFault): void;
  /** Ends blackhole, stall, slow and window, and forgets a `lose-close` that has not happened yet. */
  heal(): void;
}

/** How a host meets a handshake at the moment when it arrives. */
export type Reception = { readonly type: 'accept'; readonly onConnection: OnConnection } | { readonly type: 'refuse' } | { readonly type: 'mute' };

/** A connection as the network holds it. */
export interface NetworkConnection extends SimulatedConnection {
  readonly socket: Socket;
  /** After a change of the network's cuts. */
  refresh(): void;
  /** The server's process is gone: its end is silent, the client sees 1006 after what was under way. */
  crashServer(): void;
  /** The client's process is gone: its end is silent, the server sees 1006 after what was under way. */
  crashClient(): void;
}

/** `ws` waits so long for the answer to a close frame. */
const CLOSE_TIMEOUT_MS = 30_000;

export interface ConnectionParts {
  readonly id: number;
  readonly client: { readonly name: string; readonly clock: Clock };
  readonly host: { readonly name: string; readonly clock: Clock };
  readonly request: ConnectionRequest;
  readonly events: SocketEvents;
  readonly trace: SimulatedTrace;
  readonly connectDelayMs: number;
  readonly delayMs: () => number;
  readonly isCut: (direction: Direction) => boolean;
  readonly receive: () => Reception;
  readonly onDelivered: (direction: Direction) => void;
  /** The client opens nothing and hears nothing any more. */
  readonly onClientOver: () => void;
  /** Neither end will hear anything any more. */
  readonly onOver: () => void;
}

export function createConnection(parts: ConnectionParts): NetworkConnection {
  const { client, host, request, events, trace } = parts;
  const who = `${client.name}#${parts.id}`;
  let clientState: 'connecting' | 'open' | 'over' = 'connecting';
  let serverState: 'absent' | 'open' | 'closing' | 'over' = 'absent';
  let serverEvents: ServerEvents | null = null;
  let losesClose = false;
  let cancelCloseTimeout: Cancel = () => {};

  const pipeTo = (direction: Direction, clock: Clock, deliver: (parcel: Parcel) => void): Pipe =>
    createPipe({ clock, delayMs: parts.delayMs, isCut: () => parts.isCut(direction), deliver });

  const endIfOver = (): void => {
    if (clientState !== 'over' || serverState !== 'over') return;
    up.end();
    down.end();
    parts.onOver();
  };

  /** True if the client was not over before. */
  const endClient = (): boolean => {
    if (clientState === 'over') return false;
    clientState = 'over';
    parts.onClientOver();
    endIfOver();
    return true;
  };

  const endServer = (): boolean => {
    if (serverState === 'over') return false;
    serverState = 'over';
    cancelCloseTimeout();
    endIfOver();
    return true;
  };

  const closeClient = (code: number, reason: string): void => {
    if (!endClient()) return;
    trace.note(who, `client closed ${code} ${reason}`);
    events.onClosed(code, reason);
  };

  const closeServer = (code: number, reason: string): void => {
    if (!endServer()) return;
    trace.note(who, `server closed ${code} ${reason}`);
    serverEvents?.onClosed(code, reason);
  };

  const pushClose = (pipe: Pipe, code: number, reason: string): void => {
    pipe.push(losesClose ? { type: 'lost' } : { type: 'close', code, reason });
    losesClose = false;
  };

  const serverEnd: ServerEnd = {
    send(text) {
      if (serverState !== 'open') return false;
      down.push({ type: 'text', text });
      return true;
    },
    close(code, reason) {
      if (serverState !== 'open') return;
      demandClose(code, reason, isServerCode(code));
      serverState = 'closing';
      trace.note(who, `server closes ${code} ${reason}`);
      pushClose(down, code, reason);
      cancelCloseTimeout = host.clock.after(CLOSE_TIMEOUT_MS, () => closeServer(1006, ''));
    },
    bufferedBytes: () => (serverState === 'over' ? 0 : down.bufferedBytes()),
  };

  const greet = (): void => {
    if (serverState !== 'absent') return;
    const reception = parts.receive();
    if (reception.type === 'mute') return;
    if (reception.type === 'accept') {
      serverState = 'open';
      // What the handler sends must come after the answer to the handshake.
      down.push({ type: 'accept' });
      serverEvents = reception.onConnection(serverEnd, request);
      if (serverEvents !== null) return;
      down.empty();
    }
    down.push({ type: 'lost' });
    endServer();
  };

  const up = pipeTo('up', host.clock, (parcel) => {
    switch (parcel.type) {
      case 'connect':
        greet();
        return;
      case 'text':
        if (serverState !== 'open' && serverState !== 'closing') return;
        trace.note(who, `up ${parcel.text}`);
        parts.onDelivered('up');
        serverEvents?.onMessage(parcel.text);
        return;
      case 'close':
        closeServer(parcel.code, parcel.reason);
        return;
      case 'lost':
        closeServer(1006, '');
        return;
      case 'accept':
        return;
      default:
        parcel satisfies never;
    }
  });

  const down = pipeTo('down', client.clock, (parcel) => {
    switch (parcel.type) {
      case 'accept':
        if (clientState !== 'connecting') return;
        clientState = 'open';
        trace.note(who, 'opened');
        events.onOpened();
        return;
      case 'text':
        if (clientState !== 'open') return;
        trace.note(who, `down ${parcel.text}`);
        parts.onDelivered('down');
        events.onMessage(parcel.text);
        return;
      case 'close':
        if (clientState === 'over') return;
        up.push(parcel);
        closeClient(parcel.code, parcel.reason);
        return;
      case 'lost':
        up.push({ type: 'lost' });
        closeClient(1006, '');
        return;
      case 'connect':
        return;
      default:
        parcel satisfies never;
    }
  });

  const socket: Socket = {
    send(text) {
      if (clientState !== 'open') return false;
      up.push({ type: 'text', text });
      return true;
    },
    close(code, reason) {
      demandClose(code, reason, code === 1000 || (code >= 3000 && code < 5000));
      if (clientState === 'over') return;
      trace.note(who, `client closes ${code} ${reason}`);
      if (clientState === 'open') pushClose(up, code, reason);
      else up.push({ type: 'lost' });
      endClient();
    },
  };

  trace.note(who, `open ${request.url}`);
  up.push({ type: 'connect' }, parts.connectDelayMs);

  return {
    id: parts.id,
    client: client.name,
    host: host.name,
    url: request.url,
    get isOpen() {
      return clientState === 'open';
    },
    inflict(fault) {
      trace.fault(who, JSON.stringify(fault));
      inflictOn({ up, down }, fault);
      if (fault.type === 'lose-close') losesClose = true;
    },
    heal() {
      trace.note(who, 'heal');
      losesClose = false;
      up.heal();
      down.heal();
    },
    socket,
    refresh() {
      up.refresh();
      down.refresh();
    },
    crashServer() {
      down.push({ type: 'lost' });
      endServer();
    },
    crashClient() {
      up.push({ type: 'lost' });
      endClient();
    },
  };
}

function isServerCode(code: number): boolean {
  return (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code < 5000);
}

/** Browsers and `ws` throw here too, each by its own rule for codes. */
function demandClose(code: number, reason: string, isAllowed: boolean): void {
  if (!isAllowed) throw new RealtimeError('misuse', `A socket cannot be closed with code ${code}.`);
  if (utf8Bytes(reason) > 123) throw new RealtimeError('misuse', `A close reason has at most 123 bytes, not ${utf8Bytes(reason)}.`);
}
