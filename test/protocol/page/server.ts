/**
 * A server written from docs/PROTOCOL.md alone; it imports nothing of the library. `§` names the page's sections. Everything is in
 * memory, a token is the principal, and everybody may do everything but subscribe `secret`. Not here: origins, budgets, contracts.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { isBroken, isId, type Frame, type PageEvent, type Position, type Wanted } from './frame.js';

type Publish = (channel: string, data: unknown) => void;
export interface Rules {
  readonly retention: number;
  readonly commands: Readonly<Record<string, (input: unknown, publish: Publish) => unknown>>;
  readonly queries: Readonly<Record<string, (input: unknown) => unknown>>;
}
interface Link { readonly socket: WebSocket; hello: Frame | null; heardAt: number; readonly subscriptions: Map<string, { readonly generation: number; isLive: boolean }> }
interface Lane { last: number; readonly outcomes: Map<number, { readonly id: string; readonly frame: Frame }>; readonly voided: Set<string>; tail: Promise<unknown> }

const PING_MS = 6_000;
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
export async function openPageServer({ retention, commands, queries }: Rules) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 131_072, handleProtocols: (offered) => offered.has('holdfast.v1') && 'holdfast.v1' });
  const [epoch, fence] = [randomUUID(), randomUUID()];
  const channels = new Map<string, { top: number; kept: PageEvent[] }>();
  const lanes = new Map<string, Lane>();
  const links = new Set<Link>();
  const heard: Frame[] = [];
  const channelOf = (name: string) => channels.get(name) ?? channels.set(name, { top: 0, kept: [] }).get(name) as { top: number; kept: PageEvent[] };
  const send = <F extends { readonly t: string }>({ socket }: Link, frame: F): void => socket.send(JSON.stringify(frame));
  const failed = (id: string | undefined, code: string, final = true): Frame => ({ t: 'error', id: id ?? '', code, message: 'No.', final, ...(!final && { retryAfterMs: 100 }) });

  function publish(name: string, event: string, data: unknown, about: { readonly by?: string; readonly command?: string } = {}): Position & { channel: string } {
    const channel = channelOf(name);
    channel.kept = [...channel.kept, { name: event, data, time: Date.now(), ...about }].slice(-retention);
    const offset = ++channel.top;
    for (const link of links) if (link.subscriptions.get(name)?.isLive === true) send(link, { t: 'events', channel: name, epoch, offset, events: channel.kept.slice(-1) });
    return { channel: name, epoch, offset };
  }
  function subscribe(link: Link, { name, generation, position, history = 0 }: Wanted): void {
    if (generation <= (link.subscriptions.get(name)?.generation ?? 0)) return;
    if (name === 'secret') return send(link, { t: 'unsubscribed', channel: name, generation, reason: 'forbidden' });
    const { top, kept } = channelOf(name);
    const oldest = top - kept.length + 1;
    const newest = Math.max(oldest, top - history + 1);
    const reason = position === undefined ? undefined : position.epoch !== epoch ? 'epoch' : position.offset > top ? 'ahead' : position.offset + 1 < oldest ? 'trimmed' : undefined;
    const first = position !== undefined && reason === undefined ? Math.min(position.offset + 1, newest) : newest;
    const page: PageEvent[] = [];
    for (const event of kept.slice(first - oldest)) {
      if (page.length > 0 && bytesOf([...page, event]) > 11_000) break;
      page.push(event);
    }
    const end = first + page.length - 1;
    link.subscriptions.set(name, { generation, isLive: end === top });
    const missed = reason === 'trimmed' ? { from: (position?.offset ?? 0) + 1, to: newest - 1 } : undefined;
    send(link, { t: 'subscribed', channel: name, generation, state: position === undefined ? 'live' : reason === undefined ? 'recovered' : 'gap', reason, missed, events: page, position: { epoch, offset: end }, more: end < top, fence });
  }
  const keyOf = ({ hello }: Link, lane = ''): string => JSON.stringify([hello?.token, hello?.client, lane]);
  async function outcomeOf(link: Link, lane: Lane, frame: Frame): Promise<Frame> {
    const { n = 0, id = '', name = '', input } = frame;
    const recorded = lane.outcomes.get(n);
    if (n <= lane.last) return recorded?.id === id ? recorded.frame : failed(id, 'lane-conflict');
    if (n > lane.last + 1) return failed(id, 'out-of-order', false);
    const appends: [channel: string, data: unknown][] = [];
    const handler = lane.voided.has(id) ? null : commands[name];
    let outcome = failed(id, handler === null ? 'void' : handler === undefined ? 'forbidden' : 'internal');
    const run = async (): Promise<unknown> => handler?.(input, (channel, data) => appends.push([channel, data]));
    const ended = await run().then((result) => ({ result }), () => null);
    const about = { by: link.hello?.token ?? '', command: id };
    if (handler && ended !== null) outcome = { t: 'response', id, ...ended, fence, positions: appends.map(([channel, data]) => publish(channel, 'said', data, about)) };
    lane.outcomes.set(n, { id, frame: outcome });
    lane.last = n;
    return outcome;
  }
  function command(link: Link, frame: Frame): void {
    const lane = lanes.get(keyOf(link, frame.lane));
    if (lane === undefined) return send(link, failed(frame.id, 'lane-unknown', false));
    if (frame.void === true) lane.voided.add(frame.id ?? '');
    lane.tail = lane.tail.then(async () => send(link, await outcomeOf(link, lane, frame)));
  }
  async function query(link: Link, { id = '', name = '', input, stamp = [] }: Frame): Promise<void> {
    const handler = queries[name];
    if (handler === undefined) return send(link, failed(id, 'forbidden'));
    const positions = [...new Set(stamp)].map((channel) => ({ channel, epoch, offset: channelOf(channel).top }));
    const result = await handler(input);
    const json = JSON.stringify(result);
    if (Buffer.byteLength(json) <= 10_240) return send(link, { t: 'response', id, result, positions });
    if (link.hello?.features?.includes('parts') !== true) return send(link, failed(id, 'too-large'));
    // A piece of 2,000 characters fits, however much of it is escaped; no surrogate pair is cut.
    const pieces = json.match(/[\s\S]{1,2000}(?![\udc00-\udfff])|[\s\S]{1,2000}/g) ?? [];
    for (const [index, piece] of pieces.entries()) send(link, { t: 'response', id, result: piece, part: { index, last: index === pieces.length - 1 }, ...(index === pieces.length - 1 && { positions }) });
  }
  function greet(link: Link, hello: Frame): void {
    if (hello.t !== 'hello' || link.hello !== null) return link.socket.close(4400, 'broken frame');
    if (hello.v !== 1) return link.socket.close(4401, 'version 1');
    if (hello.token === undefined || hello.token === 'bad') return link.socket.close(4300, 'token refused');
    link.hello = hello;
    for (const other of links) if (other !== link && keyOf(other) === keyOf(link) && other.hello?.link === hello.link) other.socket.close(4404, 'replaced');
    const features = (hello.features ?? []).filter((feature) => feature === 'parts');
    send(link, { t: 'welcome', v: 1, link: hello.link, node: 'page', tag: hello.token, storage: 'memory', fence, features, limits: { channels: 200, windowPerLane: 32, keepMs: 0 }, ping: { visibleMs: PING_MS, hiddenMs: PING_MS } });
  }
  function hear(link: Link, text: string): void {
    link.heardAt = performance.now();
    if (Buffer.byteLength(text) > 65_536) return link.socket.close(4409, 'frame too large');
    const frame = JSON.parse(text) as Frame;
    heard.push(frame);
    const broken = isBroken(frame);
    if (broken === 'unknown' && link.hello !== null) return isId(frame.id) ? send(link, failed(frame.id, 'unsupported')) : undefined;
    if (broken !== false) return link.socket.close(4400, 'broken frame');
    if (link.hello === null || frame.t === 'hello') return greet(link, frame);
    if (frame.t === 'ping') send(link, { t: 'pong', n: frame.n });
    for (const wanted of frame.channels ?? []) {
      if (frame.t === 'subscribe') subscribe(link, wanted);
      else if ((link.subscriptions.get(wanted.name)?.generation ?? Infinity) <= wanted.generation) link.subscriptions.delete(wanted.name);
    }
    if (frame.t === 'lane') {
      const key = keyOf(link, frame.lane);
      if (!lanes.has(key) && frame.create === true) lanes.set(key, { last: frame.last ?? 0, outcomes: new Map(), voided: new Set(), tail: Promise.resolve() });
      send(link, { t: 'lane', lane: frame.lane, last: lanes.get(key)?.last ?? null, fence });
    }
    if (frame.t === 'command') command(link, frame);
    else if (frame.t === 'query') void query(link, frame);
  }
  /** §6: a ping at each interval, and the end of a link that is silent. */
  let n = 0;
  function beat(link: Link): void {
    if (performance.now() - link.heardAt > PING_MS + 2_500) return link.socket.close(4002, 'silent');
    if (link.hello !== null) send(link, { t: 'ping', n: ++n, everyMs: PING_MS, fence, confirmedMs: 0, heardMs: Math.floor(performance.now() - link.heardAt) });
  }

  server.on('connection', (socket) => {
    const link: Link = { socket, hello: null, heardAt: performance.now(), subscriptions: new Map() };
    links.add(link);
    const timers = [setInterval(() => beat(link), PING_MS), setTimeout(() => link.hello === null && socket.close(4003, 'no hello'), 5_000)];
    socket.on('message', (data, isBinary) => (isBinary ? socket.close(4400, 'binary') : hear(link, String(data))));
    socket.on('close', () => links.delete(link) && timers.forEach(clearTimeout));
  });
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/realtime`,
    links,
    heard,
    publish: (channel: string, data: unknown) => publish(channel, 'said', data),
    ping: (): void => [...links].forEach(beat),
    async stop(): Promise<void> {
      for (const { socket } of links) socket.close(4000, 'stopping');
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
