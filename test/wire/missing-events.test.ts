/** Violation 2, missing without a word, on real sockets with messages of 400 characters: the real server, a proxy that breaks the connection, the client of `holdfast/client`. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { append, createClient, defineView, type RealtimeClient, type WebSocketClass } from '../../src/index.js';
import type { RealtimeServer } from '../../src/server/node/index.js';
import { api, createApp, noting } from './app.js';
import { createFaultProxy, type FaultProxy } from './fault-proxy.js';

const ROOM = { id: '1' };
const PATIENCE = { timeout: 30_000, interval: 5 };
const RETAIN_MS = 30;
const messages = defineView(api.channels.room, { history: 50, initialState: [] as { readonly text: string }[], reduce: append(200) });

let realtime: RealtimeServer;
let server: Server;
let proxy: FaultProxy;
let client: RealtimeClient;

beforeEach(async () => {
  realtime = createApp(noting().logger);
  server = createServer();
  realtime.attach(server, { allowNoOrigin: true });
  server.listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  proxy = await createFaultProxy(() => (server.address() as AddressInfo).port);
  client = createClient({
    url: `ws://127.0.0.1:${proxy.port}/realtime`,
    contract: api,
    auth: () => 'ada',
    WebSocket: WebSocket as unknown as WebSocketClass,
    timings: { channelLeaseMs: RETAIN_MS },
  });
});

afterEach(async () => {
  client.dispose();
  await realtime.stop();
  await proxy.close();
  server.closeAllConnections();
  server.close();
});

async function publish(from: number, to: number): Promise<void> {
  await Promise.all(numbers(from, to).map((n) => realtime.publish(api.channels.room, ROOM, 'message', { text: `${n} ${'x'.repeat(400)}` })));
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const numberOf = ({ text }: { readonly text: string }): number => Number(text.split(' ')[0]);

interface Heard {
  /** Numbers of events, and `gap` where one was told. */
  readonly log: (number | 'gap')[];
  readonly isForbidden: () => boolean;
  readonly isLive: () => boolean;
  resync(): void;
}

/** A channel listener that writes down what it is told. */
function listen(onNumber: (n: number) => void = () => {}): Heard {
  const log: Heard['log'] = [];
  const tap = client.channel(api.channels.room, ROOM).tap({
    onEvent({ data }) {
      log.push(numberOf(data as { readonly text: string }));
      onNumber(numberOf(data as { readonly text: string }));
    },
    onGap: () => log.push('gap'),
  });
  tap.subscribe(() => {}, 'sync');
  return { log, isForbidden: () => tap.get().error?.code === 'forbidden', isLive: () => tap.get().liveStatus === 'live', resync: tap.resync };
}

const isTrue = (check: () => boolean): Promise<void> => vi.waitFor(() => expect(check()).toBe(true), PATIENCE);
const comesTo = ({ log }: Heard, last: number): Promise<void> => vi.waitFor(() => expect(log.at(-1)).toBe(last), PATIENCE);

it('violation 2a, missing without a word: kicked and let in again by resync(), a listener hears what was published meanwhile', async () => {
  const heard = listen();
  await isTrue(heard.isLive);
  await publish(1, 2);
  await comesTo(heard, 2);
  realtime.kick('ada', 'room:1');
  await isTrue(heard.isForbidden);
  await publish(3, 5);
  heard.resync();
  await isTrue(heard.isLive);
  await publish(6, 6);
  await comesTo(heard, 6);
  expect(heard.log).toEqual(numbers(1, 6));
});

it('violation 2b, missing without a word: a listener that is mounted while the connection is away hears what is published until it is back', async () => {
  const first = listen();
  await isTrue(first.isLive);
  await publish(1, 2);
  await comesTo(first, 2);
  const allow = proxy.refuse();
  proxy.cut('reset');
  await isTrue(() => !first.isLive());
  const second = listen();
  await publish(3, 50);
  allow();
  await isTrue(second.isLive);
  await publish(51, 51);
  await comesTo(first, 51);
  await comesTo(second, 51);
  expect(first.log).toEqual(numbers(1, 51));
  expect(second.log).toEqual(numbers(3, 51));
});

it('violation 2c, missing without a word: a listener that is added inside onEvent hears the rest of what came with that event', async () => {
  let second: Heard | null = null;
  const first = listen((n) => {
    if (n === 2) second = listen();
  });
  await isTrue(first.isLive);
  await publish(1, 20);
  await comesTo(first, 20);
  await publish(21, 21);
  await comesTo(first, 21);
  expect((second as Heard | null)?.log).toEqual(numbers(3, 21));
});

it.each([
  ['by itself', 'while the connection is up'],
  ['by itself', 'while the connection is away'],
  ['beside a listener', 'while the connection is up'],
  ['beside a listener', 'while the connection is away'],
])('violation 2d, missing without a word: a view that was unmounted past its retention comes back with all of its history, %s, %s', async (company, when) => {
  const view = client.view(messages, ROOM);
  const other = company === 'by itself' ? null : listen();
  const shown = (): number[] => view.get().data.map(numberOf);
  const release = client.hold();
  const stop = view.subscribe(() => {}, 'sync');
  await isTrue(() => view.get().liveStatus === 'live');
  await publish(1, 60);
  await vi.waitFor(() => expect(shown()).toEqual(numbers(1, 60)), PATIENCE);
  stop();
  // The retention is over when the view has let go of its channel.
  await isTrue(() => view.get().liveStatus === 'idle');
  await publish(61, 63);
  const allow = proxy.refuse(() => when === 'while the connection is away');
  if (when === 'while the connection is away') {
    proxy.cut('reset');
    await isTrue(() => client.connection.get().status === 'reconnecting');
  }
  /** What a page that waits for the view would show. */
  const seen: number[][] = [];
  view.subscribe(() => {
    const { status, liveStatus, gap, data } = view.get();
    if (status === 'success' && liveStatus === 'live' && gap === null) seen.push(data.map(numberOf));
  }, 'sync');
  allow();
  await isTrue(() => view.get().liveStatus === 'live' && view.get().status === 'success');
  await publish(64, 64);
  await vi.waitFor(() => expect(shown().at(-1)).toBe(64), PATIENCE);
  for (const data of [...seen, shown()]) {
    expect(data.length).toBeGreaterThanOrEqual(50);
    expect(data).toEqual(numbers(data.at(-1)! + 1 - data.length, data.at(-1)!));
  }
  expect(view.get().gap).toBe(null);
  if (other !== null) expect(other.log).toEqual(numbers(1, 64));
  release();
});
