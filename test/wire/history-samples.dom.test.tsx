/**
 * The samples of the README and of docs/api.md that show history, as they stand there: a page in happy-dom, the real server on
 * a real port, and a proxy between them that cuts. The messages have a real size, so that the history is larger than one page.
 */
import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ComponentType, ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClient, RealtimeProvider, type AnyContract, type RealtimeClient, type WebSocketClass } from '../../src/index.js';
import { createRealtimeServer, memoryBroker } from '../../src/server/node/index.js';
import { createSampleFolder, type SampleFolder } from '../package/sample-folder.js';
import { createFaultProxy, type FaultProxy } from './fault-proxy.js';

const COUNT = 60;
const PATIENCE = { timeout: 30_000, interval: 5 };

interface Posted {
  readonly id: string;
  readonly author: string;
  readonly text: string;
}

let folder: SampleFolder;
let api: AnyContract;
let server: Server;
let proxy: FaultProxy;
/** Somebody else, whose connection does not go through the proxy. */
let writer: RealtimeClient;
/** How many were let into a room by the test's own server. */
let subscriptions = 0;
/** Where everybody is. */
let room = 'lobby';
let root: Root | null = null;
let test = 0;
const PlatformWebSocket = globalThis.WebSocket;

/** The host of this test's page. A client lives on for a while after its page, and a sample's own page cannot be unmounted: they are told by it. */
const page = (): string => `page-${test}.test`;
/** A WebSocket class whose sockets all lead to one port, as sockets of a page that was loaded from there. */
function socketsTo(port: number): WebSocketClass {
  return class extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      // To port 0 nothing leads: the test of this page is over.
      const host = `127.0.0.1:${url.startsWith(`ws://${page()}/`) ? port : 0}`;
      super(url.replace(/^ws:\/\/[^/]+/, `ws://${host}`), protocols, { origin: `http://${host}` });
    }
  } as unknown as WebSocketClass;
}
const portOf = (listening: Server): number => (listening.address() as AddressInfo).port;

async function begin(page: string, ...headings: readonly string[]): Promise<void> {
  folder = createSampleFolder(page, ...headings);
  ({ api } = await folder.load<{ readonly api: AnyContract }>('contract.ts'));
}

/** The README's server chooses its port by itself: whatever calls `listen` is it. */
async function startSampleServer(): Promise<Server> {
  vi.stubEnv('PORT', '0');
  const listening = vi.spyOn(Server.prototype, 'listen');
  await folder.load('server.ts');
  const found = listening.mock.contexts[0] as Server;
  listening.mockRestore();
  if (!found.listening) await new Promise((done) => found.once('listening', done));
  return found;
}

async function startOwnServer(): Promise<Server> {
  const rooms: Posted[] = [];
  const realtime = createRealtimeServer({
    contract: api,
    broker: memoryBroker(),
    authorize: { channels: { room: () => (subscriptions += 1) > 0 }, queries: { history: 'public' }, commands: { post: 'public' } },
    queries: { history: () => rooms.slice(-20) },
    commands: {
      post({ input, id, publish }) {
        const { room: to, author, text } = input as Posted & { readonly room: string };
        const message = { id, author, text };
        rooms.push(message);
        publish(api.channels['room']!, { id: to }, 'message', message);
        return message;
      },
    },
  });
  const http = createServer();
  realtime.attach(http);
  http.listen(0, '127.0.0.1');
  await new Promise((done) => http.once('listening', done));
  return http;
}

async function stand(listening: Server): Promise<void> {
  server = listening;
  proxy = await createFaultProxy(() => portOf(server));
  globalThis.WebSocket = socketsTo(proxy.port) as typeof globalThis.WebSocket;
  writer = createClient({ url: `ws://${page()}/realtime`, contract: api, WebSocket: socketsTo(portOf(server)) });
  (window as unknown as { readonly happyDOM: { setURL(url: string): void } }).happyDOM.setURL(`http://${page()}/`);
  document.body.innerHTML = '<div id="root"></div>';
}

/** Posts, one after the other: a number and so many characters. */
async function post(from: number, to: number, size: (n: number) => number): Promise<void> {
  for (let n = from; n <= to; n++) await writer.send(api.commands['post']!, { room, author: 'Ada', text: `${n} ${'x'.repeat(size(n))}` }).result;
}

