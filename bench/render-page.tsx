/** The two components of bench/render, and how one of them lives through the messages. Loaded when there is a document. Not a bench. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { useEffect, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { append, channel, defineContract, defineView } from '../src/contract/index.js';
import { RealtimeProvider, useChannel } from '../src/index.js';

export const EVENTS = 1_000;

const Note = z.object({ n: z.number(), text: z.string() });
type Note = z.infer<typeof Note>;
const api = defineContract({ channels: { feed: channel('feed', { events: { note: Note } }) } });
const notes = defineView(api.channels.feed, { initialState: [] as Note[], reduce: append(EVENTS) });
const eventsText = (n: number): string =>
  JSON.stringify({ t: 'events', channel: 'feed', epoch: 'e.1', offset: n, events: [{ name: 'note', data: { n, text: 'a note of some length' }, time: 0 }] });

/** A socket that is its own server. */
class FeedSocket extends EventTarget {
  static last: FeedSocket | null = null;
  /** The naive hook subscribes to nothing: its messages come once it is open. */
  isFlowing = false;
  readyState = 0;
  bufferedAmount = 0;
  binaryType = 'blob';
  constructor(_url?: string, protocols?: string[]) {
    super();
    const isServed = protocols !== undefined;
    FeedSocket.last = this;
    setImmediate(() => {
      this.readyState = 1;
      this.isFlowing = !isServed;
      this.dispatchEvent(new Event('open'));
    });
  }
  hear(text: string): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: text }));
  }
  send(text: string): void {
    const frame = JSON.parse(text) as { t: string; channels: { generation: number }[] };
    const ping = { visibleMs: 60_000, hiddenMs: 60_000 };
    const limits = { channels: 10, windowPerLane: 1, keepMs: 0 };
    if (frame.t === 'hello') this.hear(JSON.stringify({ t: 'welcome', v: 1, link: 0, node: 'n', tag: 't', storage: 'memory', fence: 'f', features: [], limits, ping }));
    else if (frame.t === 'subscribe') {
      this.isFlowing = true;
      this.hear(JSON.stringify({ t: 'subscribed', channel: 'feed', generation: frame.channels[0]?.generation, state: 'live', position: { epoch: 'e.1', offset: 0 }, more: false, fence: 'f', events: [] }));
    }
  }
  close(): void {
    this.readyState = 3;
  }
}

let renders = 0;
let shown = 0;
const noteRender = (length: number): void => {
  renders += 1;
  shown = length;
};

function Ours(): ReactNode {
  const { data } = useChannel(notes, {});
  noteRender(data.length);
  return data.at(-1)?.text;
}

function Naive(): ReactNode {
  const [data, setData] = useState<readonly Note[]>([]);
  useEffect(() => {
    const socket = new FeedSocket();
    socket.addEventListener('message', (event) => {
      const { events } = JSON.parse((event as MessageEvent<string>).data) as { events: { data: Note }[] };
      setData((before) => [...before, ...events.map((one) => one.data)]);
    });
    return () => socket.close();
  }, []);
  noteRender(data.length);
  return data.at(-1)?.text;
}

const isFlowing = (socket: FeedSocket | null): boolean => socket?.isFlowing === true;
const socketNow = (): FeedSocket => FeedSocket.last as FeedSocket;
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await nextTurn();
};

export async function run(side: keyof typeof pages, paint: () => void): Promise<{ readonly renders: number; readonly ms: number }> {
  const root = createRoot(document.createElement('div'));
  FeedSocket.last = null;
  root.render(pages[side]());
  while (!isFlowing(FeedSocket.last)) await nextTurn();
  paint();
  await turns(20);
  renders = 0;
  const before = process.cpuUsage();
  for (let n = 1; n <= EVENTS; n++) {
    socketNow().hear(eventsText(n));
    await nextTurn();
  }
  paint();
  // React is asked for its turn in a task of its own, after a timer.
  for (let tries = 0; tries < 1_000 && shown !== EVENTS; tries++) await nextTurn();
  await turns(20);
  const { user, system } = process.cpuUsage(before);
  if (shown !== EVENTS) throw new Error(`${shown} of ${EVENTS} events are shown`);
  const counted = renders;
  root.unmount();
  await turns(20);
  return { renders: counted, ms: (user + system) / 1_000 };
}

/** By side. */
const pages = {
  naive: () => <Naive />,
  holdfast: () => (
    <RealtimeProvider url="ws://bench.invalid/" contract={api} WebSocket={FeedSocket as never}>
      <Ours />
    </RealtimeProvider>
  ),
};
