/**
 * The other process: serves the page, greets whoever comes as our server does, and floods it with frames that were written
 * before, by our server's own writer, so that each page gets the same bytes. Not a bench.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ClientFrame, ServerFrame } from '../../src/core/protocol/frames.js';
import { eventsTexts, storeEvent } from '../../src/server/core/frame-text.js';
import { obey } from '../child.js';
import { KEYS, type Tick } from './board.js';

/** `single`: one event a frame, as they come. `batched`: what a turn of 10 ms published, as our server sends it. */
export type Mode = 'single' | 'batched';

export interface Flood {
  readonly mode: Mode;
  readonly events: number;
}

export interface Flooded {
  readonly frames: number;
  readonly bytes: number;
  readonly tookMs: number;
  /** Wall clock: the last frame was given to the socket. */
  readonly lastSentAt: number;
}

const EVENTS_PER_MS = 5;
const TURN_MS = { single: 1, batched: 10 };
const EPOCH = 'flood.1';

const tick = (n: number): Tick => ({ n, key: (n * 37) % KEYS.length, price: Math.round(10_000 + 500 * Math.sin(n)) / 100, note: `trade ${n} of the day` });

/** The frames of each turn. */
function writeTurns({ mode, events }: Flood): string[][] {
  const stored = Array.from({ length: events }, (_, index) => storeEvent({ name: 'tick', time: 1_767_225_600_000 + Math.floor(index / EVENTS_PER_MS) }, JSON.stringify(tick(index + 1))));
  const size = EVENTS_PER_MS * TURN_MS[mode];
  return Array.from({ length: Math.ceil(events / size) }, (_, turn) => {
    const first = turn * size;
    const those = stored.slice(first, first + size);
    const runs = mode === 'batched' ? [those] : those.map((event) => [event]);
    return runs.flatMap((run, at) => eventsTexts('board', EPOCH, first + at + 1, run));
  });
}

function greet(socket: WebSocket, frame: ClientFrame): void {
  const say = (answer: ServerFrame): void => socket.send(JSON.stringify(answer));
  const limits = { channels: 200, windowPerLane: 32, keepMs: 0 };
  // Nobody is to be found dead here: a page may be busy for a minute with what it was sent.
  const ping = { visibleMs: 600_000, hiddenMs: 600_000 };
  if (frame.t === 'hello') say({ t: 'welcome', v: 1, link: frame.link, node: 'n', tag: 'a-page', storage: 'memory', fence: 'f', features: [], limits, ping });
  else if (frame.t === 'ping') say({ t: 'pong', n: frame.n });
  else if (frame.t === 'subscribe') {
    const [{ name, generation }] = frame.channels as [{ name: string; generation: number }];
    say({ t: 'subscribed', channel: name, generation, state: 'live', events: [], position: { epoch: EPOCH, offset: 0 }, more: false, fence: 'f' });
  }
}

export function serveFlood(): void {
  let newcomer: ((socket: WebSocket) => void) | null = null;
  let reader: WebSocket | null = null;

  const enter = (socket: WebSocket): void => {
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ClientFrame;
      greet(socket, frame);
      if (frame.t !== 'subscribe') return;
      reader = socket;
      newcomer?.(socket);
    });
  };

  obey({
    async open(script: string) {
      const http = createServer((request, response) => {
        const isScript = request.url === '/page.js';
        response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
        response.end(isScript ? script : '<!doctype html><title>Flood</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/page.js"></script>');
      });
      const upgrader = new WebSocketServer({ noServer: true, perMessageDeflate: false });
      http.on('upgrade', (request, stream, head) => upgrader.handleUpgrade(request, stream, head, enter));
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
    },
    /** Resolves when the next page has been let into its channel. */
    async nextReader() {
      await new Promise<WebSocket>((resolve) => (newcomer = resolve));
    },
    async flood(flood: Flood): Promise<Flooded> {
      const socket = reader as WebSocket;
      const turns = writeTurns(flood);
      const startedAt = performance.now();
      for (const [index, frames] of turns.entries()) {
        const dueMs = startedAt + index * TURN_MS[flood.mode] - performance.now();
        if (dueMs > 0) await pause(dueMs);
        for (const frame of frames) socket.send(frame);
      }
      const lastSentAt = Date.now();
      const texts = turns.flat();
      return { frames: texts.length, bytes: texts.reduce((sum, text) => sum + text.length, 0), tookMs: performance.now() - startedAt, lastSentAt };
    },
  });
}