/** Cuts every connection of the page and waits until each has been replaced. */
async function cut(): Promise<void> {
  const wanted = proxy.accepted() + proxy.cut('reset');
  await vi.waitFor(() => expect(proxy.accepted()).toBeGreaterThanOrEqual(wanted), PATIENCE);
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const shown = (): number[] => [...document.querySelectorAll('li')].map((item) => Number(/\d+/.exec(item.textContent ?? '')?.[0]));
const isSettled = (): void => {
  expect(document.querySelector('section')?.getAttribute('aria-busy')).toBe('false');
  expect(document.querySelector('[role=status]')?.textContent ?? 'connected').toBe('connected');
};

beforeEach(() => {
  test += 1;
  subscriptions = 0;
  room = 'lobby';
  root = null;
});
afterEach(async () => {
  root?.unmount();
  writer.dispose();
  globalThis.WebSocket = PlatformWebSocket;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await proxy.close();
  server.closeAllConnections();
  server.close();
  folder.remove();
});

it('violation 1, twice: the quick start shows 60 messages of 400 characters once each after a cut, and after another', async () => {
  await begin('README.md', 'Quick start');
  await stand(await startSampleServer());
  await folder.load('app.tsx');
  await vi.waitFor(isSettled, PATIENCE);
  await post(1, COUNT, () => 400);
  await vi.waitFor(() => expect(shown()).toEqual(numbers(COUNT)), PATIENCE);
  for (let n = 1; n <= 2; n++) {
    await cut();
    await vi.waitFor(isSettled, PATIENCE);
    expect(shown().length).toBe(COUNT);
    expect(shown()).toEqual(numbers(COUNT));
  }
  // When this one is shown, everything before it has come.
  await post(COUNT + 1, COUNT + 1, () => 400);
  await vi.waitFor(() => expect(shown().at(-1)).toBe(COUNT + 1), PATIENCE);
  expect(shown()).toEqual(numbers(COUNT + 1));
  expect(document.querySelector('[role=alert]')).toBe(null);
});

it('violation 1, twice: the recipes that show what was sent and what was asked do not repeat a message after a cut', async () => {
  await begin('README.md', 'Quick start', 'Recipes');
  await stand(await startSampleServer());
  const { Composer } = await folder.load<{ readonly Composer: ComponentType<{ room: string }> }>('optimistic.tsx');
  const { History } = await folder.load<{ readonly History: ComponentType<{ room: string }> }>('history.tsx');
  root = createRoot(document.getElementById('root')!);
  root.render(
    <RealtimeProvider url="/realtime" contract={api}>
      <Composer room="lobby" />
      <History room="lobby" />
    </RealtimeProvider>,
  );
  await post(1, COUNT, (n) => 400 + 20 * n);
  const isComplete = (): void => expect(document.querySelector('p')?.textContent).toBe(`${COUNT} messages`);
  await vi.waitFor(isComplete, PATIENCE);
  await cut();
  await cut();
  // The button's own message says how many the view holds when it is pressed.
  await post(COUNT + 1, COUNT + 1, () => 400);
  await vi.waitFor(() => expect(document.querySelector('p')?.textContent).toBe(`${COUNT + 1} messages`), PATIENCE);
  const { result } = nextSend();
  await vi.waitFor(() => document.querySelector('button')!.click(), PATIENCE);
  expect(await result).toBe(`message ${COUNT + 1}`);
});

/** Up to the largest that an event may be. */
const SIZES = [10, 400, 2_000, 9_500];
const anySize = (n: number): number => SIZES[n % SIZES.length]!;

it('violation 1, twice: views, a listener and a query of one channel in docs/api.md, with messages of up to 10 kB', async () => {
  await begin('docs/api.md');
  await stand(await startOwnServer());
  let sounds = 0;
  vi.stubGlobal('Audio', class {
    play(): void {
      sounds += 1;
    }
  });
  const { Room, Count } = await folder.load<Record<'Room' | 'Count', ComponentType<{ id: string }>>>('room.tsx');
  const { Typing } = await folder.load<{ readonly Typing: ComponentType<{ id: string }> }>('sounds.tsx');
  const { History } = await folder.load<{ readonly History: ComponentType<{ room: string }> }>('history.tsx');
  root = createRoot(document.getElementById('root')!);
  const show = (children: ReactNode): void => root?.render(<RealtimeProvider url="/realtime" contract={api}>{children}</RealtimeProvider>);
  // The listener first: the views, which want history, join a channel that it follows already.
  show(<Typing id="lobby" key="typing" />);
  await vi.waitFor(() => expect(subscriptions).toBe(1), PATIENCE);
  await post(1, 1, anySize);
  await vi.waitFor(() => expect(sounds).toBe(1), PATIENCE);
  show([<Typing id="lobby" key="typing" />, <Room id="lobby" key="room" />, <Count id="lobby" key="count" />, <History room="lobby" key="history" />]);
  await post(2, COUNT, anySize);
  await vi.waitFor(() => expect(shown()).toEqual(numbers(COUNT)), PATIENCE);
  await cut();
  await vi.waitFor(isSettled, PATIENCE);
  await post(COUNT + 1, COUNT + 1, anySize);
  await vi.waitFor(() => expect(shown().at(-1)).toBe(COUNT + 1), PATIENCE);
  expect(shown().length).toBe(COUNT + 1);
  expect(shown()).toEqual(numbers(COUNT + 1));
  expect(document.querySelector('b')?.textContent).toBe(String(COUNT + 1));
  expect(sounds).toBe(COUNT + 1);
  expect([...document.querySelectorAll('p')].map(({ textContent }) => textContent)).toContain(`${COUNT + 1} messages`);
  expect(document.querySelector('[role=alert]')).toBe(null);
});

it('violation 1, twice: the client without React in docs/api.md, with messages of up to 10 kB', async () => {
  await begin('docs/api.md');
  await stand(await startOwnServer());
  room = '42';
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { main } = await folder.load<{ main(): Promise<void> }>('client.ts');
  const heard = (): number[] => said.mock.calls.flatMap(([first]) => (typeof first === 'object' ? Number((first as Posted).text.split(' ')[0]) : []));
  await vi.waitFor(() => expect(subscriptions).toBe(1), PATIENCE);
  await post(1, COUNT, anySize);
  await vi.waitFor(() => expect(heard()).toEqual(numbers(COUNT)), PATIENCE);
  await cut();
  await cut();
  await post(COUNT + 1, COUNT + 1, anySize);
  await vi.waitFor(() => expect(heard().at(-1)).toBe(COUNT + 1), PATIENCE);
  expect(heard()).toEqual(numbers(COUNT + 1));
  await main();
});

/** The text of the next message in the room. */
function nextSend(): { readonly result: Promise<string> } {
  return {
    result: new Promise((resolve) => {
      const stop = writer.channel(api.channels['room']!, { id: room }).subscribe({
        onEvent: ({ data }) => {
          stop();
          resolve((data as Posted).text);
        },
      });
    }),
  };
}
