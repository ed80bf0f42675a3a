/**
 * A client written from docs/PROTOCOL.md alone; it imports nothing of the library. `§` names the page's sections. It has one link
 * and one listener a channel. Not here: commands (`lane.ts`), and what an application needs of a client (schemas, views).
 */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Frame, PageEvent, Position } from './frame.js';
import { createLane } from './lane.js';

export interface Listener {
  onEvent(event: PageEvent, position: Position): void;
  onGap(reason: string, missed: Frame['missed']): void;
}
interface Channel { readonly name: string; readonly history: number; readonly listener: Listener; generation: number; position: Position | null; isLive: boolean }
interface Query { readonly frame: Frame; readonly pieces: unknown[]; resolve(answer: Frame): void }

const policyOf = (code: number): string => ({ 42: 'wait', 43: 'authenticate', 44: 'stop' })[Math.floor(code / 100)] ?? 'reconnect'; // §7

export function createPageClient(options: { readonly url: string; readonly origin: string; readonly features?: readonly string[]; token(): string; roll(): number }) {
  const { url, origin, features = [], token, roll } = options;
  const client = randomUUID();
  /** Types of the frames in both directions, and every close. */
  const log: string[] = [];
  const channels = new Map<string, Channel>();
  const queries = new Map<string, Query>();
  let timers: ReturnType<typeof setTimeout>[] = [];
  let socket: WebSocket;
  let fence: string | undefined;
  let [isReady, isStopped, tag] = [false, false, ''];
  let [everyMs, heardAt, failures, refusals, sockets] = [0, 0, 0, 0, 0];

  const after = (ms: number, run: () => void): void => void timers.push(setTimeout(run, ms));
  const send = <F extends { readonly t: string }>(frame: F): void => {
    log.push(`> ${frame.t}`);
    socket.send(JSON.stringify(frame));
  };
  const lane = createLane(send, after);

  function open(): void {
    socket = new WebSocket(`${url}?link=0`, ['holdfast.v1'], { origin });
    socket.on('error', () => undefined);
    socket.on('open', () => send({ t: 'hello', v: 1, token: token(), client, link: 0, attempt: ++sockets, features, outbox: 'memory', visible: true, ...(fence !== undefined && { fence }) }));
    socket.on('message', (data) => hear(JSON.parse(String(data)) as Frame));
    socket.on('close', (code, reason) => closed(code, String(reason)));
  }
  function closed(code: number, reason: string): void {
    log.push(`closed ${code}`);
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    isReady = false;
    lane.lost();
    const policy = policyOf(code);
    if (policy === 'authenticate') refusals++;
    isStopped ||= policy === 'stop' || refusals >= 2;
    if (isStopped) return;
    const named = Number(/^retry-after=(\d{1,9})$/.exec(policy === 'wait' ? reason : '')?.[1] ?? 0);
    after((named > 0 ? Math.min(600_000, Math.max(100, named)) : 0) + roll() * Math.min(30_000, 1_000 * 2 ** failures++), open);
  }
  function hear(frame: Frame): void {
    heardAt = performance.now();
    log.push(`< ${frame.t}`);
    if (isReady === (frame.t === 'welcome')) return; // §5: nothing counts before it, and not a second one
    const isNewFence = frame.fence !== undefined && fence !== undefined && frame.fence !== fence;
    fence = frame.fence ?? fence;
    if (isNewFence) lane.fenceChanged();
    if (frame.t === 'welcome') welcome(frame);
    else if (frame.t === 'ping') {
      everyMs = frame.everyMs ?? everyMs;
      send({ t: 'pong', n: frame.n, visible: true, fence });
    } else if (frame.t === 'lane') lane.opened(frame);
    else if (queries.has(frame.id ?? '')) answered(frame);
    else if (frame.t === 'response' || frame.t === 'error') lane.answered(frame);
    else inChannel(channels.get(frame.channel ?? ''), frame);
  }
  function welcome(frame: Frame): void {
    if (frame.v !== 1) return socket.close(4401, 'another version');
    [isReady, refusals, tag] = [true, 0, frame.tag ?? ''];
    everyMs = frame.ping?.visibleMs ?? 0;
    after(10_000, () => (failures = 0));
    watch(false);
    for (const channel of channels.values()) subscribe(channel, channel.position === null ? channel.history : 0);
    for (const query of queries.values()) {
      query.pieces.length = 0;
      send(query.frame);
    }
    lane.ready(frame.limits?.windowPerLane ?? 1);
  }
  /** §6: suspect, then dead. */
  function watch(isSuspect: boolean): void {
    after(Math.max(0, heardAt + everyMs + (isSuspect ? 2_500 : 1_250) - performance.now()), () => {
      if (heardAt + everyMs + 1_250 > performance.now()) return watch(false);
      if (isSuspect) return socket.close(4001, 'silent');
      send({ t: 'ping', n: 1, visible: true });
      watch(true);
    });
  }

  function subscribe(channel: Channel, history = 0): void {
    Object.assign(channel, { generation: channel.generation + 1, isLive: false });
    const { name, generation, position } = channel;
    send({ t: 'subscribe', channels: [{ name, generation, ...(position !== null && { position }), ...(history > 0 && { history }) }] });
  }
  function inChannel(channel: Channel | undefined, frame: Frame): void {
    const { position, events = [], epoch = '', offset = 0 } = frame;
    if (channel === undefined) return;
    if (frame.t === 'resync') subscribe(channel);
    if (frame.t === 'events' && channel.isLive && channel.position !== null) {
      if (epoch !== channel.position.epoch || offset > channel.position.offset + 1) subscribe(channel);
      else apply(channel, epoch, offset, events);
    }
    if (frame.generation !== channel.generation) return;
    if (frame.t === 'unsubscribed') channel.isLive = false;
    if (frame.t !== 'subscribed' || position === undefined) return;
    if (frame.state === 'gap') {
      channel.listener.onGap(frame.reason ?? '', frame.missed);
      channel.position = null;
    }
    apply(channel, position.epoch, position.offset - events.length + 1, events);
    Object.assign(channel, { position, isLive: frame.more === false });
    if (frame.more === true) subscribe(channel);
  }
  /** R7: the listener is given what comes after its place; a later epoch begins anew. */
  function apply(channel: Channel, epoch: string, first: number, events: readonly PageEvent[]): void {
    for (const [index, event] of events.entries()) {
      const at = { epoch, offset: first + index };
      if (channel.position?.epoch === epoch && at.offset <= channel.position.offset) continue;
      channel.position = at;
      channel.listener.onEvent(event, at);
    }
  }
  /** §9, with the parts of a long result. */
  function answered(frame: Frame): void {
    const { pieces, resolve } = queries.get(frame.id ?? '') as Query;
    if (frame.part !== undefined) pieces.push(frame.result);
    if (frame.part?.last === false) return;
    queries.delete(frame.id ?? '');
    resolve(frame.part === undefined ? frame : { ...frame, result: JSON.parse(pieces.join('')) as unknown });
  }

  open();
  return {
    log,
    command: lane.send,
    get tag() {
      return tag;
    },
    get isStopped() {
      return isStopped;
    },
    subscribe(name: string, history: number, listener: Listener): void {
      const channel = { name, history, listener, generation: 0, position: null, isLive: false };
      channels.set(name, channel);
      if (isReady) subscribe(channel, history);
    },
    unsubscribe(name: string): void {
      send({ t: 'unsubscribe', channels: [{ name, generation: channels.get(name)?.generation ?? 1 }] });
      channels.delete(name);
    },
    query: (name: string, input: unknown, stamp: readonly string[] = []): Promise<Frame> =>
      new Promise((resolve) => {
        const frame = { t: 'query', id: randomUUID(), name, input, remainingMs: 10_000, stamp };
        queries.set(frame.id, { frame, pieces: [], resolve });
        if (isReady) send(frame);
      }),
    /** As a network does. */
    cut: (): void => socket.terminate(),
    stop(): void {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
      socket.close(1000);
    },
  };
}
