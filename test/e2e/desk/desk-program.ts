// The desk as a newcomer starts it, with its order file in a folder of its own. Not a test.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { createClient, type RealtimeClient, type WebSocketClass } from '../../../src/browser/index.js';
import { api, Order } from '../../../examples/desk/contract.js';
import type { Fault, ServerState } from '../../../examples/supervisor/fault.js';
import { root, run } from '../example-process.js';

export interface Desk {
  readonly url: string;
  /** From the command to its URL. */
  readonly startedInMs: number;
  /** What it has printed. */
  readonly lines: readonly string[];
  /** Every line of the order file, as it is now. */
  orderLines(): Promise<readonly Order[]>;
  fault(fault: Fault): Promise<ServerState>;
  state(): Promise<ServerState>;
  /** A client that is no page: it is never cut or silenced, and dies of nothing but the server. Whoever asks for one disposes of it. */
  client(trader: string): RealtimeClient;
  close(): Promise<void>;
}

export async function startDesk(): Promise<Desk> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-desk-'));
  const startedAt = performance.now();
  const program = await run(join(root, 'scripts', 'start.mjs'), [], { PORT: '0', DATA_DIR: dataDir });
  const startedInMs = performance.now() - startedAt;
  const { url, lines } = program;
  const ask = async (init?: RequestInit): Promise<ServerState> => {
    const answer = await fetch(`${url}/faults`, init);
    if (!answer.ok) throw new Error(`/faults answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as ServerState;
  };
  return {
    url,
    startedInMs,
    lines,
    async orderLines() {
      const text = await readFile(join(dataDir, 'orders.jsonl'), 'utf8');
      // The last line may be half written at this very moment.
      return text.split('\n').slice(0, -1).map((line) => Order.parse(JSON.parse(line)));
    },
    fault: (fault) => ask({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) }),
    state: () => ask(),
    client: (trader) => createClient({ url: `${url.replace('http', 'ws')}/realtime`, contract: api, auth: () => trader, WebSocket: socketsFrom(url) }),
    async close() {
      await program.end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Sockets as a page of that origin opens them. */
function socketsFrom(origin: string): WebSocketClass {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, { origin });
    }
  } as unknown as WebSocketClass;
}

/** Each order as its last line says it is, in the order in which they were placed. */
export function latest(lines: readonly Order[]): readonly Order[] {
  const orders = new Map<string, Order>();
  for (const line of lines) orders.set(line.id, line);
  return [...orders.values()];
}
