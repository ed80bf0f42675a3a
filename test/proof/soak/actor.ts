/** One client of the soak: what it watches, asks and sends, and the history that it writes. Not a test. */
import { WebSocket } from 'ws';
import { createClient, type RealtimeClient, type WebSocketClass } from '../../../src/browser/index.js';
import { createCommandSender } from './command-sender.js';
import { api, BOARDS } from './contract.js';
import type { History } from './history.js';
import { createListeners, type Listeners } from './listeners.js';
import { createQuestions } from './questions.js';
import { pick, repeat, shuffled, whole } from './random.js';
import type { ClientRecord } from './record.js';
import { userOf } from './user.js';
import { createWatchedViews } from './watched-views.js';

export interface Actor {
  readonly name: string;
  readonly client: RealtimeClient;
  /** Commands and questions without an end. */
  pending(): number;
  delivered(): number;
  quiet(): void;
  rest(): void;
}

/** What an actor and its parts share. */
export interface Stage {
  readonly name: string;
  readonly client: RealtimeClient;
  readonly history: History<ClientRecord>;
  /** The boards that it watches all the time. */
  readonly boards: readonly string[];
  isQuiet(): boolean;
}

export function createActor(index: number, port: number, history: History<ClientRecord>): Actor {
  const name = `c${index}`;
  const isWide = index % 2 === 0;
  let isQuiet = false;
  const client = createClient({
    url: `ws://127.0.0.1:${port}/realtime?client=${name}`,
    contract: api,
    auth: () => userOf(index),
    WebSocket: WebSocket as unknown as WebSocketClass,
    // More channels than one link takes, so that several links are open.
    pool: isWide ? { size: 3, channelsPerLink: 4 } : { size: 2 },
    timings: { channelLeaseMs: pick([20, 500, 5_000]), linkLeaseMs: 5_000, commandMs: pick([8_000, 60_000, 600_000]), backoff: { capMs: 4_000 } },
    onError: (error) => history.write({ k: 'complaint', c: name, code: error.code, message: error.message }),
  });
  const boards = [...new Set(['b0', 'b1', ...shuffled(BOARDS)])].slice(0, isWide ? 10 : whole(3, 5));
  const stage: Stage = { name, client, history, boards, isQuiet: () => isQuiet };
  const listeners: Listeners = createListeners(stage);
  const views = createWatchedViews(stage);
  const questions = createQuestions(stage);
  const commands = createCommandSender(stage);
  let shown = '';
  const look = (): void => {
    const { status, links } = client.connection.get();
    const ready = links.filter(({ state }) => state === 'ready').length;
    if (shown === `${status} ${ready}`) return;
    shown = `${status} ${ready}`;
    history.write({ k: 'connection', c: name, status, links: ready });
  };
  client.connection.subscribe(look, 'sync');
  client.hold();

  const stops = [
    repeat(1_500, () => listeners.pass(pick(BOARDS))),
    repeat(3_000, () => listeners.passInsideCallback(pick(boards))),
    repeat(2_500, () => views.pass(pick(BOARDS))),
    repeat(4_000, () => questions.pass(pick(boards))),
    repeat(4_000, () => questions.ask()),
    repeat(1_500, () => commands.send()),
    repeat(20_000, () => commands.burst()),
  ];

  return {
    name,
    client,
    pending: () => commands.pending() + questions.pending(),
    delivered: listeners.delivered,
    quiet() {
      isQuiet = true;
      for (const stop of stops) stop();
    },
    rest() {
      const mounted = { listeners: listeners.mounted(), views: views.rest(), queries: questions.rest() };
      history.write({ k: 'rest', c: name, ...mounted, pending: commands.pending() + questions.pending() });
      client.dispose();
    },
  };
}
